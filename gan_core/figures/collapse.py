"""The pictures of mode collapse: of mitigations, how many modes each one covers and how well, and of the alarm, how
often it is right.

Arrays in, a figure out; `labels` replaces the English texts by name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gan_core.figures import style
from gan_core.figures.style import Labels

MITIGATIONS = {
    "modes": "modes covered",
    "high_quality": "high-quality samples (%)",
    "all": "all {n}",
    "perfect": "perfect",
}
ALARM = {"caught": "collapsed runs caught (%)", "false": "false, of healthy runs (%)", "of": "{name}: {k} of {n}"}
Rate = tuple[int, int, float, float]  # k of n, and the interval of their share


def mitigations(
    names: Sequence[str],
    methods: Sequence[str],
    modes: Sequence[tuple[float, float]],
    high_quality: Sequence[tuple[float, float]],
    most: int,
    perfect: float,
    labels: Labels = None,
) -> go.Figure:
    """Both numbers that matter, beside each other: modes covered, and the share of high-quality samples. A row a
    method, so that no name lies over another, however alike their numbers are.

    Each is (mean, standard error), one a name. `methods`: what the first names are of, in the colours of
    `style.METHODS`; the rest is there for comparison. `most`: modes there are; `perfect`: high quality (%) of real
    data.
    """
    text = style.texts(MITIGATIONS, labels)
    n, colours = len(methods), [style.METHODS[method].colour for method in methods]
    looks = [(slice(n), "circle", colours), (slice(n, None), "circle-open", style.NEUTRAL)]
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.06)
    for column, pairs in enumerate((modes, high_quality), start=1):
        mean, error = np.array(pairs, float).T
        for of, symbol, colour in looks[: 1 + (n < len(names))]:
            points = go.Scatter(
                x=mean[of], y=list(names[of]), mode="markers", showlegend=False, cliponaxis=False,
                error_x={"array": np.nan_to_num(error[of]), "color": style.NEUTRAL, "thickness": 2, "width": 5},
                marker={"size": 11, "color": colour, "symbol": symbol}, hovertemplate="%{y}: %{x:.1f}<extra></extra>",
            )  # fmt: skip
            figure.add_trace(points, 1, column)
    limit = {"color": style.NEUTRAL, "width": 1, "dash": "dash"}
    figure.add_vline(most, 1, 1, line=limit, annotation_text=text["all"].format(n=most))
    best = np.nanmax(np.array(high_quality, float)[:, 0])
    if best > perfect / 3:  # where all are far from it the line would only flatten the picture
        figure.add_vline(perfect, 1, 2, line=limit, annotation_text=text["perfect"])
    figure.update_xaxes(title_text=text["modes"], range=[0, 1.1 * most], row=1, col=1)
    figure.update_xaxes(title_text=text["high_quality"], rangemode="tozero", row=1, col=2)
    figure.update_yaxes(autorange="reversed", type="category")
    return style.styled(figure, height=150 + 30 * len(names)).update_layout(hovermode="closest")


def alarm(
    names: Sequence[str], caught: Sequence[Rate | None], false: Sequence[Rate | None], labels: Labels = None
) -> go.Figure:
    """Of each kind of run in how many that had collapsed the alarm was on, and in how many healthy ones, with their
    intervals. None: there were none of these. The first row is of all."""
    text = style.texts(ALARM, labels)
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.06)
    for column, (rates, colour) in enumerate(((caught, style.GENERATOR), (false, style.DISCRIMINATOR)), start=1):
        there = [(name, rate) for name, rate in zip(names, rates, strict=True) if rate is not None]
        share, low, high = np.array([(k / n, low, high) for _, (k, n, low, high) in there]).T * 100
        said = [text["of"].format(name=name, k=k, n=n) for name, (k, n, *_) in there]
        points = go.Scatter(
            x=share, y=[name for name, _ in there], mode="markers", showlegend=False, cliponaxis=False,
            error_x={"array": high - share, "arrayminus": share - low, "symmetric": False, "color": style.NEUTRAL,
                     "thickness": 2, "width": 5},
            marker={"size": 11, "color": colour}, customdata=said, hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
        figure.add_trace(points, 1, column)
    for column, title in enumerate((text["caught"], text["false"]), start=1):
        figure.update_xaxes(title_text=title, range=[0, 103], row=1, col=column)
    figure.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=list(names))
    return style.styled(figure, height=150 + 30 * len(names)).update_layout(hovermode="closest")
