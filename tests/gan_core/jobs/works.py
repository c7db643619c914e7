"""Works and clocks under the tests of jobs and of their pool."""

from __future__ import annotations

import threading

from gan_core.jobs.job import Job
from gan_core.jobs.pool import Pool

PATIENCE = 30.0  # seconds until a hung test fails instead of hanging the suite


class Clock:
    """Time as a number; a work with a cost moves it on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Count:
    """A work that counts its steps and notes every call."""

    steps_per_slice: int | None = 1

    def __init__(self, name: object = "work", diary: list[tuple[object, int]] | None = None) -> None:
        self.name, self.diary = name, [] if diary is None else diary
        self.step_count, self.failure = 0, None

    def step(self, n: int = 1) -> None:
        self.step_count += n
        self.diary.append((self.name, n))


class Timed(Count):
    """A work whose steps cost time on a clock that only works move."""

    steps_per_slice = None

    def __init__(self, clock: Clock, cost: float, name: object = "work", diary: list | None = None) -> None:
        super().__init__(name, diary)
        self.clock, self.cost = clock, cost

    def step(self, n: int = 1) -> None:
        super().step(n)
        self.clock.now += n * self.cost


class Gated(Count):
    """A work whose first step waits until it is let through."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.gate = threading.Event(), threading.Event()

    def step(self, n: int = 1) -> None:
        self.entered.set()
        assert self.gate.wait(PATIENCE)
        super().step(n)


class Failing(Count):
    def step(self, n: int = 1) -> None:
        if self.step_count == 3:
            raise ZeroDivisionError("a detail for the log")
        super().step(n)


class Together(Count):
    """A work whose steps wait for those of the other workers: none of them is left behind by the system."""

    def __init__(self, barrier: threading.Barrier, name: object, diary: list[tuple[object, int]]) -> None:
        super().__init__(name, diary)
        self.barrier = barrier

    def step(self, n: int = 1) -> None:
        self.barrier.wait(PATIENCE)
        super().step(n)


def steps_of(work: Count) -> int:
    return work.step_count


def job_of(work: Count, until: int = 10) -> Job:
    return Job(work, until=until, publish=steps_of)


def nothing() -> None: ...


def run_together(pool: Pool, jobs: list[Job], workers: int = 1) -> None:
    """Play all jobs from one moment on: until then every worker stands at a gate."""
    plugs = [Gated() for _ in range(workers)]
    for plug in plugs:
        job = job_of(plug, until=1)
        pool.submit(job)
        job.play()
    for plug in plugs:
        assert plug.entered.wait(PATIENCE)
    for job in jobs:
        pool.submit(job)
        job.play()
    for plug in plugs:
        plug.gate.set()
    assert all(job.join(PATIENCE) for job in jobs)
