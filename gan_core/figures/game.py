"""The value of the game: D on its way to the optimum, and what it is worth there. Arrays in, a figure out."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from gan_core.figures import style
from gan_core.figures.distances import WORDS, Labels
from gan_core.figures.pieces import area, line


def game(
    x: ArrayLike, p: ArrayLike, q: ArrayLike, d: ArrayLike, best: ArrayLike, shares: ArrayLike, values: ArrayLike,
    at: tuple[float, float], optimum: float, labels: Labels = None,
) -> go.Figure:  # fmt: skip
    """Both densities with D and D* on an axis of their own, above V(D) along the way from D's start to D*.

    d, best (n,) at x (n,); values (s,) over the shares (s,) of the way; `at`: share and value now; `optimum`: V(D*).
    """
    text = style.texts(WORDS, labels)
    x = np.asarray(x, float)
    figure = make_subplots(2, 1, vertical_spacing=0.17, specs=[[{"secondary_y": True}], [{}]])
    for name, density, color in (("p", p, style.REAL), ("q", q, style.FAKE)):
        figure.add_trace(area(x, density, text[name], color), 1, 1)
    figure.add_trace(line(x, best, text["optimal_d"], style.NEUTRAL, dash="dash"), 1, 1, secondary_y=True)
    figure.add_trace(line(x, d, text["d"], style.DISCRIMINATOR), 1, 1, secondary_y=True)
    values = np.asarray(values, float)
    figure.add_trace(
        line(shares, np.where(np.isfinite(values), values, np.nan), text["game"], style.DISCRIMINATOR), 2, 1
    )
    if np.isfinite(at[1]):
        figure.add_trace(
            go.Scatter(
                x=[at[0]], y=[at[1]], mode="markers+text", text=[style.number(at[1], 4)], textposition="bottom right",
                marker={"size": 11, "color": style.DISCRIMINATOR}, showlegend=False, hoverinfo="skip", cliponaxis=False,
            ),
            2, 1,
        )  # fmt: skip
    dashed = {"color": style.NEUTRAL, "dash": "dash"}
    equilibrium = -2 * float(np.log(2))
    figure.add_hline(equilibrium, line=dashed, annotation_text=text["equilibrium"], row=2, col=1,
                     annotation_position="bottom left")  # fmt: skip
    if optimum > equilibrium + 0.02:
        figure.add_hline(optimum, line=dashed, annotation_text=text["optimum"], row=2, col=1,
                         annotation_position="top left")  # fmt: skip
    figure.update_xaxes(title_text=text["x"], range=[x[0], x[-1]], row=1, col=1)
    figure.update_xaxes(title_text=text["share"], row=2, col=1)
    figure.update_yaxes(title_text=text["density"], rangemode="tozero", row=1, col=1, secondary_y=False)
    figure.update_yaxes(title_text=text["probability"], range=[0, 1.05], showgrid=False, row=1, col=1, secondary_y=True)
    figure.update_yaxes(title_text=text["game"], range=[-3.2, 0.25], row=2, col=1)
    return style.styled(figure, height=600)
