"""What visitors bring as text: its lines with an entry, and what in them is a number.

`points` and `numbers` say what a table has to hold.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np


def lines_of(text: str) -> list[tuple[int, str]]:
    """(line number, line) of every line with an entry, a separator being none."""
    return [(i, line) for i, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1) if line.strip(' \t,;"')]


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
