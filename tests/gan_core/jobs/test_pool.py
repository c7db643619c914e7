"""The fair pool, with works that only count. No test sleeps: works wait at gates, and time is a number they advance."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter

import pytest

from gan_core.errors import PoolFull
from gan_core.jobs.job import Job
from gan_core.jobs.pool import Pool
from tests.gan_core.jobs.works import (
    PATIENCE,
    Clock,
    Count,
    Failing,
    Gated,
    Timed,
    Together,
    job_of,
    nothing,
    run_together,
    steps_of,
)


@pytest.mark.parametrize(("workers", "apart"), [(1, 1), (2, 2)])
def test_thirty_jobs_get_their_slices_in_turn(workers: int, apart: int) -> None:
    pool = Pool(workers=workers, prepare=nothing)
    diary: list[tuple[object, int]] = []
    barrier = threading.Barrier(workers)
    jobs = [job_of(Together(barrier, i, diary), until=20) for i in range(30)]
    run_together(pool, jobs, workers)
    pool.close()
    counts = Counter({i: 0 for i in range(30)})
    for name, n in diary:
        counts[name] += n
        assert max(counts.values()) - min(counts.values()) <= apart
    assert set(counts.values()) == {20}


def test_a_slow_and_a_fast_run_get_the_same_time() -> None:
    clock, diary = Clock(), []
    costs = {"fast": 0.001, "slow": 0.01}
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock)
    works = [Timed(clock, cost, name, diary) for name, cost in costs.items()]
    run_together(pool, [job_of(work, until=round(4 / work.cost)) for work in works])
    pool.close()
    spent = dict.fromkeys(costs, 0.0)
    for name, n in diary:
        spent[name] += n * costs[name]
        assert n * costs[name] <= 0.0401 and abs(spent["fast"] - spent["slow"]) <= 0.0401
    assert spent == pytest.approx({"fast": 4, "slow": 4})
    assert sum(name == "fast" for name, _ in diary) < 150  # 100 slices: hardly more than one call each
    assert diary[0] == ("fast", 1)  # nothing is known of the first step, so it is taken alone


def test_steps_longer_than_a_slice_still_advance_one_by_one() -> None:
    clock = Clock()
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock)
    work = Timed(clock, 5.0)
    run_together(pool, [job_of(work, until=7)])
    pool.close()
    assert work.diary == [("work", 1)] * 7


@pytest.mark.parametrize("until", [1, 2, 39, 40, 41, 1237])
def test_a_run_stops_exactly_and_goes_on_exactly(until: int) -> None:
    clock = Clock()
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock)
    job = job_of(Timed(clock, 0.001), until=until)
    run_together(pool, [job])
    assert (job.state, job.step_count, job.frame) == ("finished", until, until)
    job.play(until=until + 3)
    assert job.join(PATIENCE)
    assert (job.state, job.step_count, job.until, job.frame) == ("finished", until + 3, until + 3, until + 3)
    job.play()  # it is there already
    assert job.join(PATIENCE)
    assert (job.state, job.step_count) == ("finished", until + 3)
    pool.close()


def test_commands_alone_do_not_hold_up_other_jobs() -> None:
    clock = Clock()
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock)
    plug, diary = Gated(), []
    pool.submit(stuck := job_of(plug, until=1))
    stuck.play()
    assert plug.entered.wait(PATIENCE)
    greedy, other = job_of(Count()), job_of(Count())
    pool.submit(greedy)
    pool.submit(other)

    def slow(work: Count) -> None:
        clock.now += 0.03
        diary.append("greedy")

    for _ in range(4):
        greedy.do(slow)
    other.do(lambda work: diary.append("other"))
    plug.gate.set()
    assert greedy.join(PATIENCE) and other.join(PATIENCE)
    pool.close()
    assert diary == ["greedy", "greedy", "other", "greedy", "greedy"]


def test_a_run_that_fails_says_so_in_a_sentence_and_the_others_go_on(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = job_of(Failing()), job_of(Count(), until=50)
    run_together(pool, [bad, good])
    assert (bad.state, bad.step_count, bad.rate) == ("failed", 3, 0.0)
    said = str(bad.error)
    assert "step 3" in said and "a detail" not in said and "\n" not in said
    assert "a detail for the log" in caplog.text
    assert (good.state, good.step_count, good.error) == ("finished", 50, None)
    bad.play()
    bad.do(lambda work: pytest.fail("a failed job obeys nobody"))
    assert bad.state == "failed" and not bad.busy


@pytest.mark.parametrize("leaving", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_what_would_end_a_thread_ends_one_run_and_no_worker(pool: Pool, leaving: type[BaseException]) -> None:
    class Leaving(Count):
        def step(self, n: int = 1) -> None:
            raise leaving

    for _ in range(3):  # more than there are workers
        pool.submit(bad := job_of(Leaving()))
        bad.play()
        assert bad.join(PATIENCE)
        assert bad.state == "failed" and leaving.__name__ in str(bad.error)
    pool.submit(good := job_of(Count()))
    good.play()
    assert good.join(PATIENCE) and good.state == "finished"


def test_a_full_pool_refuses_with_a_sentence_and_takes_more_after_a_close() -> None:
    pool = Pool(workers=1, max_jobs=2, prepare=nothing)
    first, second, third = (job_of(Count()) for _ in range(3))
    pool.submit(first)
    pool.submit(second)
    with pytest.raises(PoolFull, match="2 runs"):
        pool.submit(third)
    first.close()
    pool.submit(third)
    assert len(pool) == 2
    pool.close()
    assert len(pool) == 0


def test_a_job_belongs_to_one_pool_for_life(pool: Pool) -> None:
    job = job_of(Count())
    pool.submit(job)
    with pytest.raises(RuntimeError, match="submitted before"):
        pool.submit(job)


def test_a_lone_job_is_told_of_the_idle_workers_and_shares_them_with_nobody_else() -> None:
    class Told(Count):
        threads = 0

        def __init__(self) -> None:
            super().__init__()
            self.heard: list[int] = []

        def step(self, n: int = 1) -> None:
            super().step(n)
            self.heard.append(self.threads)

    pool = Pool(workers=2, prepare=lambda: None)
    try:
        alone, busy, beside = Told(), Gated(), Told()
        runs = [Job(work, until=5, publish=steps_of) for work in (alone, busy, beside)]
        pool.submit(runs[0])
        assert runs[0].join(PATIENCE)
        with pool._condition:  # both workers have come to their first rest
            assert pool._condition.wait_for(lambda: pool._idle == 2, PATIENCE)
        runs[0].play()
        assert runs[0].join(PATIENCE) and alone.heard == [2] * 5
        pool.submit(runs[1])
        runs[1].play()
        assert busy.entered.wait(PATIENCE)
        pool.submit(runs[2])
        runs[2].play()
        assert runs[2].join(PATIENCE) and beside.heard == [1] * 5
        busy.gate.set()
    finally:
        pool.close()


def test_a_lone_run_stays_with_its_worker_and_the_idle_one_tells_of_it() -> None:
    pool = Pool(workers=2, prepare=nothing)
    stepped, told = set[str](), set[str]()
    heard = threading.Event()

    class Watched(Count):
        def step(self, n: int = 1) -> None:
            super().step(n)
            stepped.add(threading.current_thread().name)
            job.look()
            if self.step_count == 3:  # no further, before somebody was told while it ran
                assert heard.wait(PATIENCE)

    def hears() -> None:
        if job.state == "running":
            told.add(threading.current_thread().name)
            heard.set()

    job = Job(Watched(), until=5, publish=steps_of)
    job.follow(hears)
    try:
        pool.submit(job)
        assert job.join(PATIENCE)
        with pool._condition:  # both workers have come to rest
            assert pool._condition.wait_for(lambda: pool._idle == 2, PATIENCE)
        job.play()
        assert job.join(PATIENCE) and job.step_count == 5
    finally:
        pool.close()
    assert len(stepped) == 1 and told and not told & stepped


@pytest.mark.parametrize("ends", [SystemExit, KeyboardInterrupt, GeneratorExit, ValueError])
def test_who_follows_a_run_ends_no_worker(ends: type[BaseException]) -> None:
    def follower() -> None:
        raise ends("nobody's thread is mine")

    pool = Pool(workers=2, prepare=nothing)
    try:
        for _ in range(3):
            job = job_of(Count(), until=5)
            job.follow(follower)
            pool.submit(job)
            job.play()
            assert job.join(PATIENCE) and job.state == "finished"
        assert all(thread.is_alive() for thread in pool._threads)
    finally:
        pool.close()


def test_closing_the_pool_ends_its_threads_and_jobs() -> None:
    pool = Pool(workers=2, prepare=nothing)
    jobs = [job_of(Count(), until=10**9) for _ in range(5)]
    for job in jobs:
        pool.submit(job)
        job.play()
    pool.close()
    assert not any(thread.is_alive() for thread in pool._threads)
    assert all(job.state == "closed" and job.join(PATIENCE) for job in jobs)
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(job_of(Count()))


def test_methods_may_be_called_from_many_threads_at_once() -> None:
    pool = Pool(workers=2, prepare=nothing)
    work = Count()
    job = job_of(work, until=300)
    pool.submit(job)
    commanded = Counter[int]()

    def visitor(k: int) -> None:
        for _ in range(50):
            job.play()
            job.do(lambda work: commanded.update([k]))
            assert job.frame is None or 0 <= job.frame <= 300
            job.pause()

    threads = [threading.Thread(target=visitor, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job.play()
    assert job.join(PATIENCE)
    pool.close()
    assert commanded == Counter({k: 50 for k in range(6)})
    assert sum(n for _, n in work.diary) == work.step_count == 300


@pytest.mark.parametrize("members", [1, 9])
def test_slices_do_not_change_a_training_run(members: int) -> None:
    import numpy as np

    from gan_core.config import RunConfig
    from gan_core.run.trainer import Trainer

    config = RunConfig.of(members=members, batch=16, g_layers=(8,), d_layers=(8,))
    whole, sliced = Trainer(config), Trainer(config)
    whole.step(60)
    pool = Pool(workers=2, slice_seconds=0.002)
    job = Job(sliced, until=25, publish=lambda trainer: trainer.snapshot())
    job.play()
    pool.submit(job)
    assert job.join(PATIENCE)
    job.play(until=60)
    assert job.join(PATIENCE)
    frame, reference = job.frame, whole.snapshot()
    assert frame is not None and frame.step == 60
    for name in ("fake", "field", "fake_logits", "logit_gradient", "lattice"):
        np.testing.assert_array_equal(getattr(frame, name), getattr(reference, name))
    curves, expected = sliced.history.curves(), whole.history.curves()
    np.testing.assert_array_equal(curves.step, expected.step)
    np.testing.assert_array_equal(curves.d_loss, expected.d_loss)
    assert [s.step for s in sliced.history.snapshots] == [s.step for s in whole.history.snapshots]
    pool.close()


def test_every_worker_computes_with_one_torch_thread() -> None:
    import torch

    threads: list[int] = []

    class Asks(Count):
        def step(self, n: int = 1) -> None:
            super().step(n)
            threads.append(torch.get_num_threads())

    pool = Pool(workers=2)
    run_together(pool, [job_of(Asks(), until=3) for _ in range(4)], workers=2)
    pool.close()
    assert set(threads) == {1}


def test_the_module_needs_neither_torch_nor_streamlit() -> None:
    code = "import sys, gan_core.jobs; sys.exit(bool({'torch', 'streamlit', 'numpy', 'plotly'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
