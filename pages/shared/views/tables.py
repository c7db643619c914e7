"""A table of words and numbers on a page, in Markdown: it copies into slides and is read out. Streamlit's own tables
would bring pandas, whose 80 MB every visitor of a small server would pay for.

    sheet.show(["", "W1", "modes"], [["run", "0.12", "8"], ["a perfect generator", "0.03", "8"]], grey={1})
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike


def show(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, grey: Collection[int] = (), help: str | None = None
) -> None:
    """Words on the left, numbers on the right. `grey`: indices of the rows that are there for comparison."""
    st.markdown(text(head, rows, grey=grey), help=help)


def text(head: Sequence[str], rows: Sequence[Sequence[str]], *, grey: Collection[int] = ()) -> str:
    """The table. Cells may hold Markdown; one short of a row's end is empty."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)]]
    for i, row in enumerate(rows):
        cells = [*row, *[""] * (len(head) - len(row))]
        lines.append([f":gray[{cell}]" if cell else "" for cell in cells] if i in grey else cells)
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def median_and_range(values: ArrayLike, write: Callable[[Any], str], *, bold: bool = True) -> str:
    """Median (least–most) of the members (K,), each as `write` writes it; a single one alone; – for none."""
    known = np.ravel(values).tolist()
    if len(known) < 2 or math.isnan(median := middle(known)):
        return write(known[0] if len(known) == 1 else math.nan) if known else "–"
    words, low, high = map(write, (median, min(known), max(known)))
    return f"**{words}** ({low}–{high})" if bold else f"{words} ({low}–{high})"


def middle(values: Sequence[float]) -> float:
    """The median of a few numbers, NaN if one of them is, without NumPy's ceremony: a tenth of a picture's time."""
    known = sorted(values)
    half = len(known) // 2
    return math.nan if any(map(math.isnan, known)) else (known[half] + known[~half]) / 2
