"""Runs over seeds in the form of the published tables: mean ± standard error, the papers' rows beside them.

    table = Table.of(base, records)                    # records as gan_core.studies.mitigations computes them
    table.markdown(), table.csv(), table.latex(), table.json()

Each number is the mean over seeds ± its standard error s/√n. The rows of this project and the published ones share
columns, not a protocol: the same "GAN" keeps 1 mode in one paper and 6.3 in another, because networks and learning
rates decide. So every row names its own.
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
from typing import Any, NamedTuple

import numpy as np

from gan_core.config import RunConfig
from gan_core.studies.mitigations import DATA, plain

HERE = "this table"  # the source of a row that was computed here, as it is printed
SHIPPED = Path(__file__).parents[1] / "records"


class Column(NamedTuple):
    """`score` names the number in a record, which is multiplied by `factor` and written with `digits` decimals."""

    heading: str
    score: str
    digits: int = 1
    factor: float = 1.0


COLUMNS: dict[str, Column] = {
    "modes": Column("modes", "captured"),
    "modes_1pct": Column("modes ≥ 1 %", "captured_share"),
    "near": Column("near", "near"),
    "high_quality": Column("HQ %", "high_quality", 1, 100.0),
    "reverse_kl": Column("reverse KL", "reverse_kl", 2),
    "w1": Column("W1", "w1", 2),
    "cpu_seconds": Column("CPU s", "cpu_seconds"),
}


class Cell(NamedTuple):
    """A mean over runs and its standard error; NaN where one run, or a paper, does not say."""

    mean: float
    error: float = math.nan


# --- Published --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of a table. `source` is empty for a row that was computed here; `cells` by the names of COLUMNS."""

    name: str
    cells: Mapping[str, Cell]
    source: str = ""
    runs: int = 0


_VEEGAN = "Srivastava et al. 2017 (VEEGAN), table 1"
_PACGAN = "Lin et al. 2018 (PacGAN), 10 runs"
# What the papers say of their protocols; neither their networks nor their lengths are the ones used here.
PROTOCOLS: dict[str, str] = {
    _VEEGAN: "ring of 8: R = 1, σ = .01; grid of 25: {−4, −2, 0, 2, 4}², σ = .05; 2,500 samples",
    _PACGAN: "the same data; G 4×400 ReLU with batch norm, D 3×200 maxout, Adam 1e-4 (β₁ .8), batch 100, 400k steps",
}


def _published(source: str, name: str, modes: Cell, high_quality: float, reverse_kl: float | None = None) -> Row:
    cells = {"modes": modes, "high_quality": Cell(high_quality)}
    return Row(name, cells if reverse_kl is None else cells | {"reverse_kl": Cell(reverse_kl)}, source)


PUBLISHED: dict[str, tuple[Row, ...]] = {
    "ring": (
        _published(_VEEGAN, "GAN", Cell(1), 99.3),
        _published(_VEEGAN, "ALI", Cell(2.8), 0.13),
        _published(_VEEGAN, "Unrolled GAN, 5 steps", Cell(7.6), 35.6),
        _published(_VEEGAN, "VEEGAN", Cell(8), 52.9),
        _published(_PACGAN, "GAN", Cell(6.3, 0.5), 98.2),
        _published(_PACGAN, "ALI", Cell(6.6), 97.6),
        _published(_PACGAN, "PacGAN2", Cell(7.9), 95.6),
        _published(_PACGAN, "PacGAN3", Cell(7.8), 97.7),
        _published(_PACGAN, "PacGAN4", Cell(7.8), 95.9),
    ),
    "grid": (
        _published(_VEEGAN, "GAN", Cell(3.3), 0.5),
        _published(_VEEGAN, "ALI", Cell(15.8), 1.6),
        _published(_VEEGAN, "Unrolled GAN, 5 steps", Cell(23.6), 16.0),
        _published(_VEEGAN, "VEEGAN", Cell(24.6), 40.0),
        _published(_PACGAN, "GAN", Cell(17.3, 0.8), 94.8, 0.70),
        _published(_PACGAN, "ALI", Cell(24.1), 95.7, 0.14),
        _published(_PACGAN, "PacGAN2", Cell(23.8), 91.3, 0.13),
        _published(_PACGAN, "PacGAN3", Cell(24.6), 94.2, 0.06),
        _published(_PACGAN, "PacGAN4", Cell(24.8), 93.6, 0.04),
    ),
}


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
    cells = {}
    for column, (_, score, _, factor) in COLUMNS.items():
        values = [record["scores"].get(score, record.get(score)) for record in records]
        if None not in values:
            cells[column] = mean_and_error([factor * float(value) for value in values])
    return Row(name, cells, runs=len(records))


@dataclass(frozen=True)
class Table:
    """Rows of runs, with the published rows of the same data beside them. `base`: what all runs have in common."""

    base: RunConfig
    records: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, base: RunConfig, records: Sequence[Mapping[str, Any]]) -> Table:
        """Raises ValueError if there is not a single record."""
        if not records:
            raise ValueError("a table needs at least one run")
        return cls(base, tuple(records))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        methods = dict.fromkeys(record["method"] for record in self.records)
        return tuple(row(name, [r for r in self.records if r["method"] == name]) for name in methods)

    @cached_property
    def perfect(self) -> Row:
        """What a perfect sampler scores with as many samples: the floors of these runs, and 98.9 % of high quality."""
        floors = {name: f"{column.score}_floor" for name, column in COLUMNS.items()}
        cells = {
            name: mean_and_error([COLUMNS[name].factor * float(r["scores"][floor]) for r in self.records])
            for name, floor in floors.items()
            if all(floor in r["scores"] for r in self.records) and name != "reverse_kl"
        }
        modes, samples = (self.records[0]["scores"][name] for name in ("modes", "samples"))
        full = dict.fromkeys(("modes", "modes_1pct", "near"), Cell(modes))
        # (M − 1)/2N: the floor in a record is for the samples that came near a mode, here all of them do
        return Row("perfect sampler", full | cells | {"reverse_kl": Cell((modes - 1) / (2 * samples))})

    @property
    def published(self) -> tuple[Row, ...]:
        data = self.base.data
        usual = data.data in DATA and data.modes == DATA[data.data].data.modes
        return PUBLISHED[data.data] if usual else ()

    @property
    def lines(self) -> tuple[Row, ...]:
        """As they are printed: computed, perfect, published."""
        return (*self.rows, self.perfect, *self.published)

    @cached_property
    def protocol(self) -> str:
        """How the rows without a source were made, in a sentence."""
        data, model, train = self.base.data, self.base.model, self.base.train
        steps, seeds = {r["steps"] for r in self.records}, {r["seed"] for r in self.records}
        scores = self.records[0]["scores"]
        changes = {record["method"]: _changes(record, self.base) for record in self.records}
        changed = "; ".join(f"{name} ({what})" for name, what in changes.items() if what)
        return (
            f"{data.data}: {data.modes} modes, radius {data.radius:g}, σ {data.std:g}; "
            f"G {_net(model.latent_dim, model.g_layers, 2)}, D {_net(2 * model.packing, model.d_layers, 1)}, "
            f"{train.optimiser} (β₁ {train.beta1:g}), rates G {train.g_lr:g}, D {train.d_lr:g}, {train.loss} loss, "
            f"batch {train.batch}, {'–'.join(f'{n:,}' for n in sorted({min(steps), max(steps)}))} steps, "
            f"{len(seeds)} seeds; {scores['samples']:,} samples, near: 1 % of them within {scores['near_radius']:.2g}, "
            f"W1 exact on {scores['w1_points']:,}" + (f". Changed: {changed}" if changed else "")
        )

    def text(self, entry: Row, column: str) -> str:
        """A cell as it is printed: 7.9 ± 0.1, or – for what is not known."""
        _, _, digits, _ = COLUMNS[column]
        mean, error = entry.cells.get(column, Cell(math.nan))
        if math.isnan(mean):
            return "–"
        if math.isinf(mean):
            return "∞"
        return f"{mean:.{digits}f}" + ("" if math.isnan(error) else f" ± {error:.{digits}f}")

    def markdown(self) -> str:
        """Published rows in italics."""
        head = ["method", *(c.heading for c in COLUMNS.values()), "runs", "source"]
        lines = [head, ["---", *["---:"] * (len(head) - 2), "---"]]
        for entry in self.lines:
            cells = [entry.name, *(self.text(entry, name) for name in COLUMNS), str(entry.runs or "–")]
            lines.append([*(f"*{cell}*" if entry.source else cell for cell in cells), entry.source or HERE])
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + f"\n\n{self._notes}\n"

    def csv(self) -> str:
        """Means and errors in columns of their own, for a spreadsheet; the source of a computed row is empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = [f"{name}{part}" for name in COLUMNS for part in ("", "_se")]
        writer.writerow(["method", *names, "runs", "source", "protocol"])
        for entry in self.lines:
            pairs = [entry.cells.get(name, Cell(math.nan)) for name in COLUMNS]
            numbers = ["" if math.isnan(value) else f"{value:.6g}" for pair in pairs for value in pair]
            protocol = PROTOCOLS[entry.source] if entry.source else self.protocol
            writer.writerow([entry.name, *numbers, entry.runs or "", entry.source, protocol])
        return out.getvalue()

    def latex(self) -> str:
        """A tabular for booktabs and xcolor; published rows are grey."""
        head = " & ".join(["method", *(_tex(c.heading) for c in COLUMNS.values())])
        lines = [rf"\begin{{tabular}}{{l{'r' * len(COLUMNS)}}}", r"\toprule", head + r" \\", r"\midrule"]
        for i, entry in enumerate(self.lines):
            if i in (len(self.rows), len(self.rows) + 1):
                lines.append(r"\midrule")
            name = entry.name + (f" ({entry.source.split(' (')[0]})" if entry.source else "")
            cells = [_tex(name), *(_tex(self.text(entry, column)) for column in COLUMNS)]
            lines.append(" & ".join(rf"\textcolor{{gray}}{{{c}}}" if entry.source else c for c in cells) + r" \\")
        notes = "\n".join(f"% {line}" for line in self._notes.splitlines())
        return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", notes]) + "\n"

    def json(self) -> str:
        """Everything: the table, and every run behind it, one a line. `Table.from_json` reads it again."""
        head = {
            "base": self.base.to_query(),
            "protocol": self.protocol,
            "rows": [_row_json(entry) for entry in (*self.rows, self.perfect)],
            "published": [_row_json(entry) for entry in self.published],
        }
        fields = [f'"{name}": {json.dumps(value)}' for name, value in head.items()]
        records = ",\n".join(json.dumps(dict(record)) for record in self.records)
        return "{\n" + ",\n".join([*fields, f'"records": [\n{records}\n]']) + "\n}"

    @classmethod
    def from_json(cls, text: str) -> Table:
        content = json.loads(text)
        return cls.of(RunConfig.from_query(content["base"]), content["records"])

    @property
    def _notes(self) -> str:
        sources = dict.fromkeys(entry.source for entry in self.published)
        return "\n".join([f"{HERE}: {self.protocol}", *(f"{source}: {PROTOCOLS[source]}" for source in sources)])


def shipped_data() -> list[str]:
    """The data sets that have a table which was computed beforehand."""
    return [data for data in DATA if (SHIPPED / f"{data}.json").exists()]


@cache
def shipped(data: str) -> Table:
    """The table that was computed beforehand and comes with the project."""
    return Table.from_json((SHIPPED / f"{data}.json").read_text(encoding="utf-8"))


def _row_json(entry: Row) -> dict[str, Any]:
    cells = {name: {"mean": plain(cell.mean), "se": plain(cell.error)} for name, cell in entry.cells.items()}
    return {"method": entry.name, "source": entry.source, "runs": entry.runs, "cells": cells}


def _changes(record: Mapping[str, Any], base: RunConfig) -> str:
    """What this run changes in the base."""
    changes = RunConfig.from_query(record["query"]).differences(base)
    return ", ".join(f"{n} {value}" for n, value in changes.items() if n not in ("seed", "steps", "members"))


def _net(inputs: int, layers: Sequence[int], outputs: int) -> str:
    return "–".join(map(str, (inputs, *layers, outputs)))


_TEX = {"%": r"\%", "_": r"\_", "&": r"\&", "≥": r"$\ge$", "±": r"$\pm$", "∞": r"$\infty$", "–": "--"}


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in text)
