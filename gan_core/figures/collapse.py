"""The pictures of mode collapse: who gets which mode, how many are covered, what raised the alarm, which cure helps.

Arrays in, a figure out; `labels` replaces the English texts by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from gan_core.figures import style

Labels = Mapping[str, str] | None

TIMELINE = {
    "step": "step",
    "mode": "mode",
    "share": "share",
    "right": "its share",
    "nothing": "nothing",
    "everything": "everything",
}
COVERED = {"step": "step", "modes": "modes covered", "range": "{name}, range", "all": "all {n}"}
SIGNALS = {
    "step": "step",
    "ratio": "generated ÷ real",
    "effective_modes": "effective modes",
    "spread": "spread of G(z)",
    "stretch": "singular values of ∂G/∂z",
    "threshold": "alarm below",
    "alarm": "alarm since {step}",
}
CURES = {"modes": "modes captured", "high_quality": "high-quality samples (%)", "all": "all {n}", "perfect": "perfect"}
_SIGNAL_COLOURS = {"effective_modes": style.PALETTE[0], "spread": style.PALETTE[1], "stretch": style.PALETTE[3]}


def timeline(step: ArrayLike, shares: ArrayLike, weights: ArrayLike, labels: Labels = None) -> go.Figure:
    """Share of each mode over steps, one run: step (T,), shares (T, M), weights (M,) the real shares.

    The colour is the share over its right value on a logarithmic scale that ends at "everything in this mode"; a mode
    with less than a tenth of its share is clear. A hopping generator draws stairs, a collapsed one a few long bars, a
    recovering one fills the rows.
    """
    text = style.texts(TIMELINE, labels)
    s, w = np.asarray(shares, float).T, np.asarray(weights, float)
    w = w / w.sum()
    right = np.where(w > 0, w, 1.0)[:, None]
    top = float(np.log10(1 / right.min())) or 1.0
    level = np.log10(np.clip(s / right, 0.1, None))
    scale = [[0, style.CLEAR], [1 / (1 + top), style.PALETTE[2]], [1, style.PALETTE[5]]]
    heat = go.Heatmap(
        x=np.asarray(step),
        y=np.arange(1, len(s) + 1),
        z=level,
        customdata=s,
        zmin=-1,
        zmax=top,
        colorscale=scale,
        colorbar={"tickvals": [-1, 0, top], "ticktext": [text["nothing"], text["right"], text["everything"]]},
        hovertemplate=f"{text['step']} %{{x:,}}, {text['mode']} %{{y}}: %{{customdata:.1%}}<extra></extra>",
    )
    figure = go.Figure(heat)
    figure.update_xaxes(title_text=text["step"], showgrid=False)
    figure.update_yaxes(title_text=text["mode"], autorange="reversed", dtick=1 if len(s) <= 10 else 5, showgrid=False)
    return style.styled(figure, height=260 + 12 * len(s)).update_layout(hovermode="closest")


def covered(step: ArrayLike, runs: Mapping[str, ArrayLike], modes: int, labels: Labels = None) -> go.Figure:
    """Modes covered over steps: for each name the values (T, K) of K seeds, drawn as their median and range."""
    text = style.texts(COVERED, labels)
    x = np.asarray(step)
    figure = go.Figure()
    for (name, values), colour in zip(runs.items(), style.PALETTE, strict=False):
        v = np.asarray(values, float)
        band = {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([v.max(1), v.min(1)[::-1]])}
        fill = {"fill": "toself", "fillcolor": colour, "opacity": 0.2, "line": {"width": 0}}
        named = text["range"].format(name=name)
        figure.add_trace(go.Scatter(**band, **fill, name=named, showlegend=False, hoverinfo="skip"))
        figure.add_trace(go.Scatter(x=x, y=np.median(v, axis=1), name=name, line=style.line(colour)))
    limit = {"color": style.NEUTRAL, "width": 1, "dash": "dash"}
    figure.add_hline(modes, line=limit, annotation_text=text["all"].format(n=modes))
    figure.update_xaxes(title_text=text["step"])
    figure.update_yaxes(title_text=text["modes"], range=[0, 1.12 * modes])
    return style.styled(figure)


def signals(
    step: ArrayLike,
    curves: Mapping[str, ArrayLike],
    thresholds: Mapping[str, float],
    since: int | None = None,
    labels: Labels = None,
) -> go.Figure:
    """The detector's curves (T,) of one run over steps, each beside its threshold, and since when the alarm holds."""
    text = style.texts(SIGNALS, labels)
    x = np.asarray(step)
    figure = go.Figure()
    for name, values in curves.items():
        colour = _SIGNAL_COLOURS[name]
        figure.add_trace(go.Scatter(x=x, y=np.asarray(values, float), name=text[name], line=style.line(colour)))
        ends = go.Scatter(
            x=[x[0], x[-1]],
            y=[thresholds[name]] * 2,
            name=f"{text['threshold']} {style.number(thresholds[name])}",
            line=style.line(colour, width=1, dash="dot"),
            showlegend=False,
        )
        figure.add_trace(ends)
    if since is not None:
        mark = {"color": style.NEUTRAL, "width": 1, "dash": "dash"}
        figure.add_vline(since, line=mark, annotation_text=text["alarm"].format(step=f"{since:,}"))
    figure.update_xaxes(title_text=text["step"])
    figure.update_yaxes(title_text=text["ratio"], rangemode="tozero")
    return style.styled(figure)


def cures(
    names: Sequence[str],
    modes: Sequence[tuple[float, float]],
    high_quality: Sequence[tuple[float, float]],
    most: int,
    perfect: float,
    labels: Labels = None,
) -> go.Figure:
    """Methods against both numbers that matter together: modes captured, and the share of high-quality samples.

    Each is (mean, standard error), one a name. `most`: modes there are; `perfect`: high quality (%) of real data.
    """
    text = style.texts(CURES, labels)
    (x, dx), (y, dy) = (np.array(pairs, float).T for pairs in (modes, high_quality))
    points = go.Scatter(
        x=x,
        y=y,
        mode="markers+text",
        text=list(names),
        textposition="top center",
        error_x={"array": np.nan_to_num(dx)},
        error_y={"array": np.nan_to_num(dy)},
        marker={"size": 11, "color": style.GENERATOR},
        hovertemplate="%{text}: %{x:.1f}, %{y:.1f} %<extra></extra>",
    )
    figure = go.Figure(points)
    limit = {"color": style.NEUTRAL, "width": 1, "dash": "dash"}
    figure.add_vline(most, line=limit, annotation_text=text["all"].format(n=most))
    if np.nanmax(y) > perfect / 3:  # where all are far from it the line would only flatten the picture
        figure.add_hline(perfect, line=limit, annotation_text=text["perfect"])
    figure.update_xaxes(title_text=text["modes"], range=[0, 1.1 * most])
    figure.update_yaxes(title_text=text["high_quality"], rangemode="tozero")
    return style.styled(figure).update_layout(hovermode="closest")
