"""A visitor's own sample of numbers, or of points that keep their place: text in, an array out, or one sentence."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from gan_core.data.tables import is_finite, lines_of

Floats = NDArray[np.float64]

MOST_BYTES, MOST_ROWS, FEWEST_ROWS = 1_000_000, 5000, 5


class NumbersError(ValueError):
    """A text that holds no sample: one sentence with what was wrong and what is allowed."""


def parse_numbers(content: bytes, columns: int) -> Floats:
    """(n, columns) from text with one sample a line, numbers separated by blanks, commas, semicolons or tabs.

    A first line without any number is a heading, empty lines are skipped; for one column the numbers may also stand in
    one line. Nothing is scaled: a distance depends on where the samples are. Raises NumbersError.
    """
    if len(content) > MOST_BYTES:
        raise NumbersError(f"The text has {len(content) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:g} MB are allowed.")
    lines = lines_of(content.decode("utf-8-sig", errors="replace"))
    table = [(i, re.split(r"[\s,;]+", line.strip(" \t,;"))) for i, line in lines]
    if table and not any(is_finite(cell) for cell in table[0][1]):
        table = table[1:]
    if columns == 1:
        table = [(i, [cell]) for i, cells in table for cell in cells]
    for i, cells in table:
        if len(cells) != columns:
            raise NumbersError(f"Line {i} has {len(cells)} entries; {columns} numbers a line are needed.")
        if wrong := next((cell for cell in cells if not is_finite(cell)), None):
            raise NumbersError(f"Line {i} holds “{wrong[:30]}”, which is not a finite number; correct or delete it.")
    if not FEWEST_ROWS <= len(table) <= MOST_ROWS:
        raise NumbersError(f"There are {len(table):,} samples; from {FEWEST_ROWS} to {MOST_ROWS:,} are allowed.")
    return np.array([cells for _, cells in table], dtype=float)
