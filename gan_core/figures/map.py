"""The map of two settings: a cell for each pair of values. Arrays in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from gan_core.figures import style
from gan_core.figures.style import Labels

WORDS = {
    "x": "x",
    "y": "y",
    "value": "value",
    "diverged": "diverged",
}
# above the map and as wide, its name above it, so that a narrow window leaves both their width
SCALE = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0.5, "xanchor": "center", "thickness": 12, "len": 1.0}
DIVERGED = style.FAILED
LIFTED = 45  # pixels: Plotly 4.1 lifts the title of the x axis by the height of a scale that lies down


def settings_map(
    xs: ArrayLike, ys: ArrayLike, values: ArrayLike, shown: ArrayLike, diverged: ArrayLike, limits: tuple[float, float],
    *, better_high: bool = True, notes: Sequence[Sequence[str]] | None = None, labels: Labels = None,
) -> go.Figure:  # fmt: skip
    """Cells in even steps whatever their values are.

    values (m, n): a row for each of ys (m,), a column for each of xs (n,); NaN where a cell is not known or diverged.
    shown (m, n): the same with coarser cells in place of those still to come. diverged (m, n): the share of seeds that
    stopped being finite, NaN where nothing is known. limits: the values of the two ends of the colours. notes (m, n):
    what else is said of a cell that is pointed at, may be "".
    """
    text = style.texts(WORDS, labels)
    values, shown, diverged = (np.asarray(array, float) for array in (values, shown, diverged))
    x, y = [style.number(v) for v in np.asarray(xs, float)], [style.number(v) for v in np.asarray(ys, float)]
    scale = "Viridis" if better_high else "Viridis_r"
    colours = {"zmin": limits[0], "zmax": limits[1], "colorscale": scale, "xgap": 1, "ygap": 1, "hoverinfo": "skip"}
    figure = go.Figure()
    figure.add_trace(go.Heatmap(x=x, y=y, z=shown, showscale=False, opacity=0.35, **colours))
    figure.add_trace(
        go.Heatmap(x=x, y=y, z=values, colorbar=SCALE | {"title": {"text": text["value"], "side": "top"}}, **colours)
    )
    gone = np.where(diverged >= 0.5, 1.0, np.nan)
    figure.add_trace(
        go.Heatmap(x=x, y=y, z=gone, showscale=False, colorscale=[[0, DIVERGED], [1, DIVERGED]], xgap=1, ygap=1,
                   hoverinfo="skip")
    )  # fmt: skip
    columns, rows = np.meshgrid(np.arange(len(x)), np.arange(len(y)))
    captions = [
        text["diverged"] if np.isfinite(share) and share >= 0.5 else style.number(value) if np.isfinite(value) else "…"
        for value, share in zip(values.ravel(), diverged.ravel(), strict=True)
    ]
    if notes is not None:
        said = [note for row in notes for note in row]
        captions = ["<br>".join(filter(None, pair)) for pair in zip(captions, said, strict=True)]
    figure.add_trace(  # what a click meets: a heatmap cannot be selected from
        go.Scatter(
            x=[x[i] for i in columns.ravel()], y=[y[j] for j in rows.ravel()], mode="markers", showlegend=False,
            marker={"size": 26, "symbol": "square", "color": style.NEUTRAL, "opacity": 0.01},
            customdata=np.stack([columns.ravel(), rows.ravel()], 1), text=captions,
            hovertemplate=f"{text['x']} %{{x}}<br>{text['y']} %{{y}}<br>{text['value']}: %{{text}}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title_text=text["x"], type="category", range=[-0.5, len(x) - 0.5])
    figure.update_yaxes(title_text=text["y"], type="category", range=[-0.5, len(y) - 0.5])
    styled = style.styled(figure, height=430).update_layout(hovermode="closest", margin={"t": 20})
    styled.update_layout(hoverdistance=-1)  # a cell is met wherever it is pointed at, however large it is
    return styled.update_xaxes(title_standoff=LIFTED)
