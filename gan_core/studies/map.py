"""Two settings against each other: a map of cells, each of them several runs that differ only in their seeds.

    plan = Plan.of(base, ("d_lr", 1e-5, 1e-2, 12), ("g_lr", 1e-5, 1e-2, 12), seeds=4)
    records = compute(plan, Store(folder))            # in processes, or on a Dask cluster; finished cells are kept
    Map.of(plan, records).csv()

Cells whose runs have the same shape are stepped in lock-step, as members of one ensemble that differ in rates, betas
and penalty weights. The coarse grid comes first. A cell is scored as Play scores a run, on the same samples.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gan_core.config import MEMBER_FIELDS, ConfigError, RunConfig
from gan_core.data import distribution
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.version import VERSION as ENGINE
from gan_core.metrics.scores import scores
from gan_core.numerals import number
from gan_core.run.judging import PICTURE_W1_POINTS, yardstick_for
from gan_core.run.pictures import PointPictures
from gan_core.studies.cluster import in_parallel
from gan_core.studies.mitigations import Store, plain

# what the runs of a map have in common where nobody says otherwise: small enough for a map while one waits
USUAL = RunConfig.of(g_layers=(64, 64), d_layers=(64, 64), batch=64)
MOST_CELLS, MOST_SEEDS = 1024, 16
TOGETHER = 32  # members that advance in lock-step: a fifth quicker than 8 of them, each
LOOK = 64  # steps between two looks for members that are no longer finite
FORMAT = 1  # of a record: raise it when the way to score a cell changes
METRICS = ("modes", "w1", "high_quality")
SCORES = (*METRICS, "w1_floor", "diverged")  # of a record, a number a seed


@dataclass(frozen=True)
class Axis:
    """A setting of a map. changes: value → fields of the configuration; low, high: where a map of it usually goes."""

    low: float
    high: float
    changes: Callable[[Any], dict[str, Any]]
    logarithmic: bool = False
    whole: bool = False


def _field(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {name: value}


AXES: dict[str, Axis] = {
    "d_lr": Axis(1e-5, 1e-2, _field("d_lr"), logarithmic=True),
    "g_lr": Axis(1e-5, 1e-2, _field("g_lr"), logarithmic=True),
    "beta1": Axis(0.0, 0.9, _field("beta1")),
    "r1": Axis(0.001, 10.0, _field("r1"), logarithmic=True),
    "d_steps": Axis(1, 6, _field("d_steps"), whole=True),
    "batch": Axis(16, 512, _field("batch"), logarithmic=True, whole=True),
    "width": Axis(8, 128, lambda value: {"g_layers": (value, value), "d_layers": (value, value)}, True, True),
}
Range = tuple[str, float, float, int]  # a setting, from, to, and how many values


def values(name: str, low: float, high: float, count: int) -> tuple[float, ...]:
    """The values of an axis, ascending. Raises ConfigError on an empty range, or one without so many values."""
    if name not in AXES:
        raise ConfigError("axis", name, "config.one_of", options=", ".join(AXES))
    axis = AXES[name]
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ConfigError(name, f"{number(low)} … {number(high)}", "map.empty_range")
    if axis.logarithmic and low <= 0:
        raise ConfigError(name, low, "map.logarithmic")
    if not 2 <= count <= MOST_CELLS:
        raise ConfigError(name, count, "config.whole_number", low=2, high=MOST_CELLS)
    places = np.geomspace(low, high, count) if axis.logarithmic else np.linspace(low, high, count)
    found = [round(place) if axis.whole else float(f"{place:.4g}") for place in places.tolist()]
    if len(set(found)) < count:
        raise ConfigError(name, count, "map.too_fine", low=number(low), high=number(high))
    return tuple(found)


@dataclass(frozen=True)
class Cell:
    """One place of the map: column and row, and its runs as one configuration with as many members as seeds."""

    column: int
    row: int
    config: RunConfig

    @cached_property
    def file(self) -> str:
        digest = hashlib.sha256(f"{FORMAT} {ENGINE} {self.config.to_json()}".encode()).hexdigest()[:16]
        return f"cell-{digest}.json"

    @property
    def shape(self) -> RunConfig:
        """What cells that may be stepped together have in common."""
        usual = RunConfig()
        return self.config.replace(**{name: getattr(usual.train, name) for name in MEMBER_FIELDS})


@dataclass(frozen=True)
class Plan:
    """A map: two axes with their values, and the runs of every cell. Raises ConfigError on what cannot be one."""

    base: RunConfig
    x: str
    y: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]

    @classmethod
    def of(cls, base: RunConfig, x: Range, y: Range, seeds: int = 4, steps: int | None = None) -> Plan:
        if x[0] == y[0]:
            raise ConfigError("axis", y[0], "map.equal_axes")
        if base.data.is_image or base.data.data == "custom":
            raise ConfigError("data", base.data.data, "map.plane")
        if not 1 <= seeds <= MOST_SEEDS:
            raise ConfigError("seeds", seeds, "config.whole_number", low=1, high=MOST_SEEDS)
        if x[3] * y[3] > MOST_CELLS:
            raise ConfigError("cells", x[3] * y[3], "map.cells", most=MOST_CELLS)
        base = base.replace(members=seeds, steps=base.train.steps if steps is None else steps)
        plan = cls(base, x[0], y[0], values(*x), values(*y))
        for name, ends in ((plan.x, plan.xs), (plan.y, plan.ys)):
            for end in (ends[0], ends[-1]):
                base.replace(**AXES[name].changes(end))  # refuses what a configuration cannot have
        return plan

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """From coarse to fine: every cell of a grid comes before those between them."""
        found = [
            Cell(i, j, self.base.replace(**AXES[self.x].changes(x), **AXES[self.y].changes(y)))
            for j, y in enumerate(self.ys)
            for i, x in enumerate(self.xs)
        ]
        return tuple(sorted(found, key=lambda cell: -stride(cell.column, cell.row)))

    def blocks(self, cells: Sequence[Cell] | None = None) -> list[tuple[Cell, ...]]:
        """The cells (all of them) in blocks that are stepped in lock-step, from coarse to fine."""
        most = max(1, TOGETHER // self.base.train.members)
        blocks: list[list[Cell]] = []
        filling: dict[RunConfig, list[Cell]] = {}
        for cell in self.cells if cells is None else cells:
            block = filling.get(cell.shape)
            if block is None or len(block) == most:
                block = filling[cell.shape] = []
                blocks.append(block)
            block.append(cell)
        return [tuple(block) for block in blocks]


def stride(column: int, row: int) -> int:
    """The widest grid (16, 8, 4, 2, 1) that the cell belongs to."""
    return next(step for step in (16, 8, 4, 2, 1) if column % step == 0 and row % step == 0)


class Block:
    """Some cells under way: all of their members in one ensemble. Raises ConfigError if their shapes differ."""

    def __init__(self, cells: Sequence[Cell], dtype: torch.dtype = torch.float32) -> None:
        self.cells, self.dtype = tuple(cells), dtype
        self.members = [cell.config.member(k) for cell in cells for k in range(cell.config.train.members)]
        self.data = distribution(self.members[0].data)
        self.ensemble = Ensemble(self.members, self.data.sample, dtype)
        self.until, self.step_count = self.members[0].train.steps, 0

    def step(self, n: int = 1) -> None:
        """n steps, at most as many as are left; none once no member is finite."""
        for _ in range(min(n, self.until - self.step_count)):
            self.ensemble.step()
            self.step_count += 1
            if self.step_count % LOOK == 0 and not self.finite.any():
                self.step_count = self.until

    @property
    def finite(self) -> NDArray[np.bool_]:
        """(K,): every parameter of both players reaches these logits."""
        logits = self.ensemble.logits
        return np.ones(len(self.members), bool) if logits is None else torch.isfinite(logits[1]).all(1).numpy()

    def fakes(self) -> NDArray[np.float32]:
        """(K, n, 2): the samples that Play would show."""
        return self._picture().fake

    def records(self) -> list[dict[str, Any]]:
        """Of each cell: for every seed its scores, and whether it diverged. Plain JSON."""
        picture, finite, data = self._picture(), self.finite, self.data
        floor = (
            yardstick_for(self.cells[0].config.data, data, picture.real, len(picture.real), PICTURE_W1_POINTS)
            .perfect["w1"]
            .median
        )
        found: list[dict[str, float]] = []
        for fake, alive in zip(picture.fake, finite, strict=True):
            if not (alive and np.isfinite(fake).all()):
                found.append(dict.fromkeys(SCORES, math.nan) | {"diverged": 1.0})
                continue
            one = scores(picture.real, fake, data.centres, data.std, data.weights, extent=picture.extent)
            quality = math.nan if one.high_quality is None else one.high_quality
            modes = math.nan if one.near is None else one.near
            found.append({"modes": modes, "w1": one.w1, "w1_floor": floor, "high_quality": quality, "diverged": 0.0})
        seeds = len(found) // len(self.cells)
        parts = [found[i : i + seeds] for i in range(0, len(found), seeds)]
        return [
            {
                "query": cell.config.to_query(),
                "versions": {"engine": ENGINE},
                "scores": {name: [plain(float(one[name])) for one in part] for name in SCORES},
            }
            for cell, part in zip(self.cells, parts, strict=True)
        ]

    def _picture(self) -> Any:
        config = self.members[0]
        pictures = PointPictures(config, self.members, self.data.sample, self.data.extent, self.dtype)
        return pictures.take([self.ensemble], step=self.step_count)


class Charting:
    """A work for the pool: some blocks of a map, one after the other. A step is one of the block under way.

    `found`(cell, record) is called for every cell as soon as its block is done.
    """

    failure = None

    def __init__(self, blocks: Sequence[tuple[Cell, ...]], found: Callable[[Cell, dict[str, Any]], None]) -> None:
        self.left, self.found = list(reversed(blocks)), found
        self.step_count = 0
        self.block: Block | None = None

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            if self.block is None and not self.left:
                return
            block = self.block = self.block or Block(self.left.pop())
            before = block.step_count
            block.step()
            self.step_count += block.step_count - before
            if block.step_count == block.until:
                for cell, record in zip(block.cells, block.records(), strict=True):
                    self.found(cell, record)
                self.block = None


def run(cells: tuple[Cell, ...]) -> list[dict[str, Any]]:
    """A block, whole: the records of its cells. One torch thread."""
    torch.set_num_threads(1)
    block = Block(cells)
    block.step(block.until)
    return block.records()


def compute(
    plan: Plan,
    store: Store,
    *,
    jobs: int = -1,
    dask: str | None = None,
    done: Callable[[int], None] = lambda cells: None,
) -> dict[Cell, dict[str, Any]]:
    """The records of all cells. What the store has is not computed again; the rest runs in `jobs` processes (−1: one a
    core) or on the Dask cluster at the address `dask`, and is stored block by block: whoever stops this, and however,
    loses only the blocks under way. `done`(cells) is called for the kept ones at first, and then for every block."""
    found = {cell: record for cell in plan.cells if (record := store.get(cell)) is not None}
    done(len(found))
    missing = plan.blocks([cell for cell in plan.cells if cell not in found])
    for cells, records in in_parallel(run, missing, jobs, dask):
        for cell, record in zip(cells, records, strict=True):
            store.put(cell, record)
            found[cell] = record
        done(len(cells))
    return found


def is_record(found: Any) -> bool:
    """Whether something that was read is the record of a cell: as many numbers of every score, one a seed."""
    try:
        return len({len([float(value) for value in found["scores"][name]]) for name in SCORES}) == 1
    except (KeyError, TypeError, ValueError, OverflowError):
        return False


@dataclass(frozen=True, eq=False)
class Map:
    """What is known of a map so far. scores: by the names of SCORES (rows, columns, seeds), NaN where nothing is."""

    plan: Plan
    scores: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, plan: Plan, records: Mapping[Cell, Mapping[str, Any]]) -> Map:
        shape = len(plan.ys), len(plan.xs), plan.base.train.members
        found = {name: np.full(shape, np.nan) for name in SCORES}
        for cell, record in records.items():
            for name, into in found.items():
                into[cell.row, cell.column] = [float(value) for value in record["scores"][name]]
        return cls(plan, found)

    @property
    def known(self) -> NDArray[np.bool_]:
        """(rows, columns): the cells that are there."""
        return np.asarray(np.isfinite(self.scores["diverged"]).all(-1))

    @property
    def diverged(self) -> NDArray[np.float64]:
        """(rows, columns): the share of seeds that stopped being finite; NaN where nothing is known."""
        return np.asarray(self.scores["diverged"].mean(-1))

    def median(self, metric: str) -> NDArray[np.float64]:
        """(rows, columns): over the seeds that stayed finite; NaN where at least half of them diverged."""
        kept = np.where(np.asarray(self.diverged < 0.5)[..., None], self.scores[metric], np.nan)
        with np.errstate(all="ignore"):
            empty = np.asarray(np.isnan(kept).all(-1))
            return np.where(empty, np.nan, np.nanmedian(np.where(empty[..., None], 0.0, kept), axis=-1))

    def coarse(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same (rows, columns), and where nothing is known yet, what the nearest coarser cell before it has."""
        filled, known = values.copy(), self.known
        for j, i in np.argwhere(~known):
            for step in (2, 4, 8, 16):
                if known[j - j % step, i - i % step]:
                    filled[j, i] = values[j - j % step, i - i % step]
                    break
        return filled

    def rows(self) -> list[dict[str, float]]:
        """A line for each run."""
        return [
            {self.plan.x: x, self.plan.y: y, "seed": self.plan.base.train.seed + k}
            | {name: float(of[j, i, k]) for name, of in self.scores.items()}
            for j, y in enumerate(self.plan.ys)
            for i, x in enumerate(self.plan.xs)
            for k in range(self.plan.base.train.members)
            if self.known[j, i]
        ]

    def summary(self) -> str:
        """The median of the modes in every cell as a Markdown table; × where at least half of the seeds diverged."""
        modes, diverged = self.median(METRICS[0]), self.diverged
        head = [f"{self.plan.y} \\ {self.plan.x}", *(f"{x:g}" for x in self.plan.xs)]
        rows = [
            [f"{y:g}", *("×" if gone >= 0.5 else f"{n:g}" for n, gone in zip(modes[j], diverged[j], strict=True))]
            for j, y in reversed(list(enumerate(self.plan.ys)))
        ]
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))

    def csv(self) -> str:
        text = io.StringIO()
        writer = csv.DictWriter(text, [self.plan.x, self.plan.y, "seed", *self.scores], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return text.getvalue()


def checked_range(text: str) -> Range:
    """What the command line says of an axis: name:low:high:count, or the name alone. Raises ConfigError."""
    name, *rest = text.split(":")
    if name not in AXES:
        raise ConfigError("axis", name, "config.one_of", options=", ".join(AXES))
    axis = AXES[name]
    if not rest:
        return name, axis.low, axis.high, 6 if axis.whole else 12
    try:
        low, high, count = rest
        return name, float(low), float(high), int(count)
    except ValueError as error:
        raise ConfigError("axis", text, "map.range") from error
