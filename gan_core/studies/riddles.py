"""Twelve short runs to read from their losses alone: how each is made, and what has to be true of its record.

    python -m gan_core build-riddles          trains them and writes records/riddles.json
    shipped()["collapsed"]                    what was written: plain JSON, as `recorded` makes it
    numbers(shipped()["collapsed"])           the figures that its answer states

A riddle has candidates: the first of them with a seed of which the riddle's claim holds is recorded, and the record
says which. A claim looks at nothing but those figures.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.data.points import points_digest, standardise
from gan_core.engine.version import VERSION as ENGINE
from gan_core.presets import PRESETS

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

SHIPPED = Path(__file__).parents[1] / "records" / "riddles.json"
SEEDS = 4  # that are tried
POINTS, PATH, LOOKS, SHOWN = 120, 192, 24, 160  # of a curve, of the mean's path; looks at scores; samples of a picture
PICTURES = (1 / 8, 1 / 2, 1)  # of the way
RESOLVED = 500  # samples that tell copies from fresh draws

Told = Mapping[str, Any]
Numbers = Mapping[str, float]


def _few() -> NDArray[np.float32]:
    """A table of twenty points of a round Gaussian: all that a run ever sees of it."""
    return standardise(np.random.default_rng(0).normal(size=(20, 2)))


@dataclass(frozen=True)
class Riddle:
    """`holds`: what its name claims, of the figures of its record. points: the table that it is trained on, if one."""

    candidates: tuple[RunConfig, ...]
    holds: Callable[[Numbers], bool]
    points: NDArray[np.float32] | None = field(default=None, compare=False)


_PLAIN = RunConfig.of(g_layers=(64, 64), d_layers=(64, 64), steps=2000)
_CHASE = PRESETS["collapse"].config.replace(members=1)
_PAIR = _PLAIN.replace(data="two_gaussians", std=0.2)
_CLIPPED = {"loss": "wasserstein", "clip": 0.1, "optimiser": "rmsprop"}
_TABLE = _few()
_COPIES = _PLAIN.replace(data="custom", points=points_digest(_TABLE), g_layers=(128, 128), d_layers=(128, 128),
                         r1=0.1, steps=5000)  # fmt: skip
RIDDLES: dict[str, Riddle] = {
    "healthy": Riddle(
        (_PLAIN.replace(r1=0.1),),
        lambda n: n["near"] == 8 and n["w1_late"] < 2 * n["floor"],
    ),
    "collapsed": Riddle(
        (_PLAIN.replace(g_lr=1e-4, loss="minimax"),),
        lambda n: 1 <= n["near_most"] <= 3 and n["swing"] < 0.1 and n["d_fake"] > 0.05,
    ),
    "hopping": Riddle(
        (_CHASE.replace(d_lr=1e-4),),
        lambda n: n["near_most"] <= 2 and n["modes_visited"] >= 3,
    ),
    "d_won": Riddle(
        (PRESETS["vanishing"].config.replace(members=1),),
        lambda n: n["d_real"] > 0.95 and n["d_fake"] < 0.05 and n["w1"] > 3 * n["floor"],
    ),
    "cycling": Riddle(
        (_PAIR.replace(**_CLIPPED),),
        lambda n: n["swing"] > 0.1 and n["rhythm"] > 0.4,
    ),
    "diverged": Riddle(
        tuple(PRESETS["diverging"].config.replace(g_lr=rate, d_lr=rate) for rate in (0.05, 0.1, 0.2, 0.4)),
        lambda n: n["diverged"] == 1 and n["steps"] >= 30,
    ),
    "rate_too_high": Riddle(
        (_PLAIN.replace(r1=0.1, g_lr=0.05, d_lr=0.05),),
        lambda n: n["diverged"] == 0 and n["w1_late"] > 4 * n["floor"],
    ),
    "batch_too_small": Riddle(
        (_PLAIN.replace(r1=0.1, batch=2),),
        lambda n: n["diverged"] == 0 and n["w1_late"] > 2.5 * n["floor"],
    ),
    "negative": Riddle(
        (PRESETS["wgan_gp"].config.replace(steps=1500),),
        lambda n: n["d_negative"] > 0.9 and n["w1"] < 0.5 * n["w1_first"],
    ),
    "g_rising": Riddle(
        (_PLAIN.replace(g_lr=1e-4), _PLAIN.replace(g_lr=2e-4)),
        lambda n: n["g_last"] > 1.2 * n["g_first"] and n["w1"] < 0.5 * n["w1_first"],
    ),
    "undecided": Riddle(
        (_PLAIN.replace(r1=100.0, d_lr=1e-4),),
        lambda n: abs(n["d_real"] - 0.5) < 0.1 and abs(n["d_fake"] - 0.5) < 0.1 and n["near"] == 1 and n["w1"] < 3,
    ),
    "memorising": Riddle(
        (_COPIES,),
        lambda n: n["copied"] < 0.25 * n["fresh"] and n["near_points"] >= 12,
        _TABLE,
    ),
}


def recorded(config: RunConfig, points: NDArray[np.float32] | None = None) -> dict[str, Any]:
    """One run, trained and looked at: plain JSON. Its digest is that of all its losses."""
    from gan_core.run.trainer import Trainer

    trainer, steps = Trainer(config, points=points), config.train.steps
    looks: list[dict[str, Any]] = []
    means: list[list[float | None]] = []
    pictures: list[dict[str, Any]] = []
    while trainer.step_count < steps and trainer.failure is None:
        trainer.step(min(max(1, steps // PATH), steps - trainer.step_count))
        fake = trainer.snapshot().fake[0]
        if not np.isfinite(fake).all():
            break
        means.append([_short(value) for value in fake.mean(0)])
        due = trainer.step_count >= PICTURES[len(pictures)] * steps
        if due or len(means) % (PATH // LOOKS) == 1:
            looks.append(_look(trainer))
        if due:
            pictures.append({"step": trainer.step_count, "w1": looks[-1]["w1"], "fake": _rounded(fake)})
    curves = trainer.history.curves()
    rows = np.unique(np.linspace(0, len(curves.step) - 1, POINTS).astype(int))
    real = trainer.snapshot().real
    losses = np.stack([curves.step, curves.d_loss[:, 0], curves.g_loss[:, 0]]).astype("<f4")
    told = {
        "query": config.to_query(),
        "engine": ENGINE,
        "digest": hashlib.sha256(losses.tobytes()).hexdigest()[:16],
        "step": curves.step[rows].tolist(),
        "d_loss": [_short(v) for v in curves.d_loss[rows, 0]],
        "g_loss": [_short(v) for v in curves.g_loss[rows, 0]],
        "looks": looks,
        **beside(trainer),
        "mean": means,
        "radius": _short(np.sqrt(((real - real.mean(0)) ** 2).sum(1).mean())),
        "real": _rounded(real),
        "pictures": pictures,
        "diverged": trainer.failure is not None,
    }
    return told if points is None else told | {"points": [[float(v) for v in row] for row in points]}


def beside(trainer: Trainer) -> dict[str, Any]:
    """W1 of a perfect sampler, and of the generator without skill that comes nearest to it, each with its range."""
    from gan_core.run.judging import yardstick_of_pictures

    known = yardstick_of_pictures(trainer)
    who, _ = known.best_without_skill("w1")
    found = {"w1_perfect": known.perfect["w1"], "w1_no_skill": known.no_skill[who]["w1"]}
    return {name: [_short(x) for x in of] for name, of in found.items()} | {"no_skill": who}


def _look(trainer: Trainer) -> dict[str, Any]:
    """Where a run is: modes near, W1, D's mean opinions, and the mode that most samples are nearest to."""
    from gan_core.metrics.points import mode_shares
    from gan_core.metrics.scores import scores
    from gan_core.run.judging import PICTURE_W1_POINTS

    shot, data = trainer.snapshot(), trainer.distribution
    assert data is not None
    one = scores(shot.real, shot.fake[0], data.centres, data.std, data.weights, extent=data.extent,
                 w1_points=PICTURE_W1_POINTS)  # fmt: skip
    opinions = {"d_real": shot.real_logits, "d_fake": shot.fake_logits}
    return {
        "step": trainer.step_count,
        "near": one.near,
        "w1": _short(one.w1),
        **{name: _short(_opinion(logits[0])) for name, logits in opinions.items()},
        "mode": None if data.centres is None else int(np.argmax(mode_shares(shot.fake[0], data.centres))),
    }


def _opinion(logits: NDArray[np.float32]) -> float:
    """The mean of D = σ(a)."""
    return float(np.mean(1 / (1 + np.exp(-np.clip(logits, -50, 50)))))


def _rounded(points: NDArray[np.float32]) -> list[list[float]]:
    return [[round(float(value), 2) for value in row] for row in points[:SHOWN]]


def _short(value: Any) -> float | None:
    return float(f"{float(value):.4g}") if value is not None and math.isfinite(value) else None


def numbers(told: Told) -> dict[str, float]:
    """The figures of a record. `late` is the median of the last half, `first` and `last` are those of a fifth; swing
    and rhythm are those of the mean of G's points in the last half, in radii of the data."""
    from gan_core.studies.balance import rhythm

    look = {name: np.array([one[name] for one in told["looks"]], float)
            for name in ("step", "near", "w1", "d_real", "d_fake", "mode")}  # fmt: skip
    half = len(look["step"]) // 2
    losses = {name: np.array(told[name], float) for name in ("d_loss", "g_loss")}
    fifth = max(1, len(told["step"]) // 5)
    found = {
        "steps": told["step"][-1],
        "floor": told["w1_perfect"][0],
        "diverged": float(told["diverged"]),
        "d_first": np.median(losses["d_loss"][:fifth]),
        "d_last": np.median(losses["d_loss"][-fifth:]),
        "g_first": np.median(losses["g_loss"][:fifth]),
        "g_last": np.median(losses["g_loss"][-fifth:]),
        "d_negative": (losses["d_loss"] < 0).mean(),
    }
    if half:
        found |= {name: look[name][-1] for name in ("near", "w1", "d_real", "d_fake")}
        found |= {"w1_first": look["w1"][0], "w1_late": np.median(look["w1"][half:])}
        found |= {"near_most": look["near"][half:].max(), "modes_visited": len(np.unique(look["mode"][half:]))}
        mean = np.array(told["mean"], float)
        swing, correlation, lag = rhythm(mean[len(mean) // 2 :])
        found |= {"swing": swing / told["radius"], "rhythm": correlation, "period": lag * told["step"][-1] / len(mean)}
    if "points" in told:
        found |= _copying(told)
    return {name: float(value) for name, value in found.items()}


def _copying(told: Told) -> dict[str, float]:
    """How far samples are from the table that they were learned from, as a median; fresh draws beside them; and how
    many points of the table have a sample as near as that."""
    table, fake = np.array(told["points"]), np.array(told["pictures"][-1]["fake"])
    fresh = np.random.default_rng(1).normal(size=(RESOLVED, 2))

    def gaps(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.linalg.norm(points[:, None] - table[None], axis=-1)

    copied, among = (float(np.median(gaps(points).min(1))) for points in (fake, fresh))
    reached = float((gaps(fake).min(0) < among / 2).sum())
    return {"copied": copied, "fresh": among, "near_points": reached, "table": float(len(table))}


def build(names: Sequence[str] = tuple(RIDDLES)) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Each riddle's name and record; None if its claim holds of no candidate."""
    for name in names:
        riddle = RIDDLES[name]
        tries = (config.replace(seed=seed) for config in riddle.candidates for seed in range(SEEDS))
        found = (told for config in tries if riddle.holds(numbers(told := recorded(config, riddle.points))))
        yield name, next(found, None)


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Riddle → record, as they come with the app."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def write(found: Mapping[str, Told]) -> None:
    """The records, a line each, into SHIPPED."""
    lines = ",\n".join(f'"{name}": {json.dumps(told)}' for name, told in found.items())
    SHIPPED.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    shipped.cache_clear()
