"""Finished runs for the player: their past at once and without a network, their training from there on when asked.

    show = shelf.show("dcgan", pool)       # a runs.Show: scrubber and replay work at once
    show.play()                            # now a worker loads the weights and trains on; the past stays in front

As far again at first, and farther when asked.

No Streamlit here, as in `runs`, and no torch before a worker needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.jobs.job import Job
from gan_core.jobs.pool import Pool
from gan_core.run.history import Curves, Moment
from gan_core.run.memory import estimate
from pages.shared.play.runs import Frame, RunFrame, Show, Work

if TYPE_CHECKING:
    from gan_core.jobs.job import State
    from gan_core.run.trainer import Trainer
    from gan_core.zoo.checkpoints import Card, Replay

PASTS_KEPT = 12  # a megabyte each


@lru_cache(maxsize=PASTS_KEPT)
def replay(name: str) -> tuple[Card, Replay]:
    """The card and the recorded past of a finished run, shared by all visitors. Raises CheckpointError."""
    from gan_core.zoo import checkpoints

    return checkpoints.load_card(name), checkpoints.load_replay(name)


@lru_cache(maxsize=PASTS_KEPT)
def past(name: str) -> RunFrame:
    """The recorded past as the player draws a run, its last moment in the middle. Raises CheckpointError."""
    card, recorded = replay(name)

    def moment(step: int, fake: np.ndarray) -> Moment:
        return Moment(step=int(step), seconds=card.cpu_seconds * int(step) / max(1, card.steps), fake=fake[None])

    snapshots = tuple(map(moment, recorded.steps, recorded.fake))
    return RunFrame(
        config=card.config, snapshot=snapshots[-1], snapshots=snapshots, curves=recorded.curves, marks=(),
        centres=None, weights=None, std=None, failures=(),
    )  # fmt: skip


class Resumed(Work):
    """The work of a finished run that goes on: its trainer has the shipped weights."""

    def __init__(self, name: str, config: RunConfig) -> None:
        super().__init__((config,), None)
        self.name = name

    def make(self) -> tuple[Trainer, ...]:
        from gan_core.zoo import checkpoints

        return (checkpoints.load(self.name).trainer(),)


class ShelfJob:
    """A `Playable` that rests with a recorded past in its frame until it is first asked to do something."""

    def __init__(self, name: str, past: RunFrame, pool: Pool, owner: Hashable = None) -> None:
        self.name, self.past, self.pool, self.owner = name, past, pool, owner
        self._until = 2 * past.snapshot.step
        self.live: Job[Work, Frame | None] | None = None
        self._follower: Callable[[], object] | None = None
        self._attended = self._ended = False
        self._joined: tuple[Frame | None, Frame] = (None, Frame((past,)))

    def _awake(self) -> Job[Work, Frame | None]:
        """The job that trains; a new one if the last has made room for others. Raises PoolFull."""
        if self.live is None or self.live.state == "closed":
            live: Job[Work, Frame | None] = Job(
                Resumed(self.name, self.past.config), until=self.until, publish=Work.frame,
                need=estimate(self.past.config), owner=self.owner,
            )  # fmt: skip
            live.follow(self._follower)
            self.pool.submit(live)
            live.attend(self._attended)
            self.live = live
        return self.live

    def play(self, until: int | None = None) -> None:
        self._until = until or self._until
        self._awake().play(self.until)

    def do(self, command: Callable[[Work], object]) -> None:
        self._awake().do(command)

    def follow(self, listener: Callable[[], object] | None) -> None:
        self._follower = listener
        if self.live is not None:
            self.live.follow(listener)

    def look(self) -> None:
        if self.live is not None:
            self.live.look()

    def attend(self, attended: bool) -> None:
        self._attended = attended
        if self.live is not None:
            self.live.attend(attended)

    def pause(self) -> None:
        if self.live is not None:
            self.live.pause()

    def close(self) -> None:
        self._ended = True
        if self.live is not None:
            self.live.close()

    def wake(self) -> None:
        if self.live is not None:
            self.live.wake()

    @property
    def frame(self) -> Frame | None:
        newest = None if self.live is None else self.live.frame
        if newest is not None and newest is not self._joined[0]:
            self._joined = (newest, Frame((joined(self.past, newest.runs[0]),)))
        return self._joined[1]

    @property
    def until(self) -> int:
        return self._until

    @property
    def state(self) -> State:
        if self.live is None or self._ended:
            return "closed" if self._ended else "paused"
        return "paused" if self.live.state == "closed" else self.live.state

    @property
    def place(self) -> int:
        return 0 if self.live is None else self.live.place

    @property
    def step_count(self) -> int:
        return max(self.past.snapshot.step, 0 if self.live is None else self.live.step_count)

    @property
    def told(self) -> int:
        return 0 if self.live is None else self.live.told

    @property
    def obeys(self) -> bool:
        """Not while it rests: it would begin to train."""
        return self.live is not None and self.live.obeys

    @property
    def busy(self) -> bool:
        return self.live is not None and self.live.busy

    @property
    def version(self) -> int:
        return 0 if self.live is None else self.live.version

    @property
    def crowd(self) -> float:
        return 1.0 if self.live is None else self.live.crowd

    @property
    def rate(self) -> float:
        return 0.0 if self.live is None else self.live.rate

    @property
    def error(self) -> object | None:
        return None if self.live is None else self.live.error


def joined(before: RunFrame, after: RunFrame) -> RunFrame:
    """One run: its recorded past, and what was trained since. Pictures keep the samples that both have."""
    last = before.snapshot.step
    shown = before.snapshot.fake.shape[1]

    def cut(snapshot: Moment) -> Moment:
        return replace(snapshot, fake=snapshot.fake[:, :shown])

    new = np.flatnonzero(after.curves.step > last)
    arrays: dict[str, Any] = {
        f.name: np.concatenate([getattr(before.curves, f.name), getattr(after.curves, f.name)[new]])
        for f in fields(Curves)
    }
    return replace(
        after,
        snapshot=cut(after.snapshot),
        snapshots=before.snapshots + tuple(cut(s) for s in after.snapshots if s.step > last),
        curves=Curves(**arrays),
    )


def show(name: str, pool: Pool, owner: Hashable = None) -> Show:
    """The run as the player shows it, at its last recorded moment; `owner` answers for the memory of its training.
    Raises CheckpointError."""
    before = past(name)
    job = ShelfJob(name, before, pool, owner)
    return Show((before.config.replace(steps=job.until),), job)
