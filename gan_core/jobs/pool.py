"""The fair pool: a few worker threads give every run a short slice in turn. It knows neither torch nor the browser.

    pool = Pool(workers=2)
    job = Job(trainer, until=5000, publish=lambda trainer: trainer.snapshot())
    pool.submit(job)        # publishes the first frame
    job.play()              # returns at once; job.frame, job.step_count and job.state tell how far it is

Whoever holds a Job calls its methods from any thread, and none of them waits. Only a worker ever touches the work, and
only one worker at a time, so the work needs no lock of its own. How a run is cut into slices changes when it advances,
never what it computes.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Literal, Protocol, TypeVar

from gan_core.errors import PoolFull, Sentence
from gan_core.jobs.admission import NOTHING, UNSEEN_SECONDS, Admission, Need

State = Literal["queued", "paused", "running", "finished", "failed", "closed"]

FRAME_SECONDS = 1 / 30  # a running job publishes at most this often
RATE_SECONDS = 1.0  # the stretch over which `Job.rate` averages
TURN_SECONDS = 0.28  # in a full class slices become shorter, so that every run has its turn this often …
SHORTEST_SLICE = 0.01  # … but no shorter than this
FRAME_SECONDS_IN_A_CROWD = 0.018  # between two frames of a run, for each running job that shares its worker
COURTESY_SECONDS = 0.1  # that workers wait at most for somebody who waits for an answer, before each slice
GROWTH = 4  # one call of work.step may be this many times longer than the last: one odd measurement costs little

log = logging.getLogger(__name__)


class Workload(Protocol):
    """What a job advances. It may also have

    steps_per_slice, an int: then a slice is that many steps, untimed;
    threads, an int: told before each slice how many threads it may use, 1 and one for every worker that has no work;
    shrink(), a method: lets go of the part of its past that `Job.need` calls spare.
    """

    @property
    def step_count(self) -> int: ...

    @property
    def failure(self) -> object | None:
        """None, or something whose str() is the sentence that says why no further step makes sense."""

    def step(self, n: int = 1) -> Any: ...


W = TypeVar("W", bound=Workload)
F = TypeVar("F")


class Job(Generic[W, F]):
    """One run in the pool: plays until step `until`, pauses, obeys commands, and publishes frames for whoever looks.

    `publish(work)` makes a frame, an object that nobody changes afterwards. A worker calls it on submission, after
    commands, when the run comes to rest, and while it runs at most thirty times a second and only if `frame` was read.

    `need` is the memory that it will take, and `owner` who answers for it: see `gan_core.jobs.admission`. While there
    is no room it is "queued", obeys nothing and remembers what it was told.
    """

    def __init__(
        self, work: W, *, until: int, publish: Callable[[W], F], need: Need = NOTHING, owner: Hashable = None
    ) -> None:
        self.need, self.owner = need, owner
        self._lock = threading.Lock()  # guards what follows; never held while the work computes
        self._work: W | None = work
        self._publish: Callable[[W], F] | None = publish
        self._commands: deque[Callable[[W], object]] = deque()
        self._until = until
        self._state: State = "paused"
        self._error: object | None = None
        self._steps = work.step_count
        self._published: tuple[int, F | None] = (0, None)  # (version, frame), swapped as one
        self._owed = True  # a frame is due whether or not somebody looks
        self._wanted = False  # somebody looked since the last frame
        self._published_at = float("-inf")
        self._pace: deque[tuple[float, int]] = deque()  # (time, step) at the ends of the last slices
        self._rate = 0.0
        self._step_seconds: float | None = None
        self._calls_of = 1  # steps in the last call of work.step
        self._pool: Pool | None = None
        self._frame_seconds = FRAME_SECONDS
        self._scheduled = False  # waits for a worker, or is with one; guarded by the pool's condition
        self._ticket: int | None = None  # of the queue for memory, the smallest is next; guarded by that too
        self._seen_at = float("-inf")  # when somebody last looked, on the pool's clock
        self._follower: Callable[[], object] | None = None

    # Any thread may call these.

    def play(self, until: int | None = None) -> None:
        """Run until step `until` (default: as before). A finished job goes on if `until` is larger."""
        with self._lock:
            if self._state in ("failed", "closed"):
                return
            if self._state != "running":
                self._pace.clear()
                self._rate = 0.0
            self._until = self._until if until is None else until
            self._state = "running"
        self._wake()

    def pause(self) -> None:
        """Stop after the call of work.step that is under way; a frame of that step follows."""
        with self._lock:
            if self._state != "running":
                return
            self._state = "paused"
            self._owed = True
        self._wake()

    def do(self, command: Callable[[W], object]) -> None:
        """Let a worker run command(work) between two slices, also while paused; commands keep their order."""
        with self._lock:
            if self._state in ("failed", "closed"):
                return
            self._commands.append(command)
            self._owed = True
        self._wake()

    def close(self) -> None:
        """End the job and let go of the work; a worker that is inside it lets go after the call under way."""
        with self._lock:
            self._state = "closed"
            self._work = self._publish = self._follower = None
            self._commands.clear()
            self._published = (self._published[0], None)
            pool = self._pool
        if pool is not None:
            pool._forget(self)

    def follow(self, told: Callable[[], object] | None) -> None:
        """Have a worker call `told()` after each new frame, and when the job has come to rest; None: nobody any more.

        The worker has then let go of the work: what `told` does with the frame holds up no step while another worker
        is free.
        """
        self._follower = told

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the job is no longer `busy`; False if that took longer than `timeout` seconds.

        For programs without a browser: a page polls instead, since waiting there would hold up the visitor.
        """
        return self._pool is None or self._pool._join(self, timeout)

    @property
    def state(self) -> State:
        return "queued" if self._ticket is not None and self._state != "closed" else self._state

    @property
    def place(self) -> int:
        """Of a queued job: 1 if it is the next to start; 0 of all others."""
        return 0 if self._pool is None else self._pool._place(self)

    @property
    def error(self) -> object | None:
        """Why the job failed: its str() is a sentence."""
        return self._error

    @property
    def busy(self) -> bool:
        """Whether a newer frame may still come by itself: it runs, or a command or a frame is outstanding."""
        return self._scheduled or self.state == "queued"

    @property
    def frame(self) -> F | None:
        """The newest published frame. Reading it asks for the next one."""
        self.look()
        return self._published[1]

    def look(self) -> None:
        """Ask for the next frame."""
        self._wanted = True
        if self._pool is not None:
            self._seen_at = self._pool._clock()

    @property
    def version(self) -> int:
        """Counts the published frames. Read it before `frame`: then a frame is never missed."""
        return self._published[0]

    @property
    def step_count(self) -> int:
        return self._steps

    @property
    def until(self) -> int:
        return self._until

    @property
    def crowd(self) -> float:
        """How many running jobs share a worker; at least 1."""
        return 1.0 if self._pool is None else self._pool.crowd

    @property
    def rate(self) -> float:
        """Steps per second over the last second or so; 0 when the job does not run."""
        return self._rate if self._state == "running" else 0.0

    def _wake(self) -> None:
        if self._pool is not None:
            self._pool._schedule(self)

    def _tell(self) -> None:
        follower = self._follower
        if follower is None:
            return
        try:
            follower()
        except Exception:  # whoever looks may fail; the run goes on
            log.exception("what follows a run failed at step %d", self._steps)

    @property
    def _in_the_way(self) -> bool:
        """Whether somebody waits for an answer and goes first."""
        return self._pool is not None and self._pool._guests > 0

    # Only a worker calls these, one at a time.

    def _turn(self, seconds: float, clock: Callable[[], float], threads: int = 1) -> None:
        """Commands, then steps, then a frame if one is due, then the new state: whoever sees that finds its frame."""
        with self._lock:
            work, publish = self._work, self._publish
        if work is None or publish is None:
            return
        try:
            if hasattr(work, "threads"):
                work.threads = threads
            deadline = clock() + seconds
            self._obey(work, deadline, clock)
            self._advance(work, deadline, clock)
            self._show(work, publish, clock)
            error = work.failure
        except BaseException as exception:  # also what means to end its thread: that is a worker, and serves all runs
            log.exception("a run failed at step %d", self._steps)
            error = Sentence("pool.crashed", step=self._steps, error=type(exception).__name__)
        with self._lock:
            if self._state != "closed" and error is not None:
                self._state, self._error = "failed", error
                self._commands.clear()
                self._owed = False
            elif self._state == "running" and self._steps >= self._until:
                self._state = "finished"

    def _obey(self, work: W, deadline: float, clock: Callable[[], float]) -> None:
        while self._commands:
            with self._lock:
                if not self._commands:  # closed meanwhile
                    return
                command = self._commands.popleft()
            command(work)
            self._steps = work.step_count
            if clock() >= deadline:
                return

    def _advance(self, work: W, deadline: float, clock: Callable[[], float]) -> None:
        """Steps until the deadline, never beyond `until`, in few calls of work.step, each measured for the next."""
        fixed: int | None = getattr(work, "steps_per_slice", None)
        now = clock()
        if not self._pace:
            self._mark(now)
        while self._state == "running" and not self._commands and work.failure is None:
            left = self._until - self._steps
            n = min(left, self._affordable(deadline - now) if fixed is None else fixed)
            if n < 1:
                break
            work.step(n)
            before, now = now, clock()
            self._steps, self._calls_of = work.step_count, n
            cost = (now - before) / n
            self._step_seconds = cost if self._step_seconds is None else (self._step_seconds + cost) / 2
            if fixed is not None or now + self._step_seconds / 2 > deadline or self._in_the_way:
                break
        self._mark(now)

    def _affordable(self, seconds: float) -> int:
        """The number of steps that comes nearest to `seconds`; at least one, or slow steps would never be taken."""
        if self._step_seconds is None:
            return 1
        most = GROWTH * self._calls_of
        return max(1, min(most, round(seconds / self._step_seconds) if self._step_seconds > 0 else most))

    def _mark(self, now: float) -> None:
        """rate = Δstep / Δt between the first and the last mark that lie about RATE_SECONDS apart."""
        with self._lock:
            self._pace.append((now, self._steps))
            while len(self._pace) > 2 and now - self._pace[1][0] >= RATE_SECONDS:
                self._pace.popleft()
            (t0, s0), (t1, s1) = self._pace[0], self._pace[-1]
            self._rate = (s1 - s0) / (t1 - t0) if t1 > t0 else 0.0

    def _show(self, work: W, publish: Callable[[W], F], clock: Callable[[], float]) -> None:
        with self._lock:
            comes_to_rest = self._state == "running" and (self._steps >= self._until or work.failure is not None)
            looked_at = self._wanted and clock() - self._published_at >= self._frame_seconds
            if not (self._owed or comes_to_rest or looked_at):
                return
            self._owed = self._wanted = False
        frame = publish(work)
        with self._lock:
            self._published_at = clock()
            if self._state != "closed":
                self._published = (self._published[0] + 1, frame)

    def _has_work(self) -> bool:
        with self._lock:
            waits = self._state == "running" or self._owed or bool(self._commands)
            return waits and self._state != "closed" and self._ticket is None


def _shrink(work: Any) -> None:
    if hasattr(work, "shrink"):
        work.shrink()


def one_torch_thread() -> None:
    """Torch computes with the calling thread alone: its own threads collapse once the machine does anything else."""
    import torch

    torch.set_num_threads(1)


class Pool:
    """`workers` threads, one a core, that serve all jobs first come, first served, `slice_seconds` at a time.

    Jobs that rest cost no time. `max_jobs` bounds how many are alive (submitted, not closed, still referred to), and
    `admission` how much memory they may need; `prepare` runs once in every worker; `clock` returns seconds.
    """

    def __init__(
        self,
        workers: int = 2,
        slice_seconds: float = 0.04,
        max_jobs: int = 64,
        prepare: Callable[[], object] = one_torch_thread,
        clock: Callable[[], float] = time.perf_counter,
        admission: Admission | None = None,
    ) -> None:
        self.slice_seconds, self.max_jobs, self.admission = slice_seconds, max_jobs, admission
        self._tickets = itertools.count()
        self._prepare, self._clock = prepare, clock
        self._condition = threading.Condition()  # guards what follows
        self._queue: deque[Job[Any, Any]] = deque()
        self._jobs: weakref.WeakSet[Job[Any, Any]] = weakref.WeakSet()
        self._closed = False
        self._idle = 0  # workers that wait for a job
        self._guests = 0  # who waits for an answer, and goes first
        self._threads = [threading.Thread(target=self._serve, name=f"pool-{i}", daemon=True) for i in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job[Any, Any]) -> None:
        """Take the job in; it publishes its first frame, and runs if it was told to play, as soon as there is room.

        Raises PoolFull if `max_jobs` are alive, or if it asks for more memory than it may ever have; RuntimeError if
        the pool is closed or the job was submitted before.
        """
        with self._condition:
            if self._closed:
                raise RuntimeError("The pool is closed; make a new one.")
            if job._pool is not None:
                raise RuntimeError("This job was submitted before; make a new one for a new run.")
            if len(self._jobs) >= self.max_jobs:
                raise PoolFull("pool.full", most=self.max_jobs)
            if self.admission is not None:
                self.admission.check(job, self._jobs)
                job._ticket = next(self._tickets)
            self._jobs.add(job)
            job._pool, job._seen_at = self, self._clock()
        self._admit()
        self._schedule(job)

    def close(self) -> None:
        """Close every job and wait until the workers are gone."""
        with self._condition:
            self._closed = True
            jobs = list(self._jobs)
            self._condition.notify_all()
        for job in jobs:
            job.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def __len__(self) -> int:
        """How many jobs are alive."""
        with self._condition:
            return len(self._jobs)

    @property
    def load(self) -> int:
        """How many jobs are running."""
        with self._condition:
            return sum(job.state == "running" for job in self._jobs)

    @property
    def crowd(self) -> float:
        """How many running jobs share a worker; at least 1."""
        return max(1.0, self.load / max(1, len(self._threads)))

    @contextmanager
    def going_first(self) -> Iterator[None]:
        """Inside, somebody waits for an answer that takes milliseconds: workers leave the processor to it between two
        steps, but no longer than COURTESY_SECONDS before each slice."""
        with self._condition:
            self._guests += 1
        try:
            yield
        finally:
            with self._condition:
                self._guests -= 1
                if not self._guests:
                    self._condition.notify_all()

    def _give_way(self) -> None:
        with self._condition:
            self._condition.wait_for(lambda: not self._guests or self._closed, COURTESY_SECONDS)

    def _schedule(self, job: Job[Any, Any]) -> None:
        with self._condition:
            if not job._scheduled and not self._closed and job._has_work():
                job._scheduled = True
                self._queue.append(job)
                self._condition.notify_all()

    def _forget(self, job: Job[Any, Any]) -> None:
        with self._condition:
            self._jobs.discard(job)
            job._ticket = None
            self._condition.notify_all()
        self._admit()

    def _queued(self) -> list[Job[Any, Any]]:
        return sorted((job for job in self._jobs if job._ticket is not None), key=lambda job: job._ticket or 0)

    def _place(self, job: Job[Any, Any]) -> int:
        with self._condition:
            queued = self._queued()
            return queued.index(job) + 1 if job in queued else 0

    def _admit(self) -> None:
        """Start those in the queue that fit, in their order; if the first does not, the past of runs that nobody looks
        at makes room, the longest unseen first."""
        if self.admission is None:
            return
        with self._condition:
            started, queued = [], self._queued()
            inside = [job for job in self._jobs if job._ticket is None]
            unseen = [job for job in inside if job.need.spare and self._clock() - job._seen_at >= UNSEEN_SECONDS]
            unseen.sort(key=lambda job: job._seen_at, reverse=True)
            while queued:
                if self.admission.fits(queued[0], inside):
                    job = queued.pop(0)
                    job._ticket = None
                    inside.append(job)
                    started.append(job)
                elif unseen:
                    job = unseen.pop()
                    job.need = job.need.shrunk()
                    job.do(_shrink)
                else:
                    break
        for job in started:
            self._schedule(job)

    def _join(self, job: Job[Any, Any], timeout: float | None) -> bool:
        with self._condition:
            return self._condition.wait_for(lambda: not job.busy, timeout)

    def _serve(self) -> None:
        self._prepare()
        while (job := self._next()) is not None:
            self._give_way()
            seen = job.version
            crowd = self.crowd
            job._frame_seconds = max(FRAME_SECONDS, crowd * FRAME_SECONDS_IN_A_CROWD)
            seconds = max(SHORTEST_SLICE, min(self.slice_seconds, TURN_SECONDS / crowd))
            job._turn(seconds, self._clock, 1 + self._spare())
            rests = not self._put_back(job)
            if rests or job.version != seen:
                job._tell()
            del job  # an idle worker keeps no run alive

    def _next(self) -> Job[Any, Any] | None:
        with self._condition:
            self._idle += 1
            if not self._queue:  # else the run that was just put back would move to another worker's cold cache
                self._condition.notify_all()
            self._condition.wait_for(lambda: self._queue or self._closed)
            self._idle -= 1
            if not self._closed:
                return self._queue.popleft()
            for job in self._queue:  # nobody will serve these any more: let whoever joins them go
                job._scheduled = False
            self._queue.clear()
            self._condition.notify_all()
            return None

    def _spare(self) -> int:
        """How many workers neither serve a job nor are about to."""
        with self._condition:
            return max(0, self._idle - len(self._queue))

    def _put_back(self, job: Job[Any, Any]) -> bool:
        """To the end of the queue if it has more to do, and whether it has: every other job comes first."""
        with self._condition:
            goes_on = job._has_work()
            if goes_on:
                self._queue.append(job)
            job._scheduled = goes_on
            self._condition.notify_all()
            return goes_on
