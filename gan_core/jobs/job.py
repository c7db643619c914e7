"""A job of the pool: one run that plays until a step, pauses, obeys commands, and publishes frames for whoever looks.

    job = Job(trainer, until=5000, publish=lambda trainer: trainer.snapshot())
    pool.submit(job)        # publishes the first frame
    job.play()              # returns at once; job.frame, job.step_count and job.state tell how far it is

Whoever holds a Job calls its methods from any thread, and none of them waits. Only a worker ever touches the work, and
only one worker at a time, so the work needs no lock of its own. What job and pool tell one another is theirs alone, and
begins with an underscore.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any, Generic, Literal, Protocol, TypeVar

from gan_core.errors import Sentence
from gan_core.jobs.admission import NOTHING, Need
from gan_core.jobs.pace import QUICKEST

State = Literal["queued", "paused", "running", "finished", "failed", "closed"]

RATE_SECONDS = 1.0  # the stretch over which `Job.rate` averages
GROWTH = 4  # one call of work.step may be this many times longer than the last: one odd measurement costs little

log = logging.getLogger(__name__)


def whole(n: int, done: int, turn: int) -> int:
    """About n steps after so many: up to a multiple of `turn`, or one of equal parts of the way there."""
    ahead = turn - done % turn
    if n > ahead:
        return ahead + (n - ahead) // turn * turn
    return -(-ahead // max(1, round(ahead / n)))


class Workload(Protocol):
    """What a job advances. It may also have

    steps_per_slice, an int: then a slice is that many steps, untimed;
    turn, an int: a slice ends at a multiple of it, where that is not far from its time: calls that begin there are
    cheapest;
    threads, an int: told before each slice how many threads it may use, 1 and one for every worker that has no work;
    shrink(), a method: lets go of the part of its past that `Job.need` calls spare;
    ready, a bool: until it is true no worker touches the work; who makes it true calls `Job.wake`.
    """

    @property
    def step_count(self) -> int: ...

    @property
    def failure(self) -> object | None:
        """None, or something whose str() is the sentence that says why no further step makes sense."""

    def step(self, n: int = 1) -> Any: ...


W = TypeVar("W", bound=Workload)
F = TypeVar("F")


class Host(Protocol):
    """What a job knows of the pool that it is in."""

    _clock: Callable[[], float]
    _guests: int  # who waits for an answer, and goes first

    @property
    def crowd(self) -> float: ...

    def _schedule(self, job: Job[Any, Any]) -> None: ...

    def _forget(self, job: Job[Any, Any]) -> None: ...

    def _place(self, job: Job[Any, Any]) -> int: ...

    def _join(self, job: Job[Any, Any], timeout: float | None) -> bool: ...


class Job(Generic[W, F]):
    """One run in the pool: plays until step `until`, pauses, obeys commands, and publishes frames for whoever looks.

    `publish(work)` makes a frame, an object that nobody changes afterwards. A worker calls it on submission, after
    commands, when the run comes to rest, and while it runs at most thirty times a second and only if asked by `look`.

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
        self._due = float("-inf")  # when the next frame of a running job may be published
        self._pace: deque[tuple[float, int]] = deque()  # (time, step) at the ends of the last slices
        self._rate = 0.0
        self._step_seconds: float | None = None
        self._calls_of = 1  # steps in the last call of work.step
        self._pool: Host | None = None
        self._frame_seconds = QUICKEST
        self._scheduled = False  # waits for a worker, or is with one; guarded by the pool's condition
        self._ticket: int | None = None  # of the queue for memory, the smallest is next; guarded by that too
        self._seen_at = float("-inf")  # when somebody last looked, on the pool's clock
        self._attended = False  # somebody has it before his eyes, whether or not there is anything new to see
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
        self.wake()

    def pause(self) -> None:
        """Stop after the call of work.step that is under way; a frame of that step follows."""
        with self._lock:
            if self._state != "running":
                return
            self._state = "paused"
            self._owed = True
        self.wake()

    def do(self, command: Callable[[W], object]) -> None:
        """Let a worker run command(work) between two slices, also while paused; commands keep their order."""
        with self._lock:
            if self._state in ("failed", "closed"):
                return
            self._commands.append(command)
            self._owed = True
        self.wake()

    def close(self) -> None:
        """End the job and let go of the work; a worker that is inside it lets go after the call under way."""
        self._end(None)

    def dismiss(self) -> None:
        """As `close`, for the sake of others: the last frame stays to be looked at."""
        self._end(self._published[1])

    def _end(self, frame: F | None) -> None:
        with self._lock:
            self._state = "closed"
            self._work = self._publish = self._follower = None
            self._commands.clear()
            self._published = (self._published[0], frame)
            pool = self._pool
        if pool is not None:
            pool._forget(self)

    def wake(self) -> None:
        """The work has become ready."""
        if self._pool is not None:
            self._pool._schedule(self)

    def follow(self, listener: Callable[[], object] | None) -> None:
        """Have a worker call `listener()` after each new frame, and when the job has come to rest; None: nobody's.

        The worker has then let go of the work: what `listener` does with the frame holds up no step while another
        worker is free.
        """
        self._follower = listener

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
    def told(self) -> int:
        """How many commands wait for a worker."""
        return len(self._commands)

    @property
    def obeys(self) -> bool:
        """Whether a worker carries out commands."""
        return self._state not in ("failed", "closed")

    @property
    def busy(self) -> bool:
        """Whether a newer frame may still come by itself: it runs, or a command or a frame is outstanding."""
        return self._scheduled or self.state == "queued" or not self._ready

    @property
    def frame(self) -> F | None:
        """The newest published frame."""
        return self._published[1]

    def look(self) -> None:
        """Ask for the next frame."""
        self._wanted = True
        self._see()

    def attend(self, attended: bool) -> None:
        """Somebody has it before his eyes from now on, or not any more."""
        self._attended = attended
        self._see()

    def unseen(self, seconds: float) -> bool:
        """Whether nobody has looked for so long."""
        pool = self._pool
        return not self._attended and pool is not None and pool._clock() - self._seen_at > seconds

    def _see(self) -> None:
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

    @property
    def _ready(self) -> bool:
        work = self._work
        return work is None or getattr(work, "ready", True)

    def _tell(self) -> None:
        try:
            if self._follower is not None:
                self._follower()
        except BaseException:  # whoever looks may fail, also with what means to end its thread; the run goes on
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
        turn: int = getattr(work, "turn", 1)
        now = clock()
        if not self._pace:
            self._mark(now)
        while self._state == "running" and not self._commands and work.failure is None:
            left = self._until - self._steps
            n = min(left, whole(self._affordable(deadline - now), self._steps, turn) if fixed is None else fixed)
            if n < 1:
                break
            work.step(n)
            before, now = now, clock()
            self._steps, self._calls_of = work.step_count, n
            cost = (now - before) / n
            self._step_seconds = cost if self._step_seconds is None else (self._step_seconds + cost) / 2
            if fixed is not None or now + (turn - 0.5) * self._step_seconds > deadline or self._in_the_way:
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
            looked_at = self._wanted and clock() >= self._due
            if not (self._owed or comes_to_rest or looked_at):
                return
            # commands that this turn had no time for are answered by a frame too
            self._owed, self._wanted = bool(self._commands), False
        frame = publish(work)
        with self._lock:
            # in time with the last one: a run that has its turn between two frames would else lose that time every time
            self._due = max(self._due + self._frame_seconds, clock())
            if self._state != "closed":
                self._published = (self._published[0] + 1, frame)

    def _has_work(self) -> bool:
        with self._lock:
            waits = self._state == "running" or self._owed or bool(self._commands)
            return waits and self._state != "closed" and self._ticket is None and self._ready
