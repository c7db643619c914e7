"""Names beside points, none over another: each stands where there is room for it, on whatever side of its point.

A label that has to go further has a thin line to its point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gan_core.export.drawing import Anchor, Line, Mark, Text
from gan_core.export.fonts import width

Box = tuple[float, float, float, float]  # left, top, right, bottom
UP, DOWN = 0.76, 0.16  # of a letter's size, above and below its baseline
NEAR, POINT = 9.0, 5.0  # points: from a point to its name; of a point that no name should lie on
SIDES: tuple[tuple[Anchor, float, float], ...] = (
    ("start", 1, 5), ("middle", 0, -8), ("middle", 0, 19), ("end", -1, 5),
)  # fmt: skip
FURTHER = tuple(lift for k in (1, 2, 3, 4, 5) for lift in (-16.0 * k, 16.0 * k))


@dataclass(frozen=True, eq=False)
class Label(Text):
    """The name of the point (px, py); a note that stands on that point itself names none."""

    px: float = 0.0
    py: float = 0.0


def box(mark: Text) -> Box:
    """What its letters cover."""
    long = width(mark.text, mark.size, mark.bold)
    back = {"start": 0.0, "middle": long / 2, "end": long}[mark.anchor]
    up, down = UP * mark.size, DOWN * mark.size
    if mark.turned:
        return mark.x - up, mark.y - (long - back), mark.x + down, mark.y + back
    return mark.x - back, mark.y - up, mark.x - back + long, mark.y + down


def shared(a: Box, b: Box) -> float:
    """The area that two boxes have in common."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def apart(marks: Sequence[Mark], size: tuple[float, float]) -> list[Mark]:
    """The same marks on a sheet of this size with every label in a place of its own, if there is one."""
    taken = [box(mark) for mark in marks if isinstance(mark, Text) and not isinstance(mark, Label)]
    named = [mark for mark in marks if isinstance(mark, Label) and (mark.x, mark.y) != (mark.px, mark.py)]
    points = [(at.px - POINT, at.py - POINT, at.px + POINT, at.py + POINT) for at in named]
    found: list[Mark] = []
    for mark in marks:
        if not isinstance(mark, Label):
            found.append(mark)
            continue
        best = min(_places(mark), key=lambda place: round(_cost(box(place), taken, points, size), 3))
        taken.append(box(best))
        if abs(best.y - mark.py) > 24:
            ends = np.array([[mark.px, mark.py], [best.x, best.y - 0.3 * best.size]])
            found.append(Line(ends, mark.colour, 0.8, 0.5))
        found.append(best)
    return found


def _places(label: Label) -> Iterator[Label]:
    """Where it was meant to be, then around its point, then further away."""
    yield label
    for anchor, across, down in SIDES:
        yield replace(label, x=label.px + across * NEAR, y=label.py + down, anchor=anchor)
    for lift in FURTHER:
        for anchor, across in (("start", 1), ("end", -1)):
            yield replace(label, x=label.px + across * NEAR, y=label.py + 5 + lift, anchor=anchor)


def _cost(of: Box, taken: Iterable[Box], points: Iterable[Box], size: tuple[float, float]) -> float:
    inside = shared(of, (2.0, 2.0, size[0] - 2, size[1] - 2))
    outside = (of[2] - of[0]) * (of[3] - of[1]) - inside
    return sum(shared(of, one) for one in taken) + 0.25 * sum(shared(of, one) for one in points) + 10 * outside
