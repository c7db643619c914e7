"""A figure as a description: marks in their order, on a sheet whose unit is a point of a 960-point wide slide.

Arrays in, nothing computed: `svg` and `raster` draw it. x runs to the right and y downwards. What is not finite is left
out by whoever draws: a gap in a line, no dot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Anchor = Literal["start", "middle", "end"]
RIM = 0.8  # points, the least: thinner ones are not seen


@dataclass(frozen=True, eq=False)
class Line:
    """Through the points (n, 2), broken where one is not finite. dash: lengths drawn and left out in turn."""

    points: Floats
    colour: str
    width: float = 2.0
    alpha: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Area:
    """The polygon with the corners (n, 2), filled."""

    points: Floats
    colour: str
    alpha: float = 1.0


@dataclass(frozen=True, eq=False)
class Dots:
    """Discs at the points (n, 2), or with `hollow` rings, with a rim in the colour `edge`."""

    points: Floats
    radius: float
    colour: str
    alpha: float = 1.0
    edge: str | None = None
    hollow: bool = False

    @property
    def pen(self) -> float:
        """The width of a ring, or of the rim of a disc."""
        return 0.6 * self.radius if self.hollow else max(0.3 * self.radius, RIM)

    @property
    def below(self) -> Dots | None:
        """The rim of rings: wider ones below them."""
        if not self.hollow or self.edge is None:
            return None
        return replace(
            self, radius=self.radius + max(0.3 * self.radius, RIM) / 1.3, colour=self.edge, edge=None, alpha=1.0
        )


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels (h, w, 4) uint8 stretched over a rectangle, as squares or, with `smooth`, interpolated."""

    pixels: NDArray[np.uint8]
    x: float
    y: float
    width: float
    height: float
    smooth: bool = False


@dataclass(frozen=True, eq=False)
class Box:
    """A rectangle: filled, or with `width` a frame of that width."""

    x: float
    y: float
    wide: float
    high: float
    colour: str
    alpha: float = 1.0
    width: float = 0.0


@dataclass(frozen=True, eq=False)
class Text:
    """One line of text whose baseline begins, has its middle or ends at (x, y); `turned` by a quarter to the left."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Anchor = "start"
    bold: bool = False
    turned: bool = False
    alpha: float = 1.0


Mark = Line | Area | Dots | Picture | Box | Text


@dataclass(frozen=True, eq=False)
class Drawing:
    """Marks on a sheet. background: None is see-through. description: what a screen reader says."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    background: str | None = "#ffffff"
    description: str = ""

    def with_marks(self, *marks: Mark) -> Drawing:
        return replace(self, marks=(*self.marks, *marks))


def pieces(points: Floats) -> Iterator[Floats]:
    """The stretches (m, 2) of a line (n, 2) between what is not finite, of at least two points."""
    points = np.asarray(points, float).reshape(-1, 2)
    good = np.isfinite(points).all(1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(int), [0]])))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start > 1:
            yield points[start:stop]


def finite(points: Floats) -> Floats:
    """The rows (m, 2) that are finite."""
    points = np.asarray(points, float).reshape(-1, 2)
    return points[np.isfinite(points).all(1)]
