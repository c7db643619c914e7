"""A visitor's own table of points: a file or rows in, a standardised array out, or one sentence about what is wrong.

A file is read by `tables`, and never executed or unpickled; what is too large is refused unread.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.data.picking import Picked, pick
from gan_core.data.tables import Table, Wishes, read
from gan_core.errors import PointsError, Sentence, TableError

MAX_BYTES = 2_000_000
MAX_ROWS = 20_000
MIN_POINTS = 10  # different ones


def table_of(content: bytes, wishes: Wishes = Wishes()) -> Table:  # noqa: B008
    """The table in a file of points. Raises TableError."""
    return read(content, wishes, most_bytes=MAX_BYTES, most_rows=MAX_ROWS)


def read_points(content: bytes, wishes: Wishes = Wishes()) -> tuple[Table, Picked]:  # noqa: B008
    """The table in a file, and the rows of two of its columns, as they are. Raises TableError."""
    table = table_of(content, wishes)
    return table, pick(table, wishes, 2)


def parse_points(content: bytes | Sequence[Sequence[Any]] | np.ndarray, wishes: Wishes = Wishes()) -> np.ndarray:  # noqa: B008
    """The table as (n, 2) float32, standardised; its rows keep their order.

    `content` is a file, of which `tables` and `wishes` say what is taken, or the rows of a table editor, where rows
    without any entry are skipped. Raises PointsError.
    """
    if isinstance(content, bytes | bytearray):
        try:
            return standardise(read_points(bytes(content), wishes)[1].values, wishes.apart)
        except TableError as error:
            raise PointsError(error.code, **error.arguments) from error
    values = [_numbers(Sentence("points.row", number=place), cells) for place, cells in _table_rows(content)]
    if not values:
        raise PointsError("points.empty", least=MIN_POINTS)
    return standardise(np.array(values, dtype=np.float64), wishes.apart)


def points_digest(points: np.ndarray) -> str:
    """16 hexadecimal digits that stand for the table in a configuration: the first ones of its SHA-256."""
    return hashlib.sha256(np.ascontiguousarray(points, dtype="<f4").tobytes()).hexdigest()[:16]


def _table_rows(content: Any) -> Iterable[tuple[int, list[Any]]]:
    """(row number, cells) of every row with an entry."""
    if hasattr(content, "__array__"):
        content = np.asarray(content)
        if content.ndim != 2:
            raise PointsError("points.dimensions", n=content.ndim)
    if isinstance(content, str) or not hasattr(content, "__len__") or not hasattr(content, "__getitem__"):
        raise PointsError("points.no_table")
    _check_length(len(content))
    rows = [list(row) if isinstance(row, Sequence | np.ndarray) else [row] for row in content]
    return [(i, row) for i, row in enumerate(rows, start=1) if any(not is_empty(cell) for cell in row)]


def _check_length(rows: int) -> None:
    if rows > MAX_ROWS:
        raise PointsError("points.rows", n=rows, most=MAX_ROWS)


def _columns(place: Sentence, count: int) -> PointsError:
    columns = Sentence("points.one_column") if count == 1 else Sentence("points.columns", n=count)
    return PointsError("points.not_two", place=place, columns=columns)


def _numbers(place: Sentence, cells: list[Any]) -> list[float]:
    """The two numbers of a row."""
    if len(cells) != 2:
        raise _columns(place, len(cells))
    for cell in cells:
        shown = repr(cell.item() if isinstance(cell, np.generic) else cell)
        shown = shown if len(shown) <= 30 else shown[:29] + "…"
        if is_empty(cell):
            raise PointsError("points.empty_cell", place=place)
        if is_text(cell):
            raise PointsError("points.not_a_number", place=place, cell=shown)
        if not is_finite(cell):
            raise PointsError("points.not_finite", place=place, cell=shown)
    return [number(cell) for cell in cells]


def standardise(rows: np.ndarray, apart: bool = False) -> np.ndarray:
    """(n, 2) float32: the mean is subtracted from each column, and both are divided by one common number, the root of
    the mean of their variances. So the shape stays, and the table has the scale of the built-in data. `apart`: each
    column is divided by its own standard deviation instead. Raises PointsError."""
    # A power of two costs no digit and keeps the squares below from overflowing or vanishing.
    rows = np.ldexp(rows, -np.frexp(np.abs(rows).max(axis=0 if apart else None))[1])
    if not np.ptp(rows, axis=0).any():
        raise PointsError("points.one_point", least=MIN_POINTS)
    rows = rows - rows.mean(axis=0)
    if apart:
        spread = np.sqrt(np.mean(rows**2, axis=0))
        rows = rows / np.where(spread > 0, spread, 1.0)
    points = (rows / np.sqrt(np.mean(rows**2))).astype(np.float32)
    distinct = len(np.unique(points.round(6), axis=0))
    if distinct < MIN_POINTS:
        raise PointsError("points.few", n=distinct, least=MIN_POINTS)
    return points


def check_points(points: NDArray[np.float32]) -> None:
    """Whether these (n, 2) may be a table that `standardise` gave: as many rows, finite, and no farther out
    than a point of so many rows can be, |x| ≤ √(2n) for n of them. Raises PointsError."""
    _check_length(len(points))
    if not (np.isfinite(points).all() and np.abs(points).max(initial=0) <= 1.01 * math.sqrt(2 * MAX_ROWS)):
        raise PointsError("points.not_standardised")
    if (distinct := len(np.unique(points.round(6), axis=0))) < MIN_POINTS:
        raise PointsError("points.few", n=distinct, least=MIN_POINTS)


# ── cells of a table editor ──────────────────────────────────────────────────────────────────────────────────────────


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_text(cell: Any) -> bool:
    """Is it anything but a number? Infinity and NaN are numbers."""
    try:
        number(cell)
    except (ValueError, TypeError):
        return True
    return False


def is_finite(cell: Any) -> bool:
    return not is_text(cell) and math.isfinite(number(cell))


def number(cell: Any) -> float:
    """The value of a cell. Raises ValueError or TypeError."""
    if isinstance(cell, bool | np.bool_) or (isinstance(cell, str) and "_" in cell):
        raise ValueError  # Python would read True as 1 and 1_0 as 10
    try:
        return float(cell)
    except OverflowError:  # a whole number beyond float64
        return math.inf
