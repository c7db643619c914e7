"""What a visitor brought, as it was read: points of the plane, or the histogram of a column.

Arrays in, a figure out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gan_core.figures import style

HEIGHT = 240
MOST = 2000  # points that are drawn, spread evenly over the rows


def _colour(i: int) -> str:
    """Of the visitor's i-th kind of real points: the first is real as everywhere, no other is a player's."""
    return (style.REAL, *style.APART)[i % (1 + len(style.APART))]


def preview(values: NDArray[np.float64], names: Sequence[str], labels: Sequence[str] | None = None) -> go.Figure:
    """values (n, 2) or (n, 1); `names` of the columns; `labels`: n words, each of which has a colour of its own."""
    if values.shape[1] == 1:
        figure = go.Figure(go.Histogram(x=values[:, 0], marker={"color": style.REAL}, hovertemplate="%{x}: %{y}"))
    else:
        shown = np.linspace(0, len(values) - 1, min(len(values), MOST)).round().astype(int)
        words = np.array(["" for _ in values] if labels is None else [*labels], dtype=object)[shown]
        figure = go.Figure(
            [
                go.Scattergl(
                    x=values[shown][words == word, 0],
                    y=values[shown][words == word, 1],
                    name=word,
                    mode="markers",
                    marker={"size": 5, "color": _colour(i)},
                    hovertemplate="%{x:,.4~r}, %{y:,.4~r}<extra>"
                    + ("" if labels is None else "%{fullData.name}")
                    + "</extra>",
                )
                for i, word in enumerate(dict.fromkeys(words))
            ]
        )
        figure.update_yaxes(title_text=names[1])
    figure.update_xaxes(title_text=names[0])
    small = {"size": style.FONT_SIZE - 4}
    style.styled(figure, height=HEIGHT)
    figure.update_xaxes(tickfont=small, title_font=small).update_yaxes(tickfont=small, title_font=small)
    return figure.update_layout(
        margin={"l": 10, "r": 10, "t": 30, "b": 10}, hovermode="closest", showlegend=labels is not None,
        legend={"font": small},
    )  # fmt: skip
