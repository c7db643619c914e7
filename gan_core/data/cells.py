"""What stands in a cell, as people write it: a number with its marks, nothing, or a word.

    1118   1,118   1.118   1 118   1'118,5   −5,26   1.2e-3   NA

Whether a comma is a decimal mark or stands between thousands cannot be seen in one cell. It is judged by all cells of
the table, and where they leave it open, by the reading that keeps the numbers of a column closer together.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mark = Literal[".", ","]
POINT: Mark = "."
COMMA: Mark = ","
MARKS = (POINT, COMMA)
OTHER = {POINT: COMMA, COMMA: POINT}

MISSING = {
    "", "na", "n/a", "nan", "null", "none", "-", "--", "---", "?", ".", "..", "…", "*", "#n/a", "#na", "#div/0!",
    "#value!", "#num!", "#null!", "nd", "n.d.", "nil", "missing", "<na>", "nat", "k.a.", "н/д",
}  # fmt: skip
# minus signs of typography, blanks that do not break, marks that are not seen
_LETTERS = str.maketrans(
    dict.fromkeys("−–‒﹣－", "-") | dict.fromkeys("\u00a0\u202f\u2007\u2009\u2008\u200a\u2002\u2003", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f", None) | {"＋": "+", "’": "'", "ʼ": "'", "˙": "'"}
)  # fmt: skip
_NUMBER = re.compile(r"([+-]?)([0-9][0-9.,]*|[.,][0-9]+)([eEdD][+-]?[0-9]{1,4})?")  # D as Fortran writes it
SEEN = 4096  # cells that are not read again: a table of very many has small ones, and few different
_UNITS = "%$€£¥ "  # that may stand beside the number in a cell
_BLANK_GROUPS = re.compile(r"([+-]? ?[0-9]{1,3})((?: [0-9]{3})+|(?:'[0-9]{3})+)([.,][0-9]*)?")
_GROUPED = {mark: re.compile(rf"[1-9][0-9]{{0,2}}(?:\{mark}[0-9]{{2,3}})*\{mark}[0-9]{{3}}") for mark in MARKS}


def clean(cell: str) -> str:
    """The cell with plain signs and blanks, in one line and without blanks at its ends."""
    return " ".join((cell if cell.isascii() else cell.translate(_LETTERS)).split())


def is_missing(cell: str) -> bool:
    return cell.lower() in MISSING


@lru_cache(SEEN)
def looks_like_a_number(cell: str) -> bool:
    """Could it be one, whatever its marks mean? Of a clean cell."""
    return _plain(cell) is not None or any(value(cell, mark) is not None for mark in MARKS)


def _plain(cell: str) -> float | None:
    """The quick way to most numbers: a decimal point, and nothing between thousands."""
    try:
        read = float(cell)
    except ValueError:
        return None
    return read if math.isfinite(read) and "_" not in cell else None  # Python would read 1_0 as 10


def _parts(cell: str) -> tuple[str, str, str] | None:
    """Sign, digits with their marks, exponent; blanks and apostrophes between thousands are gone."""
    cell = cell.strip(_UNITS)
    if match := _NUMBER.fullmatch(cell):
        return match[1], match[2], (match[3] or "").lower().replace("d", "e")
    if match := _BLANK_GROUPS.fullmatch(cell):
        plain = "".join(match.groups(default="")).replace(" ", "").replace("'", "")
        return plain[: len(plain) - len(plain.lstrip("+-"))], plain.lstrip("+-"), ""
    if cell[:2] in ("- ", "+ ") and (match := _NUMBER.fullmatch(cell[0] + cell[2:])):
        return match[1], match[2], match[3] or ""
    return None


@lru_cache(SEEN)
def value(cell: str, decimal: Mark) -> float | None:
    """The number that a clean cell is when this is the decimal mark, None if it is none. It may be infinite."""
    if (decimal == "." or "." not in cell) and (read := _plain(cell)) is not None:
        return read
    if (parts := _parts(cell)) is None:
        return None
    sign, body, exponent = parts
    whole, mark, fraction = body.partition(decimal)
    grouping = OTHER[decimal]
    if grouping in fraction or decimal in fraction:
        return None
    if grouping in whole:
        if not _GROUPED[grouping].fullmatch(whole):
            return None
        whole = whole.replace(grouping, "")
    return float(f"{sign}{whole}{'.' if mark else ''}{fraction}{exponent}")


@dataclass(frozen=True)
class Judged:
    """The decimal mark of each column; `doubt`: a cell that could be read in two ways, and its column."""

    decimals: tuple[Mark, ...]
    doubt: tuple[int, str] | None = None


def judge(columns: Sequence[Sequence[str]], quoted_comma: bool) -> Judged:
    """Which mark is the decimal one. `quoted_comma`: commas separate the columns, so one in a cell was put in quotes.

    A mark that stands otherwise than before three digits is decimal; one that stands twice is between thousands.
    """
    votes = [_votes(cells) for cells in columns]
    total = {mark: sum(v[mark] for v in votes) for mark in MARKS}
    if total[POINT] and total[COMMA]:  # columns of two countries: each for itself
        return Judged(tuple(COMMA if v[COMMA] > v[POINT] else POINT for v in votes))
    if total[POINT] or total[COMMA]:
        return Judged((COMMA if total[COMMA] else POINT,) * len(columns))
    doubts = {mark: [(k, cell) for k, cells in enumerate(columns) for cell in cells if mark in cell] for mark in MARKS}
    if not doubts[POINT] and not doubts[COMMA]:
        return Judged((POINT,) * len(columns))
    mark = COMMA if not doubts[POINT] else POINT
    where = sorted({k for k, _ in doubts[mark]})
    if any(_closer_together(columns[k], mark) for k in where):
        return Judged((OTHER[mark],) * len(columns), doubts[mark][0])
    if mark == COMMA and quoted_comma and not any(_has_long_integers(columns[k]) for k in where):
        return Judged((POINT,) * len(columns), doubts[mark][0])
    return Judged((mark,) * len(columns), doubts[mark][0] if mark == COMMA else None)


def _votes(cells: Sequence[str]) -> dict[Mark, int]:
    """How many cells of a column can only be read with this decimal mark; where there is one mark in it, at most 1."""
    found: dict[Mark, int] = {".": 0, ",": 0}
    there = [mark for mark in MARKS if any(mark in cell for cell in cells)]
    both = len(there) > 1 or any(cell.count(mark) > 1 for mark in there for cell in cells)
    for cell in cells if there else ():
        if "." not in cell and "," not in cell:
            continue
        read = [value(cell, mark) is not None for mark in MARKS]
        if read[0] != read[1]:
            found[MARKS[0 if read[0] else 1]] += 1
            if not both:
                break
    return found


def _has_long_integers(cells: Sequence[str]) -> bool:
    """Is there a number above 999 in which nothing stands between the thousands?"""
    return any(re.fullmatch(r"[+-]?[0-9]{4,}", cell) for cell in cells)


def _closer_together(cells: Sequence[str], mark: Mark) -> bool:
    """Are the numbers of a column closer together, as powers of ten, with this mark between thousands?"""
    if _has_long_integers(cells):
        return False
    spread = []
    for decimal in (OTHER[mark], mark):
        values = [value(cell, decimal) for cell in cells]
        logs = [math.log10(abs(v)) for v in values if v]
        spread.append(float(np.std(logs)) if logs else 0.0)
    return spread[0] < spread[1] - 1e-6


def numbers(cells: Sequence[str], decimal: Mark) -> Floats:
    """(n,) values, NaN where there is none or where it is not finite."""
    found = (value(cell, decimal) for cell in cells)
    read = np.array([math.nan if v is None else v for v in found], dtype=np.float64)
    return np.where(np.isfinite(read), read, math.nan)
