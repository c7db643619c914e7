"""What the pictures of `figures.theory` lack for vanishing gradients: the ratio of the two losses' slopes, and what
small trained discriminators say of two Gaussians beside what is exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots

from gan_core import theory
from gan_core.figures import style
from gan_core.figures import theory as pictures
from gan_core.figures.style import Floats, Labels

# the values stand in a table beside the picture, the samples in a picture of their own
LOSSES = {name: text for name, text in pictures.LOSS_CURVES.items() if name not in ("value", "samples")}
LOSSES["ratio"] = "their ratio e<sup>−a</sup>"
DENSITIES = pictures.TWO_GAUSSIANS | {"trained": "trained D"}
FAR = {
    "measured": "measured",
    "non_saturating": "non-saturating",
    "minimax": "saturating",
    "gradient": "∂L<sub>G</sub>/∂d",
    "jsd": "JSD",
    "limit": "ln 2",
    "distance": "distance d between N(0, 1) and N(d, 1)",
}
NORMS = {"gradient": "‖∇θ‖", "share": "‖∇θ‖ as a share of the first"}
_LOOKS = {"non_saturating": (style.NON_SATURATING, "solid"), "minimax": (style.SATURATING, "dash")}


def losses(
    axis: pictures.Axis, at: float, scale: pictures.Scale = "linear", height: int = 600, labels: Labels = None
) -> go.Figure:
    """`theory.loss_curves` with a tangent at `at`; where slopes are drawn by size (scale "log") also with their ratio.

    The ratio e^−a is the same on both axes, since what lies between D and a multiplies both slopes.
    """
    text = style.texts(LOSSES, labels)
    shared = {name: text[name] for name in LOSSES if name in pictures.LOSS_CURVES}
    crowded = {"slope": ""} if scale == "log" else {}  # beside the ratio there is no room for numbers
    figure = pictures.loss_curves(axis, at, scale, labels=shared | {"value": ""} | crowded)
    if scale == "log":
        low, high = pictures.limits(axis)
        x = np.linspace(low, high, 201)
        ratio = theory.gradient_ratio(x if axis == "logit" else np.log(x) - np.log1p(-x))
        line = style.line(style.NEUTRAL, width=2, dash="dot")
        trace = go.Scatter(x=x, y=ratio, name=text["ratio"], mode="lines", line=line, hovertemplate="%{y:,.3~r}")
        figure.add_trace(trace, 2, 1)
        reach = 4.7 if axis == "logit" else 2.9  # as powers of ten
        figure.update_yaxes(range=[-reach, reach], dtick=2 if axis == "logit" else 1, row=2, col=1)
    return figure.update_layout(height=height)


def two_gaussians(
    distance: float, x: ArrayLike = (), probability: ArrayLike = (), height: int = 460, labels: Labels = None
) -> go.Figure:
    """`theory.two_gaussians` with what discriminators trained on the two say: probability (seeds, m) at x (m,)."""
    text = style.texts(DENSITIES, labels)
    figure = pictures.two_gaussians(distance, {name: text[name] for name in pictures.TWO_GAUSSIANS})
    for k, values in enumerate(np.asarray(probability, float)):
        line = style.line(style.DISCRIMINATOR, width=1.5)
        figure.add_trace(
            go.Scatter(
                x=np.asarray(x), y=values, name=text["trained"], mode="lines", line=line, yaxis="y2",
                legendgroup="trained", showlegend=k == 0, hoverinfo="skip",
            )
        )  # fmt: skip
    return figure.update_layout(height=height)


def far_away(
    distance: float,
    measured: dict[str, Floats] | None = None,
    scale: pictures.Scale = "linear",
    height: int = 460,
    labels: Labels = None,
) -> go.Figure:
    """Over the distance of N(0, 1) and N(d, 1): both gradients of G through the optimal D, and below them the JSD.

    `measured`: "distances" (n,) and, by seed, "non_saturating", "minimax", "jsd" (S, n), of trained discriminators;
    drawn as their median with the range over seeds. `distance` marks the one that is looked at.
    """
    text = style.texts(FAR, labels)
    d = np.linspace(0, 8, 161)
    exact = dict(zip(("non_saturating", "minimax"), theory.gaussian_gradients(d), strict=True))
    exact["jsd"] = theory.gaussian_jsd(d)
    looks = _LOOKS | {"jsd": (style.JSD, "solid")}
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.6, 0.4])
    for name, (color, dash) in looks.items():
        row = 2 if name == "jsd" else 1
        shown = np.where(exact[name] > 0, exact[name], np.nan) if scale == "log" and row == 1 else exact[name]
        line = style.line(color, dash=dash)
        curve = go.Scatter(x=d, y=shown, name=text[name], mode="lines", line=line, legendgroup=name)
        figure.add_trace(curve.update(hovertemplate="%{y:,.4~r}"), row, 1)
        if measured is not None:
            label = f"{text[name]}, {text['measured']}"
            figure.add_trace(_range(measured["distances"], measured[name], label, color), row, 1)
    if measured is not None:  # one word in the legend for all circles
        look = {"color": style.NEUTRAL, "size": 8, "symbol": "circle-open"}
        figure.add_trace(go.Scatter(x=[None], y=[None], name=text["measured"], mode="markers", marker=look), 1, 1)
    figure.add_hline(theory.LN2, line={"color": style.NEUTRAL, "width": 1, "dash": "dash"}, row=2, col=1)
    figure.add_annotation(
        x=0.1, y=theory.LN2, text=text["limit"], showarrow=False, xanchor="left", yanchor="bottom", row=2, col=1
    )
    figure.add_vline(distance, line={"color": style.NEUTRAL, "width": 1.5})
    figure.update_xaxes(range=[-0.2, 8.2])
    figure.update_xaxes(title_text=text["distance"], row=2, col=1)
    figure.update_yaxes(title_text=text["gradient"], row=1, col=1)
    figure.update_yaxes(title_text=text["jsd"], range=[-0.05, 0.85], row=2, col=1)
    if scale == "log":
        figure.update_yaxes(type="log", range=[-4.5, 1.2], dtick=1, exponentformat="power", row=1, col=1)
    return style.styled(figure, height=height)


class Curve(NamedTuple):
    """What one loss leaves of G's gradient: rounds (T,), norms (T, K), a column a member."""

    name: str
    rounds: NDArray[np.int64]
    norms: Floats
    pen: style.Pen


def norms(
    curves: Sequence[Curve], until: int, limits: tuple[float, float], over: str, *, shares: bool = False,
    labels: Labels = None,
) -> go.Figure:  # fmt: skip
    """The norms of G's gradient over the rounds in which D trains alone, up to `until`: median over the members and
    their range, on a logarithmic axis with these `limits`. `over`: the name of the other axis. `shares`: medians alone,
    as multiples of what each member had at first, which is how several losses are compared."""
    text = style.texts(NORMS, labels)
    figure = go.Figure()
    for curve in curves:
        values = np.where(curve.norms > 0, curve.norms, np.nan)  # a gap on this axis
        values = values / values[0] if shares else values
        if not shares:
            low, high = values.min(axis=1), values.max(axis=1)
            figure.add_scatter(
                x=np.r_[curve.rounds, curve.rounds[::-1]], y=np.r_[high, low[::-1]], fill="toself", mode="lines",
                line={"width": 0}, opacity=0.25, fillcolor=curve.pen.colour, hoverinfo="skip", legendgroup=curve.name,
                showlegend=False,
            )  # fmt: skip
        figure.add_scatter(
            x=curve.rounds, y=np.median(values, axis=1), name=curve.name, mode="lines", legendgroup=curve.name,
            line=style.line(curve.pen.colour, dash=curve.pen.dash), hovertemplate="%{y:,.3~r}",
        )  # fmt: skip
    if shares:
        figure.add_hline(1, line={"color": style.NEUTRAL, "width": 1, "dash": "dash"})
    figure.update_xaxes(title_text=over, range=[0, until], zeroline=False)
    figure.update_yaxes(title_text=text["share" if shares else "gradient"], type="log", range=np.log10(limits),
                        dtick=1, exponentformat="power")  # fmt: skip
    return style.styled(figure)


def _range(x: Floats, y: Floats, name: str, color: str) -> go.Scatter:
    """The median of (S, n) over seeds as dots, and its range as bars."""
    middle = np.median(y, axis=0)
    bars = {"type": "data", "symmetric": False, "array": y.max(0) - middle, "arrayminus": middle - y.min(0), "width": 3}
    return go.Scatter(
        x=x, y=middle, name=name, mode="markers", marker={"color": color, "size": 8, "symbol": "circle-open"},
        error_y=bars, hovertemplate="%{y:,.4~r}", showlegend=False,
    )  # fmt: skip
