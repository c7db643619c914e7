"""The pictures of the page Digits: who gets which class, and what the latent space is like.

Arrays in, a figure out; `labels` replaces the English texts by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from gan_core.figures import style
from gan_core.figures.style import Floats, Labels

CLASSES = {
    "digit": "digit, as the classifier reads it",
    "share": "share of the samples",
    "fake": "generated",
    "real": "training digits",
    "range": "where 95 % of equally many real digits lie",
}
WALKS = {
    "place": "place on the way",
    "confidence": "mean confidence of the classifier",
    "straight": "straight line",
    "spherical": "arc",
    "real": "real digits",
}
TRUNCATION = {
    "limit": "|z| at most",
    "score": "score",
    "precision": "precision",
    "recall": "recall",
    "confidence": "confidence",
    "floor": "{name} of real digits",
    "none": "no limit",
}
COORDINATES = {
    "rank": "rank, the strongest first (%)",
    "changed": "latents whose class changes (%)",
    "axes": "one coordinate of z",
    "random": "random direction",
}
AGREEMENT = {"asked": "asked for", "read": "read as", "share": "share"}
TRADE_OFF = {
    "precision": "precision: how many lie among real digits",
    "coverage": "coverage: how many real digits have one near them",
    "real": "real digits",
}


def classes(counts: ArrayLike, weights: ArrayLike, labels: Labels = None) -> go.Figure:
    """Share of the samples in each class: counts (10,) of generated ones, weights (10,) of the training labels.

    The bar of a real sample of the same size n lies within w ± 1.96·√(w(1 − w)/n) nineteen times out of twenty.
    """
    text = style.texts(CLASSES, labels)
    made, w = np.asarray(counts, float), np.asarray(weights, float)
    n, w = max(made.sum(), 1.0), w / w.sum()
    names = [str(digit) for digit in range(len(w))]
    spread = 100 * 1.96 * np.sqrt(w * (1 - w) / n)
    figure = go.Figure(
        [
            go.Bar(x=names, y=100 * made / n, name=text["fake"], marker_color=style.FAKE),
            go.Scatter(
                x=names,
                y=100 * w,
                error_y={"array": spread, "color": style.REAL, "thickness": 2},
                mode="markers",
                name=f"{text['real']} ({text['range']})",
                marker={"color": style.REAL, "size": 9, "symbol": "line-ew-open", "line": {"width": 3}},
            ),
        ]
    )
    figure.update_xaxes(title_text=text["digit"], type="category")
    figure.update_yaxes(title_text=f"{text['share']} (%)", rangemode="tozero")
    return style.styled(figure, height=340)


def walks(
    place: ArrayLike, confidence: Mapping[str, tuple[ArrayLike, ArrayLike]], real: float, labels: Labels = None
) -> go.Figure:
    """Mean confidence and its standard error (count,) along each kind of walk, at `place` (count,) in [0, 1]; `real` is
    what real digits get."""
    text = style.texts(WALKS, labels)
    colours = {"straight": style.APART[1], "spherical": style.APART[0]}
    figure = go.Figure()
    for kind, (mean, error) in confidence.items():
        line = style.line(colours[kind], dash="dash" if kind == "straight" else "solid")
        band = {"array": 1.96 * np.asarray(error)}
        figure.add_trace(go.Scatter(x=np.asarray(place), y=np.asarray(mean), error_y=band, name=text[kind], line=line))
    figure.add_hline(real, line={"color": style.REAL, "width": 1, "dash": "dot"}, annotation_text=text["real"])
    figure.update_xaxes(title_text=text["place"])
    figure.update_yaxes(title_text=text["confidence"])
    return style.styled(figure, height=340)


def truncation(
    limits: Sequence[float], scores: Mapping[str, tuple[ArrayLike, float]], labels: Labels = None
) -> go.Figure:
    """Scores over the truncation limit (an infinite one is "no limit"): for each name of precision, recall, confidence
    the values (m,) and the floor, drawn dotted."""
    text = style.texts(TRUNCATION, labels)
    places = [text["none"] if np.isinf(limit) else style.number(limit) for limit in limits]
    figure = go.Figure()
    for (name, (values, floor)), colour in zip(scores.items(), style.APART, strict=False):
        figure.add_trace(go.Scatter(x=places, y=np.asarray(values), name=text[name], line=style.line(colour)))
        dotted = style.line(colour, width=1, dash="dot")
        label = text["floor"].format(name=text[name])
        ends = go.Scatter(x=places, y=[floor] * len(places), name=label, line=dotted, mode="lines", showlegend=False)
        figure.add_trace(ends)
    figure.update_xaxes(title_text=text["limit"], type="category")
    figure.update_yaxes(title_text=text["score"], range=[0, 1.05])
    return style.styled(figure, height=360)


def coordinates(axes: ArrayLike, random: ArrayLike, labels: Labels = None) -> go.Figure:
    """Share of the latents whose class changes along each coordinate (d,), and along random directions (m,), each
    sorted: two curves on top of each other say that no coordinate is special."""
    text = style.texts(COORDINATES, labels)
    figure = go.Figure()
    for name, values, colour, dash in (
        ("random", random, style.NEUTRAL, "dash"),
        ("axes", axes, style.GENERATOR, "solid"),
    ):
        v = np.sort(np.asarray(values, float))[::-1]
        rank = 100 * (np.arange(len(v)) + 0.5) / max(len(v), 1)
        figure.add_trace(go.Scatter(x=rank, y=100 * v, name=text[name], line=style.line(colour, dash=dash)))
    figure.update_xaxes(title_text=text["rank"], range=[0, 100])
    figure.update_yaxes(title_text=text["changed"], rangemode="tozero")
    return style.styled(figure, height=340)


def agreement(shares: ArrayLike, labels: Labels = None) -> go.Figure:
    """What the classifier reads (columns) where each digit was asked for (rows): shares (10, 10), rows that add up to
    1."""
    text = style.texts(AGREEMENT, labels)
    s = np.asarray(shares, float)
    names = [str(digit) for digit in range(len(s))]
    figure = go.Figure(
        go.Heatmap(
            x=names,
            y=names,
            z=s,
            zmin=0,
            zmax=1,
            colorscale=[[0, style.CLEAR], [1, style.GENERATOR]],
            showscale=False,
            hovertemplate=f"{text['asked']} %{{y}}, {text['read']} %{{x}}: %{{z:.1%}}<extra></extra>",
        )
    )
    rows, columns = np.nonzero(s >= 0.005)
    numbers = go.Scatter(
        x=[names[j] for j in columns],
        y=[names[i] for i in rows],
        text=[f"{100 * s[i, j]:.0f}" for i, j in zip(rows, columns, strict=True)],
        mode="text",
        textfont={"color": ["white" if s[i, j] > 0.5 else style.NEUTRAL for i, j in zip(rows, columns, strict=True)]},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_trace(numbers)
    figure.update_xaxes(title_text=f"{text['read']} …", type="category", showgrid=False)
    figure.update_yaxes(title_text=f"{text['asked']} …", type="category", autorange="reversed", showgrid=False)
    return style.styled(figure, height=440).update_layout(hovermode="closest")


# the places of a name beside its point, the best first: across in letters' widths, up in heights of a line
BESIDE = {
    "middle right": (1, 0.0), "middle left": (-1, 0.0), "top right": (1, 0.6), "top left": (-1, 0.6),
    "bottom right": (1, -0.6), "bottom left": (-1, -0.6),
}  # fmt: skip
LETTER, ROW, DOT = 0.0125, 0.065, 0.02  # of the axes: of a letter across, of a line, of half a point


Box = tuple[float, float, float, float]  # left, right, bottom, top


def _apart(names: Sequence[str], x: Floats, y: Floats, other: tuple[float, float]) -> list[str]:
    """Where each name stands, so that it lies as little as can be over points and over the names before it."""
    points = [*zip(x, y, strict=True), other]
    taken: list[Box] = [(a - DOT, a + DOT, b - DOT, b + DOT) for a, b in points]
    taken.append((other[0], other[0] + 12 * LETTER, other[1] - ROW / 2, other[1] + ROW / 2))
    found = []
    for name, a, b in zip(names, x, y, strict=True):
        boxes = {place: _box(len(name) * LETTER, a, b, *where) for place, where in BESIDE.items()}
        covered = {place: sum(_common(box, one) for one in taken) for place, box in boxes.items()}
        found.append(min(BESIDE, key=covered.__getitem__))
        taken.append(boxes[found[-1]])
    return found


def _box(wide: float, a: float, b: float, side: float, up: float) -> Box:
    left = a + DOT if side > 0 else a - DOT - wide
    return left, left + wide, b + (up - 0.5) * ROW, b + (up + 0.5) * ROW


def _common(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    across = min(one[1], other[1]) - max(one[0], other[0])
    return max(0.0, across) * max(0.0, min(one[3], other[3]) - max(one[2], other[2]))


def trade_off(
    names: Sequence[str], precision: ArrayLike, coverage: ArrayLike, floor: tuple[float, float], labels: Labels = None
) -> go.Figure:
    """Runs in the plane of precision and coverage; `floor` is where real digits are in it."""
    text = style.texts(TRADE_OFF, labels)
    marks = {"mode": "markers+text", "showlegend": False, "cliponaxis": False}
    beside = _apart(names, np.asarray(precision, float), np.asarray(coverage, float), floor)
    hover = "%{text}: %{x:.2f}, %{y:.2f}<extra></extra>"
    figure = go.Figure(
        [
            go.Scatter(
                x=np.asarray(precision), y=np.asarray(coverage), text=list(names), hovertemplate=hover,
                marker={"size": 11, "color": style.FAKE}, textposition=beside, **marks,
            ),
            go.Scatter(
                x=[floor[0]], y=[floor[1]], text=[text["real"]], hovertemplate=hover,
                marker={"size": 13, "color": style.REAL, "symbol": "diamond"}, textposition="middle right", **marks,
            ),
        ]
    )  # fmt: skip
    figure.update_xaxes(title_text=text["precision"], range=[-0.1, 1.3])
    figure.update_yaxes(title_text=text["coverage"], range=[-0.08, 1.1])
    return style.styled(figure, height=420).update_layout(hovermode="closest")
