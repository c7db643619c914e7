"""What is remembered of a run: curves, pictures at log-spaced steps, marks. Bounded, NumPy only, copies only."""

from __future__ import annotations

import bisect
import dataclasses
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import Sentence
from gan_core.run.watch import Rows

Array = NDArray[np.float32]
CURVE_ROWS = 2048  # steps kept of every curve: when full, every second one goes …
EVERY_STEP = 128  # … but for the first ones, which are all kept
PICTURE_BYTES = 6_000_000  # all pictures of one run together …
LEAST_PICTURE_BYTES = 2_000_000  # … and what is left of them when memory is short
FIRST, EARLY = 16, 256  # pictures: one a doubling before the first of these steps, two before the second …
SPACING, STEPS_PER_DOUBLING = 64, 8  # … and then eight, but so far apart: a picture costs as much as some steps
POINTS, IMAGES = 512, 64  # samples of a picture: every score of a run that trains is of these
GRID, LATTICE = 50, 21  # D's heatmap is GRID², the warped latent grid LATTICE²
WEIGHT_BINS = 41  # of a histogram of D's weights; odd, so that 0 has a bin of its own
GOLDEN = (5**0.5 - 1) / 2


def _none() -> None:
    """As a default it stands in no class, where it would hide from `Snapshot.__getattr__` that something is missing."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Moment:
    """What K generators made at one moment of a run.

    step                      G updates so far
    seconds                   processor time that training took so far, without looking
    fake (K, n, …)            samples at the same latents in every moment
    """

    step: int
    seconds: float = 0.0
    fake: NDArray

    @property
    def members(self) -> int:
        return len(self.fake)

    @cached_property
    def nbytes(self) -> int:
        """Bytes of its own: `real` is shared by all pictures of a run."""
        arrays = [getattr(self, f.name) for f in fields(self) if f.name != "real"]
        return sum(a.nbytes for a in arrays if isinstance(a, np.ndarray))

    def finish(self) -> None:
        """Make what nobody has asked for yet; there is nothing but in a `Snapshot.unfinished`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Snapshot(Moment):
    """One moment of a run with both players, as a picture needs it: always the same real samples.

    real (n, …)               reference sample of the data
    real_logits, fake_logits  (K, n): D on those two
    batch_logits (K, b)       D's logits of the fakes in G's last loss: what G was trained on, not these latents
    averaged (K, n, …)        what the moving average of G makes at the latents of `fake`, None where none is kept
    weight_counts (K, b)      histogram of D's parameters over ± `weight_reach` (K,), the largest of them
    """

    real: NDArray
    real_logits: Array
    fake_logits: Array
    batch_logits: Array
    weight_counts: Array
    weight_reach: Array
    averaged: NDArray | None = dataclasses.field(default_factory=_none)

    @classmethod
    def unfinished(cls, make: Callable[[str], Mapping[str, NDArray]], **known: Any) -> Self:
        """A picture of which every array that is not `known` is made when somebody first asks for it: a page shows a
        part of them, many times a second. make(name) gives that array, and the others that come with it."""
        made = cls.__new__(cls)
        made.__dict__.update(known, _make=make, _making=threading.Lock())
        return made

    def __getattr__(self, name: str) -> Any:  # called only for what is not there
        if "_making" in self.__dict__ and name in self.__dataclass_fields__:
            with self._making:  # whoever else asks for it waits
                if name not in self.__dict__:
                    self.__dict__.update(self._make(name))
        if name not in self.__dict__:
            raise AttributeError(f"a {type(self).__name__} has no {name!r}")
        return self.__dict__[name]

    def finish(self) -> None:
        """Make what nobody has asked for yet, and let go of the players that it is made of."""
        for one in fields(self):
            getattr(self, one.name)
        self.__dict__.pop("_make", None)  # the lock stays: somebody may be waiting at it


@dataclass(frozen=True, eq=False, kw_only=True)
class PointSnapshot(Snapshot):
    """… of points: real (n, 2), fake (K, n, 2), float32.

    logit_gradient (K, n, 2)  ∂logit/∂x at the fakes
    interpolates_grad (K, n)  ‖∂logit/∂x‖ at `interpolates(real, fake)`
    field (K, m, m)           D's logit at x_j, y_i
    lattice (K, r, r, 2)      G on a regular grid of latents
    extent                    (xmin, xmax, ymin, ymax) of the field
    push (K, n, 2)            −n·∂L_G/∂x at the fakes where G's loss is of D's features; None where logits say it
    """

    logit_gradient: Array
    interpolates_grad: Array
    field: Array
    lattice: Array
    extent: tuple[float, float, float, float]
    push: Array | None = dataclasses.field(default_factory=_none)


@dataclass(frozen=True, eq=False, kw_only=True)
class ImageSnapshot(Snapshot):
    """… of images: real (n, 28, 28), fake (K, n, 28, 28), uint8."""


def interpolates(real: NDArray, fake: NDArray) -> NDArray:
    """x̂ᵢ = εᵢ realᵢ + (1 − εᵢ) fakeᵢ, where WGAN-GP looks at the gradient: real (n, 2), fake (…, n, 2) → (…, n, 2).

    One ε a sample; here they are spread evenly over [0, 1) and always the same, so that pictures can be compared.
    """
    epsilon = (np.arange(len(real), dtype=np.float32) * np.float32(GOLDEN) % 1)[:, None]
    return epsilon * real + (1 - epsilon) * fake


@dataclass(frozen=True, eq=False)
class Curves:
    """Training curves: `step` (T,), all others (T, K).

    d_real, d_fake are E σ(logit) where the loss makes D a probability, and E logit where it does not.
    d_grad, g_grad are the norms of the players' whole gradient, penalties included.
    """

    step: NDArray[np.int64]
    d_loss: Array
    g_loss: Array
    d_real: Array
    d_fake: Array
    d_grad: Array
    g_grad: Array


CURVES = tuple(f.name for f in fields(Curves) if f.name != "step")


@dataclass(frozen=True)
class Mark:
    """Something that was changed, or went wrong, while the run went on."""

    step: int
    what: Sentence

    @property
    def text(self) -> str:
        return str(self.what)


def spacing(power: int) -> int:
    """How far apart the kept pictures of the steps power … 2·power − 1 are, of a power of two."""
    return power if power < FIRST else power // 2 if power < EARLY else max(SPACING, power // STEPS_PER_DOUBLING)


def pictures_until(steps: int) -> int:
    """How many of the steps 0 … `steps` are kept as pictures."""
    powers = [2**k for k in range(steps.bit_length())]
    return 1 + sum((min(2 * power - 1, steps) - power) // spacing(power) + 1 for power in powers)


class History:
    """Bounded record of one run of `members` members.

    Curves keep at most CURVE_ROWS steps: the first EVERY_STEP all, later ones `stride` apart. Pictures are due at
    log-spaced steps (`due`); when they outgrow `limit` bytes the most crowded one goes.
    """

    def __init__(self, members: int) -> None:
        self.rows = Rows((len(CURVES), members), limit=CURVE_ROWS, stride=4, dense=EVERY_STEP)  # of the curves
        self.limit = PICTURE_BYTES
        self._snapshots: list[Snapshot] = []
        self._marks: list[Mark] = []

    @staticmethod
    def due(step: int) -> bool:
        """Is `step` one of those that are kept as pictures: 0, 1, 2, 4, 8, 16, 24, 32, 48, …, 256, 320, 384, …?"""
        return step % spacing(2 ** max(0, step.bit_length() - 1)) == 0

    def add(self, snapshot: Snapshot) -> None:
        """Keep a picture, in place of an older one of the same step."""
        at = bisect.bisect_left(self.steps, snapshot.step)
        if at < len(self._snapshots) and self._snapshots[at].step == snapshot.step:
            self._snapshots[at] = snapshot
        else:
            self._snapshots.insert(at, snapshot)
        self._thin()

    def shrink(self, limit: int = LEAST_PICTURE_BYTES) -> None:
        """From now on pictures hold no more than `limit` bytes."""
        self.limit = limit
        self._thin()

    def _thin(self) -> None:
        while len(self._snapshots) > 3 and sum(s.nbytes for s in self._snapshots) > self.limit:
            logs = np.log1p([s.step for s in self._snapshots])
            del self._snapshots[1 + int(np.argmin(logs[2:] - logs[:-2]))]

    def mark(self, step: int, what: Sentence) -> None:
        self._marks.append(Mark(step, what))

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        return tuple(self._snapshots)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps of the pictures, ascending."""
        return tuple(s.step for s in self._snapshots)

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(self._marks)

    def at(self, step: int) -> Snapshot:
        """The recorded picture nearest to `step`. Raises LookupError while there is none."""
        if not self._snapshots:
            raise LookupError("nothing was recorded yet: let the run take a step first")
        return min(self._snapshots, key=lambda s: abs(s.step - step))

    def curves(self) -> Curves:
        return Curves(self.rows.steps, *self.rows.values.transpose(1, 0, 2).copy())
