"""The recipe for digits, knob by knob: twin runs that differ in one thing, over seeds, scored by the judge.

    records = compute(list(KNOBS), seeds=3, seconds=20)
    table = Table(tuple(records))
    table.cell("g_norm", "batch", "fid")            # mean and standard error over seeds

Twins get the same processor time, not the same number of steps: a trick that costs time has to be worth it. All twins
of a seed advance in turns, so that whatever else the machine does slows all of them alike. Every score has the floor
that as many real digits, which nobody trained on, would get.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from gan_core.config import ConfigError, RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.metrics import yardsticks
from gan_core.metrics.floors import Range
from gan_core.studies.published import Cell
from gan_core.studies.store import read_json, write_json
from gan_core.studies.table import mean_and_error

SHIPPED = Path(__file__).parents[1] / "records" / "recipe.json"
SCORES: dict[str, int] = {"fid": 0, "class_kl": 3, "precision": 2, "recall": 3, "confidence": 2}  # and their decimals
# Written out and not taken from a preset: the shipped table stays true when a preset is tuned.
DIGITS = RunConfig.of(data="mnist", batch=64, g_lr=2e-4, d_lr=2e-4, steps=10_000)
MLP = DIGITS.replace(
    latent_dim=100,
    g_layers=(128, 256, 512),
    g_activation="leaky_relu",
    g_norm="batch",
    d_layers=(256, 128),
    d_dropout=0.3,
)
DCGAN = DIGITS.replace(architecture="dcgan", latent_dim=64, g_norm="batch", init="dcgan")
# Where somebody looks at them, perceptrons of half the width that learn faster: they draw digits within seconds.
WATCHED = {"g_layers": (64, 128, 256), "d_layers": (128, 64), "g_lr": 5e-4, "d_lr": 5e-4}
WATCHED_CONVOLUTIONS = {"batch": 32, "g_lr": 5e-4, "d_lr": 5e-4}
GROWN = DCGAN.replace(init="torch")  # from N(0, .02) a fresh 1×1 layer would take longer to wake up than a phase lasts
FORMAT = 1  # of what is kept: raise it when the way to judge a run changes
NO_SKILL = ("gaussian", "mean", "noise")  # makers of `metrics.yardsticks` that have learned nothing about shapes
CLEAR = 3.0  # standard errors of a difference: with three seeds each, Student's t needs 2.8 for 95 %
TURN = 0.5  # seconds of processor time that a run advances before the next one does


@dataclass(frozen=True)
class Knob:
    """One question of the recipe. `twins`: a value → its run; all get `share` × the seconds. Where they are looked at
    while they train, each makes `live` steps with the changes `watched`, half a minute of a core for all of them. Then
    the value `apart[0]` shares its digits out better than `apart[1]` in each of eight seeds, of which four had no say
    in the claim; where none does, it is empty."""

    question: str
    twins: Mapping[str, RunConfig]
    apart: tuple[str, ...] = ()
    live: int = 640
    share: float = 1.0
    watched: Mapping[str, Any] = field(default_factory=lambda: WATCHED)

    @property
    def base(self) -> RunConfig:
        """What the twins have in common where somebody looks."""
        return MLP.replace(steps=self.live, **self.watched)

    @property
    def looked_at(self) -> tuple[RunConfig, ...]:
        """The twins as they are trained where somebody looks: what is turned has its own value, all else the base's."""
        turned = {name for twin in self.twins.values() for name in twin.differences(MLP)}
        return tuple(
            self.base.replace(**{name: value for name, value in twin.flat() if name in turned})
            for twin in self.twins.values()
        )

    @property
    def variants(self) -> tuple[dict[str, Any], ...]:
        """What sets each of these apart from the base."""
        return tuple(twin.differences(self.base) for twin in self.looked_at)


def _twins(*values: dict[str, Any]) -> dict[str, RunConfig]:
    """Small perceptrons with these changes."""
    return {_shown(next(iter(changes.values()))): MLP.replace(**changes) for changes in values}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


KNOBS: dict[str, Knob] = {
    "pixels": Knob("Pixels in [−1, 1] with tanh, or in [0, 1] with σ?",
                   _twins({"pixels": "symmetric"}, {"pixels": "unit"}), ("unit", "symmetric")),
    "latent": Knob("Normal or uniform noise?",
                   _twins({"latent": "normal"}, {"latent": "uniform"})),
    "g_norm": Knob("What does normalisation in G do?",
                   _twins({"g_norm": "none"}, {"g_norm": "layer"}, {"g_norm": "batch"}), ("batch", "layer")),
    "label_smoothing": Knob("Should D's target be 0.9 instead of 1?",
                            _twins({"label_smoothing": 0.0}, {"label_smoothing": 0.1})),
    "d_dropout": Knob("Does D need dropout?",
                      _twins({"d_dropout": 0.0}, {"d_dropout": 0.3})),
    "lr": Knob("How fast may both players learn?",
               _twins({"g_lr": 5e-5, "d_lr": 5e-5}, {"g_lr": 2e-4, "d_lr": 2e-4}, {"g_lr": 1e-3, "d_lr": 1e-3}),
               ("0.001", "5e-05")),
    "beta1": Knob("How much momentum should Adam have?",
                  _twins({"beta1": 0.0}, {"beta1": 0.5}, {"beta1": 0.9}), ("0", "0.9")),
    "d_steps": Knob("Is a D that moves five times a step worth its time?",
                    _twins({"d_steps": 1}, {"d_steps": 5})),
    "labels": Knob("What do labels add?",
                   _twins({"labels": "none"}, {"labels": "conditional"}, {"labels": "auxiliary"})),
    "architecture": Knob("Perceptrons or convolutions, at once, growing, or at three sizes?",
                         {"mlp": MLP, "dcgan": DCGAN, "multi_scale": GROWN.replace(architecture="multi_scale"),
                          "progressive": GROWN.replace(architecture="progressive", grow_steps=100)},
                         ("progressive", "mlp"), 200, 3.0, WATCHED_CONVOLUTIONS),
}  # fmt: skip


def compute(
    knobs: Sequence[str],
    seeds: int = 3,
    seconds: float = 20.0,
    done: Callable[[float], None] = lambda seconds: None,
    *,
    folder: Path | None = None,
    kept: Callable[[], None] = lambda: None,
) -> list[dict[str, Any]]:
    """The records of all twins of these knobs: seeds 0 … seeds − 1, `seconds` of processor time each (× the share).

    A run that several knobs share is trained once. `done` hears of every turn. All twins of a seed are kept together in
    `folder` when they are finished, which `kept` hears of, and are not trained again: twins that were trained at
    different times would not have shared what slowed the machine. Raises ConfigError on another knob or on numbers that
    are not positive, OSError if the folder cannot be written.
    """
    for name in knobs:
        if name not in KNOBS:
            raise ConfigError("knobs", name, "config.among", options=", ".join(KNOBS))
    if seeds < 1:
        raise ConfigError("seeds", seeds, "config.seeds")
    if not 0 < seconds < math.inf:
        raise ConfigError("seconds", seconds, "config.seconds")
    records = []
    for share in dict.fromkeys(KNOBS[name].share for name in knobs):
        configs = dict.fromkeys(c for name in knobs if KNOBS[name].share == share for c in KNOBS[name].twins.values())
        for seed in range(seeds):
            twins = [config.replace(seed=seed) for config in configs]
            file = None if folder is None else folder / _file(twins, share * seconds)
            found = None if file is None else _finished(file, twins)
            if found is None:
                found = [{"share": share} | record for record in _train_in_turns(twins, share * seconds, done)]
                if file is not None:
                    write_json(file, {"records": found})
            else:
                done(share * seconds * len(twins))
            if file is not None:
                kept()
            records += found
    return records


def _file(twins: Sequence[RunConfig], seconds: float) -> str:
    """The name of what is kept of these runs: of all that decides their numbers."""
    text = f"{FORMAT} {ENGINE} {seconds!r} {' '.join(config.to_json() for config in twins)}"
    return f"seed{twins[0].train.seed}-{len(twins)}-runs-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"


def _finished(file: Path, twins: Sequence[RunConfig]) -> list[dict[str, Any]] | None:
    content = read_json(file)
    records = content.get("records") if isinstance(content, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        return None
    return records if [record.get("query") for record in records] == [twin.to_query() for twin in twins] else None


def total_seconds(knobs: Sequence[str], seeds: int, seconds: float) -> float:
    """What `compute` will take, but for the scoring."""
    runs = {(config, KNOBS[name].share) for name in knobs if name in KNOBS for config in KNOBS[name].twins.values()}
    return seeds * seconds * sum(share for _, share in runs)


def _train_in_turns(
    configs: Sequence[RunConfig], seconds: float, done: Callable[[float], None]
) -> list[dict[str, Any]]:
    from gan_core.metrics.images import SAMPLES, image_scores
    from gan_core.run.trainer import Trainer

    trainers = [Trainer(config) for config in configs]
    turns = max(1, math.ceil(seconds / TURN))
    for turn in range(1, turns + 1):
        for trainer in trainers:
            while trainer.seconds < seconds * turn / turns and trainer.failure is None:
                trainer.step(1)
            done(seconds / turns)
    records = []
    for trainer in trainers:
        images = trainer.generate(SAMPLES, seed=trainer.config.train.seed)
        scores = image_scores(images, trainer.config.data.data)
        estimates = {name: scores.estimates[name] for name in SCORES}
        records.append(
            {
                "query": trainer.config.to_query(),
                "seconds": seconds,
                "steps": trainer.step_count,
                "samples": scores.samples,
                "engine": ENGINE,
                "scores": {name: round(float(e.value), 4) for name, e in estimates.items()},
                "floors": {name: round(float(e.floor), 4) for name, e in estimates.items()},
            }
        )
    return records


def ranged(known: Range, digits: int) -> str:
    """Median (5–95 %), as it is printed."""
    median, low, high = (f"{x:,.{digits}f}" for x in known)
    return median if low == high else f"{median} ({low}–{high})"


@dataclass(frozen=True)
class Effect:
    """How much a knob decides: the mean FID of its `worst` value over that of its `best`, `ratio` ± `error` (by the
    rule for a quotient, seeds independent), and how many standard errors of their difference the two are `apart`."""

    knob: str
    best: str
    worst: str
    ratio: float
    error: float
    apart: float


@dataclass(frozen=True)
class Table:
    """Records as `compute` makes them, looked up by knob and value."""

    records: tuple[Mapping[str, Any], ...]

    @cached_property
    def knobs(self) -> tuple[str, ...]:
        """Those of which every twin was run."""
        return tuple(name for name, knob in KNOBS.items() if all(self.runs(name, value) for value in knob.twins))

    def runs(self, knob: str, value: str) -> list[Mapping[str, Any]]:
        """One a seed."""
        wanted, share = KNOBS[knob].twins[value], KNOBS[knob].share
        return [
            r for config, r in zip(self._configs, self.records, strict=True) if (config, r["share"]) == (wanted, share)
        ]

    def cell(self, knob: str, value: str, score: str) -> Cell:
        """Mean over seeds ± standard error of a score, or of "steps"."""
        runs = self.runs(knob, value)
        return mean_and_error([r["steps"] if score == "steps" else r["scores"][score] for r in runs])

    def perfect(self, score: str) -> Range:
        """What as many real digits score."""
        return Range(*yardsticks.shipped()["floors"]["mnist"][score])

    @cached_property
    def no_skill(self) -> dict[str, dict[str, Range]]:
        """Maker without skill → score → what it has with as many samples."""
        found = yardsticks.shipped()["yardsticks"]
        return {name: {score: Range(*found[name][score]) for score in SCORES} for name in NO_SKILL}

    def skilled(self, knob: str, value: str) -> bool:
        """Whether its mean FID is below those of every maker without skill, but for one in twenty, by more than CLEAR
        standard errors."""
        mean, error = self.cell(knob, value, "fid")
        return mean + CLEAR * (0.0 if math.isnan(error) else error) < min(
            of["fid"].low for of in self.no_skill.values()
        )

    def seconds(self, knob: str) -> float:
        """Processor time of each run of a knob."""
        return float(self.runs(knob, next(iter(KNOBS[knob].twins)))[0]["seconds"])

    @property
    def seeds(self) -> int:
        knob = self.knobs[0]
        return len(self.runs(knob, next(iter(KNOBS[knob].twins))))

    @property
    def samples(self) -> int:
        return int(self.records[0]["samples"])

    @property
    def engine(self) -> int:
        """The version that computed the runs; of one that mixes them the oldest."""
        return min(record.get("engine", 1) for record in self.records)

    @cached_property
    def _configs(self) -> list[RunConfig]:
        """Of each record, as it would be with seed 0."""
        return [RunConfig.from_query(record["query"]).replace(seed=0) for record in self.records]

    def text(self, knob: str, value: str, score: str) -> str:
        """A cell as it is printed: 41 ± 3."""
        mean, error = self.cell(knob, value, score)
        digits = SCORES.get(score, 0)
        return f"{mean:,.{digits}f}" + ("" if math.isnan(error) else f" ± {error:,.{digits}f}")

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """Of every knob, the one that decides most first."""
        found = []
        for knob in self.knobs:
            cells = {value: self.cell(knob, value, "fid") for value in KNOBS[knob].twins}
            best, worst = min(cells, key=lambda v: cells[v].mean), max(cells, key=lambda v: cells[v].mean)
            (low, low_error), (high, high_error) = cells[best], cells[worst]
            # Δ(b/a) = b/a √((Δa/a)² + (Δb/b)²)
            error = high / low * math.hypot(low_error / low, high_error / high)
            apart = (high - low) / max(math.hypot(low_error, high_error), 1e-9)
            found.append(Effect(knob, best, worst, high / low, error, apart))
        return tuple(sorted(found, key=lambda effect: -effect.ratio))

    def markdown(self) -> str:
        lines = []
        for name in self.knobs:
            lines += [f"**{name}**: {KNOBS[name].question} ({self.seconds(name):g} s of processor time each)", ""]
            lines += [f"| value | {' | '.join(SCORES)} | steps |", "|---" + "|---:" * (len(SCORES) + 1) + "|"]
            for value in KNOBS[name].twins:
                cells = [self.text(name, value, score) for score in (*SCORES, "steps")]
                lines.append(f"| {value} | {' | '.join(cells)} |")
            floors = [ranged(self.perfect(score), max(digits, 2)) for score, digits in SCORES.items()]
            lines += [f"| real digits | {' | '.join(floors)} | |"]
            for maker, of in self.no_skill.items():
                scores = [ranged(of[score], digits) for score, digits in SCORES.items()]
                lines.append(f"| no skill: {maker} | {' | '.join(scores)} | |")
            lines.append("")
        return "\n".join(lines)

    def json(self) -> str:
        """Every run, one a line."""
        return '{"records": [\n' + ",\n".join(json.dumps(dict(record)) for record in self.records) + "\n]}\n"


@lru_cache(maxsize=1)
def shipped() -> Table:
    """The table that was computed beforehand and comes with the project."""
    return Table(tuple(json.loads(SHIPPED.read_text(encoding="utf-8"))["records"]))
