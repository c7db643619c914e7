"""What all drawings share: the sheet with title, legend and caption, rooms on it, and charts with axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_core.export.drawing import Area, Box, Dots, Drawing, Floats, Line, Mark, Text
from gan_core.export.fonts import width, wrapped
from gan_core.export.look import Look
from gan_core.export.sight import DASHES
from gan_core.figures.style import number

MARGIN = 26.0
TITLE, SUBTITLE, LABEL, TICK, CAPTION = 27.0, 17.0, 16.0, 14.0, 12.0  # points
LEADING = 1.25
GAP = 14.0
NAMED = 44.0  # points: a longer name of a level stands in the chart and not among the ticks
SMALLEST = 0.7  # of the usual letters, for the title of a chart that is longer than the chart


class Room(NamedTuple):
    """A rectangle of the sheet."""

    x: float
    y: float
    wide: float
    high: float

    def columns(self, *shares: float, gap: float = 2 * GAP) -> list[Room]:
        """Side by side, with these shares of the width."""
        free, at, found = self.wide - gap * (len(shares) - 1), self.x, []
        for share in shares:
            found.append(Room(at, self.y, free * share / sum(shares), self.high))
            at += found[-1].wide + gap
        return found

    def rows(self, count: int, gap: float = GAP) -> list[Room]:
        high = (self.high - gap * (count - 1)) / count
        return [Room(self.x, self.y + i * (high + gap), self.wide, high) for i in range(count)]

    def split(self, share: float, gap: float = GAP) -> tuple[Room, Room]:
        """One above the other, the upper one with that share of the height."""
        high = share * (self.high - gap)
        return Room(self.x, self.y, self.wide, high), Room(
            self.x, self.y + high + gap, self.wide, self.high - high - gap
        )

    def grid(self, count: int, head: float = 0.0, gap: float = GAP, aspect: float = 1.0) -> list[Room]:
        """So many rooms of one shape (wide : high, below a head each) in rows and columns, as large as they can be, in
        the middle."""

        def side(columns: int) -> float:
            rows = -(-count // columns)
            across = (self.wide - gap * (columns - 1)) / columns
            return min(across, ((self.high - gap * (rows - 1)) / rows - head) * aspect)

        columns = max(range(1, count + 1), key=lambda c: (round(side(c), 6), -c))
        wide, rows = max(1.0, side(columns)), -(-count // columns)
        high = wide / aspect + head
        left = self.x + (self.wide - columns * wide - gap * (columns - 1)) / 2
        top = self.y + max(0.0, self.high - rows * high - gap * (rows - 1)) / 2
        return [
            Room(left + i % columns * (wide + gap), top + i // columns * (high + gap) + head, wide, high - head)
            for i in range(count)
        ]


Kind = Literal["dot", "ring", "broken", "diamond", "line", "area", "arrow"]


class Entry(NamedTuple):
    """One of the legend. dash: of a line, and of the rim of an area, by its name in DASHES."""

    label: str
    colour: str
    kind: Kind
    dash: str = "solid"


def sheet(look: Look, title: str, caption: str, legend: Sequence[Entry] = ()) -> tuple[list[Mark], Room]:
    """Title above, legend below it, caption at the foot; and the room that is left."""
    wide, high = look.size
    colours, y = look.colours, MARGIN
    marks: list[Mark] = []
    for line in wrapped(look.title or title, TITLE, wide - 2 * MARGIN, 2, bold=True):
        marks.append(Text(MARGIN, y + 0.8 * TITLE, line, TITLE, colours.ink, bold=True))
        y += TITLE * LEADING
    y += 4
    if legend:
        entries, y = _legend(legend, look, MARGIN, y, wide - 2 * MARGIN)
        marks += entries
    lines = wrapped(caption, CAPTION, wide - 2 * MARGIN, 3)
    foot = high - MARGIN * 0.7 - CAPTION * LEADING * len(lines)
    for i, line in enumerate(lines):
        marks.append(Text(MARGIN, foot + (i + 1) * CAPTION * LEADING, line, CAPTION, colours.faint))
    return marks, Room(MARGIN, y + 6, wide - 2 * MARGIN, foot - y - 12)


def _legend(entries: Sequence[Entry], look: Look, x: float, y: float, room: float) -> tuple[list[Mark], float]:
    marks: list[Mark] = []
    at = x
    for label, colour, kind, dash in entries:
        sign = 36 if kind == "line" and DASHES[dash] else 24  # as long as the longest dash with its gap, and half more
        wide = sign + 6 + width(label, LABEL) + 22
        if at > x and at + wide - 22 > x + room:
            at, y = x, y + LABEL * 1.4
        middle = y + LABEL * 0.55
        if kind == "line":
            marks.append(Line(np.array([[at, middle], [at + sign, middle]]), colour, 3, dash=DASHES[dash]))
        elif kind == "arrow":
            tip = np.array([[at + 2, middle], [at + 24, middle], [at + 17, middle - 5], [at + 24, middle],
                            [at + 17, middle + 5]])  # fmt: skip
            marks.append(Line(tip, colour, 1.8))
        elif kind == "broken":
            turn = np.linspace(0, 2 * np.pi, 33)
            ring = np.stack([at + 14 + 6 * np.sin(turn), middle - 6 * np.cos(turn)], 1)
            marks.append(Line(ring, colour, 2.4, dash=(4, 2.3)))
        elif kind == "area":
            marks.append(Box(at + 2, middle - 7, 20, 14, colour, 0.6))
            rim = np.array([[at + 2, middle - 7], [at + 22, middle - 7]])
            marks.append(Line(rim, colour, 2.6, dash=DASHES[dash]))
        elif kind == "diamond":
            corners = np.array([[0, -7], [7, 0], [0, 7], [-7, 0]])
            marks.append(Area(np.array([at + 14, middle]) + corners, colour))
        else:
            marks.append(Dots(np.array([[at + 14, middle]]), 5, colour, hollow=kind == "ring"))
        marks.append(Text(at + sign + 6, y + LABEL * 0.9, label, LABEL, look.colours.ink))
        at += wide
    return marks, y + LABEL * 1.4


def finished(look: Look, marks: Sequence[Mark], description: str) -> Drawing:
    wide, high = look.size
    background = None if look.transparent else look.colours.background
    return Drawing(wide, high, tuple(marks), background, description)


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Curve:
    """One line of a chart: values (T,), or (T, K) of several members, drawn as their median and their range."""

    label: str
    colour: str
    values: Floats
    dash: str = "solid"


def ticks(low: float, high: float, count: int) -> list[float]:
    """1, 2 or 5 times a power of ten, about so many."""
    if not high > low:
        return [low]
    rough = (high - low) / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next((m for m in (1, 2, 5) if m * power >= rough), 10)
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def short(value: float) -> str:
    """A tick in few letters: 2k, 1.5M, 0.05, 4·10⁻⁵."""
    size = abs(value)
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if unit <= size < 1e9:
            return number(value / unit) + letter
    return number(value)


def span(arrays: Sequence[Floats], log: bool = False, extra: Sequence[float] = ()) -> tuple[float, float]:
    """[low, high] of what a chart has to show, a little wider, and never empty."""
    values = np.concatenate([np.ravel(np.asarray(a, float)) for a in (*arrays, np.asarray(extra, float))])
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not values.size:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if log:
        return (low / 2, high * 2) if low == high else (low / 1.15, high * 1.15)
    margin = ((high - low) or abs(high) or 1.0) * 0.06
    return low - margin, high + margin


def chart(
    room: Room, look: Look, x: NDArray[np.int64], curves: Sequence[Curve], *, title: str = "", log: bool = False,
    limits: tuple[float, float] | None = None, references: Sequence[tuple[float, str]] = (),
    marks: Sequence[tuple[int, str]] = (), cursor: int | None = None,
) -> list[Mark]:  # fmt: skip
    """Lines over the steps x (T,), with a title above the axis. cursor: the step that is spoken of."""
    colours = look.colours
    values = [_columns(c.values) for c in curves]
    low, high = limits or span(values, log, [level for level, _ in references])
    last = max(float(x[-1]) if len(x) else 1.0, 1.0)
    heading, size = _heading(title, room.wide)
    top = room.y + (SUBTITLE * 1.9 + (len(heading) - 1) * size * LEADING if title else 4)
    foot = room.y + room.high - TICK * 1.7

    def place(v: Floats) -> Floats:
        with np.errstate(all="ignore"):
            share = np.log(v / low) / np.log(high / low) if log else (v - low) / (high - low)
        share = np.where(np.isfinite(share) & (share >= -1e-6) & (share <= 1 + 1e-6), share, np.nan)
        return foot - share * (foot - top)

    levels = _powers(low, high) if log else ticks(low, high, max(2, int((foot - top) / 45)))
    names = [number(level) if log else short(level) for level in levels]
    own = [
        (float(place(np.array(level))), name)
        for level, name in references
        if name not in names and width(name, TICK) <= NAMED
    ]
    left = room.x + max((width(name, TICK) for name in [*names, *(name for _, name in own)]), default=0) + 8
    right = room.x + room.wide
    drawn: list[Mark] = []
    for i, words in enumerate(heading):
        drawn.append(Text(room.x, room.y + SUBTITLE + i * size * LEADING, words, size, colours.ink))
    for level, name in zip(levels, names, strict=True):
        y = float(place(np.array(level)))
        if np.isfinite(y):
            drawn.append(Line(np.array([[left, y], [right, y]]), colours.rule, 1))
            if all(abs(y - other) >= TICK for other, _ in own):  # its place may be a level's
                drawn.append(Text(left - 6, y + TICK * 0.35, name, TICK, colours.faint, "end"))
    over: list[Mark] = []  # what is written where curves may run
    xs = left + np.asarray(x, float) / last * (right - left)
    drawn += _steps(look, left, right, foot, last)
    for level, name in references:
        y = float(place(np.array(level)))
        if np.isfinite(y):
            drawn.append(Line(np.array([[left, y], [right, y]]), colours.faint, 1.2, dash=(4, 4)))
            if (y, name) in own:
                drawn.append(Text(left - 6, y + TICK * 0.35, name, TICK, colours.faint, "end"))
            elif name not in names:
                over += _over(Text(left + 6, y - 5, name, TICK, colours.ink), look)
    for at, _ in marks:
        across = left + at / last * (right - left)
        drawn.append(Line(np.array([[across, top], [across, foot]]), colours.faint, 1.2, dash=(2, 4)))
    for curve, v in zip(curves, values, strict=True):
        if v.shape[1] > 1:
            drawn += _band(xs, place(v), curve.colour)
            v = median(v)
        line = np.stack([xs, place(v[:, 0])], 1)
        drawn.append(Line(line, curve.colour, 2.6, dash=DASHES[curve.dash]))
    if cursor is not None and cursor < last:
        across = left + cursor / last * (right - left)
        drawn.append(Line(np.array([[across, top], [across, foot]]), colours.ink, 1.2, alpha=0.6))
    return drawn + over


def _over(text: Text, look: Look) -> list[Mark]:
    """Words on the ground of the sheet, so that they can be read over lines; on none they stand alone."""
    if look.transparent:
        return [text]
    wide = width(text.text, text.size) + 6
    return [Box(text.x - 3, text.y - text.size, wide, text.size * 1.25, look.colours.background, alpha=0.8), text]


def _heading(title: str, room: float) -> tuple[list[str], float]:
    """The lines of a chart's title and the size of its letters: one as long as it need not be cut, else two."""
    size = SUBTITLE * min(1.0, max(SMALLEST, room / max(width(title, SUBTITLE), 1.0)))
    return wrapped(title, size, room, 2), size


def _columns(values: Floats) -> Floats:
    """(T, K)."""
    found = np.asarray(values, float)
    return found[:, None] if found.ndim == 1 else found


def _steps(look: Look, left: float, right: float, foot: float, last: float) -> list[Mark]:
    """The axis of the steps below a chart."""
    colours = look.colours
    drawn: list[Mark] = [Line(np.array([[left, foot], [right, foot]]), colours.faint, 1.2)]
    found = [tick for tick in ticks(0, last, max(2, int((right - left) / 90))) if tick == int(tick)]
    for tick in found:
        x = left + tick / last * (right - left)
        name = f"{look.word('step')} 0" if tick == 0 else short(tick)
        anchor: Literal["start", "middle", "end"] = "start" if tick == 0 else "middle" if tick < 0.97 * last else "end"
        drawn.append(Line(np.array([[x, foot], [x, foot + 4]]), colours.faint, 1.2))
        drawn.append(Text(x, foot + TICK * 1.35, name, TICK, colours.faint, anchor))
    return drawn


def _powers(low: float, high: float) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, -(-(last - first + 1) // 6))
    return [10.0**k for k in range(first, last + 1, every)] or [low, high]


def median(values: Floats) -> Floats:
    """(T, 1): of the members that are finite, NaN where none is."""
    some = np.isfinite(values).any(1)
    found = np.full((len(values), 1), np.nan)
    if some.any():
        found[some, 0] = np.nanmedian(np.where(np.isfinite(values), values, np.nan)[some], axis=1)
    return found


def _band(xs: Floats, places: Floats, colour: str) -> list[Mark]:
    """From the lowest to the highest member, where there are any."""
    good = np.isfinite(places).any(1)
    low = np.full(len(places), np.nan)
    high = np.full(len(places), np.nan)
    low[good], high[good] = np.nanmin(places[good], axis=1), np.nanmax(places[good], axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(int), [0]])))
    return [
        Area(np.concatenate([np.stack([xs[a:b], low[a:b]], 1), np.stack([xs[a:b], high[a:b]], 1)[::-1]]), colour, 0.22)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if b - a > 1
    ]
