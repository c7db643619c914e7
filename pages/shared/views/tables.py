"""A table of words and numbers on a page, in Markdown: it copies into slides and is read out. Streamlit's own tables
would bring pandas, whose 80 MB every visitor of a small server would pay for.

    tables.show(["", "W1", "modes"], [["run", "0.12", "8"], ["a perfect generator", "0.03", "8"]], grey={1})
    tables.flattered({"run": {"w1": 0.02}}, {"w1": Range(0.03, 0.025, 0.04)}, str.upper)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from pages.shared.shell.i18n import t

if TYPE_CHECKING:
    from gan_core.metrics.floors import Range, Why


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


def flattery(statistic: str, score: float, perfect: Range | None) -> str:
    """Why a score is better than perfect, to stand beside it; "" where it is not, or nobody knows."""
    from gan_core.metrics.floors import flatters

    why = None if perfect is None else flatters(statistic, score, perfect)
    return "" if why is None else t(f"panel.flatters_{why}")


def flattered(
    rows: Mapping[str, Mapping[str, float]], perfect: Mapping[str, Range], named: Callable[[str], str]
) -> str:
    """Which scores of the rows (title → statistic → score) are better than perfect, and whether by chance or because
    the samples are too narrow, in sentences; "" where none is. named: a statistic as it is called there."""
    from gan_core.metrics.floors import flatters

    found: dict[Why, dict[str, list[str]]] = {}
    for title, scores in rows.items():
        for name, score in scores.items():
            if name in perfect and (why := flatters(name, score, perfect[name])) is not None:
                found.setdefault(why, {}).setdefault(name, []).append(title)
    said = []
    for reason, of in found.items():
        names = [f"{named(name)} ({', '.join(titles)})" if any(titles) else named(name) for name, titles in of.items()]
        said.append(t(f"panel.flattered_{reason}", names="; ".join(names)))
    return " ".join(said)


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
