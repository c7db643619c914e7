"""Charts over training and histograms: what is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from gan_core.packing import pack

from .component import mount_over_time
from .plates import charts_of, keep

MOST_NUMBERS = 6000  # float32 numbers in a frame, 24 KB


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a chart, or one distribution of a histogram.

    y: (T,) values, or the height of each bin. low, high: (T,) the edges of a band round it (a range over seeds, say;
    y is then its median). color: "real", "fake", "green", "red", "purple", "yellow", "grey", "text", which follow the
    theme, or #rrggbb; dash: as Plotly names it, without "longdashdot". What is not finite is a gap.
    own_scale: of a histogram: a function over its range, y at regular points from end to end. It is drawn as a curve
    that fills the height, whatever its unit, and on it a dot for each bin, as large as the first line's share there.
    """

    label: str
    color: str
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    own_scale: bool = False
    dash: str = "solid"


@dataclass(frozen=True, eq=False)
class Chart:
    """One small chart.

    ghost: (x, [y, …]) of lines, what stands in grey behind them and is no part of the run, until there is more of it.
    kind "lines": x (T,) are steps, ascending. kind "histogram": x = (low, high), the range that the bins share
    equally. references: (value, label), lines worth comparing with, horizontal (in a histogram vertical).
    marks: (step, text), what happened then. log_y: values at or below 0 are gaps. limits: (low, high) of the vertical
    axis of lines where it is known beforehand, [0, 1] for a probability; otherwise it follows what is shown.
    """

    title: str
    x: np.ndarray | tuple[float, float]
    lines: Sequence[Line]
    kind: Literal["lines", "histogram"] = "lines"
    log_y: bool = False
    limits: tuple[float, float] | None = None
    references: Sequence[tuple[float, str]] = ()
    marks: Sequence[tuple[int, str]] = ()
    unit: str = ""
    ghost: tuple[np.ndarray, Sequence[np.ndarray]] | None = None


def curves(
    key: str,
    charts: Sequence[Chart],
    *,
    step: int | None = None,
    cursor: int | None = None,
    start: int | None = 0,
    label: str = "step",
    summary: str = "",
    height: int = 150,
    width: int = 300,
    clickable: bool = False,
    on_click: Callable[[int], None] | None = None,
    kept: bool = True,
) -> None:
    """Show the charts.

    step: the step of the newest data (for `data-step`). cursor: a step to mark and to read out, None for the last.
    start: where the axis begins at the latest (None: at the first step). label: the word before the step. height: of
    one chart; width: the narrowest a chart may become before there are fewer in a row. With `clickable` a click sends
    the nearest recorded step; on_click hears of it before the rerun that causes. Raises ValueError where a line is not
    as long as its chart's x. kept: they can be kept as one figure; not what a figure of the run shows as well.
    """
    if kept and charts:
        keep(key, charts_of(charts, label))
    arrays = sum(3 if line.low is not None else 1 for chart in charts for line in chart.lines) + len(charts)
    limit = max(64, MOST_NUMBERS // max(1, arrays))
    steps: dict[int, tuple[Any, np.ndarray]] = {}  # the charts of one run share their steps, which are then sent once
    frame = pack(
        {
            "key": key,
            "step": step,
            "cursor": cursor,
            "start": start,
            "labels": {"step": label},
            "summary": summary,
            "height": height,
            "width": width,
            "clickable": clickable,
            "charts": [_chart(chart, limit, steps) for chart in charts],
        }
    )
    mount_over_time("curves", key, frame, on_click)


def _chart(chart: Chart, limit: int, steps: dict[int, tuple[Any, np.ndarray]]) -> dict[str, Any]:
    out = {
        "title": chart.title,
        "kind": chart.kind,
        "unit": chart.unit,
        "log_y": chart.log_y,
        "limits": chart.limits,
        "references": [list(reference) for reference in chart.references],
        "marks": [list(mark) for mark in chart.marks],
    }
    if chart.kind == "histogram":
        low, high = chart.x
        return out | {"x": [float(low), float(high)], "lines": [_line(line, slice(None)) for line in chart.lines]}
    length = len(chart.x)
    for line in chart.lines:
        for values in (line.y, line.low, line.high):
            if values is not None and len(values) != length:
                raise ValueError(f"{chart.title}, {line.label}: {len(values)} values for {length} steps; give one each")
    keep = slice(None) if length <= limit else _spread(length, limit)
    if id(chart.x) not in steps:
        steps[id(chart.x)] = (chart.x, np.asarray(chart.x)[keep].astype(np.uint32))
    if chart.ghost is not None:
        x, lines = chart.ghost
        out["ghost"] = {"x": x.astype(np.uint32), "lines": [line.astype(np.float32) for line in lines]}
    return out | {"x": steps[id(chart.x)][1], "lines": [_line(line, keep) for line in chart.lines]}


@lru_cache(maxsize=32)
def _spread(length: int, limit: int) -> np.ndarray:
    """`limit` indices of as many, evenly spread, the first and the last among them. The charts of a page share them."""
    return np.linspace(0, length - 1, limit).round().astype(int)


def _line(line: Line, keep: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"label": line.label, "color": line.color}
    out["y"] = np.asarray(line.y)[keep].astype(np.float32)
    if line.own_scale:
        out["own_scale"] = True
    if line.dash != "solid":
        out["dash"] = line.dash
    if line.low is not None and line.high is not None:
        out |= {name: np.asarray(getattr(line, name))[keep].astype(np.float32) for name in ("low", "high")}
    return out
