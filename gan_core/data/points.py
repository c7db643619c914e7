"""A visitor's own table of points: CSV or rows in, a standardised array out, or one sentence about what is wrong.

An upload is text and numbers, never anything that is executed or unpickled; what is too large is refused unread.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gan_core.data.tables import is_empty, is_finite, is_text, lines_of, number
from gan_core.errors import PointsError, Sentence

MAX_BYTES = 2_000_000
MAX_ROWS = 20_000
MAX_LINE = 200  # characters; two numbers need no more
MIN_POINTS = 10  # different ones


def parse_points(content: bytes | Sequence[Sequence[Any]] | np.ndarray) -> np.ndarray:
    """The table as (n, 2) float32, standardised; its rows keep their order.

    `content` is a CSV file (UTF-8; comma, semicolon or tab; with or without a line of headings; a decimal comma unless
    the comma separates) or the rows of a table editor. Rows without any entry are skipped.

    Standardised means: the mean is subtracted from each column, and both are divided by one common number, the root of
    the mean of their variances. So the shape stays, and the table has the scale of the built-in data.

    Raises PointsError.
    """
    if isinstance(content, bytes | bytearray):
        unit, rows = "points.line", _csv_rows(bytes(content))
    else:
        unit, rows = "points.row", _table_rows(content)
    values = [_numbers(Sentence(unit, number=place), cells) for place, cells in rows]
    if not values:
        raise PointsError("points.empty", least=MIN_POINTS)
    return _standardise(np.array(values, dtype=np.float64))


def points_digest(points: np.ndarray) -> str:
    """16 hexadecimal digits that stand for the table in a configuration: the first ones of its SHA-256."""
    return hashlib.sha256(np.ascontiguousarray(points, dtype="<f4").tobytes()).hexdigest()[:16]


def _csv_rows(content: bytes) -> Iterable[tuple[int, list[Any]]]:
    """(line number, cells) of every line with an entry, without the headings."""
    if len(content) > MAX_BYTES:
        raise PointsError("points.bytes", size=len(content) / 1e6, most=MAX_BYTES / 1e6)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PointsError("points.not_utf8", byte=error.start + 1) from error
    if (most := max(text.count("\n"), text.count("\r"))) > 4 * MAX_ROWS:  # however many of them are empty
        _check_length(most)
    lines = lines_of(text)
    _check_length(len(lines) - 1)  # one line may hold the headings
    if not lines:
        return []
    separator = next((s for s in ";\t," if s in lines[0][1]), ",")
    rows = [(i, _split(i, line, separator)) for i, line in lines]
    first = rows[0][1]
    if len(first) == 2 and all(cell and is_text(cell) for cell in first):
        rows = rows[1:]  # headings
    _check_length(len(rows))
    return rows


def _split(place: int, line: str, separator: str) -> list[str]:
    if len(line) > MAX_LINE:  # not worth the second that cutting up a megabyte takes
        columns = line.count(separator) + 1
        if columns == 2:
            raise _not_csv(place, Sentence("points.long_line", n=len(line)))
        raise _columns(Sentence("points.line", number=place), columns)
    try:
        cells = next(csv.reader([line], delimiter=separator))
    except csv.Error as error:
        raise _not_csv(place, str(error)) from error
    # a decimal comma is told from a separating one wherever something else separates
    return [re.sub(r"^([^.,]*),([^.,]*)$", r"\1.\2", cell.strip()) for cell in cells]


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


def _not_csv(place: int, why: str | Sentence) -> PointsError:
    return PointsError("points.not_csv", place=Sentence("points.line", number=place), why=why)


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


def _standardise(rows: np.ndarray) -> np.ndarray:
    # A power of two costs no digit and keeps the squares below from overflowing or vanishing.
    rows = np.ldexp(rows, -np.frexp(np.abs(rows).max())[1])
    if not np.ptp(rows, axis=0).any():
        raise PointsError("points.one_point", least=MIN_POINTS)
    rows = rows - rows.mean(axis=0)
    points = (rows / np.sqrt(np.mean(rows**2))).astype(np.float32)
    distinct = len(np.unique(points.round(6), axis=0))
    if distinct < MIN_POINTS:
        raise PointsError("points.few", n=distinct, least=MIN_POINTS)
    return points
