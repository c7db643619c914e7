"""Twin runs that differ in one thing: every seed a dot, mean and standard error beside it, and the floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from gan_core.figures import style
from gan_core.figures.theory import Labels

TWINS = {"score": "FID", "seed": "one seed", "mean": "mean ± standard error", "floor": "real digits",
         "skill": "without skill"}  # fmt: skip


def twins(
    runs: Mapping[str, Sequence[float]],
    means: Sequence[tuple[float, float]],
    floor: float,
    skill: float,
    labels: Labels = None,
) -> go.Figure:
    """`runs`: value of the knob → its score for each seed; `means`: (mean, standard error) of each, in that order;
    `floor`: what real digits score; `skill`: the best maker without skill. The axis is logarithmic, so that twins near
    the floor can be told apart too."""
    text, names = style.texts(TWINS, labels), list(runs)
    mean, error = np.array(means, float).T
    dots = go.Scatter(
        x=[score for scores in runs.values() for score in scores],
        y=[name for name, scores in runs.items() for _ in scores],
        mode="markers",
        name=text["seed"],
        marker={"size": 8, "color": style.NEUTRAL, "opacity": 0.7},
        hovertemplate="%{y}: %{x:,.4~r}<extra></extra>",
    )
    bars = go.Scatter(
        x=mean,
        y=names,
        mode="markers",
        name=text["mean"],
        error_x={"array": np.nan_to_num(error), "thickness": 2, "width": 6},
        marker={"size": 12, "symbol": "diamond", "color": style.GENERATOR},
        hovertemplate="%{y}: %{x:,.4~r}<extra></extra>",
    )
    limits = [
        go.Scatter(
            x=[at] * len(names),
            y=names,
            mode="lines",
            name=f"{text[what]}: {style.number(at)}",
            line={"color": color, "width": 2, "dash": "dash"},
            hoverinfo="skip",
        )
        for what, at, color in (("floor", floor, style.REAL), ("skill", skill, style.NEUTRAL))
    ]
    figure = go.Figure([dots, bars, *limits])
    reach = np.log10([floor / 1.5, 1.5 * max(*dots.x, skill)])
    figure.update_xaxes(title_text=text["score"], type="log", range=reach, dtick=1)
    figure.update_yaxes(autorange="reversed", type="category")
    return style.styled(figure, height=190 + 48 * len(names)).update_layout(hovermode="closest")
