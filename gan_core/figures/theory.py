"""The pictures of `gan_core.theory`: the generator's losses, two Gaussians with the optimal D, and parallel lines.

Each function takes numbers and gives a figure; `labels` replaces its English texts by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots
from scipy.special import expit

from gan_core import theory
from gan_core.figures import style
from gan_core.figures.style import Floats, Labels

Axis = Literal["probability", "logit"]
Scale = Literal["linear", "log"]

SLIDE_HEIGHT = 600
BINS = 50

LOSS_CURVES = {
    "non_saturating": "non-saturating: −log D",
    "minimax": "saturating: log(1 − D)",
    "hinge": "hinge, Wasserstein: −a",
    "loss": "loss of G (nats)",
    "probability": "D(G(z)): how real D finds a generated sample",
    "logit": "logit a, D(G(z)) = σ(a)",
    "slope_probability": "slope ∂L/∂D",
    "slope_logit": "slope ∂L/∂a",
    "size_probability": "|∂L/∂D|",
    "size_logit": "|∂L/∂a|",
    "value": "L = {value}",
    "slope": "slope {value}",
    "samples": "where the generated samples are now",
}
TWO_GAUSSIANS = {
    "real": "real p",
    "fake": "generated q",
    "discriminator": "optimal D = p/(p + q)",
    "density": "density",
    "probability": "D(x)",
    "position": "x",
}
PARALLEL_LINES = {
    "real": "real (0, u)",
    "fake": "generated (θ, u)",
    "w1": "W₁ = |θ|",
    "jsd": "JSD = ln 2",
    "tv": "total variation = 1",
    "infinite": "KL = ∞ wherever θ ≠ 0",
    "theta": "θ",
    "distance": "distance",
    "u": "u, uniform on [0, 1]",
}


# --- The two losses of the generator ----------------------------------------------------------------------------------


Curves = Mapping[str, tuple[Callable[[ArrayLike], Floats], Callable[[ArrayLike], Floats]]]  # value and slope


class _Losses(NamedTuple):
    """How the losses are drawn along one axis."""

    points: Floats  # where the curves are computed
    span: tuple[float, float]  # of the axis
    values: tuple[float, float]  # of the losses shown
    slopes: tuple[float, float]
    sizes: tuple[float, float]  # of the slopes, as powers of ten
    tangent: float  # half of its length along the axis
    functions: Curves
    straight: Curves = MappingProxyType({})  # are their own tangents


_NEAR_0 = np.geomspace(0.002, 0.1, 100)  # one of the losses is infinite at each end of the probability axis
_AXES: dict[Axis, _Losses] = {
    "probability": _Losses(
        np.concatenate([_NEAR_0, np.linspace(0.1, 0.9, 161)[1:-1], 1 - _NEAR_0[::-1]]),
        (0.0, 1.0),
        (-4.5, 4.5),
        (-12.0, 2.0),
        (-0.4, 3.0),
        0.12,
        {
            "non_saturating": (
                theory.non_saturating_loss_of_probability,
                theory.non_saturating_gradient_of_probability,
            ),
            "minimax": (theory.minimax_loss_of_probability, theory.minimax_gradient_of_probability),
        },
    ),
    "logit": _Losses(
        np.linspace(-10, 10, 401),  # at −10, D is 0.00005
        (-10.0, 10.0),
        (-10.5, 10.5),
        (-1.15, 0.2),
        (-4.7, 0.7),
        2.5,
        {
            "non_saturating": (theory.non_saturating_loss, theory.non_saturating_gradient),
            "minimax": (theory.minimax_loss, theory.minimax_gradient),
        },
        {"hinge": (theory.hinge_loss, theory.hinge_gradient)},  # of no probability: it has no other axis
    ),
}
_LOOKS = {
    "non_saturating": (style.NON_SATURATING, "solid"),
    "minimax": (style.SATURATING, "dash"),
    "hinge": (style.NEUTRAL, "longdashdot"),
}


def limits(axis: Axis) -> tuple[float, float]:
    """Where the point `at` of `loss_curves` may be: the probability axis without its ends, where a loss is infinite."""
    points = _AXES[axis].points
    return float(points[0]), float(points[-1])


def loss_curves(
    axis: Axis = "probability",
    at: float | None = None,
    scale: Scale = "linear",
    fake_logits: ArrayLike | None = None,
    labels: Labels = None,
) -> go.Figure:
    """The losses of the generator over D(G(z)) or over its logit, with their slopes below. 1200 × 600 makes a slide.

    `at`, a point within `limits(axis)`, puts a tangent on each curve and its number on each slope. `scale` "log" draws
    the size of the slopes on a logarithmic axis. `fake_logits`, of any shape, shows where D puts generated samples:
    their share in each of 50 bins; what lies beyond an end of the axis is in the last bin there.
    """
    text = style.texts(LOSS_CURVES, labels)
    losses = _AXES[axis]
    low, high = limits(axis)
    if at is not None and not low <= at <= high:
        raise ValueError(f"at = {at:g} is not on the {axis} axis: choose from {low:g} to {high:g}.")
    figure = make_subplots(
        2, 1, shared_xaxes=True, vertical_spacing=0.05, row_heights=[0.58, 0.42], specs=[[{"secondary_y": True}], [{}]]
    )
    figure.update_yaxes(visible=False, rangemode="tozero", row=1, col=1, secondary_y=True)  # of the histogram
    if fake_logits is not None:
        bars = _histogram(fake_logits, axis, text["samples"])
        figure.add_trace(bars, 1, 1, secondary_y=True)
        # they stay in the lower two fifths
        figure.update_yaxes(range=[0, 2.5 * max(bars.y.max(), 1e-9)], row=1, col=1, secondary_y=True)
    lowest, highest = losses.slopes
    for name, (loss, slope) in {**losses.functions, **losses.straight}.items():
        color, dash = _LOOKS[name]
        size = (lambda x, slope=slope: np.abs(slope(x))) if scale == "log" else slope
        for row, of in ((1, loss), (2, size)):
            curve = _curve(losses.points, of(losses.points), text[name], style.line(color, dash=dash))
            figure.add_trace(curve.update(legendgroup=name, showlegend=row == 1), row, 1)
        if at is None or name in losses.straight:
            continue
        value, rise = float(loss(at)), float(slope(at))
        ends = np.clip([at - losses.tangent, at + losses.tangent], *losses.span)
        tangent = _curve(ends, value + rise * (ends - at), "", style.line(color, width=2, dash="dot"), legendgroup=name)
        figure.add_trace(tangent.update(showlegend=False, hoverinfo="skip", hovertemplate=None), 1, 1)
        on_left = at < sum(losses.span) / 2
        first, last = size(losses.points[[0, -1]])
        label = text["value"].format(value=style.number(value))
        figure.add_trace(_point(at, value, color, name, label, _beside(True, on_left)), 1, 1)
        label = text["slope"].format(value=style.number(rise))
        figure.add_trace(_point(at, float(size(at)), color, name, label, _beside(last < first, on_left)), 2, 1)
        lowest = min(lowest, 1.25 * rise)
    figure.update_xaxes(range=losses.span, domain=[0, 1])
    figure.update_xaxes(title_text=text[axis], row=2, col=1)
    figure.update_yaxes(title_text=text["loss"], range=losses.values, row=1, col=1, secondary_y=False)
    if scale == "log":
        figure.update_yaxes(title_text=text[f"size_{axis}"], type="log", range=losses.sizes, row=2, col=1)
        figure.update_yaxes(dtick=1, exponentformat="power", row=2, col=1)
    else:
        highest *= lowest / losses.slopes[0]  # the same share of the axis above 0
        figure.update_yaxes(title_text=text[f"slope_{axis}"], range=[lowest, highest], row=2, col=1)
    return style.styled(figure, height=SLIDE_HEIGHT)


def _beside(falls: bool, on_left: bool) -> str:
    """Where a number beside a point does not cross its curve, nor the nearer side of the plot."""
    return f"{'top' if falls == on_left else 'bottom'} {'right' if on_left else 'left'}"


def _histogram(fake_logits: ArrayLike, axis: Axis, name: str) -> go.Bar:
    logits = np.asarray(fake_logits, float).ravel()
    logits = logits[np.isfinite(logits)]
    low, high = _AXES[axis].span
    places = np.clip(expit(logits) if axis == "probability" else logits, low, high)
    counts, edges = np.histogram(places, BINS, (low, high))
    return go.Bar(
        x=(edges[1:] + edges[:-1]) / 2,
        y=counts / max(len(logits), 1),
        width=np.diff(edges),
        name=name,
        marker={"color": style.FAKE, "opacity": 0.45, "line": {"width": 0}},
        hovertemplate="%{y:.1%}",
    )


# --- Two Gaussians ----------------------------------------------------------------------------------------------------


def two_gaussians(distance: float, labels: Labels = None) -> go.Figure:
    """The densities of N(0, 1) and N(d, 1), and the optimal discriminator on an axis of its own."""
    text = style.texts(TWO_GAUSSIANS, labels)
    x = np.linspace(min(0.0, distance) - 4, max(0.0, distance) + 4, 401)
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    log_p, log_q = (-((x - mean) ** 2) / 2 - np.log(2 * np.pi) / 2 for mean in (0.0, distance))
    for name, log_density, color in (("real", log_p, style.REAL), ("fake", log_q, style.FAKE)):
        figure.add_trace(_curve(x, np.exp(log_density), text[name], style.line(color), fill="tozeroy"))
    best = theory.optimal_discriminator(log_p, log_q)
    line = style.line(style.DISCRIMINATOR, dash="dash")
    figure.add_trace(_curve(x, best, text["discriminator"], line), secondary_y=True)
    figure.update_xaxes(title_text=text["position"], range=[float(x[0]), float(x[-1])], zeroline=False)
    figure.update_yaxes(title_text=text["density"], range=[0, 0.44], dtick=0.1, secondary_y=False)
    figure.update_yaxes(title_text=text["probability"], range=[0, 1.1], dtick=0.25, showgrid=False, secondary_y=True)
    return style.styled(figure)


# --- Parallel lines ---------------------------------------------------------------------------------------------------


def parallel_lines(theta: float, limit: float = 2.0, labels: Labels = None) -> go.Figure:
    """Two parallel segments at distance θ, beside what their distances are for all θ in [−limit, limit].

    All but W1 are constant and jump down to 0 at θ = 0, where the dot is.
    """
    text = style.texts(PARALLEL_LINES, labels)
    if abs(theta) > limit:
        raise ValueError(f"theta = {theta:g} is not on the axis, which goes from {-limit:g} to {limit:g}.")
    figure = make_subplots(1, 2, column_widths=[0.4, 0.6], horizontal_spacing=0.12)
    for name, x, color in (("real", 0.0, style.REAL), ("fake", theta, style.FAKE)):
        figure.add_trace(_curve([x, x], [0.0, 1.0], text[name], style.line(color, width=7)), 1, 1)
    here, far = theory.parallel_lines(theta), theory.parallel_lines(limit)
    for name, color, dash, levels in (
        ("jsd", style.JSD, "solid", [far.jsd, far.jsd]),
        ("tv", style.TV, "dot", [far.tv, far.tv]),
        ("w1", style.W1, "solid", [far.w1, 0.0]),
    ):
        for side in (-limit, limit):
            line = _curve([side, 0.0], levels, text[name], style.line(color, dash=dash), legendgroup=name)
            figure.add_trace(line.update(showlegend=side > 0), 1, 2)
        value = getattr(here, name)
        figure.add_trace(_point(0.0, 0.0, color, name), 1, 2)
        rising, level = ("top left", "right") if theta >= 0 else ("top right", "left")  # beside each line, not on it
        place = {"w1": rising, "jsd": f"bottom {level}", "tv": f"top {level}"}[name]
        figure.add_trace(_point(theta, value, color, name, style.number(value), place), 1, 2)
    figure.add_annotation(
        text=text["infinite"], x=0.5, xref="x2 domain", y=0.99, yref="y2 domain", yanchor="top", showarrow=False
    )
    figure.update_xaxes(title_text=text["theta"], range=[-1.1 * limit, 1.1 * limit], zeroline=False)
    figure.update_yaxes(title_text=text["u"], range=[-0.1, 1.1], row=1, col=1)
    figure.update_yaxes(title_text=text["distance"], range=[-0.1, 1.25 * max(limit, 1.0)], row=1, col=2)
    return style.styled(figure).update_layout(hovermode="closest")


# --- Pieces -----------------------------------------------------------------------------------------------------------


def _curve(x: ArrayLike, y: ArrayLike, name: str, line: dict[str, Any], **more: Any) -> go.Scatter:
    return go.Scatter(
        x=np.asarray(x), y=np.asarray(y), name=name, mode="lines", line=line, hovertemplate="%{y:,.4~r}", **more
    )


def _point(x: float, y: float, color: str, group: str, label: str = "", place: str = "top right") -> go.Scatter:
    """A dot on the curve of that group, with its number beside it."""
    return go.Scatter(
        x=[x],
        y=[y],
        mode="markers+text",
        text=[label],
        textposition=place,
        textfont={"size": style.FONT_SIZE},
        marker={"color": color, "size": 11},
        legendgroup=group,
        showlegend=False,
        hoverinfo="skip",
        cliponaxis=False,
    )
