"""What was behind a pair of loss curves: the samples of a run at a few moments. Arrays in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from gan_core.figures import style
from gan_core.figures.style import Labels

WORDS = {"real": "real", "fake": "generated", "moment": "step {step}: W1 {w1}"}
ROOM = 1.6  # of the real samples' reach; generated ones further off lie outside


def behind(
    real: ArrayLike, fakes: Sequence[ArrayLike], steps: Sequence[int], w1: Sequence[float], labels: Labels = None
) -> go.Figure:
    """A plane for each moment. real (n, 2); fakes: (m, 2) each, at these steps; w1: their distances from the data."""
    text = style.texts(WORDS, labels)
    titles = [text["moment"].format(step=f"{step:,}", w1=style.number(w)) for step, w in zip(steps, w1, strict=True)]
    real = np.asarray(real, float)
    reach = ROOM * float(np.abs(real).max())
    figure = make_subplots(1, max(1, len(titles)), subplot_titles=titles, horizontal_spacing=0.03)
    for column, fake in enumerate(fakes, start=1):
        for name, points, colour in (("real", real, style.REAL), ("fake", np.asarray(fake, float), style.FAKE)):
            figure.add_trace(
                go.Scatter(x=points[:, 0], y=points[:, 1], mode="markers", name=text[name], showlegend=column == 1,
                           marker={"color": colour, "size": 4}, hoverinfo="skip"),
                1, column,
            )  # fmt: skip
        axis = {"range": [-reach, reach], "showticklabels": False, "constrain": "domain"}
        figure.update_xaxes(row=1, col=column, **axis)
        figure.update_yaxes(scaleanchor="x" if column == 1 else f"x{column}", row=1, col=column, **axis)
    figure.update_annotations(font_size=13)
    styled = style.styled(figure, height=250)
    return styled.update_layout(hovermode="closest", margin={"l": 5, "r": 5, "t": 30, "b": 30},
                                legend={"y": 0, "yanchor": "top"})  # fmt: skip
