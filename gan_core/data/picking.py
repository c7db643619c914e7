"""Rows of some columns of a table: which columns, which rows are left out, and what looks wrong with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.data.cells import Floats
from gan_core.data.tables import Column, Doubt, Table, Wishes
from gan_core.errors import Sentence, TableError

FAR = 10.0  # so many times further out than all others is far …
FAR_SHARE = 0.1  # … if no more rows than this share are
MOST_TIMES = 1e9  # … and further is not said
APART = 10.0  # times that columns may differ before it is said


@dataclass(frozen=True, eq=False)
class Picked:
    """Rows of some columns: values (n, columns), finite, and `rows` (n,), which of the table they are."""

    names: tuple[str, ...]
    values: Floats
    rows: NDArray[np.int64]
    assumed: tuple[Sentence, ...]
    doubts: tuple[Doubt, ...]

    def sentence(self) -> Sentence:
        """Everything assumed, in one sentence."""
        return Sentence("table.assumed", parts=self.assumed or (Sentence("table.plain"),))


def pick(table: Table, wishes: Wishes, count: int) -> Picked:
    """The rows of `count` columns in which all cells are finite numbers. Raises TableError."""
    chosen = _chosen(table, wishes.columns, count)
    values = np.stack([column.values for column in chosen], axis=1)
    complete = np.isfinite(values).all(1)
    said, doubts = list(table.assumed), list(table.doubts)
    if len(table.columns) > count or wishes.columns:
        names = ", ".join(column.name for column in chosen)
        said.append(Sentence("table.picked" if count > 1 else "table.picked_one", names=names))
    if missing := int((~complete).sum()):
        if missing > len(values) / 2:
            raise TableError("table.mostly_missing", n=missing, rows=len(values))
        i = int(np.argmin(complete))
        cell = next(c.cells[i] for c in chosen if not np.isfinite(c.values[i]))
        said.append(
            Sentence("table.left_out", n=missing, rows=len(values), line=int(table.lines[i]), cell=cell[:20] or "–")
        )
    rows = np.flatnonzero(complete)
    values = values[rows]
    far, times = _far(values)
    if far.any():
        i = int(np.argmax(far))
        code = "table.far" if far.sum() > 1 else "table.far_one"
        where = Sentence(code, n=int(far.sum()), line=int(table.lines[rows[i]]), times=times)
        doubts.append(Doubt(where, "far", wishes.far, not wishes.far))
        if not wishes.far:
            rows, values = rows[~far], values[~far]
    if count > 1 and len(values) > 1:
        spread = _ranges(values)
        with np.errstate(over="ignore"):
            ratio = min(float(spread.max() / spread.min()), MOST_TIMES) if spread.min() > 0 else 1.0
        if ratio >= APART:
            said_of = Sentence("table.apart", times=ratio)
            doubts.append(Doubt(said_of, "apart", wishes.apart, not wishes.apart))
    return Picked(tuple(c.name for c in chosen), values, rows, tuple(said), tuple(doubts))


def _chosen(table: Table, wanted: Sequence[str], count: int) -> list[Column]:
    known = {column.name: column for column in table.columns}
    if not wanted:
        if len(known) < count:
            code = "table.one_number_column" if len(known) == 1 else "table.few_columns"
            raise TableError(code, n=len(known), columns=count)
        return list(table.columns[:count])
    if len(wanted) != count or len(set(wanted)) != count:
        raise TableError("table.pick", columns=count, names=", ".join(known))
    by_case = {name.lower(): column for name, column in known.items()}
    found = [known.get(name) or by_case.get(name.strip().lower()) for name in wanted]
    for name, column in zip(wanted, found, strict=True):
        if column is None:
            raise TableError("table.no_column", name=name[:40], names=", ".join(known))
    return [column for column in found if column is not None]


def _ranges(values: Floats) -> Floats:
    """(columns,): the standard deviations without the outermost rows."""
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = np.quantile(values, [0.02, 0.98], axis=0)
        spread = np.clip(values, low, high).std(axis=0)
    return np.where(np.isfinite(spread), spread, 0.0)


def _far(values: Floats) -> tuple[NDArray[np.bool_], float]:
    """Which rows lie at least FAR times as far out as all others, and how many times. Distances are from the median,
    each column in units of its spread, so that no unit hides it."""
    none = np.zeros(len(values), bool), 1.0
    if len(values) < 5:
        return none
    scaled = np.ldexp(values, -int(np.frexp(np.abs(values).max())[1]))  # keeps squares from overflowing
    centred = np.abs(scaled - np.median(scaled, axis=0))
    unit = np.median(centred, axis=0)
    unit = np.where(unit > 0, unit, np.quantile(centred, 0.9, axis=0))
    with np.errstate(over="ignore"):
        distance = np.max(np.divide(centred, unit, out=np.zeros_like(centred), where=unit > 0), axis=1)
        distance = np.minimum(distance, MOST_TIMES)
        order = np.argsort(distance)
        most = max(1, int(FAR_SHARE * len(values)))
        ordered = distance[order][-most - 1 :]
        times = np.divide(ordered[1:], ordered[:-1], out=np.ones(most), where=ordered[:-1] > 0)
    times = np.minimum(times, MOST_TIMES)
    if not (times >= FAR).any():
        return none
    first = int(np.argmax(times))
    far = np.zeros(len(values), bool)
    far[order[-most + first :]] = True
    return far, float(times[first])
