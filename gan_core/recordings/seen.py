"""What is seen of runs while they are recorded: T moments of K members, and what is measured on them.

seen = Seen.watch(config, steps)          # trains to the last of the steps, and takes a picture at each
seen.near, seen.w1, seen.way, …           # (T, K) each, of the same samples that are drawn
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.metrics.floors import Range
from gan_core.metrics.points import counts_within, mode_coverage, mode_shares, near_radius, pair, transport_value
from gan_core.run.balance import Balance, BalanceWatch
from gan_core.run.history import Curves, Moment, PointSnapshot
from gan_core.run.judging import PICTURE_W1_POINTS, yardstick_of_pictures
from gan_core.run.modes import LEAST, Diversity, Watch
from gan_core.run.trainer import Trainer
from gan_core.run.updates import Updates, UpdateWatch

Floats = NDArray[np.float64]
S = TypeVar("S", bound=Moment)


@dataclass(frozen=True, eq=False)
class Looked(Generic[S]):
    """One run of K members at T moments."""

    config: RunConfig
    shots: Sequence[S]
    curves: Curves

    @property
    def members(self) -> int:
        return self.config.train.members

    @property
    def steps(self) -> NDArray[np.int64]:
        return np.array([shot.step for shot in self.shots])


def looks(trainer: Trainer, steps: Sequence[int], kind: type[S]) -> list[S]:
    """Train to the last of `steps`, ascending, and look after each of them."""
    shots: list[S] = []
    for step in steps:
        trainer.step(int(step) - trainer.step_count)
        shot = trainer.snapshot()
        assert isinstance(shot, kind)
        shots.append(shot)
    return shots


@dataclass(frozen=True, eq=False)
class Seen(Looked[PointSnapshot]):
    """… of points. `perfect`: what a perfect sampler scores on as many samples."""

    updates: Updates
    balance: Balance
    diversity: Diversity | None
    centres: NDArray | None
    std: float | None
    perfect: Mapping[str, Range]

    @classmethod
    def watch(cls, config: RunConfig, steps: Sequence[int]) -> Seen:
        """Trained by one thread to the last of `steps`, ascending, and looked at after each of them."""
        trainer = Trainer(config)
        updates, players, modes = UpdateWatch(trainer), BalanceWatch(trainer), None
        trainer.add_callback(updates)
        trainer.add_callback(players)
        data = trainer.distribution
        assert data is not None, "recorded runs are of points in the plane"
        if data.centres is not None:
            modes = Watch(trainer)
            trainer.add_callback(modes)
        shots = looks(trainer, steps, PointSnapshot)
        return cls(
            config,
            shots,
            trainer.history.curves(),
            updates.updates(),
            players.balance(),
            diversity=None if modes is None else modes.diversity(),
            centres=None if data.centres is None else data.centres.numpy(),
            std=data.std,
            perfect=yardstick_of_pictures(trainer).perfect,
        )

    @cached_property
    def near(self) -> Floats:
        """(T, K, M): share of the samples near each mode and no other; of data with modes."""
        assert self.centres is not None and self.std is not None
        radius = near_radius(self.centres, self.std)
        counts = [[counts_within(fake, self.centres, radius)[0] for fake in shot.fake] for shot in self.shots]
        return np.array(counts) / self.shots[0].fake.shape[1]

    @cached_property
    def covered(self) -> NDArray[np.int64]:
        """(T, K): modes with at least 1 % of the samples near them."""
        return np.count_nonzero(self.near >= LEAST - 1e-9, axis=-1)

    @cached_property
    def quality(self) -> Floats:
        """(T, K): share of the samples within 3σ of a mode."""
        assert self.centres is not None and self.std is not None
        return np.array(
            [[mode_coverage(fake, self.centres, self.std).high_quality for fake in shot.fake] for shot in self.shots]
        )

    @cached_property
    def averaged_quality(self) -> Floats | None:
        """… of the average of G; None where none is kept."""
        averaged = [shot.averaged for shot in self.shots]
        if self.centres is None or self.std is None or any(of is None for of in averaged):
            return None
        return np.array(
            [[mode_coverage(x, self.centres, self.std).high_quality for x in of] for of in averaged if of is not None]
        )

    @cached_property
    def w1(self) -> Floats:
        """(T, K): exact, of as many points as the scores of a page take."""
        return np.array(
            [[transport_value(*pair(s.real, fake), PICTURE_W1_POINTS)[0] for fake in s.fake] for s in self.shots]
        )

    @cached_property
    def slope(self) -> Floats:
        """(T, K): the median of ‖∂logit/∂x‖ between real and generated points."""
        return np.array([np.median(shot.interpolates_grad, axis=-1) for shot in self.shots], float)

    @cached_property
    def way(self) -> Floats:
        """(T, K): how far the samples have come from where they were at first, on average over the latents."""
        start = self.shots[0].fake
        return np.array([np.linalg.norm(shot.fake - start, axis=-1).mean(-1) for shot in self.shots])

    @cached_property
    def opinions(self) -> tuple[Floats, Floats]:
        """(T, K) each: the mean of σ(logit) over real and over generated samples."""
        both = [(_sigmoid(shot.real_logits).mean(-1), _sigmoid(shot.fake_logits).mean(-1)) for shot in self.shots]
        real, fake = zip(*both, strict=True)
        return np.array(real), np.array(fake)

    @cached_property
    def nearest(self) -> Floats:
        """(T, K, M): share of the samples to which a mode is the nearest one, however far."""
        assert self.centres is not None
        return np.array([[mode_shares(fake, self.centres) for fake in shot.fake] for shot in self.shots])

    @cached_property
    def trust(self) -> Floats:
        """(T, K, M): the mean of D = σ(logit) over the real samples of each mode."""
        assert self.centres is not None
        of = np.linalg.norm(self.shots[0].real[:, None] - self.centres, axis=-1).argmin(-1)
        by_mode = [[_sigmoid(shot.real_logits[:, of == mode]).mean(-1) for shot in self.shots] for mode in
                   range(len(self.centres))]  # fmt: skip
        return np.moveaxis(np.array(by_mode), 0, -1)


def _sigmoid(logits: NDArray) -> Floats:
    return 0.5 * (1 + np.tanh(np.asarray(logits, float) / 2))


def middle(values: Floats) -> int:
    """The member whose value (K,) is the median one; of two in the middle the lower. Those that are not finite count
    as last."""
    order = np.argsort(np.where(np.isfinite(values), values, np.inf), kind="stable")
    return int(order[(len(values) - 1) // 2])
