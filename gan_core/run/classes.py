"""Mode collapse on digits: which of the ten a generator makes, step by step, as the shipped classifier reads them.

    watch = ClassWatch(trainer)
    trainer.add_callback(watch)         # looks every few steps
    trainer.step(1000)
    watch.history()                     # ClassHistory: how many of each digit at which step
    collapses(watch.history())          # one Collapse or None a member

What `gan_core.run.modes` is for points: there the modes are known, here the classifier finds them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr

from gan_core.metrics.floors import Range, ranges
from gan_core.run.watch import Rows

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

Floats = NDArray[np.floating]

CLASSES = 10
EVERY = 32  # steps between two looks at first: one costs about as much as three steps of the small perceptrons
ROWS = 128  # looks kept at most: when full, every second one goes
SAMPLES = 200  # a look
SEED = 0  # of their latents, always the same
DRAWS = 2000  # of as many real digits, that the range of their KL is made of
MIN_SHARE = 0.01  # of the samples: a digit with less is not made

# --- The alarm --------------------------------------------------------------------------------------------------------
WARM_UP = 1000  # steps until the first verdict: before, what is made are no digits yet
LOOKS = 4  # that a verdict pools, so that a swing is not a collapse
THRESHOLD = 0.25  # nats; uniform over seven of ten digits is .36, over eight .22
FALLING = 0.75  # … and no verdict while it is below so much of what it was after half the steps: G still learns (the
# preset digits_mlp, seed 0, has .58 of it at step 1,024 and .27 at 1,792)


@dataclass(frozen=True, eq=False)
class ClassHistory:
    """How K generators shared out their samples at T evenly spaced steps.

    step (T,) G updates; classes (T, K, 10) how many of `samples` are read as each digit; confidence (T, K) of the
    classifier, on average; weights (10,) the shares in the training data. A member that is not finite has zeros.
    """

    step: NDArray[np.int64]
    classes: NDArray[np.int64]
    confidence: Floats
    weights: Floats
    samples: int

    def until(self, step: int) -> ClassHistory:
        """What was known at `step`."""
        rows = slice(max(1, int(np.searchsorted(self.step, step, side="right"))))
        arrays = {name: getattr(self, name)[rows] for name in ("step", "classes", "confidence")}
        return replace(self, **arrays)

    @property
    def shares(self) -> Floats:
        """(T, K, 10), NaN of a member that is not finite."""
        return _shares(self.classes)

    @property
    def made(self) -> NDArray[np.int64]:
        """(T, K): digits with at least 1 % of the samples."""
        return np.count_nonzero(self.classes >= max(1.0, MIN_SHARE * self.samples), axis=-1)

    @property
    def kl(self) -> Floats:
        """(T, K): KL(shares ‖ training labels) in nats."""
        return _kl(self.classes, self.weights)

    @property
    def perfect(self) -> Range:
        """The KL of as many real digits."""
        return _perfect(self.samples, tuple(self.weights.tolist()))


def _shares(classes: NDArray) -> Floats:
    total = classes.sum(-1, keepdims=True)
    return classes / np.where(total > 0, total, np.nan)


def _kl(classes: NDArray, weights: Floats) -> Floats:
    # KL = Σ s ln(s/w)
    return rel_entr(_shares(classes), weights).sum(-1)


@lru_cache(maxsize=8)
def _perfect(samples: int, weights: tuple[float, ...]) -> Range:
    """The distribution of the KL of so many draws from the weights; on average about (10 − 1)/2N."""
    drawn = np.random.default_rng(0).multinomial(samples, weights, size=DRAWS)
    return ranges([{"kl": float(kl)} for kl in _kl(drawn, np.array(weights))])["kl"]


class ClassWatch:
    """An observer that keeps, every few steps, what the classifier reads in the samples of a trainer of digits.

    Raises ValueError for data other than MNIST, CheckpointError without a usable classifier.
    """

    def __init__(self, trainer: Trainer) -> None:
        from gan_core.data.images import SHARES

        data = trainer.config.data.data
        if data not in SHARES:
            raise ValueError(f"the classifier reads digits of MNIST, and {data} has none")
        self.weights = np.array(SHARES[data])
        self.rows = Rows((len(trainer.member_configs), CLASSES + 1), limit=ROWS, stride=EVERY, dtype=np.float64)

    def due(self, step: int) -> bool:
        return self.rows.due(step) and step > self.rows.last

    def look(self, trainer: Trainer) -> None:
        self.rows.add(trainer.step_count, lambda: _read(trainer))

    def history(self) -> ClassHistory:
        values = self.rows.values
        return ClassHistory(
            self.rows.steps, values[..., :CLASSES].astype(np.int64), values[..., CLASSES], self.weights, SAMPLES
        )


def _read(trainer: Trainer) -> Floats:
    """(K, 11): how many samples are read as each digit, and the mean confidence."""
    from gan_core.metrics import classifier

    row = np.zeros((len(trainer.member_configs), CLASSES + 1))
    row[:, CLASSES] = np.nan
    for k in np.flatnonzero(trainer.alive):
        probabilities = classifier.classify(trainer.generate(SAMPLES, member=int(k), seed=SEED))
        row[k, :CLASSES] = np.bincount(probabilities.argmax(1), minlength=CLASSES)
        row[k, CLASSES] = probabilities.max(1).mean()
    return row


@dataclass(frozen=True)
class Collapse:
    """A member whose samples, over its last looks together, have left the training labels by `kl` nats: it makes `made`
    of the ten digits."""

    made: int
    kl: float


def collapses(history: ClassHistory) -> tuple[Collapse | None, ...]:
    """The verdict on each member at the last look; none before WARM_UP and on members that are not finite."""
    members = history.classes.shape[1]
    if history.step[-1] < WARM_UP or len(history.step) < LOOKS:
        return (None,) * members
    pooled = history.classes[-LOOKS:].sum(0)
    kl = _kl(pooled, history.weights)
    half = max(LOOKS, int(np.searchsorted(history.step, history.step[-1] / 2, side="right")))
    before = _kl(history.classes[half - LOOKS : half].sum(0), history.weights)
    made = np.count_nonzero(pooled >= MIN_SHARE * LOOKS * history.samples, axis=-1)
    raised = (kl > THRESHOLD) & (kl >= FALLING * before)
    return tuple(Collapse(int(made[k]), float(kl[k])) if raised[k] else None for k in range(members))
