"""The pictures of mode collapse: of mitigations, how many modes each one covers and how well, and of the alarm, how
often it is right.

Arrays in, a figure out; `labels` replaces the English texts by name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
Values = Sequence[Sequence[float]]  # one a run, of each method
Rate = tuple[int, int, float, float]  # k of n, and the interval of their share


def mitigations(
    names: Sequence[str],
    methods: Sequence[str],
    modes: Sequence[tuple[float, float]],
    high_quality: Sequence[tuple[float, float]],
    most: int,
    perfect: float,
    labels: Labels = None,
    runs: tuple[Values, Values] = ((), ()),
    hollow: tuple[Collection[str], Collection[str]] = ((), ()),
) -> go.Figure:
    """Both numbers that matter, beside each other: modes covered, and the share of high-quality samples. A row a
    method, so that no name lies over another, however alike their numbers are.

    Each is (mean, standard error), one a name. `methods`: what the first names are of, in the colours of
    `style.METHODS`; the rest is there for comparison, in grey. `most`: modes there are; `perfect`: high quality (%) of
    real data. `runs`: of both numbers what each run of the first names has, in small dots. `hollow`: in which names the
    mark of either is a ring.
    """
    text = style.texts(MITIGATIONS, labels)
    hues = [style.METHODS[method].colour for method in methods]
    colours = dict(zip(names, hues + [style.NEUTRAL] * (len(names) - len(methods)), strict=True))
    figure = make_subplots(1, 2, shared_yaxes=True, horizontal_spacing=0.06)
    for column, (pairs, values, rings) in enumerate(zip((modes, high_quality), runs, hollow, strict=True), start=1):
        if small := [(value, name) for name, of in zip(names, values, strict=False) for value in of]:
            dots = go.Scatter(
                x=[value for value, _ in small], y=[name for _, name in small], mode="markers", showlegend=False,
                cliponaxis=False, hoverinfo="skip",
                marker={"size": 6, "color": [colours[name] for _, name in small], "opacity": 0.35},
            )  # fmt: skip
            figure.add_trace(dots, 1, column)
        scored = dict(zip(names, pairs, strict=True))
        for symbol in ("circle", "circle-open"):
            here = [name for name in names if (name in rings) == (symbol == "circle-open")]
            if not here:
                continue
            mean, error = np.array([scored[name] for name in here], float).T
            tones = [colours[name] for name in here]
            points = go.Scatter(
                x=mean, y=here, mode="markers", showlegend=False, cliponaxis=False,
                error_x={"array": np.nan_to_num(error), "color": style.NEUTRAL, "thickness": 2, "width": 5},
                marker={"size": 11, "color": tones, "symbol": symbol, "line": {"width": 2, "color": tones}},
                hovertemplate="%{y}: %{x:.1f}<extra></extra>",
            )  # fmt: skip
            figure.add_trace(points, 1, column)
    limit = {"color": style.NEUTRAL, "width": 1, "dash": "dash"}
    figure.add_vline(most, 1, 1, line=limit, annotation_text=text["all"].format(n=most))
    best = np.nanmax(np.array(high_quality, float)[:, 0])
    near = best > perfect / 3  # where all are far from it the line would only flatten the picture
    if near:
        figure.add_vline(perfect, 1, 2, line=limit, annotation_text=text["perfect"])
    figure.update_xaxes(title_text=text["modes"], range=[0, 1.1 * most], row=1, col=1)
    ends = {"range": [0, 1.1 * perfect]} if near else {"rangemode": "tozero"}
    figure.update_xaxes(title_text=text["high_quality"], row=1, col=2, **ends)
    figure.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=list(names))
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
