"""The picture of mitigations of mode collapse: how many modes each one captures, and how well.

Arrays in, a figure out; `labels` replaces the English texts by name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gan_core.figures import style
from gan_core.figures.style import Labels

MITIGATIONS = {
    "modes": "modes captured",
    "high_quality": "high-quality samples (%)",
    "all": "all {n}",
    "perfect": "perfect",
}


def mitigations(
    names: Sequence[str],
    modes: Sequence[tuple[float, float]],
    high_quality: Sequence[tuple[float, float]],
    most: int,
    perfect: float,
    labels: Labels = None,
    grey: int = 0,
) -> go.Figure:
    """Methods against both numbers that matter together: modes captured, and the share of high-quality samples.

    Each is (mean, standard error), one a name. `most`: modes there are; `perfect`: high quality (%) of real data. The
    last `grey` ones are there for comparison.
    """
    text = style.texts(MITIGATIONS, labels)
    (x, dx), (y, dy) = (np.array(pairs, float).T for pairs in (modes, high_quality))
    points = go.Scatter(
        x=x,
        y=y,
        mode="markers+text",
        text=list(names),
        textposition=_around(x, y),
        cliponaxis=False,
        error_x={"array": np.nan_to_num(dx)},
        error_y={"array": np.nan_to_num(dy)},
        marker={"size": 11, "color": [style.GENERATOR] * (len(names) - grey) + [style.NEUTRAL] * grey},
        hovertemplate="%{text}: %{x:.1f}, %{y:.1f} %<extra></extra>",
    )
    figure = go.Figure(points)
    limit = {"color": style.NEUTRAL, "width": 1, "dash": "dash"}
    figure.add_vline(most, line=limit, annotation_text=text["all"].format(n=most))
    if np.nanmax(y) > perfect / 3:  # where all are far from it the line would only flatten the picture
        figure.add_hline(perfect, line=limit, annotation_text=text["perfect"])
    figure.update_xaxes(title_text=text["modes"], range=[0, 1.1 * most])
    figure.update_yaxes(title_text=text["high_quality"], rangemode="tozero")
    return style.styled(figure).update_layout(hovermode="closest", margin_r=110)  # a name at the edge is whole


SIDES = ("middle right", "top center", "bottom center", "middle left")


def _around(x: np.ndarray, y: np.ndarray) -> list[str]:
    """On which side of each point its name stands: neighbours take turns, so that names do not lie over each other."""
    order = np.lexsort((x, y))
    return [SIDES[k % len(SIDES)] for k in np.argsort(order)]
