"""What a player plays: one or several runs in lock-step, trained by the pool, looked at by a page. No Streamlit, and no
torch before a worker of the pool needs it: a script thread only ever sees frames of NumPy arrays.

    Work      lives in the pool: makes the Trainers, steps them together, publishes a Frame
    Frame     what everybody may look at: for each run its snapshot to draw, its history, curves, marks, failure
    Show      lives in the session: the Job around a Work, and which moment of the past is being looked at
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from gan_core.config import DOWNLOADED, FIELDS, ConfigError, RunConfig
from gan_core.errors import CheckpointError, DataUnavailable, Refusal
from gan_core.jobs.admission import Need
from gan_core.jobs.job import Job
from gan_core.jobs.playable import Playable
from gan_core.jobs.pool import Pool
from gan_core.run.memory import estimate
from gan_core.run.recording import LOOKS, record, watch
from gan_core.run.recording import Recording as RunFrame
from pages.shared.play.answers import ANSWERED, WORKED_OUT, Asked, Known, Memory, Times
from pages.shared.play.channel import Channel, Followers
from pages.shared.views import live

if TYPE_CHECKING:
    from gan_core.data.fetch import Fetch
    from gan_core.run.trainer import Trainer

T = TypeVar("T")

log = logging.getLogger(__name__)

RATES = ("g_lr", "d_lr")
LIVE = (*RATES, "steps")  # what may change while a run goes on; everything else starts a new run


@dataclass(frozen=True)
class Frame:
    """All runs at one step."""

    runs: tuple[RunFrame, ...]

    @property
    def step(self) -> int:
        return self.runs[0].snapshot.step

    @property
    def steps(self) -> list[int]:
        """The steps that can be brought back, ascending; the runs are in lock-step, so the first one knows them."""
        return sorted({snapshot.step for snapshot in self.runs[0].snapshots} | {self.step})

    def at(self, step: int) -> Frame:
        """The same frame with every run's snapshot taken from the past, as near to `step` as it was recorded."""

        return replace(self, runs=tuple(run.at(step) for run in self.runs))

    def measure(self) -> None:
        """Work out how varied the samples were up to here, which else the runs do themselves."""
        for run in self.runs:
            run.varied()

    def finish(self) -> None:
        """Work out what nobody has asked for yet, and let go of the players: they may be large."""
        for run in self.runs:
            run.finish()


class Work:
    """N Trainers stepped together: what a `Job` calls, always from one worker of the pool at a time."""

    turn = LOOKS  # steps between two looks at a run: there its steps in one call end anyway

    def __init__(
        self,
        configs: Sequence[RunConfig],
        points: np.ndarray | None,
        fetch: Fetch | None = None,
        also: Sequence[str] = (),
    ) -> None:
        self.configs, self.points, self.also = tuple(configs), points, tuple(also)
        self.fetch = fetch  # what has to be downloaded first: a worker is not for waiting
        self.refused: Refusal | None = None  # why there are no trainers
        self.threads = 1  # how many may compute for this work; the pool says so before each slice

    @cached_property
    def trainers(self) -> tuple[Trainer, ...]:
        """Made at the first use, because that is when torch is imported. Empty if they were refused."""
        try:
            trainers = self.make()
        except (ConfigError, DataUnavailable, CheckpointError) as error:
            self.refused = error
            return ()
        for trainer in trainers:
            watch(trainer, self.also)
        return trainers

    def make(self) -> tuple[Trainer, ...]:
        from gan_core.run.trainer import Trainer

        if self.fetch is not None and self.fetch.error is not None:
            raise self.fetch.error
        return tuple(Trainer(config, points=self.points) for config in self.configs)

    @property
    def ready(self) -> bool:
        return self.fetch is None or self.fetch.over

    @property
    def step_count(self) -> int:
        return max((trainer.step_count for trainer in self.__dict__.get("trainers", ())), default=0)

    @property
    def failure(self) -> object | None:
        """Set when there is nothing to train: no run was made, or none has a member left."""
        failures = [trainer.failure for trainer in self.trainers]
        return failures[0] if all(failures) and failures else self.refused

    def step(self, n: int = 1) -> None:
        from gan_core.jobs.threads import side_by_side

        for trainer in self.trainers:
            trainer.threads = self.threads if len(self.trainers) == 1 else 1
        side_by_side([partial(trainer.step, n) for trainer in self.trainers], self.threads)

    def shrink(self) -> None:
        """Memory is short: of the past, fewer pictures."""
        for trainer in self.trainers:
            trainer.history.shrink()

    def frame(self) -> Frame | None:
        return Frame(tuple(map(record, self.trainers))) if self.trainers else None


def _fetch(configs: Sequence[RunConfig]) -> Fetch | None:
    for name in {config.data.data for config in configs} & set(DOWNLOADED):
        from gan_core.data.fetch import wanted

        return wanted(name)
    return None


@dataclass(eq=False)
class Show:
    """What one page shows: the runs, whether they are training, and the moment that is looked at.

    `at` is the recorded step that was brought back, None for the newest one.
    """

    configs: tuple[RunConfig, ...]
    job: Playable[Work, Frame | None]
    fetch: Fetch | None = None  # the download that the runs begin with
    at: int | None = None
    touched: bool = False  # it is more than a fresh start
    retuned: bool = False  # rates were changed on the way, whether or not a frame knows that by now
    shown_running: bool = False  # the buttons on the page are those of runs that train
    noticed: object = None  # the trouble that the page speaks of
    drawn: Frame | None = None  # the frame that the script run under way draws, or the last one did
    parts: list[Callable[[Frame], None]] = field(default_factory=list)  # of that script run, what is `pushed` later
    cache: dict[Any, Any] = field(default_factory=dict)  # what pages made of these runs, and need not make again
    answers: dict[Any, Asked[Any]] = field(default_factory=dict)  # what workers answered about them
    answered: Followers = field(default_factory=Followers)  # who waits for them
    memories: dict[Any, Memory[Any]] = field(default_factory=dict)  # what was worked out about their frames
    _working_out: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.channel = Channel(self)
        self.job.follow(self.channel.published)

    @classmethod
    def start(
        cls, pool: Pool, configs: Sequence[RunConfig], points: np.ndarray | None = None, owner: Hashable = None,
        also: Sequence[str] = (),
    ) -> Show:  # fmt: skip
        """Runs at step 0, paused; the first frame comes as soon as there is room for them and a worker has made the
        networks. `also`: what else is watched of them, see `recording.watch`. Raises PoolFull."""
        work = Work(configs, points, _fetch(configs), also)
        need = Need.together(map(estimate, configs), at_once=2)
        job: Job[Work, Frame | None] = Job(
            work, until=configs[0].train.steps, publish=Work.frame, need=need, owner=owner
        )
        pool.submit(job)
        if work.fetch is not None:
            work.fetch.call(job.wake)
        return cls(work.configs, job, fetch=work.fetch)

    def ask(self, question: Callable[[Work], T]) -> Future[T]:
        """Have a worker do something with the runs between two steps; the answer, or its error, is in the future."""
        answer: Future[T] = Future()

        def command(work: Work) -> None:
            try:
                answer.set_result(question(work))
            except Exception as error:
                answer.set_exception(error)

        self.job.do(command)
        return answer

    def remember(self, name: Hashable, key: object, makes: Sequence[Callable[[], T]]) -> Known[T] | None:
        """What each of `makes` finds out about `key`; until that is there, what was found out about an older key, or
        None. Workers find it out, and while the runs train they take WORKED_OUT of their time for everything that is
        remembered. A script run asks one of them, and the page looks again when it has answered; where nobody can be
        asked it finds out by itself."""
        memory: Memory[T] = self.memories.setdefault(name, Memory())

        def work_out() -> None:
            with self._working_out:
                memory.work(key, makes, self.job.crowd * len(self.memories) / WORKED_OUT if self.running else 0)

        if live.is_recording() or not self.job.obeys:
            work_out()
        elif not (self.moving or memory.knows(key) or memory.asked == key):
            memory.asked = key
            self.ask(lambda _: work_out()).add_done_callback(_log_failure)
        return memory.known

    def answer(self, name: Hashable, key: object, question: Callable[[Work], T]) -> T | None:
        """A worker's answer to `question`; until it is there the last one, at first None. While the runs train workers
        take ANSWERED of their time for all such questions."""
        asked: Asked[T] | None = self.answers.get(name)
        if asked is None or not asked.settled(key, self.running):
            times = Times()

            def timed(work: Work) -> T:
                times.began = time.monotonic()
                return question(work)

            def answered(_: Future[T]) -> None:
                times.answered(slowness=self.job.crowd * len(self.answers) / ANSWERED)
                self.answered.tell()

            asked = Asked(key, self.ask(timed), None if asked is None else asked.newest, times)
            self.answers[name] = asked
            asked.answer.add_done_callback(answered)
        return asked.newest

    def known(self, name: Hashable, key: object) -> Any:
        """What a worker has answered to the question of that name about `key` by now, None before."""
        asked: Asked[Any] | None = self.answers.get(name)
        good = asked is not None and asked.key == key and asked.answer.done() and asked.answer.exception() is None
        return asked.newest if asked is not None and good else None

    # ── the player's buttons ─────────────────────────────────────────────────────────────────────────────────────────

    def play(self) -> None:
        self.newest()
        self.job.play(until=self.configs[0].train.steps)
        self.channel.changed()

    def pause(self) -> None:
        self.job.pause()

    def step(self) -> None:
        self.newest()
        self.ask(lambda work: work.step())

    def step_player(self, player: str) -> None:
        """One update of one player alone: "d" or "g"."""
        self.newest()
        self.ask(lambda work: [getattr(trainer, f"step_{player}")() for trainer in work.trainers])

    def retune(self, configs: Sequence[RunConfig]) -> None:
        """Take over from `configs` what may change while the runs go on (LIVE)."""
        news = [_live_fields(config) for config in configs]
        changes = [
            {name: rate for name, rate in new.items() if name in RATES and rate != getattr(old.train, name)}
            for old, new in zip(self.configs, news, strict=True)
        ]
        if any(changes):

            def set_rates(work: Work) -> None:
                for run, rates in zip(work.trainers, changes, strict=True):
                    run.set_rates(**rates)

            self.ask(set_rates)
            self.retuned |= self.touched
        self.configs = tuple(old.replace(**new) for old, new in zip(self.configs, news, strict=True))
        if self.running and self.job.until != self.configs[0].train.steps:
            self.play()

    def close(self) -> None:
        """End the runs and let go of all that was worked out about them."""
        self.channel.close()
        self.job.close()
        if self.fetch is not None:
            self.fetch.leave(self.job.wake)
        self.drawn, self.parts, self.cache, self.answers, self.memories = None, [], {}, {}, {}

    # ── looking back ─────────────────────────────────────────────────────────────────────────────────────────────────

    def newest(self) -> None:
        """Back to the present, because training goes on from there."""
        self.at, self.touched = None, True

    def look_at(self, step: int | None) -> None:
        """Bring a recorded step back, for which runs that train stop, or the present."""
        if step is not None:
            self.pause()
        frame = self.job.frame
        self.at = None if step is None or frame is None or step >= frame.step else step
        self.channel.changed()

    def moment(self) -> Frame | None:
        """The frame to draw; None until the first one is there."""
        frame = self.job.frame
        return frame if frame is None or self.at is None else frame.at(self.at)

    # ── what the page has to know ────────────────────────────────────────────────────────────────────────────────────

    @property
    def running(self) -> bool:
        return self.job.state == "running"

    @property
    def moving(self) -> bool:
        """Whether the picture may still change by itself: training, or a command is being carried out."""
        return self.job.busy

    @property
    def fetching(self) -> str | None:
        """The data that are being downloaded, for which the runs wait."""
        return self.fetch.data if self.fetch is not None and not self.fetch.over else None

    @property
    def trouble(self) -> object:
        """What a page has to speak of when it is there, and no more when it is over."""
        return self.fetching or (self.job.state == "failed") or None

    def stale(self, configs: Sequence[RunConfig]) -> list[str]:
        """The fields in which `configs` are other runs than these; of another number of runs, what sets them apart."""
        pairs = list(zip(self.configs, configs, strict=False))
        if len(self.configs) != len(configs):
            pairs = [(configs[0], config) for config in configs] + [
                (self.configs[0], config) for config in self.configs
            ]
        changed = {name for mine, theirs in pairs for name in theirs.differences(mine) if name not in LIVE}
        return sorted(changed, key=list(FIELDS).index)


def _log_failure(answer: Future[Any]) -> None:
    if (error := answer.exception()) is not None:
        log.error("what a page shows could not be worked out", exc_info=error)


def _live_fields(config: RunConfig) -> dict[str, Any]:
    return {name: value for name, value in config.flat() if name in LIVE}
