"""What several figures are put together from: lines, areas, colour scales, places for a name, and what plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from gan_core.figures import style

FRAME_MS = 90


def line(x: ArrayLike, y: ArrayLike, name: str, color: str, **line: object) -> go.Scatter:
    return go.Scatter(x=np.asarray(x), y=np.asarray(y), name=name, mode="lines", line=style.line(color, **line),
                      hovertemplate="%{y:,.4~r}")  # fmt: skip


def free_corner(bands: Sequence[tuple[style.Floats, style.Floats]], level: float) -> str:
    """At which end of a level, and on which side of it, no band (low, high), (S,) each, is in the way of its name."""
    third = max(1, len(bands[0][0]) // 3)
    ends = {"left": slice(None, third), "right": slice(-third, None)}
    tall = 0.12 * max(high.max() for _, high in bands)

    def free(low: float, high: float, end: slice) -> bool:
        return low >= 0 and all((b[end] <= low).all() or (a[end] >= high).all() for a, b in bands)

    places = [(f"{side} {name}", low, low + tall, end)
              for side, low in (("top", level), ("bottom", level - tall)) for name, end in ends.items()]  # fmt: skip
    return next((place for place, *where in places if free(*where)), "top left")


def area(x: ArrayLike, y: ArrayLike, name: str, color: str) -> go.Scatter:
    return line(x, y, name, color, width=2).update(fill="tozeroy", fillcolor=clear(color, 0.3))


def clear(color: str, alpha: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def two_sided(below: str, above: str) -> list[list[object]]:
    """A colour scale that is clear in the middle."""
    return [[0, below], [0.5, clear(below, 0)], [0.5, clear(above, 0)], [1, above]]


def animated(
    figure: go.Figure,
    frames: Sequence[Sequence[object]],
    names: Sequence[str],
    traces: Sequence[int],
    prefix: str,
    text: Mapping[str, str],
    *,
    height: int,
    captions: Sequence[Sequence[str]] | None = None,
    at_end: bool = False,
    ticks: bool = True,
) -> go.Figure:
    """The styled figure with a play button and a slider: frame t gives the `traces` their y, or whatever else changes
    of them, and names `captions[t]`. What the figure shows already is its first moment, or `at_end` its last one: then
    playing starts over. The slider has `ticks` of names, which is no help where they count up and then down.

    It plays in the browser; the server is not asked again.
    """
    figure.frames = [
        go.Frame(
            name=names[t],
            traces=list(traces),
            data=[
                {"type": "scatter"}
                | (dict(change) if isinstance(change, Mapping) else {"y": change})
                | ({} if captions is None else {"name": captions[t][i]})
                for i, change in enumerate(frames[t])
            ],
        )
        for t in range(len(frames))
    ]
    redraw = captions is not None  # without it, the browser moves the lines and leaves the legend as it was
    play = {"frame": {"duration": FRAME_MS, "redraw": redraw}, "transition": {"duration": 0}, "fromcurrent": not at_end}
    stop = {"frame": {"duration": 0, "redraw": redraw}, "mode": "immediate", "transition": {"duration": 0}}
    grey = {"color": style.NEUTRAL}
    buttons = {
        "type": "buttons", "direction": "left", "showactive": False, "font": grey, "bgcolor": style.CLEAR,
        "x": 0, "xanchor": "left", "y": 0, "yanchor": "top", "pad": {"t": 60}, "bordercolor": style.NEUTRAL,
        "buttons": [
            {"label": text["play"], "method": "animate", "args": [None, play]},
            {"label": text["pause"], "method": "animate", "args": [[None], stop]},
        ],
    }  # fmt: skip
    slider = {
        "x": 0, "len": 1, "y": 0, "yanchor": "top", "pad": {"t": 85}, "font": grey if ticks else {"color": style.CLEAR},
        "active": len(names) - 1 if at_end else 0,
        "currentvalue": {"prefix": f"{prefix} ", "font": grey, "xanchor": "right"},
        "bordercolor": style.NEUTRAL, "ticklen": 0, "minorticklen": 0,
        "steps": [{"label": name, "method": "animate", "args": [[name], stop]} for name in names],
    }  # fmt: skip
    return style.styled(figure, height=height).update_layout(margin={"b": 190}, updatemenus=[buttons], sliders=[slider])
