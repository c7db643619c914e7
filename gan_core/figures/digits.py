"""The pictures of the page Digits: who gets which class, and what the latent space is like.

Arrays in, a figure out; `labels` replaces the English texts by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from gan_core.figures import style
from gan_core.figures.style import Labels

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
    "real": "share (dashed: what real digits get)",
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


def trade_off(
    names: Sequence[str], precision: ArrayLike, coverage: ArrayLike, floor: tuple[float, float], labels: Labels = None
) -> go.Figure:
    """Precision and coverage of each run, a row each, so that no name lies over another or is cut, and as dashed lines
    what real digits get, which `floor` says. Between both marks of a row lies what the run gains in one and lacks in
    the other; the row with the most coverage is the uppermost."""
    text = style.texts(TRADE_OFF, labels)
    both = np.stack([np.asarray(precision, float), np.asarray(coverage, float)], 1)
    order = np.argsort(both[:, 1])
    rows, both = [names[i] for i in order], both[order]
    gaps = np.column_stack([both, np.full(len(both), np.nan)]).ravel()
    figure = go.Figure(
        go.Scatter(
            x=gaps, y=np.repeat(rows, 3), mode="lines", line=style.line(style.NEUTRAL, width=3), hoverinfo="skip",
            showlegend=False,
        )
    )  # fmt: skip
    looks = (("precision", style.APART[0], "circle"), ("coverage", style.APART[1], "diamond"))
    for values, real, (name, colour, symbol) in zip(both.T, floor, looks, strict=True):
        figure.add_trace(
            go.Scatter(
                x=values, y=rows, mode="markers", name=text[name], cliponaxis=False,
                marker={"size": 12, "color": colour, "symbol": symbol}, hovertemplate="%{x:.2f}",
            )
        )  # fmt: skip
        figure.add_vline(real, line={"color": colour, "width": 1.5, "dash": "dash"})
    figure.update_xaxes(title_text=text["real"], range=[-0.03, 1.03])
    figure.update_yaxes(type="category")
    return style.styled(figure, height=150 + 30 * len(rows)).update_layout(hovermode="y unified")
