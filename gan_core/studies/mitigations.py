"""Mitigations of mode collapse over seeds: which methods, and how their runs are computed, scored and kept.

    tasks = plan("ring", ["plain", "unrolled"], seeds=10, steps=800)
    records = compute(tasks, Store(folder))            # in processes on all cores; finished runs are not repeated
    Table.of(DATA["ring"], records).markdown()         # gan_core.studies.table

Every run is one record, kept as one file, so an interrupted table goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import math
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from gan_core.config import ConfigError, RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.presets import PRESETS
from gan_core.studies.cluster import in_parallel
from gan_core.studies.store import read_json, write_json

if TYPE_CHECKING:
    from gan_core.metrics.scores import Yardstick
    from gan_core.run.trainer import Trainer

T = TypeVar("T")
R = TypeVar("R")

SAMPLES = 2500  # samples a run is scored by, as in the VEEGAN and PacGAN tables
W1_POINTS = 500  # … of which so many are transported
FORMAT = 3  # of a record: raise it when the way to score a run changes, and old records are computed again
EARLY, EARLY_POINTS = 20, 4  # a record keeps so many samples of so early a step: rounding has not grown yet

# What each method changes in the run that collapses. Where the literature has several settings, the one measured here.
METHODS: dict[str, dict[str, Any]] = {
    "plain": {},
    "unrolled": {"unrolled": 10},  # Metz et al. 2017
    "pacgan2": {"packing": 2},  # Lin et al. 2018
    "pacgan3": {"packing": 3, "batch": 255},  # the batch has to be a multiple
    "pacgan4": {"packing": 4},
    "minibatch_std": {"minibatch_std": True},  # Karras et al. 2018
    "relativistic": {"loss": "relativistic", "r1": 0.1, "r2": 0.1},  # Huang et al. 2024 (R3GAN), in small
    "wgan_gp": {"loss": "wasserstein", "wgan_gp": 0.1, "d_steps": 5, "beta2": 0.9},  # Gulrajani et al. 2017
    "instance_noise": {"instance_noise": 1.0, "noise_steps": 1000},  # Sønderby et al. 2017, Arjovsky & Bottou 2017
    "stronger_d": {"d_lr": 1e-3},  # two time scales, Heusel et al. 2017
}

_COLLAPSING = PRESETS["collapse"].config.replace(members=1)
DATA: dict[str, RunConfig] = {
    "ring": _COLLAPSING,
    "grid": _COLLAPSING.replace(data="grid", modes=25, radius=4.0, std=0.05),
}


WHOLE = -1  # in what a method changes: as many steps as the run has


@dataclass(frozen=True)
class Published:
    """What the runs of a table have in common on each data set, what each method changes, and how long they run.

    `source`: whose protocol it is, if it is a published one. `deviates`: what a run here does otherwise than that,
    beside what its configuration changes. `decays`: the rates of every run fall to 0 by its end.
    """

    data: Mapping[str, RunConfig]
    methods: Mapping[str, Mapping[str, Any]]
    steps: int
    source: str = ""
    deviates: str = ""
    decays: bool = False

    def base(self, data: str, steps: int) -> RunConfig:
        """What runs of so many steps have in common. Raises ConfigError on a number of steps that cannot be."""
        base = self.data[data].replace(steps=steps)
        return base.replace(decay_steps=steps) if self.decays else base

    def changes(self, method: str, steps: int) -> dict[str, Any]:
        """What a method changes in a run of so many steps."""
        return {name: steps if value == WHOLE else value for name, value in self.methods[method].items()}


# Lin et al. 2018, section 4.1, and their code. A batch is of packs: 100 of them. Both players move at once, from the
# same batch; G's loss is the non-saturating one, and all weights begin at N(0, .02²).
_PACGAN = RunConfig.of(
    radius=1.0, std=0.01, g_layers=(400,) * 4, g_norm="batch", d_layers=(200,) * 3, d_activation="maxout", init="dcgan",
    batch=100, g_lr=1e-4, d_lr=1e-4, beta1=0.8, update="simultaneous", steps=400_000,
)  # fmt: skip
PACKED = {f"pacgan{m}": {"packing": m, "batch": 100 * m} for m in (2, 3, 4)}

# Players of equal rates, which find all modes: what keeps them from resting there, and what brings them to rest. A run
# that keeps an average of G is scored by it.
_RELATIVISTIC = {"loss": "relativistic", "r1": 0.1, "r2": 0.1, "beta1": 0.0, "beta2": 0.99}  # Huang et al. 2024
_AVERAGED = {"ema": 0.999}  # Yazıcı et al. 2019
_DECAY = {"decay_steps": WHOLE}
BALANCED: dict[str, dict[str, Any]] = {
    "plain": {},
    "minimax": {"loss": "minimax"},
    "averaged": _AVERAGED,
    "decay": _DECAY,
    "decay_averaged": _DECAY | _AVERAGED,
    "relativistic": _RELATIVISTIC,
    "relativistic_averaged": _RELATIVISTIC | _AVERAGED,
    "relativistic_decay": _RELATIVISTIC | _DECAY,
    "spectral_norm": {"spectral_norm": True},  # Miyato et al. 2018
    "dragan": {"dragan": 1.0},  # Kodali et al. 2017
    "lecam": {"lecam": 0.1},  # Tseng et al. 2021
    "feature_matching": {"loss": "feature_matching"},  # Salimans et al. 2016
    "optimistic_adam": {"optimiser": "optimistic_adam"},  # Daskalakis et al. 2018
    "extragradient": {"update": "extragradient"},  # Gidel et al. 2019, with Adam
    "lookahead": {"lookahead": 5},  # Chavdarova et al. 2021, halfway back
    "consensus": {"consensus": 0.1},  # Mescheder et al. 2017; γ by the rule of benchmarks.consensus
}
# The chase at rates of 1e-3 that fall to 0: plain runs still collapse, and whoever finds the modes has the time to rest
# on them. Chosen on two seeds that the table has not: at 1e-3 and 3e-3 plain runs find all modes as well, and at 3e-4
# and 9e-4 packs have .6 % of their samples within 3σ after as many steps.
_RESTING = DATA["ring"].replace(g_lr=1e-3, d_lr=1e-3)
RESTED = METHODS | {"stronger_d": {"d_lr": 3e-3}}

USUAL = "chase"
PROTOCOLS: dict[str, Published] = {
    "chase": Published(DATA, METHODS, 2000),
    "rest": Published({"ring": _RESTING}, RESTED, 5000, decays=True),
    "balanced": Published({"ring": PRESETS["ring"].config, "grid": PRESETS["grid"].config}, BALANCED, 5000),
    "pacgan": Published(
        {"ring": _PACGAN, "grid": _PACGAN.replace(data="grid", modes=25, radius=4.0, std=0.05)},
        {"plain": {}, **PACKED},
        400_000,
        "Lin et al. 2018 (PacGAN), 10 runs",
        "real samples are drawn anew and not from a set of 100,000; batch statistics of G are taken over a whole batch "
        "and not apart for each place in a pack, and its running averages move by .1 and not .05",
    ),
}

# Tables that were computed beforehand and come with the project: their names, protocols and data.
TABLES: dict[str, tuple[str, str]] = {
    "rest": ("rest", "ring"),
    "ring": ("chase", "ring"),
    "balanced": ("balanced", "ring"),
    "grid": ("chase", "grid"),
    "pacgan": ("pacgan", "ring"),
}


@dataclass(frozen=True)
class Task:
    """One run of one method with one seed."""

    method: str
    config: RunConfig

    @property
    def seed(self) -> int:
        return self.config.train.seed

    @property
    def digest(self) -> str:
        """Of all that decides the numbers: the engine, the whole configuration and the way it is scored."""
        text = f"{FORMAT} {ENGINE} {SAMPLES} {W1_POINTS} {self.config.to_json()}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def file(self) -> str:
        return f"{self.config.data.data}-{self.method}-seed{self.seed}-{self.digest}.json"


def plan(data: str, methods: Sequence[str], seeds: int, steps: int, protocol: str = USUAL) -> list[Task]:
    """Every method with the seeds 0 … seeds − 1, or with as many as stand behind its name: "unrolled:2". Raises
    ConfigError on what there is not."""
    if protocol not in PROTOCOLS:
        raise ConfigError("protocol", protocol, "config.one_of", options=", ".join(PROTOCOLS))
    known = PROTOCOLS[protocol]
    if data not in known.data:
        raise ConfigError("data", data, "config.one_of", options=", ".join(known.data))
    if not methods:
        raise ConfigError("methods", "", "config.at_least_one", options=", ".join(known.methods))
    counts: dict[str, int] = {}  # a method that is named twice is one
    for name, _, count in (method.partition(":") for method in methods):
        if name not in known.methods:
            raise ConfigError("methods", name, "config.among", options=", ".join(known.methods))
        counts[name] = int(count) if count.isdecimal() else 0 if count else seeds
        if counts[name] < 1:
            raise ConfigError("seeds", count or seeds, "config.seeds")
    base = known.base(data, steps)
    changed = {name: base.replace(**known.changes(name, steps)) for name in counts}
    return [Task(name, config.replace(seed=seed)) for name, config in changed.items() for seed in range(counts[name])]


def run(task: Task) -> dict[str, Any]:
    """Train and score: the record of a task. One torch thread; `cpu_seconds` is what this thread spent on training."""
    import torch

    from gan_core.run.trainer import Trainer

    torch.set_num_threads(1)
    Trainer(task.config).step()  # the first step in a process imports a part of torch, which is not the method's time
    started = time.thread_time()
    trainer = Trainer(task.config)
    early = early_points(trainer)
    trainer.step(task.config.train.steps - trainer.step_count)
    seconds = time.thread_time() - started
    return record(task.method, trainer) | {"early": early, "cpu_seconds": round(seconds, 3), "versions": versions()}


def early_points(trainer: Trainer) -> list[list[float]]:
    """Step a new run to EARLY, or to its end: its samples there. A record is tested by them without the whole run."""
    trainer.step(min(EARLY, trainer.config.train.steps))
    return [[float(f"{x:.6g}") for x in point] for point in trainer.fresh(EARLY_POINTS)]


def versions() -> dict[str, str | int]:
    """On what the bits of a run depend, beside its configuration."""
    import torch

    return {"engine": ENGINE, "python": platform.python_version(), "torch": torch.__version__,
            "numpy": np.__version__, "processor": torch.backends.cpu.get_cpu_capability()}  # fmt: skip


def record(name: str, trainer: Trainer, member: int = 0) -> dict[str, Any]:
    """One member of a run as it stands, scored by SAMPLES fresh samples of its G, or of the average of G where it keeps
    one: plain JSON. For data with modes."""
    from gan_core.run.judging import judged

    if trainer.distribution is None or trainer.distribution.centres is None:
        raise ValueError("these data have no modes to count")
    config = trainer.member_configs[member]
    found = judged(trainer, member, SAMPLES, W1_POINTS, averaged=config.train.ema > 0)
    return {
        "method": name,
        "seed": config.train.seed,
        "steps": trainer.step_count,
        "query": config.to_query(),
        "diverged": not bool(trainer.alive[member]),
        "scores": {key: plain(value) for key, value in found.flat().items()},
    }


def beside(base: RunConfig) -> Yardstick:
    """What a perfect sampler and generators without skill score in the place of these runs."""
    from gan_core.data import distribution
    from gan_core.engine.random import generator_for
    from gan_core.run.judging import yardstick_for

    data = distribution(base.data)
    real = data.sample(SAMPLES, generator_for(0, "picture")).numpy()
    return yardstick_for(base.data, data, real, SAMPLES, W1_POINTS)


def plain(value: float | int) -> float | int | str:
    """A number for JSON, which has no word for infinity: that becomes a text which `float` reads."""
    return value if isinstance(value, int) else float(f"{value:.6g}") if math.isfinite(value) else str(value)


class Kept(Protocol):
    """What has a record in a store: the name of its file, and the configuration that the record is of."""

    @property
    def file(self) -> str: ...

    @property
    def config(self) -> RunConfig: ...


class Store:
    """A folder with one file for each finished run. A file appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, task: Kept) -> dict[str, Any] | None:
        """The record of a finished run, None if there is none or the file is not a record of it by this
        engine."""
        record = read_json(self.folder / task.file)
        whole = isinstance(record, dict) and isinstance(record.get("scores"), dict)
        same = whole and record.get("query") == task.config.to_query()
        return record if same and record.get("versions", {}).get("engine") == ENGINE else None

    def put(self, task: Kept, record: Mapping[str, Any]) -> None:
        """Raises OSError if the folder cannot be written."""
        write_json(self.folder / task.file, record)


def compute(
    tasks: Sequence[Task],
    store: Store,
    *,
    jobs: int = -1,
    dask: str | None = None,
    done: Callable[[Task, bool], None] = lambda task, kept: None,
) -> list[dict[str, Any]]:
    """The records of all tasks, in their order. What the store has is not computed again.

    The rest runs in `jobs` processes (−1: one a core), one torch thread each, or on the Dask cluster at the address
    `dask`, whose workers need this package on their path. Each record is stored as soon as it is there, so whoever
    stops this loses only the runs under way. `done(task, kept)` is called for each one, `kept` if it was in the store.
    """
    records: dict[Task, dict[str, Any] | None] = {task: store.get(task) for task in tasks}
    missing = [task for task, record in records.items() if record is None]
    for task in tasks:
        if records[task] is not None:
            done(task, True)
    for task, record in in_parallel(run, missing, jobs, dask):
        store.put(task, record)
        records[task] = record
        done(task, False)
    return [found for task in tasks if (found := records[task]) is not None]
