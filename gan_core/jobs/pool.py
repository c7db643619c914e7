"""The fair pool: a few worker threads give every run a short slice in turn. It knows neither torch nor the browser.

    pool = Pool(workers=2)
    pool.submit(job)        # a gan_core.jobs.job.Job

How a run is cut into slices changes when it advances, never what it computes.
"""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from gan_core.errors import PoolFull
from gan_core.jobs.admission import Admission
from gan_core.jobs.job import Job
from gan_core.jobs.pace import Pace
from gan_core.jobs.threads import worked

TURN_SECONDS = 0.12  # in a full class slices become shorter, so that every run has its turn this often …
SHORTEST_SLICE = 0.01  # … but no shorter than this
FRAME_SECONDS_IN_A_CROWD = 0.0325  # between two frames of a run, for each running job that shares its worker
LEFT_SECONDS = 10.0  # unseen for so long, a run that rests gives way to who waits for memory, …
GIVING_WAY_SECONDS = 1.0  # … one in so long, for it takes a moment until its memory is free
PATIENCE_SECONDS = 0.02  # between two times that who is patient is asked whether that still holds
COURTESY_SECONDS = 0.25  # that workers wait at most for somebody who waits for an answer, before a slice or a picture


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
    `admission` how much memory they may need; `prepare` runs once in every worker; `clock` returns seconds, and
    `worked` those of processor time that a worker's runs took.
    """

    def __init__(
        self,
        workers: int = 2,
        slice_seconds: float = 0.04,
        max_jobs: int = 64,
        prepare: Callable[[], object] = one_torch_thread,
        clock: Callable[[], float] = time.perf_counter,
        worked: Callable[[], float] = worked,
        admission: Admission | None = None,
    ) -> None:
        self.slice_seconds, self.max_jobs, self.admission = slice_seconds, max_jobs, admission
        self._tickets = itertools.count()
        self._prepare, self._clock, self._worked = prepare, clock, worked
        self._pace = Pace()
        self._condition = threading.Condition()  # guards what follows
        self._queue: deque[Job[Any, Any]] = deque()
        self._news: deque[Job[Any, Any]] = deque()  # of which an idle worker tells, so that whose run it is goes on
        self._jobs: weakref.WeakSet[Job[Any, Any]] = weakref.WeakSet()
        self._closed = False
        self._idle = 0  # workers that wait for a job
        self._gave_way_at = float("-inf")
        self._guests = 0  # who waits for an answer, and goes first
        self._one_guest = threading.Lock()  # held by the guest whose turn it is
        self._inside = threading.local()  # .guest: whether this thread is one
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
        self.admit()
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
    def waiting(self) -> int:
        """How many jobs wait in the queue for memory."""
        with self._condition:
            return len(self._queued())

    @property
    def crowd(self) -> float:
        """How many running jobs share a worker; at least 1."""
        return max(1.0, self.load / max(1, len(self._threads)))

    @contextmanager
    def going_first(self, patient: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Inside, somebody waits for an answer that takes milliseconds: workers leave the processor to it between two
        steps, and others who wait their turn, for the interpreter runs one at a time and all would be late. Nobody
        waits longer than COURTESY_SECONDS for anybody, a worker before each slice and each picture. Who is `patient()`
        lets all others go before."""
        if getattr(self._inside, "guest", False):
            yield
            return
        end = time.monotonic() + COURTESY_SECONDS
        with self._condition:
            while self._guests and patient() and time.monotonic() < end:
                self._condition.wait(PATIENCE_SECONDS)
            self._guests += 1
        alone = self._one_guest.acquire(timeout=COURTESY_SECONDS)
        self._inside.guest = True
        try:
            yield
        finally:
            self._inside.guest = False
            if alone:
                self._one_guest.release()
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
        self.admit()

    def _queued(self) -> list[Job[Any, Any]]:
        return sorted((job for job in self._jobs if job._ticket is not None), key=lambda job: job._ticket or 0)

    def _place(self, job: Job[Any, Any]) -> int:
        with self._condition:
            queued = self._queued()
            return queued.index(job) + 1 if job in queued else 0

    def admit(self) -> None:
        """Start those in the queue that fit by now, in their order. If the first does not, the past of other runs makes
        room, of those that nobody looks at and of the longest unseen first, and in the end its own: who looks
        back sees fewer moments, and nobody waits for them. Then those give way that rest and that their visitors have
        left."""
        if self.admission is None:
            return
        with self._condition:
            started, queued = [], self._queued()
            inside = [job for job in self._jobs if job._ticket is None]
            spared = sorted(
                (job for job in inside if job.need.spare), key=lambda job: (job._attended, job._seen_at), reverse=True
            )
            while queued:
                if self.admission.fits(queued[0], inside, (job for job in inside if not job.version)):
                    job = queued.pop(0)
                    job._ticket = None
                    inside.append(job)
                    started.append(job)
                elif spared or queued[0].need.spare:
                    job = spared.pop() if spared else queued[0]
                    job.need = job.need.shrunk()
                    job.do(_shrink)
                else:
                    break
            gives_way = self._gives_way(inside) if queued else None
        for job in started:
            self._schedule(job)
        if gives_way is not None:
            gives_way.dismiss()

    def _gives_way(self, inside: Iterable[Job[Any, Any]]) -> Job[Any, Any] | None:
        """Of those that rest and were left, the longest unseen; None where there is none, or one gave way just now."""
        if self._clock() - self._gave_way_at < GIVING_WAY_SECONDS:
            return None
        left = [job for job in inside if job.state in ("paused", "finished") and job.unseen(LEFT_SECONDS)]
        if left:
            self._gave_way_at = self._clock()
        return min(left, key=lambda job: job._seen_at, default=None)

    def _join(self, job: Job[Any, Any], timeout: float | None) -> bool:
        with self._condition:
            return self._condition.wait_for(lambda: not job.busy, timeout)

    def _serve(self) -> None:
        self._prepare()
        while (work := self._next()) is not None:
            job, tells = work
            self._give_way()
            if tells:
                job._tell()
            else:
                self._turn(job)
            del job, work  # an idle worker keeps no run alive

    def _turn(self, job: Job[Any, Any]) -> None:
        version = job.version
        crowd = self.crowd
        job._frame_seconds = max(self._pace.seconds, crowd * FRAME_SECONDS_IN_A_CROWD)
        seconds = max(SHORTEST_SLICE, min(self.slice_seconds, TURN_SECONDS / crowd))
        began, before = self._clock(), self._worked()
        job._turn(seconds, self._clock, 1 + self._spare())
        self._pace.heard(self._clock() - began, self._worked() - before)
        if self._put_back(job, job.version != version):
            self._give_way()
            job._tell()

    def _next(self) -> tuple[Job[Any, Any], bool] | None:
        """A job, and whether it has only to tell what is new: that is for who was idle."""
        with self._condition:
            idle = not self._queue  # else the run that was just put back would move to another worker's cold cache
            if idle:
                self._idle += 1
                self._condition.notify_all()
                self._condition.wait_for(lambda: self._queue or self._news or self._closed)
                self._idle -= 1
            if not self._closed:
                tells = idle and bool(self._news)
                return (self._news if tells else self._queue).popleft(), tells
            for job in self._queue:  # nobody will serve these any more: let whoever joins them go
                job._scheduled = False
            self._queue.clear()
            self._news.clear()
            self._condition.notify_all()
            return None

    def _spare(self) -> int:
        """How many workers neither serve a job nor are about to."""
        with self._condition:
            return max(0, self._idle - len(self._queue) - len(self._news))

    def _put_back(self, job: Job[Any, Any], news: bool) -> bool:
        """To the end of the queue if it has more to do: every other job comes first. Whether the caller is to tell what
        is new of it: where another worker has nothing to do that one tells, and the run stays in a warm cache."""
        with self._condition:
            goes_on = job._scheduled = job._has_work()
            if goes_on:
                self._queue.append(job)
            handed = news and goes_on and len(self._queue) + len(self._news) <= self._idle
            if handed:
                self._news.append(job)
            if handed or not goes_on:  # whoever is idle has heard of the others in the queue
                self._condition.notify_all()
            return not handed and (news or not goes_on)
