"""A visitor's own sample of numbers, or of points that keep their place: text in, an array out, or one sentence."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from gan_core.data.tables import is_finite, lines_of
from gan_core.errors import NumbersError

Floats = NDArray[np.float64]

MOST_BYTES, MOST_ROWS, FEWEST_ROWS = 1_000_000, 5000, 5


def parse_numbers(content: bytes, columns: int) -> Floats:
    """(n, columns) from text with one sample a line, numbers separated by blanks, commas, semicolons or tabs.

    A first line without any number is a heading, empty lines are skipped; for one column the numbers may also stand in
    one line. Nothing is scaled: a distance depends on where the samples are. Raises NumbersError.
    """
    if len(content) > MOST_BYTES:
        raise NumbersError("numbers.bytes", size=len(content) / 1e6, most=MOST_BYTES / 1e6)
    lines = lines_of(content.decode("utf-8-sig", errors="replace"))
    table = [(i, re.split(r"[\s,;]+", line.strip(" \t,;"))) for i, line in lines]
    if table and not any(is_finite(cell) for cell in table[0][1]):
        table = table[1:]
    if columns == 1:
        table = [(i, [cell]) for i, cells in table for cell in cells]
    for i, cells in table:
        if len(cells) != columns:
            raise NumbersError("numbers.columns", number=i, n=len(cells), columns=columns)
        if wrong := next((cell for cell in cells if not is_finite(cell)), None):
            raise NumbersError("numbers.not_finite", number=i, cell=wrong[:30])
    if not FEWEST_ROWS <= len(table) <= MOST_ROWS:
        raise NumbersError("numbers.samples", n=len(table), least=FEWEST_ROWS, most=MOST_ROWS)
    return np.array([cells for _, cells in table], dtype=float)
