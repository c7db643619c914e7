"""The value of the game: D on its way to the optimum, and what it is worth there. Arrays in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from gan_core.figures import style
from gan_core.figures.distances import WORDS, Labels
from gan_core.figures.pieces import animated, area, line

NUMBER = 0.06, 0.5  # from a point to its number's nearer and farther edge, in nats of the lower axis
Walk = tuple[ArrayLike, ArrayLike, ArrayLike]  # shares (T,), D at x (T, n) and V (T,) there


def game(
    x: ArrayLike, p: ArrayLike, q: ArrayLike, d: ArrayLike, best: ArrayLike, shares: ArrayLike, values: ArrayLike,
    at: tuple[float, float], optimum: float, labels: Labels = None, walk: Walk | None = None,
) -> go.Figure:  # fmt: skip
    """Both densities with D and D* on an axis of their own, above V(D) along the way from D's start to D*.

    d, best (n,) at x (n,); values (s,) over the shares (s,) of the way; `at`: share and value now; `optimum`: V(D*).
    `walk`: what can be played, which ends where D is now.
    """
    text = style.texts(WORDS, labels)
    x = np.asarray(x, float)
    figure = make_subplots(2, 1, vertical_spacing=0.17, specs=[[{"secondary_y": True}], [{}]])
    for name, density, color in (("p", p, style.REAL), ("q", q, style.FAKE)):
        figure.add_trace(area(x, density, text[name], color), 1, 1)
    figure.add_trace(line(x, best, text["optimal_d"], style.NEUTRAL, dash="dash"), 1, 1, secondary_y=True)
    moving = [0, 1, len(figure.data)]  # p and q too: while a line of an axis above theirs moves, they would vanish
    figure.add_trace(line(x, d, text["d"], style.DISCRIMINATOR), 1, 1, secondary_y=True)
    values = np.asarray(values, float)
    equilibrium = -2 * float(np.log(2))
    levels = [equilibrium, *([optimum] if optimum > equilibrium + 0.02 else [])]
    figure.add_trace(
        line(shares, np.where(np.isfinite(values), values, np.nan), text["game"], style.DISCRIMINATOR), 2, 1
    )
    if np.isfinite(at[1]):
        moving.append(len(figure.data))
        figure.add_trace(
            go.Scatter(
                **_mark(*at, levels), mode="markers+text",
                marker={"size": 11, "color": style.DISCRIMINATOR}, showlegend=False, hoverinfo="skip", cliponaxis=False,
            ),
            2, 1,
        )  # fmt: skip
    dashed = {"color": style.NEUTRAL, "dash": "dash"}
    figure.add_hline(equilibrium, line=dashed, annotation_text=text["equilibrium"], row=2, col=1,
                     annotation_position="bottom left")  # fmt: skip
    if len(levels) > 1:
        figure.add_hline(optimum, line=dashed, annotation_text=text["optimum"], row=2, col=1,
                         annotation_position="top left")  # fmt: skip
    figure.update_xaxes(title_text=text["x"], range=[x[0], x[-1]], row=1, col=1)
    figure.update_xaxes(title_text=text["share"], row=2, col=1)
    figure.update_yaxes(title_text=text["density"], rangemode="tozero", row=1, col=1, secondary_y=False)
    figure.update_yaxes(title_text=text["probability"], range=[0, 1.05], showgrid=False, row=1, col=1, secondary_y=True)
    figure.update_yaxes(title_text=text["game"], range=[-3.2, 0.25], row=2, col=1)
    if walk is None:
        return style.styled(figure, height=600)
    steps = [(float(share), y, float(value)) for share, y, value in zip(*map(np.asarray, walk), strict=True)]
    frames = [[p, q, y, _mark(share, value, levels)][: len(moving)] for share, y, value in steps]
    names = [style.number(share, 2) for share, _, _ in steps]
    return animated(figure, frames, names, moving, text["come"], text, height=600, at_end=True,
                    ticks=False)  # fmt: skip


def _mark(share: float, value: float, levels: Sequence[float]) -> dict[str, object]:
    """The point on the curve where D is, and what it reads there: below the point, unless a level's line would go
    through the number and is farther from one above."""
    low, high = NUMBER
    away = {side: min(abs(value + sign * (low + high) / 2 - level) for level in levels)
            for side, sign in (("bottom", -1), ("top", 1))}  # fmt: skip
    side = "bottom" if away["bottom"] > (high - low) / 2 else max(away, key=lambda side: away[side])
    return {"x": [share], "y": [value], "text": [style.number(value, 4)], "textposition": f"{side} center"}
