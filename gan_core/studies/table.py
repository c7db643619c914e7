"""Runs over seeds in the form of the published tables: mean ± standard error, the papers' rows beside them.

    table = Table.of(base, records, beside)            # as gan_core.studies.mitigations computes them
    table.markdown(), table.csv(), table.latex(), table.json()

Each number is the mean over seeds ± its standard error s/√n. Below the runs stand a perfect sampler and generators
without skill, and each row says in which columns every one of its runs is nearer to the perfect one than all of these:
one that works is so in modes and in quality. The rows of this project and the published ones share columns, not a
protocol: the same "GAN" keeps 1 mode in one paper and 6.3 in another, because networks and learning rates decide. So
every row names its own, and the notes name where the two differ.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import mode
from typing import Any, NamedTuple

import numpy as np

from gan_core.config import RunConfig
from gan_core.metrics.scores import Yardstick
from gan_core.studies.mitigations import DATA, PROTOCOLS, USUAL, Published, plain
from gan_core.studies.published import PUBLISHED, SOURCES, Cell, Row

HERE = "this table"  # the source of a row that was computed here, as it is printed
OWN = ("seed", "steps", "members")  # fields in which every run has its own
SHIPPED = Path(__file__).parents[1] / "records"


class Column(NamedTuple):
    """`score` names the number in a record, which is multiplied by `factor` and written with `digits` decimals."""

    heading: str
    score: str
    digits: int = 1
    factor: float = 1.0


COLUMNS: dict[str, Column] = {
    "modes": Column("modes hit", "captured"),
    "modes_1pct": Column("hit by 1 %", "captured_share"),
    "near": Column("covered", "near"),
    "high_quality": Column("HQ %", "high_quality", 1, 100.0),
    "reverse_kl": Column("reverse KL", "reverse_kl_3sigma", 2),
    "near_kl": Column("near KL", "reverse_kl", 2),
    "w1": Column("W1", "w1", 2),
    "cpu_seconds": Column("CPU s", "cpu_seconds"),
}

BEYOND = "beyond noise in"  # the heading of what a row is better in than generators without skill
# Of fewer runs nothing is said. Where n runs are all beyond, a further one is so in n of n + 1 cases or more, whatever
# the scores are distributed like; a mean can be beyond while every other run is not.
FEWEST = 4
MODES, QUALITY = {"near", "modes", "modes_1pct"}, "high_quality"  # what works is so in one of these and in that
PERFECT = "perfect sampler"
NO_SKILL = {"uniform": "uniform square", "gaussian": "single Gaussian", "blob": "wide blob"}  # as they are printed


# --- The table --------------------------------------------------------------------------------------------------------


def mean_and_error(values: Sequence[float]) -> Cell:
    """Mean and standard error s/√n with s² over n − 1; the error of one value is not known. inf if any value is."""
    x = np.asarray(values, float)
    mean = float(x.mean()) if len(x) else math.nan
    if len(x) < 2 or not np.isfinite(x).all():
        return Cell(mean)
    return Cell(mean, float(x.std(ddof=1)) / math.sqrt(len(x)))


def row(name: str, records: Sequence[Mapping[str, Any]]) -> Row:
    """The row of a method. A record has `scores` and may have `cpu_seconds`; what one lacks stays out of the row."""
    values = {}
    for column, (_, score, _, factor) in COLUMNS.items():
        found = [record["scores"].get(score, record.get(score)) for record in records]
        if None not in found:
            values[column] = tuple(factor * float(value) for value in found)
    cells = {column: mean_and_error(found) for column, found in values.items()}
    return Row(name, cells, runs=len(records), values=values)


@dataclass(frozen=True)
class Table:
    """Rows of runs, with the published rows of the same data beside them. `base`: what all runs have in common;
    `beside`: what their scores are compared with, None where nobody has found out."""

    base: RunConfig
    records: tuple[Mapping[str, Any], ...]
    beside: Yardstick | None = None

    @classmethod
    def of(cls, base: RunConfig, records: Sequence[Mapping[str, Any]], beside: Yardstick | None = None) -> Table:
        """Raises ValueError if there is not a single record."""
        if not records:
            raise ValueError("a table needs at least one run")
        return cls(base, tuple(records), beside)

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(record["method"] for record in self.records))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """One a method, in the order in which they first appear."""
        return tuple(row(name, [r for r in self.records if r["method"] == name]) for name in self.methods)

    def command(self, protocol: str) -> str:
        """What computes it again."""
        counts = {entry.name: entry.runs for entry in self.rows}
        usual, data = mode(counts.values()), self.base.data.data
        every = list(counts) == list(PROTOCOLS[protocol].methods) and set(counts.values()) == {usual}
        methods = ",".join(name if n == usual else f"{name}:{n}" for name, n in counts.items())
        return " ".join(
            ["python -m gan_core table", *([] if protocol == USUAL else ["--protocol", protocol]), "--data", data,
             *([] if every else ["--methods", methods]), "--seeds", str(usual), "--steps",
             str(self.records[0]["steps"])]
        )  # fmt: skip

    @cached_property
    def yardsticks(self) -> tuple[Row, ...]:
        """A perfect sampler and the generators without skill, with as many samples: medians (5–95 %)."""
        if self.beside is None:
            return ()
        rows = []
        for name, of in {PERFECT: self.beside.perfect, **self.beside.no_skill}.items():
            known = {column: (c, of[c.score]) for column, c in COLUMNS.items() if c.score in of}
            cells = {column: Cell(c.factor * found.median) for column, (c, found) in known.items()}
            spans = {column: (c.factor * found.low, c.factor * found.high) for column, (c, found) in known.items()}
            rows.append(Row(NO_SKILL.get(name, name), cells, spans=spans))
        return tuple(rows)

    def beyond(self, entry: Row) -> tuple[str, ...]:
        """The columns in which every run of a row is nearer to the perfect median than the samples of any generator
        without skill, but for one in twenty (Yardstick.beyond). Nothing of a row with fewer than FEWEST runs."""
        beside = self.beside
        if beside is None or entry.runs < FEWEST:
            return ()
        return tuple(
            name
            for name, values in entry.values.items()
            if COLUMNS[name].score in beside.perfect
            and all(beside.beyond(COLUMNS[name].score, value / COLUMNS[name].factor) for value in values)
        )

    def works(self, entry: Row) -> bool:
        """Whether a row is beyond noise on both axes, in modes and in quality."""
        beyond = {*self.beyond(entry)}
        return bool(beyond & MODES) and QUALITY in beyond

    def beyond_text(self, entry: Row) -> str:
        if self.beside is None or entry.runs < FEWEST:
            return "–"
        return ", ".join(COLUMNS[name].heading for name in self.beyond(entry)) or "nothing"

    @property
    def published(self) -> tuple[Row, ...]:
        data = self.base.data
        return PUBLISHED[data.data] if data.data in PUBLISHED and data.modes == DATA[data.data].data.modes else ()

    @property
    def lines(self) -> tuple[Row, ...]:
        """As they are printed: computed, perfect and without skill, published."""
        return (*self.rows, *self.yardsticks, *self.published)

    @cached_property
    def protocol(self) -> str:
        """How the rows without a source were made, in a sentence."""
        data, model, train = self.base.data, self.base.model, self.base.train
        steps, runs = [record["steps"] for record in self.records], [entry.runs for entry in self.rows]
        scores = self.records[0]["scores"]
        engines = {record["versions"].get("engine", 1) for record in self.records if "versions" in record}
        changes = {record["method"]: _changes(record, self.base) for record in self.records}
        falls = f"rates fall to 0 over {train.decay_steps:,}, " if train.decay_steps else ""
        changed = "; ".join(f"{name} ({what})" for name, what in changes.items() if what)
        return (
            f"{self._length}{data.data}: {data.modes} modes, radius {data.radius:g}, σ {data.std:g}; "
            f"G {_net(model.latent_dim, model.g_layers, 2)}, D {_net(2 * model.packing, model.d_layers, 1)}, "
            f"{train.optimiser} (β₁ {train.beta1:g}), rates G {train.g_lr:g}, D {train.d_lr:g}, {train.loss} loss, "
            f"batch {train.batch}, {falls}{_span(steps)} steps, {_span(runs)} seeds; "
            f"{scores['samples']:,} samples, near: 1 % of them within {scores['near_radius']:.2g}, "
            f"W1 exact on {scores['w1_points']:,}"
            + (f"; engine {', '.join(map(str, sorted(engines)))}" if engines else "")
            + (f". Changed: {changed}" if changed else "")
        )

    @property
    def _length(self) -> str:
        """Says so where a published protocol was cut short."""
        steps = max(record["steps"] for record in self.records)
        for name, protocol in PROTOCOLS.items():
            if protocol.source and steps < protocol.steps and self._deviations(protocol) == "":
                return f"protocol {name}, shortened to {steps:,} of {protocol.steps:,} steps; "
        return ""

    def _deviations(self, protocol: Published) -> str:
        """In which fields the runs differ from a published protocol, its values in brackets."""
        theirs = protocol.data[self.base.data.data]
        usual = dict(theirs.flat())
        differs = self.base.differences(theirs)
        return ", ".join(f"{n} {_short(value)} ({_short(usual[n])})" for n, value in differs.items() if n not in OWN)

    @cached_property
    def deviations(self) -> str:
        """What separates these runs from the protocol of the published rows that has a configuration, in a sentence."""
        if not self.published:
            return ""
        steps = max(record["steps"] for record in self.records)
        parts = []
        for protocol in PROTOCOLS.values():
            if protocol.source:
                length = f"{steps:,} steps ({protocol.steps:,})" if steps != protocol.steps else ""
                every = "; ".join(filter(None, [self._deviations(protocol), length, protocol.deviates]))
                parts.append(f"Deviations from {protocol.source} (its values in brackets): {every}")
        return ". ".join(parts)

    def text(self, entry: Row, column: str) -> str:
        """A cell as it is printed: 7.9 ± 0.1, 52 (48–56), or – for what is not known."""
        _, _, digits, _ = COLUMNS[column]
        mean, error = entry.cells.get(column, Cell(math.nan))
        if math.isnan(mean):
            return "–"
        written, *ends = ("∞" if math.isinf(x) else f"{x:.{digits}f}" for x in (mean, *entry.spans.get(column, ())))
        if len(set(ends)) > 1:
            return f"{written} ({'–'.join(ends)})"
        return written + ("" if math.isnan(error) else f" ± {error:.{digits}f}")

    def markdown(self) -> str:
        """Published rows in italics."""
        head = ["method", *(c.heading for c in COLUMNS.values()), BEYOND, "runs", "source"]
        lines = [head, ["---", *["---:"] * (len(head) - 2), "---"]]
        for entry in self.lines:
            numbers = [self.text(entry, name) for name in COLUMNS]
            cells = [entry.name, *numbers, self.beyond_text(entry), str(entry.runs or "–")]
            lines.append([*(f"*{cell}*" if entry.source else cell for cell in cells), entry.source or HERE])
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + f"\n\n{self._notes}\n"

    def csv(self) -> str:
        """Means and errors in columns of their own, for a spreadsheet; the source of a computed row is empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = [f"{name}{part}" for name in COLUMNS for part in ("", "_se")]
        writer.writerow(["method", *names, "beyond_noise", "runs", "source", "protocol"])
        for entry in self.lines:
            pairs = [entry.cells.get(name, Cell(math.nan)) for name in COLUMNS]
            numbers = ["" if math.isnan(value) else f"{value:.6g}" for pair in pairs for value in pair]
            protocol = SOURCES[entry.source] if entry.source else self.protocol
            beyond = " ".join(self.beyond(entry))
            writer.writerow([entry.name, *numbers, beyond, entry.runs or "", entry.source, protocol])
        return out.getvalue()

    def latex(self) -> str:
        """A tabular for booktabs and xcolor; published rows are grey."""
        head = " & ".join(["method", *(_tex(c.heading) for c in COLUMNS.values()), BEYOND])
        lines = [rf"\begin{{tabular}}{{l{'r' * len(COLUMNS)}l}}", r"\toprule", head + r" \\", r"\midrule"]
        for i, entry in enumerate(self.lines):
            if i in (len(self.rows), len(self.rows) + len(self.yardsticks)):
                lines.append(r"\midrule")
            name = entry.name + (f" ({entry.source.split(' (')[0]})" if entry.source else "")
            numbers = [self.text(entry, column) for column in COLUMNS]
            cells = [_tex(cell) for cell in (name, *numbers, self.beyond_text(entry))]
            lines.append(" & ".join(rf"\textcolor{{gray}}{{{c}}}" if entry.source else c for c in cells) + r" \\")
        notes = "\n".join(f"% {line}" for line in self._notes.splitlines())
        return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", notes]) + "\n"

    def json(self) -> str:
        """Everything: the table, and every run behind it, one a line. `Table.from_json` reads it again."""
        head = {
            "base": self.base.to_query(),
            "protocol": self.protocol,
            "deviations": self.deviations,
            "beside": self.beside and self.beside.to_json(),
            "rows": [_row_json(entry) | {"beyond_noise": list(self.beyond(entry))} for entry in self.rows],
            "published": [_row_json(entry) for entry in self.published],
        }
        fields = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
        records = ",\n".join(json.dumps(dict(record)) for record in self.records)
        return "{\n" + ",\n".join([*fields, f'"records": [\n{records}\n]']) + "\n}"

    @classmethod
    def from_json(cls, text: str) -> Table:
        content = json.loads(text)
        beside = content.get("beside")
        found = None if beside is None else Yardstick.from_json(beside)
        return cls.of(RunConfig.from_query(content["base"]), content["records"], found)

    @property
    def _notes(self) -> str:
        sources = dict.fromkeys(entry.source for entry in self.published)
        ours = f"{HERE}: {self.protocol}. {self.deviations}".removesuffix(". ")
        return "\n".join([ours, *(f"{source}: {SOURCES[source]}" for source in sources)])


@cache
def shipped(name: str) -> Table:
    """A table that comes with the project: one of `mitigations.TABLES`."""
    return Table.from_json((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))


def _row_json(entry: Row) -> dict[str, Any]:
    cells = {name: {"mean": plain(cell.mean), "se": plain(cell.error)} for name, cell in entry.cells.items()}
    return {"method": entry.name, "source": entry.source, "runs": entry.runs, "cells": cells}


def _changes(record: Mapping[str, Any], base: RunConfig) -> str:
    """What this run changes in the base."""
    changes = RunConfig.from_query(record["query"]).differences(base)
    return ", ".join(f"{n} {value}" for n, value in changes.items() if n not in OWN)


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return "–".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _span(counts: Sequence[int]) -> str:
    return "–".join(f"{n:,}" for n in sorted({min(counts), max(counts)}))


def _net(inputs: int, layers: Sequence[int], outputs: int) -> str:
    return "–".join(map(str, (inputs, *layers, outputs)))


_TEX = {"%": r"\%", "_": r"\_", "&": r"\&", "≥": r"$\ge$", "±": r"$\pm$", "∞": r"$\infty$", "–": "--"}


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in text)
