"""What two players do along a run: six small charts. Arrays in, a figure out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.subplots import make_subplots

from gan_core.figures import style
from gan_core.figures.style import Labels

WORDS = {
    "losses": "losses, dashed: where D cannot tell",
    "accuracy": "D's share of right answers",
    "mean": "mean of G's points",
    "norms": "‖φ‖ of G against ‖θ‖ of D",
    "turns": "cosine between successive updates",
    "spectrum": "eigenvalues of the game's Jacobian",
    "d": "D",
    "g": "G",
    "none": "only for one small layer",
}


def balance(
    steps: ArrayLike, accuracy: ArrayLike, mean: ArrayLike, norms: ArrayLike, turns: ArrayLike,
    losses: tuple[ArrayLike, ArrayLike, ArrayLike], eigenvalues: tuple[ArrayLike, ArrayLike],
    equilibrium: Sequence[tuple[str, float]] = (), labels: Labels = None,
) -> go.Figure:  # fmt: skip
    """One run at T looks.

    accuracy (T,) over steps (T,); mean (T, 2); norms, turns (T, 2): of G and of D. losses: (steps (L,), D's, G's).
    eigenvalues: (steps (S,), complex (S, P)); the later, the darker. equilibrium: ("d" | "g", loss) of dashed lines.
    """
    text = style.texts(WORDS, labels)
    names = ("losses", "accuracy", "mean", "norms", "turns", "spectrum")
    figure = make_subplots(2, 3, subplot_titles=[text[name] for name in names], vertical_spacing=0.2,
                           horizontal_spacing=0.09)  # fmt: skip
    steps, turns, norms, mean = (np.asarray(array, float) for array in (steps, turns, norms, mean))
    colours = {"g": style.GENERATOR, "d": style.DISCRIMINATOR}

    def line(
        x: ArrayLike, y: ArrayLike, row: int, column: int, colour: str, name: str = "", legend: bool = False
    ) -> None:
        figure.add_trace(go.Scatter(x=np.asarray(x), y=np.asarray(y), mode="lines", name=name, showlegend=legend,
                                    line=style.line(colour, width=1.5)), row, column)  # fmt: skip

    for player, values in zip("dg", losses[1:], strict=True):
        line(losses[0], values, 1, 1, colours[player], text[player])
    for player, level in equilibrium:
        figure.add_hline(level, line={"color": colours[player], "dash": "dash", "width": 1}, row=1, col=1)
    line(steps, accuracy, 1, 2, style.DISCRIMINATOR)
    figure.add_hline(0.5, line={"color": style.NEUTRAL, "dash": "dash", "width": 1}, row=1, col=2)
    line(mean[:, 0], mean[:, 1], 1, 3, style.FAKE)
    line(norms[:, 0], norms[:, 1], 2, 1, style.NEUTRAL)
    for place, x, y in (((1, 3), mean[-1:, 0], mean[-1:, 1]), ((2, 1), norms[-1:, 0], norms[-1:, 1])):
        figure.add_trace(go.Scatter(x=x, y=y, mode="markers", marker={"color": style.FAILED, "size": 9},
                                    showlegend=False), *place)  # fmt: skip
    for column, player in enumerate(("g", "d")):
        line(steps, turns[:, column], 2, 2, colours[player])
    at, values = np.asarray(eigenvalues[0], float), np.asarray(eigenvalues[1])
    if len(at):
        figure.add_trace(
            go.Scatter(
                x=values.real.ravel(), y=values.imag.ravel(), mode="markers", showlegend=False,
                marker={"size": 5, "color": np.repeat(at, values.shape[1]), "colorscale": "Viridis_r", "opacity": 0.7},
            ),
            2, 3,
        )  # fmt: skip
        figure.add_vline(0, line={"color": style.NEUTRAL, "width": 1}, row=2, col=3)
    else:
        figure.add_annotation(text=text["none"], showarrow=False, x=0.5, y=0.5, xref="x6 domain", yref="y6 domain")
    figure.update_yaxes(range=[0, 1.02], row=1, col=2)
    figure.update_yaxes(range=[-1.05, 1.05], row=2, col=2)
    figure.update_annotations(font_size=13)
    styled = style.styled(figure, height=400)
    return styled.update_layout(font={"size": 12}, margin={"l": 40, "r": 10, "t": 45, "b": 30}, hovermode="closest")
