"""What a Wasserstein critic knows: its estimate beside the exact distance of the same samples.

    trainer.add_callback(measurer := Measurer(trainer))     # measures every picture
    measurer.measures()

The estimate is +(E f(real) − E f(fake)), minus the critic's loss: "my critic loss is negative" is only its sign. Two
games in which all is known exactly are in `line_duel` and `parallel_lines`.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gan_core import metrics
from gan_core.engine.losses import LOSSES
from gan_core.metrics.floors import Range
from gan_core.metrics.points import pair, transport_value
from gan_core.run.history import History, PointSnapshot
from gan_core.run.judging import yardstick_for, yardstick_of_pictures

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

Floats = NDArray[np.float64]

POINTS = 256  # samples of a picture that are measured, the same ones for the estimate and for the exact distance


@dataclass(frozen=True, eq=False)
class Measures:
    """One run of K members at T pictures: `step` (T,), `seconds` (T,) of processor time, all others (T, K).

    estimate        mean f(real) − mean f(fake) of a critic             | NaN where the loss has no such thing
    accuracy        how often D is right                                |
    jsd             ln 2 + V(D)/2: what D proves of the JSD, at most it |
    slope           the steepest ‖∇D‖ found between real and generated samples: what an estimate has to be divided by
                    before it can be compared with W1
    w1              exact, of the same POINTS samples
    near, quality   modes with at least 1 % of the samples near them, share within 3σ; NaN for data without modes
    floors          what a perfect sampler scores in w1, near and quality, median and 5 to 95 %; of data without modes
                    in w1 alone
    no_skill        who of the generators without skill comes nearest to that in each, and what it scores
    """

    step: NDArray[np.int64]
    seconds: Floats
    estimate: Floats
    accuracy: Floats
    jsd: Floats
    slope: Floats
    w1: Floats
    near: Floats
    quality: Floats
    floors: Mapping[str, Range]
    no_skill: Mapping[str, tuple[str, float]]

    def at(self, step: int) -> int:
        """The index of the measured picture nearest to a step."""
        return int(np.argmin(np.abs(self.step - step)))

    def correlation(self) -> Floats:
        """(K,): of the estimate with the exact W1 over the run, from the first step on; NaN below three pictures.

        Pictures are dense at the start; each counts for as many steps as it stands for. Before the first step nobody
        has trained the critic, so that picture is left out.
        """
        after = self.step > 0
        steps = self.step[after].astype(float)
        if len(steps) < 3:
            return np.full(self.estimate.shape[1], math.nan)
        return correlation(self.estimate[after], self.w1[after], np.gradient(steps))


def correlation(a: Floats, b: Floats, weights: Floats) -> Floats:
    """Pearson's r of a and b (T, K) along the first axis, with weights (T,); NaN where one of them is constant."""
    w = (weights / weights.sum())[:, None]
    a, b = a - (w * a).sum(0), b - (w * b).sum(0)
    scale = np.sqrt((w * a**2).sum(0) * (w * b**2).sum(0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (w * a * b).sum(0) / scale


class Measurer:
    """An observer that measures every picture of a run of points, each once; exact transport costs 10 ms a member.

    A single update of one player replaces the picture of its step, so it is the picture that counts. Raises ValueError
    for images.
    """

    def __init__(self, trainer: Trainer) -> None:
        data = trainer.distribution
        if data is None:
            raise ValueError("exact transport is measured between points in the plane: these are images")
        self.loss = trainer.config.train.loss
        self.centres = None if data.centres is None or data.weights is None else data.centres[data.weights > 0].numpy()
        self.std = data.std
        self._rows: dict[
            int, tuple[weakref.ref[PointSnapshot], float, Floats]
        ] = {}  # step → picture, seconds, MEASURED
        real = trainer.pictures.real[:POINTS].numpy()
        moved = yardstick_for(trainer.config.data, data, real, len(real), POINTS)
        whole = yardstick_of_pictures(trainer)
        named = {"w1": (moved, "w1"), "near": (whole, "near"), "quality": (whole, "high_quality")}
        known = {name: (of, score) for name, (of, score) in named.items() if score in of.perfect}
        self._floors = {name: of.perfect[score] for name, (of, score) in known.items()}
        self._no_skill = {name: of.best_without_skill(score) for name, (of, score) in known.items()}
        self._history = trainer.history

    def due(self, step: int) -> bool:
        return History.due(step) or step == self._history.snapshots[-1].step

    def look(self, trainer: Trainer) -> None:
        self._history = trainer.history
        for snapshot in trainer.history.snapshots:
            assert isinstance(snapshot, PointSnapshot)
            self.measure(snapshot)

    def measure(self, snapshot: PointSnapshot) -> None:
        """A picture of the run, which its history need not keep: that of the moment it rests at, say."""
        known = self._rows.get(snapshot.step)
        if known is None or known[0]() is not snapshot:
            columns = [self._measure(snapshot, k) for k in range(snapshot.members)]
            self._rows[snapshot.step] = (weakref.ref(snapshot), snapshot.seconds, np.array(columns).T)

    def measures(self) -> Measures:
        steps = sorted(self._rows)
        values = np.array([self._rows[step][2] for step in steps]).transpose(1, 0, 2)
        return Measures(
            step=np.array(steps),
            seconds=np.array([self._rows[step][1] for step in steps]),
            floors=self._floors,
            no_skill=self._no_skill,
            **dict(zip(MEASURED, values, strict=True)),
        )

    def _measure(self, snapshot: PointSnapshot, k: int) -> tuple[float, ...]:
        """One member, in the order of MEASURED."""
        real, fake = snapshot.real[:POINTS], snapshot.fake[k, :POINTS]
        real_logits, fake_logits = (a[k, :POINTS].astype(float) for a in (snapshot.real_logits, snapshot.fake_logits))
        w1, _ = transport_value(*pair(real, fake), POINTS)
        near = quality = math.nan
        if self.centres is not None and self.std is not None:
            radius = metrics.near_radius(self.centres, self.std)
            near = metrics.near_modes(snapshot.fake[k], self.centres, radius)
            quality = metrics.mode_coverage(snapshot.fake[k], self.centres, self.std).high_quality
        is_critic = LOSSES[self.loss].facts.kind == "critic"
        estimate = float(real_logits.mean() - fake_logits.mean()) if is_critic else math.nan
        right = accuracy(self.loss, real_logits, fake_logits)
        slope = float(snapshot.interpolates_grad[k].max())
        return estimate, right, jsd_bound(self.loss, real_logits, fake_logits), slope, w1, near, quality


MEASURED = tuple(f.name for f in fields(Measures) if f.name not in ("step", "seconds", "floors", "no_skill"))


def slope_map(field: NDArray, extent: Sequence[float]) -> Floats:
    """‖∇f‖ of a field (…, m, m) at y_i, x_j, from edge to edge of (xmin, xmax, ymin, ymax), by central differences."""
    xmin, xmax, ymin, ymax = extent
    rows, columns = field.shape[-2:]
    steps = (ymax - ymin) / (rows - 1), (xmax - xmin) / (columns - 1)
    return np.hypot(*np.gradient(np.asarray(field, float), *steps, axis=(-2, -1)))


def accuracy(loss: str, real_logits: Floats, fake_logits: Floats) -> float:
    """The share of samples that D tells right, real and fake counted alike; NaN for a critic, which has no threshold.

    Of a relativistic D, which only compares, the share of pairs in which the real one scores higher.
    """
    facts = LOSSES[loss].facts
    if facts.kind == "critic":
        return math.nan
    if facts.threshold is None:
        return float((real_logits[:, None] > fake_logits).mean())
    threshold = facts.threshold
    return float((np.mean(real_logits > threshold) + np.mean(fake_logits < threshold)) / 2)


def jsd_bound(loss: str, real_logits: Floats, fake_logits: Floats) -> float:
    """ln 2 + ½ (E log D(real) + E log(1 − D(fake))), on average at most the JSD; NaN unless D is a probability."""
    if LOSSES[loss].facts.kind != "probability":
        return math.nan
    value = -np.logaddexp(0, -real_logits).mean() - np.logaddexp(0, fake_logits).mean()
    return float(math.log(2) + value / 2)
