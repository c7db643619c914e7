"""The value of the game: D on its way to the optimum, and what it is worth there. Arrays in, a figure out."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from gan_core.figures import style
from gan_core.figures.distances import WORDS, Labels
from gan_core.figures.pieces import animated, area, line

EQUILIBRIUM = -2 * float(np.log(2))
LOW, HIGH = -3.2, 0.9  # of V(D), which is never above 0: there its number stands, over no line
READ = 0.5  # … so high
NAME = 0.22, 0.1, 0.75  # of the equilibrium where a figure is narrow: its share of the axis, and nats below the line
Walk = tuple[ArrayLike, ArrayLike, ArrayLike]  # shares (T,), D at x (T, n) and V (T,) there


def game(
    x: ArrayLike, p: ArrayLike, q: ArrayLike, d: ArrayLike, best: ArrayLike, shares: ArrayLike, values: ArrayLike,
    at: tuple[float, float], optimum: float, labels: Labels = None, walk: Walk | None = None,
) -> go.Figure:  # fmt: skip
    """Both densities with D and D* on an axis of their own, above V(D) along the way from D's start to D*. No letters
    stand on a line.

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
    shares, values = np.asarray(shares, float), np.asarray(values, float)
    known = np.where(np.isfinite(values), values, np.nan)
    curve = line(shares, known, text["game"], style.DISCRIMINATOR).update(showlegend=False)  # the axis has its name
    figure.add_trace(curve, 2, 1)

    def marks(share: float, value: float) -> list[dict[str, Any]]:
        """The point on the curve where D is, and what it reads there."""
        said = f"{text['game']} = {style.number(value, 4)}"
        return [{"x": [share], "y": [value]}, {"x": [shares[-1]], "y": [READ], "text": [said]}]

    if np.isfinite(at[1]):
        moving += [len(figure.data), len(figure.data) + 1]
        kinds: tuple[dict[str, Any], ...] = ({"mode": "markers", "marker": {"size": 11, "color": style.DISCRIMINATOR}},
                                             {"mode": "text", "textposition": "middle left"})  # fmt: skip
        for mark, kind in zip(marks(*at), kinds, strict=True):
            shown = go.Scatter(**mark, **kind, showlegend=False, hoverinfo="skip", cliponaxis=False)
            figure.add_trace(shown, 2, 1)
    dashed = {"color": style.NEUTRAL, "dash": "dash"}
    figure.add_hline(EQUILIBRIUM, line=dashed, annotation_text=text["equilibrium"], row=2, col=1,
                     annotation_position=f"bottom {_free_side(shares, known)}")  # fmt: skip
    if optimum > EQUILIBRIUM + 0.02:
        figure.add_hline(optimum, line=dashed, annotation_text=text["optimum"], row=2, col=1,
                         annotation_position="top left")  # fmt: skip
    figure.update_xaxes(title_text=text["x"], range=[x[0], x[-1]], row=1, col=1)
    figure.update_xaxes(title_text=text["share"], range=[shares[0], shares[-1]], zeroline=False, row=2, col=1)
    high = 1.05 * max(float(np.max(density)) for density in (p, q))  # said: Plotly forgets it while it plays
    figure.update_yaxes(title_text=text["density"], range=[0, high], row=1, col=1, secondary_y=False)
    figure.update_yaxes(title_text=text["probability"], range=[0, 1.05], dtick=0.25, showgrid=False, row=1, col=1,
                         secondary_y=True)  # fmt: skip
    figure.update_yaxes(title_text=text["game"], range=[LOW, HIGH], zeroline=False, row=2, col=1)
    if walk is None:
        return style.styled(figure, height=600)
    steps = [(float(share), y, float(value)) for share, y, value in zip(*map(np.asarray, walk), strict=True)]
    frames = [[p, q, y, *marks(share, value)][: len(moving)] for share, y, value in steps]
    names = [style.number(share, 2) for share, _, _ in steps]
    return animated(figure, frames, names, moving, text["come"], text, height=600, at_end=True,
                    ticks=False)  # fmt: skip


def _free_side(shares: np.ndarray, values: np.ndarray) -> str:
    """On which side V(D) is not right below the equilibrium, whose name stands there."""
    wide, top, foot = NAME
    near = (values < EQUILIBRIUM - top) & (values > EQUILIBRIUM - foot)
    return "right" if near[shares < shares[0] + wide * (shares[-1] - shares[0])].any() else "left"
