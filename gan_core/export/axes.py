"""The axes of a chart that was made with Plotly, read from its layout: where they lie on a sheet, where a value lies on
them, and how they are drawn.

Plotly's words are kept: an axis has a `domain`, its share of the paper; a `range`, in powers of ten where its `type` is
"log"; one that lies over another (`overlaying`) has that one's domain. Whatever is not said is found from the data.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from gan_core.export.drawing import Floats, Line, Mark, Text
from gan_core.export.fonts import fitted, width, wrapped
from gan_core.export.layout import LABEL, LEADING, TICK, Room, short, span, ticks
from gan_core.export.look import Look

Side = Literal["x", "y"]
SMALLER, SMALLEST = 0.75, 0.6  # of the usual letters, for a title that is longer than its axis: in one line, and in two


def values(found: Any) -> np.ndarray:
    """An array of a figure, which Plotly may have packed as base64."""
    if isinstance(found, Mapping):
        array = np.frombuffer(base64.b64decode(found["bdata"]), found["dtype"])
        shape = found.get("shape")
        return array.reshape([int(n) for n in str(shape).split(",")]) if shape else array
    return np.asarray([] if found is None else found)


def plain(text: object) -> str:
    """Words of a chart without its markup."""
    return re.sub(r"<[^>]*>", " ", str(text or "")).replace("  ", " ").strip()


@dataclass(frozen=True)
class Axis:
    """low, high: of its range, in powers of ten where `log`. start, end: of the sheet, in points. names: of categories,
    which lie at 0, 1, 2 … said: what the layout says of it."""

    side: Side
    low: float
    high: float
    start: float
    end: float
    log: bool = False
    names: tuple[str, ...] = ()
    said: Mapping[str, Any] | None = None

    def numbers(self, found: Any) -> Floats:
        """Data as numbers: categories by their place."""
        array = values(found)
        if self.names:
            place = {name: i for i, name in enumerate(self.names)}
            return np.array([place.get(str(name), math.nan) for name in array.ravel()], float)
        return array.astype(float).ravel()

    def at(self, numbers: Floats | float) -> Floats:
        """Where on the sheet."""
        with np.errstate(all="ignore"):
            v = np.log10(np.asarray(numbers, float)) if self.log else np.asarray(numbers, float)
        return self.start + (v - self.low) / (self.high - self.low) * (self.end - self.start)

    def says(self, name: str, usual: Any = None) -> Any:
        return (self.said or {}).get(name, usual)

    @property
    def title(self) -> str:
        return plain((self.says("title") or {}).get("text"))

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Values and what is written beside them."""
        if self.says("tickvals") is not None and self.says("ticktext") is not None:
            return [
                (float(v), str(n)) for v, n in zip(values(self.says("tickvals")), self.says("ticktext"), strict=False)
            ]
        if self.names:
            return [(float(i), name) for i, name in enumerate(self.names)][:: self._every]
        low, high = sorted((self.low, self.high))
        room = abs(self.end - self.start)
        if self.log:
            every = max(1, round((high - low) / max(2, room / 60)))
            found = [10.0**k for k in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1, every)]
            return [(v, short(v)) for v in found or [10.0**low, 10.0**high]]
        return [(v, short(v)) for v in ticks(low, high, max(2, int(room / (80 if self.side == "x" else 36))))]

    @property
    def _every(self) -> int:
        """Of so many categories the first is named: as many names as stand beside each other, once there is a sheet."""
        room = abs(self.end - self.start)
        widest = max(width(name, TICK) + 10 for name in self.names) if self.side == "x" else 1.2 * TICK
        return max(1, math.ceil(widest * len(self.names) / room)) if room > 1 else 1

    @property
    def shown(self) -> bool:
        return self.says("visible", True) is not False

    @property
    def labelled(self) -> bool:
        return self.shown and self.says("showticklabels", True) is not False

    @property
    def reach(self) -> float:
        """Points that its ticks and its title take beside the chart."""
        labels = 0.0
        if self.labelled:
            labels = TICK * 1.4 if self.side == "x" else max((width(n, TICK) for _, n in self.ticks), default=0.0) + 8
        return labels + (LABEL * 1.5 if self.shown and self.title else 0.0)


def read(layout: Mapping[str, Any], data: Sequence[Mapping[str, Any]]) -> dict[str, Axis]:
    """The axes of a chart by Plotly's names, "x", "x2", "y" …, on a sheet of 1 × 1 whose y runs upwards."""
    used = dict.fromkeys(["x", "y"])
    used |= dict.fromkeys(_axis(key) for key in layout if re.fullmatch(r"[xy]axis\d*", key))
    said = {name: dict(layout.get(f"{name[0]}axis{name[1:]}") or {}) for name in used}
    return {name: _read(name, said, layout, data) for name in said}


def _axis(key: str) -> str:
    return key[0] + key.removeprefix(f"{key[0]}axis")


def _read(
    name: str, said: Mapping[str, Mapping[str, Any]], layout: Mapping[str, Any], data: Sequence[Mapping[str, Any]]
) -> Axis:
    side: Side = "x" if name[0] == "x" else "y"
    mine = said[name]
    over = mine.get("overlaying")
    start, end = (said.get(over, {}) if over else mine).get("domain") or (0.0, 1.0)
    ties = {other for other in said if name in (other, said[other].get("matches")) or mine.get("matches") == other}
    ties |= {other for other in said if mine.get("matches") and said[other].get("matches") == mine["matches"]}
    traces = [one for one in data if one.get(f"{side}axis", side) in ties and one.get("visible", True) is True]
    found = [values(one.get(side)).ravel() for one in traces]
    log = mine.get("type") == "log"
    names: tuple[str, ...] = ()
    if mine.get("type") == "category" or any(v.size and not np.issubdtype(v.dtype, np.number) for v in found):
        order = mine.get("categoryarray")
        first = () if order is None else values(order).ravel()
        names = tuple(dict.fromkeys(str(v) for array in (first, *found) for v in array))
    whole = next((said[other]["range"] for other in sorted(ties) if said[other].get("range")), None)
    if whole is not None:
        low, high = (float(v) for v in whole)
    elif names:
        low, high = -0.5, len(names) - 0.5
    else:
        low, high = _span(side, mine, traces, log, layout)
    if mine.get("autorange") == "reversed":
        low, high = high, low
    return Axis(side, low, high, start, end, log, names, mine)


def _span(
    side: Side, mine: Mapping[str, Any], traces: Sequence[Mapping[str, Any]], log: bool, layout: Mapping[str, Any]
) -> tuple[float, float]:
    """Of all that is drawn along an axis; areas and bars begin at 0."""
    arrays = [extent for one in traces for extent in _extents(side, one)]
    lines = [s[f"{side}{i}"] for s in layout.get("shapes") or () for i in (0, 1)
             if s.get(f"{side}ref") == side and traces and traces[0].get(f"{side}axis", side) == side]  # fmt: skip
    grounded = side == "y" and any(one.get("type") == "bar" or one.get("fill") == "tozeroy" for one in traces)
    lowest = [0.0] if (grounded or mine.get("rangemode") == "tozero") and not log else []
    low, high = span(arrays, log, [*lowest, *map(float, lines)])
    if lowest:  # the axis begins at 0, and not a little before it
        every = np.concatenate([np.ravel(a) for a in arrays] or [np.zeros(1)])
        low, high = (
            (0.0 if np.nanmin(every, initial=0.0) >= 0 else low),
            (0.0 if np.nanmax(every, initial=0.0) <= 0 else high),
        )
        high = high if high > low else low + 1
    return (math.log10(low), math.log10(high)) if log else (low, high)


def errors(trace: Mapping[str, Any], side: Side) -> tuple[Floats, Floats] | None:
    """How far the error bars of a trace reach below each value and above; None if it has none along this axis."""
    bar = trace.get(f"error_{side}") or {}
    if bar.get("array") is None:
        return None
    above = np.nan_to_num(values(bar["array"]).astype(float))
    below = bar.get("arrayminus")
    return (above if below is None else np.nan_to_num(values(below).astype(float))), above


def _extents(side: Side, trace: Mapping[str, Any]) -> list[Floats]:
    array = values(trace.get(side))
    v = array.astype(float) if np.issubdtype(array.dtype, np.number) else np.arange(float(array.size))
    if (bars := errors(trace, side)) is not None and v.size:
        return [v - bars[0], v + bars[1]]
    if trace.get("type") == "bar" and side == "x" and v.size:
        half = values(trace.get("width")).astype(float) / 2 if trace.get("width") is not None else np.array([0.4])
        return [v - half, v + half]
    return [v]


def placed(axes: Mapping[str, Axis], room: Room) -> dict[str, Axis]:
    """The same axes on a sheet, inside a room from which ticks and titles take what they need."""

    def margin(side: Side, outer: bool) -> float:
        """What the axes at one edge of the paper reach beyond it."""
        found = [0.0]
        for axis in axes.values():
            if axis.side == side:
                far = axis.says("side") in ("right", "top")
                anchor = axes.get(axis.says("anchor") or ("y" if side == "x" else "x"))
                edge = anchor is None or (anchor.end > 0.85 if far else anchor.start < 0.15)
                if far == outer and edge:
                    found.append(replace(axis, start=0, end=300).reach)
        return max(found)

    left, right = room.x + margin("y", False), room.x + room.wide - max(margin("y", True), 12.0)
    top, foot = room.y + 6, room.y + room.high - margin("x", False)
    spread = {
        name: replace(axis, start=left + axis.start * (right - left), end=left + axis.end * (right - left))
        if axis.side == "x"
        else replace(axis, start=foot - axis.start * (foot - top), end=foot - axis.end * (foot - top))
        for name, axis in axes.items()
    }
    return _squared(spread)


def _squared(axes: dict[str, Axis]) -> dict[str, Axis]:
    """A unit of y as long as one of x, where the layout ties them (`scaleanchor`)."""
    for name, y in list(axes.items()):
        x = axes.get(y.says("scaleanchor") or "")
        if x is None or y.side != "y":
            continue
        unit = min(abs((a.end - a.start) / (a.high - a.low)) for a in (x, y))
        for key, axis in ((y.says("scaleanchor"), x), (name, y)):
            middle, half = (axis.start + axis.end) / 2, unit * abs(axis.high - axis.low) / 2
            half = math.copysign(half, axis.end - axis.start)
            axes[key] = replace(axis, start=middle - half, end=middle + half)
    return axes


def drawn(axis: Axis, across: Axis, look: Look) -> list[Mark]:
    """Grid, ticks and title; `across`: the axis that it stands on."""
    if not axis.shown:
        return []
    colours, marks = look.colours, list[Mark]()
    far = axis.says("side") in ("right", "top")
    edge = across.end if far else across.start
    low, high = sorted((axis.start, axis.end))
    for value, name in axis.ticks:
        at = float(axis.at(value))
        if not low - 0.5 <= at <= high + 0.5:
            continue
        ends = (
            np.array([[at, across.start], [at, across.end]])
            if axis.side == "x"
            else np.array([[across.start, at], [across.end, at]])
        )
        if axis.says("showgrid", True) is not False and not axis.says("overlaying"):
            zero = value == 0 and axis.says("zeroline", True) is not False and not axis.log and not axis.names
            marks.append(Line(ends, colours.faint if zero else colours.rule, 1.2 if zero else 1))
        if not axis.labelled:
            continue
        if axis.side == "x":
            if axis.names:
                name = fitted(name, TICK, max(30.0, axis._every * (high - low) / len(axis.names)))
            marks.append(Text(at, edge + TICK * 1.25, name, TICK, colours.faint, "middle"))
        else:
            marks.append(
                Text(edge + (7 if far else -7), at + TICK * 0.35, name, TICK, colours.faint, "start" if far else "end")
            )
    if axis.title:
        long, middle = (high - low) * (1.0 if axis.side == "x" else 1.12), (low + high) / 2
        size, lines = _lines(axis.title, max(long, 60.0))
        for i, said in enumerate(lines):
            after = i * size * LEADING
            if axis.side == "x":
                y = edge + axis.reach - (LABEL * 0.3 if len(lines) == 1 else size * LEADING) + after
                marks.append(Text(middle, y, said, size, colours.ink, "middle"))
            else:
                start = LABEL * 0.9 if len(lines) == 1 else size
                x = edge + (axis.reach - 3 - (len(lines) - 1) * size * LEADING if far else start - axis.reach) + after
                marks.append(Text(x, middle, said, size, colours.ink, "middle", turned=True))
    return marks


def _lines(title: str, room: float) -> tuple[float, list[str]]:
    """The size of the letters of a title along `room` points, and its lines: where one line would need too small ones,
    two, which take no more room across than one of the usual size."""
    size = LABEL * min(1.0, room / max(width(title, LABEL), 1.0))
    if size >= LABEL * SMALLER or " " not in title:
        size = max(size, LABEL * SMALLEST)
        return size, [fitted(title, size, room)]
    return LABEL * SMALLEST, wrapped(title, LABEL * SMALLEST, room, 2)
