"""A run as it was recorded up to now: everything that a page draws and an export keeps, in NumPy. Nothing in it changes
any more, so whoever has it may take its time while the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.errors import Failure

if TYPE_CHECKING:
    from gan_core.run.balance import Balance
    from gan_core.run.classes import ClassHistory
    from gan_core.run.history import Curves, Mark, Moment
    from gan_core.run.modes import Diversity
    from gan_core.run.trainer import Observer, Trainer
    from gan_core.run.updates import Updates


def _unknown() -> None:
    return None


@dataclass(frozen=True)
class Recording:
    """One run. `snapshot` is the moment to draw; the rest is its whole past. All members together."""

    config: RunConfig
    snapshot: Moment  # of a run that trains a PointSnapshot or an ImageSnapshot
    snapshots: tuple[Moment, ...]
    curves: Curves
    marks: tuple[Mark, ...]
    centres: np.ndarray | None  # (m, 2), of data with modes
    weights: np.ndarray | None  # (m,)
    std: float | None
    failures: tuple[Failure, ...]  # one for every member that is no longer finite
    varied: Callable[[], Diversity | None] = _unknown  # see `diversity`
    classes: ClassHistory | None = None  # which digits over the steps, of MNIST
    updates: Updates | None = None  # how far G's parameters moved, of points
    balance: Balance | None = None  # what the players did to each other, of points
    stds: np.ndarray | None = None  # (m,), of modes that differ in width, of which std is the widest

    @property
    def diversity(self) -> Diversity | None:
        """Who got which mode over the steps, of data with modes: worked out by who first asks."""
        return self.varied()

    @property
    def moments(self) -> tuple[Moment, ...]:
        """All that can be drawn, the newest too, by their steps."""
        return tuple({m.step: m for m in sorted((*self.snapshots, self.snapshot), key=lambda m: m.step)}.values())

    def at(self, step: int) -> Recording:
        """The same with the snapshot taken from the past, as near to `step` as it was recorded."""
        return replace(self, snapshot=nearest((*self.snapshots, self.snapshot), step))

    def finish(self) -> None:
        """See `history.Moment.finish`."""
        self.snapshot.finish()
        self.varied()


def nearest(moments: Sequence[Moment], step: int) -> Moment:
    return min(moments, key=lambda moment: abs(moment.step - step))


def record(trainer: Trainer) -> Recording:
    """What is known of the run now, and of its observers. Called by the thread that steps it; of the moment to draw
    only what somebody asks for is made, by whoever asks."""
    from gan_core.run.balance import BalanceWatch
    from gan_core.run.classes import ClassWatch
    from gan_core.run.modes import Watch
    from gan_core.run.updates import UpdateWatch

    modes, digits, moved = trainer.observer(Watch), trainer.observer(ClassWatch), trainer.observer(UpdateWatch)
    players = trainer.observer(BalanceWatch)
    distribution, history = trainer.distribution, trainer.history

    def known(name: str) -> Any:
        value: Any = getattr(distribution, name, None)
        return value.numpy() if hasattr(value, "numpy") else value

    # where the past has a picture of this very moment there is one of it, however often a resting run is asked
    newest = history.snapshots[-1]
    return Recording(
        config=trainer.config,
        snapshot=newest if newest.step == trainer.step_count else trainer.look(),
        snapshots=history.snapshots,
        curves=history.curves(),
        marks=history.marks,
        centres=known("centres"),
        weights=known("weights"),
        std=known("std"),
        stds=known("stds"),
        failures=tuple(trainer.failures),
        varied=_unknown if modes is None else modes.later(),
        classes=None if digits is None else digits.history(),
        updates=None if moved is None else moved.updates(),
        balance=None if players is None else players.balance(),
    )


LOOKS, FIRST_LOOKS = 8, 16  # steps between two looks at G's updates, after the first ones: each ends a turn of steps


def _updates(trainer: Trainer) -> Observer:
    from gan_core.run.updates import UpdateWatch

    return UpdateWatch(trainer, every=LOOKS, dense=FIRST_LOOKS)


def _balance(trainer: Trainer) -> Observer:
    from gan_core.run.balance import BalanceWatch

    return BalanceWatch(trainer)


WATCHES: dict[str, Callable[[Trainer], Observer]] = {"updates": _updates, "balance": _balance}


def watch(trainer: Trainer, also: Sequence[str] = ()) -> None:
    """Have mode collapse looked for while the run trains, where anybody knows the modes; `also`: names of WATCHES, what
    else a recording then has."""
    from contextlib import suppress

    from gan_core.errors import CheckpointError
    from gan_core.run.classes import ClassWatch
    from gan_core.run.modes import Watch

    with suppress(ValueError, CheckpointError):  # no modes, other images than digits, or no classifier to find them
        trainer.add_callback((ClassWatch if trainer.config.data.is_image else Watch)(trainer))
    for name in also:
        trainer.add_callback(WATCHES[name](trainer))
