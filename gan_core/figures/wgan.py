"""The pictures of the page on Wasserstein critics: D and critics on a line beside their optima, the estimate beside the
exact distance, the critic's slope in the plane. Arrays in, a figure out; `labels` replaces the texts of WORDS by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from gan_core.figures import style
from gan_core.figures.pieces import animated, area, line, two_sided
from gan_core.figures.style import Labels

WORDS = {
    "p": "real p",
    "q": "generated q",
    "x": "x",
    "density": "density",
    "probability": "D(x)",
    "critic": "critic f(x)",
    "pull": "pull on a sample at x",
    "discriminator": "trained D",
    "discriminator_exact": "optimal D",
    "penalty": "critic, penalty",
    "clip": "critic, clipped",
    "critic_exact": "optimal critic",
    "minimax": "saturating",
    "non_saturating": "non-saturating",
    "wasserstein": "critic, penalty",
    "exact": "of the optimum",
    "updates": "updates",
    "apart": "distance d",
    "play": "▶",
    "pause": "❚❚",
    "step": "step",
    "estimate": "critic's estimate",
    "w1": "exact W₁",
    "floor": "perfect",
    "value": "f(x)",
    "slope": "‖∇f(x)‖",
    "real": "real",
    "fake": "generated",
    "interpolates": "between",
}

PULLS = {name: style.METHODS[name].colour for name in ("minimax", "non_saturating", "wasserstein")}
PULL_LIMIT = 5.0  # of the axis at most: a sharp D pulls as hard as it likes
HEIGHT, SPACING = 940, 0.13  # of a figure with three rows: pixels, and the share that is between two rows
LINES = 40  # between real and generated points
SLOPES = (0.0, 2.0)  # of the common scale, around 1


def duel(
    x: ArrayLike,
    densities: tuple[ArrayLike, ArrayLike],
    exact: Mapping[str, ArrayLike],
    updates: ArrayLike,
    trained: Mapping[str, ArrayLike],
    labels: Labels = None,
    sliding: Mapping[float, tuple[tuple[ArrayLike, ArrayLike], Mapping[str, ArrayLike]]] | None = None,
) -> go.Figure:
    """D and critics while they learn two densities on a line, with a button that plays their updates.

    densities: p and q (m,) at x (m,). exact: "discriminator" (a probability), "critic" and the pulls "minimax",
    "non_saturating", "wasserstein" of the optima, (m,) each. updates (T,). trained: "discriminator", "penalty", "clip"
    and the same pulls, (T, m) each; where they are missing, only the optima are drawn, and what plays is how they got
    there, if that is known: `sliding` has `densities` and `exact` at distances that end with the one that is drawn.
    """
    text = style.texts(WORDS, labels)
    x = np.asarray(x, float)
    figure = make_subplots(
        3, 1, shared_xaxes=True, vertical_spacing=SPACING, specs=[[{"secondary_y": True}], [{}], [{}]]
    )  # fmt: skip
    for name, density, color in zip("pq", densities, (style.REAL, style.FAKE), strict=True):
        figure.add_trace(area(x, density, text[name], color), 1, 1)
    figure.add_trace(line(x, exact["discriminator"], text["discriminator_exact"], style.NEUTRAL, dash="dash"), 1, 1,
                     secondary_y=True)  # fmt: skip
    figure.add_trace(line(x, exact["critic"], text["critic_exact"], style.NEUTRAL, dash="dash"), 2, 1)
    for name, color in PULLS.items():
        dashes = line(x, exact[name], text["exact"], color, dash="dash", width=1.5)
        figure.add_trace(dashes.update(showlegend=False), 3, 1)
    still = len(figure.data)
    # of the pulls a dash means the exact one
    looks = {"discriminator": (1, style.Pen(style.DISCRIMINATOR)), "penalty": (2, style.METHODS["wgan_gp"]),
             "clip": (2, style.METHODS["wgan_clip"])}  # fmt: skip
    looks |= {name: (3, style.Pen(color)) for name, color in PULLS.items()}
    moving = {name: np.asarray(trained[name], float) for name in looks if name in trained}
    for name, values in moving.items():
        row, pen = looks[name]
        figure.add_trace(
            line(x, values[-1], text[name], pen.colour, dash=pen.dash), row, 1, secondary_y=row == 1 or None
        )
    last = {name: np.asarray(exact[name], float) for name in exact} | {name: v[-1] for name, v in moving.items()}
    top = min(PULL_LIMIT, 1.1 * max(float(np.abs(last[name]).max()) for name in PULLS))
    critics = np.concatenate([np.asarray(exact["critic"], float), *(last[n] for n in ("penalty", "clip") if n in last)])
    ways = [densities, *(both for both, _ in (sliding or {}).values())]
    high = 1.05 * max(float(np.max(density)) for both in ways for density in both)  # Plotly forgets it while it plays
    figure.update_yaxes(title_text=text["density"], range=[0, high], row=1, col=1, secondary_y=False)
    figure.update_yaxes(title_text=text["probability"], range=[-0.02, 1.05], showgrid=False, tickvals=[0, 0.5, 1],
                        row=1, col=1, secondary_y=True)  # fmt: skip
    figure.update_yaxes(title_text=text["critic"], range=[1.1 * critics.min(), 1.1 * critics.max()], row=2, col=1)
    figure.update_yaxes(title_text=text["pull"], range=[-top, top], row=3, col=1)
    figure.update_xaxes(range=[x[0], x[-1]])
    figure.update_xaxes(title_text=text["x"], row=3, col=1)
    names = [f"{update:,}" for update in np.asarray(updates)]
    if len(names) < 2 and sliding:
        order = ("discriminator", "critic", *PULLS)  # of the traces after p and q
        frames = [[*both, *(of[name] for name in order)] for both, of in sliding.values()]
        names = [style.number(d, 2) for d in sliding]
        figure = animated(figure, frames, names, range(still), text["apart"], text, height=HEIGHT, at_end=True)
        return _with_legends(figure)
    if len(names) < 2:
        return _with_legends(style.styled(figure, height=HEIGHT))
    # p and q too: while a line of an axis above theirs moves, they would vanish
    frames = [[*densities, *(values[t] for values in moving.values())] for t in range(len(names))]
    drawn = [0, 1, *range(still, still + len(moving))]
    figure = animated(figure, frames, names, drawn, text["updates"], text, height=HEIGHT, at_end=True)
    return _with_legends(figure)


def _with_legends(figure: go.Figure) -> go.Figure:
    """A legend above each of three rows, instead of one for all of them."""
    place = figure.layout.legend.to_plotly_json()
    rows = {"y": "legend", "y2": "legend", "y3": "legend2", "y4": "legend3"}
    figure.for_each_trace(lambda trace: trace.update(legend=rows[trace.yaxis]))
    row, small = (1 - 2 * SPACING) / 3, {"size": style.FONT_SIZE - 3}  # on a telephone its names stand in a column
    tops = {"legend": 1.0, "legend2": 1 - row - SPACING, "legend3": row}
    return figure.update_layout({name: {**place, "y": top + 0.01, "font": small} for name, top in tops.items()})


def estimates(step: ArrayLike, estimate: ArrayLike, w1: ArrayLike, floor: float, labels: Labels = None) -> go.Figure:
    """The critic's estimate and the exact W1 of the same samples: over steps, and one against the other.

    step (T,); estimate, w1 (T, K): thin lines for the members, thick ones for their median.
    """
    text = style.texts(WORDS, labels)
    figure = make_subplots(1, 2, horizontal_spacing=0.13, column_widths=[0.58, 0.42])
    x = np.asarray(step, float)
    for name, values, color in (("estimate", estimate, style.DISCRIMINATOR), ("w1", w1, style.W1)):
        v = np.asarray(values, float)
        for k in range(v.shape[1] if v.shape[1] > 1 else 0):
            thin = line(x, v[:, k], text[name], color, width=1).update(opacity=0.3, showlegend=False, hoverinfo="skip")
            figure.add_trace(thin, 1, 1)
        figure.add_trace(line(x, np.median(v, axis=1), text[name], color), 1, 1)
    dashed = {"color": style.NEUTRAL, "dash": "dash"}
    figure.add_hline(floor, line=dashed, annotation_text=text["floor"], row=1, col=1)
    dots = {"size": 6, "opacity": 0.6, "color": style.DISCRIMINATOR}
    figure.add_trace(
        go.Scatter(x=np.ravel(w1), y=np.ravel(estimate), mode="markers", marker=dots, showlegend=False), 1, 2
    )
    figure.update_xaxes(title_text=text["step"], row=1, col=1)
    figure.update_xaxes(title_text=text["w1"], rangemode="tozero", row=1, col=2)
    figure.update_yaxes(rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title_text=text["estimate"], row=1, col=2)
    return style.styled(figure, height=430).update_layout(hovermode="closest")


def shape(
    extent: Sequence[float],
    field: ArrayLike,
    slope: ArrayLike,
    real: ArrayLike,
    fake: ArrayLike,
    labels: Labels = None,
) -> go.Figure:
    """The critic f and ‖∇f‖ in the plane, side by side, with lines between real and generated points.

    field, slope (m, m) on a regular grid of extent = (x, x, y, y); real, fake (n, 2), paired. The scale of the slope is
    the same in every such figure: clear at 1, from SLOPES[0] to SLOPES[1].
    """
    text = style.texts(WORDS, labels)
    xmin, xmax, ymin, ymax = extent
    a, b = np.asarray(real, float), np.asarray(fake, float)
    f, s = np.asarray(field, float), np.asarray(slope, float)
    xs, ys = np.linspace(xmin, xmax, f.shape[1]), np.linspace(ymin, ymax, f.shape[0])
    figure = make_subplots(1, 2, subplot_titles=[text["value"], text["slope"]], horizontal_spacing=0.08)
    middle = float(np.median(f))
    reach = float(np.abs(f - middle).max()) or 1.0
    for column, z, low, high in ((1, f, middle - reach, middle + reach), (2, s, *SLOPES)):
        heat = go.Heatmap(
            x=xs, y=ys, z=z.astype(np.float32), zmin=low, zmax=high, colorscale=two_sided(style.LOW, style.HIGH),
            zsmooth="best", showscale=column == 2, hovertemplate="%{z:,.3~r}<extra></extra>",
        )  # fmt: skip
        figure.add_trace(heat, 1, column)
        for points, name, color in ((a, "real", style.REAL), (b, "fake", style.FAKE)):
            dots = {"size": 4, "color": color}
            figure.add_trace(
                go.Scatter(x=points[:, 0], y=points[:, 1], mode="markers", name=text[name], marker=dots,
                           showlegend=column == 1), 1, column,
            )  # fmt: skip
    ends = np.full((2, 3 * min(LINES, len(a))), np.nan)
    ends[:, 0::3], ends[:, 1::3] = a[:LINES].T, b[:LINES].T
    figure.add_trace(
        line(ends[0], ends[1], text["interpolates"], style.NEUTRAL, width=1).update(hoverinfo="skip"), 1, 2
    )
    figure.update_xaxes(range=[xmin, xmax], constrain="domain")
    figure.update_yaxes(range=[ymin, ymax], constrain="domain")
    for column, x_axis in ((1, "x"), (2, "x2")):
        figure.update_yaxes(scaleanchor=x_axis, row=1, col=column)
    return style.styled(figure, height=480).update_layout(hovermode="closest", margin={"t": 90})
