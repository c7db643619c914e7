"""What all still figures share: colours, fonts, grid, export, and how a number is written.

Backgrounds are transparent and the text has no colour of its own, so a figure takes both from the page, light or dark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gan_core.numerals import number as number  # a figure has it as style.number

Labels = Mapping[str, str] | None  # words in place of the English ones, by name
Floats = NDArray[np.float64]

# Okabe and Ito's eight colours, which are told apart with any colour vision, with grey for black, which would vanish on
# a dark page, and two more of Paul Tol's. Streamlit's theme has the same ten in the same order.
PALETTE = [
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#999999",
    "#882255",
    "#44AA99",
]
# What a colour means, in every picture of the app
REAL, FAKE, GENERATOR, DISCRIMINATOR = PALETTE[:4]
NON_SATURATING, SATURATING = PALETTE[2], PALETTE[5]  # the generator's two losses; the second one is also dashed
HIGH, LOW = "#44AA99", "#AA4499"  # D says real, and fake, in the plane: hues that neither player owns
HIGH_ON_DARK, LOW_ON_DARK = "#2A8C7C", "#8F3A80"
# of the words of a visitor's table, beside REAL or its lighter twin: told apart by every eye and in grey
KINDS = ("#882255", "#88CCEE", "#44AA99", "#3B0F70")
KINDS_ON_DARK = ("#B24C6E", "#A3F4F4", "#EA47B4", "#144AB7")
FAILED = "#D0103A"  # what has diverged
JSD, TV, W1, KL = PALETTE[3], PALETTE[7], "#B040C8", PALETTE[9]
NEUTRAL = "#808080"  # axes, reference lines: half way between the light and the dark page
GRID = "rgba(128, 128, 128, 0.25)"
CLEAR = "rgba(0, 0, 0, 0)"

FONT_SIZE = 15
LINE_WIDTH = 3
SAMPLE = 15 * LINE_WIDTH  # pixels of a legend's sample with two of Plotly's long dashes, and the gap between them


# For st.plotly_chart(config=…). No buttons that nobody needs here: the bar has to be shorter than the figure is
# high; and no camera, which would save the screen: a chart has buttons of its own that draw it for a slide.
MODE_BAR: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["toImage", "select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
}


class Pen(NamedTuple):
    """How the lines of one method are drawn: #rrggbb, and a dash as Plotly names it."""

    colour: str
    dash: str = "solid"


# Each method has one colour and one dash in every picture, live and still. None has a player's blue or orange, and all
# are legible on the light and on the dark page (3 : 1).
_ROSE, _INDIGO, _TEAL, _BROWN, _OLIVE = "#D0518A", "#7B68C8", "#2E8B8B", "#A0683C", "#808A00"
METHODS: dict[str, Pen] = {
    "plain": Pen(NEUTRAL),
    "non_saturating": Pen(NON_SATURATING),
    "minimax": Pen(SATURATING, "dash"),
    "wasserstein": Pen(_INDIGO, "longdash"),  # however its critic is bounded
    "wgan_clip": Pen(_BROWN, "longdash"),
    "wgan_gp": Pen(_INDIGO),
    "wgan_sn": Pen(_TEAL, "longdash"),
    "hinge_r1": Pen(_ROSE, "dot"),
    "relativistic": Pen(_OLIVE),
    "unrolled": Pen(_ROSE),
    "pacgan2": Pen(_TEAL),
    "pacgan3": Pen(_TEAL, "dash"),
    "pacgan4": Pen(_TEAL, "dot"),
    "minibatch_std": Pen(_BROWN),
    "instance_noise": Pen(_BROWN, "dash"),
    "stronger_d": Pen(_ROSE, "dash"),
    "averaged": Pen(NEUTRAL, "dash"),
    "decay": Pen(NEUTRAL, "dot"),
    "decay_averaged": Pen(NEUTRAL, "dashdot"),
    "relativistic_averaged": Pen(_OLIVE, "dash"),
    "relativistic_decay": Pen(_OLIVE, "dot"),
    "spectral_norm": Pen(_INDIGO, "dash"),
    "dragan": Pen(_INDIGO, "dot"),
    "lecam": Pen(_BROWN, "dot"),
    "feature_matching": Pen(_ROSE, "longdash"),
    "optimistic_adam": Pen(_TEAL, "dashdot"),
    "extragradient": Pen(_ROSE, "dashdot"),
    "lookahead": Pen(_BROWN, "dashdot"),
    "consensus": Pen(_INDIGO, "dashdot"),
}

# What is told apart by its order alone: kept runs, the twins of a knob, scores in one chart
APART = (_TEAL, _ROSE, _INDIGO, _BROWN, _OLIVE, NEUTRAL)
TWINS = tuple(map(Pen, APART, ("solid", "dash", "dot", "longdash")))


def styled(figure: go.Figure, *, height: int = 500) -> go.Figure:
    """The figure itself, after the shared layout: transparent, legible from the back row, legend above the plot."""
    figure.update_layout(
        height=height,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        colorway=PALETTE,
        font={"size": FONT_SIZE},
        margin={"l": 75, "r": 45, "t": 60, "b": 60},
        modebar={"orientation": "v", "bgcolor": CLEAR},  # in the right margin: above the plot it would cover the legend
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": CLEAR,
            "font": {"size": FONT_SIZE},
        },
        hovermode="x unified",
        hoverlabel={"font": {"size": FONT_SIZE}},
    )
    if any("line.dash" in trace and trace["line.dash"] == "longdash" for trace in figure.data):
        figure.update_layout(legend_itemwidth=SAMPLE)
    axis = {
        "title": {"font": {"size": FONT_SIZE + 1}, "standoff": 10},
        "tickfont": {"size": FONT_SIZE - 1},
        "gridcolor": GRID,
        "zerolinecolor": NEUTRAL,
        "linecolor": NEUTRAL,
        "automargin": True,
    }
    return figure.update_xaxes(axis).update_yaxes(axis)


def line(color: str, **changes: Any) -> dict[str, Any]:
    """The `line` of a trace."""
    return {"color": color, "width": LINE_WIDTH, "simplify": False} | changes  # simplified, curves get corners


def texts(defaults: Mapping[str, str], labels: Mapping[str, str] | None) -> dict[str, str]:
    """The English texts of a figure with those of another language put in their place. KeyError on an unknown name."""
    unknown = set(labels or ()) - set(defaults)
    if unknown:
        raise KeyError(f"No such label: {', '.join(sorted(unknown))}. This figure has {', '.join(defaults)}.")
    return {**defaults, **(labels or {})}
