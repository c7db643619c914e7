"""Which methods of a table differ from its plain row by more than their seeds do.

    against(table, "high_quality")     method → more, less, or that it cannot be told

Runs of one method spread, so that means alone say little. The rank test asks how often two groups of runs that come
from one and the same distribution, whatever it is, lie as far apart as these do. A table asks it of every method at
once, so Holm's correction holds the chance that any verdict of a column is wrong below LEVEL.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from gan_core.studies.table import Table

PLAIN = "plain"  # what the others are compared with
LEVEL = 0.05  # the chance that one verdict of a column, or several, are wrong
Verdict = Literal["more", "less", "untold"]
VERDICTS: tuple[Verdict, ...] = ("more", "less", "untold")


class Difference(NamedTuple):
    """Of a method from the plain runs; `p` is corrected for all the methods of its table."""

    verdict: Verdict
    p: float


def rank_test(a: Sequence[float], b: Sequence[float]) -> float:
    """The exact two-sided rank-sum test of Wilcoxon: of all ways to deal the values of both groups out again, the share
    in which the ranks of the first are as far from their mean as they are. Tied values have their mean rank.

    a (m,), b (n,) → p in (0, 1], which is 2 / C(m + n, m) or more where nothing is tied. It counts every way, 12,870
    of them for 8 and 8. Raises ValueError if a group is empty.
    """
    if not len(a) or not len(b):
        raise ValueError("a rank test needs a value in either group")
    values = np.asarray([*a, *b], float)
    # twice the rank, 1 + values below + values not above: whole numbers, so that sums compare exactly
    ranks = 1 + (values[:, None] > values).sum(1) + (values[:, None] >= values).sum(1)
    dealt = ranks[_ways(len(values), len(a))].sum(1)
    mean = len(a) * (len(values) + 1)
    return float(np.mean(abs(dealt - mean) >= abs(ranks[: len(a)].sum() - mean)))


@cache
def _ways(n: int, k: int) -> NDArray[np.int64]:
    """Every k of n places (C(n, k), k)."""
    return np.array(list(combinations(range(n), k)))


def holm(p: Sequence[float]) -> list[float]:
    """Holm's correction: the k-th smallest of n is multiplied by n − k + 1, and is no smaller than those before it."""
    order = np.argsort(p, kind="stable")
    corrected = np.asarray(p, float)
    corrected[order] = np.minimum(1, np.maximum.accumulate(corrected[order] * np.arange(len(order), 0, -1)))
    return [float(each) for each in corrected]


def against(table: Table, column: str) -> dict[str, Difference]:
    """Every method beside the plain one, in the table's order. Raises KeyError where there is no plain row, or a row
    without this column."""
    values = {row.name: row.values[column] for row in table.rows}
    plain = values.pop(PLAIN)
    corrected = holm([rank_test(found, plain) for found in values.values()])
    return {
        name: Difference(_above(found, plain) if p <= LEVEL else "untold", p)
        for (name, found), p in zip(values.items(), corrected, strict=True)
    }


def too_few(table: Table) -> bool:
    """Whether the table has so few runs that no difference from the plain ones, however large, could be told."""
    counts = {row.name: row.runs for row in table.rows}
    plain = counts.pop(PLAIN)
    return len(counts) * min(2 / comb(plain + runs, runs) for runs in counts.values()) > LEVEL


def _above(a: Sequence[float], b: Sequence[float]) -> Verdict:
    """Whether values of `a` are above those of `b` more often than below them."""
    pairs = np.sign(np.subtract.outer(np.asarray(a, float), np.asarray(b, float)))
    return "more" if pairs.sum() > 0 else "less"
