"""A job: what a work may be, pause, play and commands, frames, failures, and its end."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise

import pytest

from gan_core.jobs.job import Job, whole
from gan_core.jobs.pace import QUICKEST
from gan_core.jobs.pool import FRAME_SECONDS_IN_A_CROWD, Pool
from tests.gan_core.jobs.works import (
    PATIENCE,
    Clock,
    Count,
    Gated,
    Timed,
    job_of,
    nothing,
    run_together,
    steps_of,
)


def test_a_work_may_know_its_own_slice(pool: Pool) -> None:
    work = Count()
    work.steps_per_slice = 4
    run_together(pool, [job_of(work, until=10)])
    assert [n for _, n in work.diary] == [4, 4, 2]


@pytest.mark.parametrize("turn", [1, 8, 16])
def test_slices_end_with_a_turn_where_that_is_not_far(turn: int) -> None:
    for n in range(1, 50):
        for done in range(2 * turn):
            steps, ahead = whole(n, done, turn), turn - done % turn
            assert 1 <= steps <= max(n, min(ahead, 1.5 * n + 1))
            if n >= ahead:
                assert (done + steps) % turn == 0 and n - steps < turn
    assert [whole(n, 0, 1) for n in (1, 7)] == [1, 7]
    assert [whole(5, 0, 16), whole(5, 6, 16), whole(5, 11, 16)] == [6, 5, 5]  # three equal parts


def test_a_work_is_cut_where_its_turns_end() -> None:
    clock = Clock()
    work = Timed(clock, 0.001)
    work.turn = 8
    pool = Pool(workers=1, slice_seconds=0.021, prepare=nothing, clock=clock)
    run_together(pool, [job_of(work, until=400)])
    pool.close()
    assert {n for _, n in work.diary[8:]} == {16} and work.step_count == 400


def test_a_paused_job_has_a_picture_and_does_not_move(pool: Pool) -> None:
    work = Count()
    job = job_of(work)
    assert (job.frame, job.version, job.state, job.busy) == (None, 0, "paused", False)
    pool.submit(job)
    assert job.join(PATIENCE)
    assert (job.frame, job.version, job.state, job.rate) == (0, 1, "paused", 0.0)
    assert work.diary == []


def test_pause_does_not_wait_and_play_goes_on(pool: Pool) -> None:
    work = Gated()
    job = job_of(work)
    pool.submit(job)
    job.play()
    assert work.entered.wait(PATIENCE)
    assert pool.load == 1
    job.pause()  # the worker stands in the step: a pause that waited for it would never return
    assert job.state == "paused" and job.busy and pool.load == 0
    work.gate.set()
    assert job.join(PATIENCE)
    assert (job.state, job.step_count, job.frame) == ("paused", 1, 1)  # the picture is of the step it rests at
    job.play()
    assert job.join(PATIENCE)
    assert (job.state, job.step_count, job.frame) == ("finished", 10, 10)


def test_commands_run_in_order_while_paused_and_give_one_fresh_frame(pool: Pool) -> None:
    work, plug, said = Count(), Gated(), []
    pool.submit(stuck := job_of(plug, until=1))
    stuck.play()
    assert plug.entered.wait(PATIENCE)
    job = job_of(work)
    pool.submit(job)
    for k in range(5):
        job.do(lambda work, k=k: said.append((k, work is not None)))
    job.do(lambda work: work.step(2))
    plug.gate.set()
    assert job.join(PATIENCE)
    assert said == [(k, True) for k in range(5)]
    assert (job.state, job.step_count, job.frame, job.version) == ("paused", 2, 2, 1)
    job.do(lambda work: work.step(1))
    assert job.join(PATIENCE)
    assert (job.frame, job.version) == (3, 2)


def test_a_command_comes_between_two_slices_of_a_running_job(pool: Pool) -> None:
    work = Gated()
    job = job_of(work, until=3)
    pool.submit(job)
    job.play()
    assert work.entered.wait(PATIENCE)
    job.do(lambda work: work.diary.append("command"))
    work.gate.set()
    assert job.join(PATIENCE)
    assert work.diary == [("work", 1), "command", ("work", 1), ("work", 1)]


@pytest.mark.parametrize("where", ["command", "publish"])
def test_an_error_outside_the_steps_fails_that_job_alone(pool: Pool, where: str) -> None:
    def broken(work: Count) -> None:
        raise KeyError("x")

    job = Job(Count(), until=5, publish=broken if where == "publish" else steps_of)
    pool.submit(job)
    if where == "command":
        job.do(broken)
    assert job.join(PATIENCE)
    assert job.state == "failed" and "KeyError" in str(job.error)
    pool.submit(other := job_of(Count()))
    other.play()
    assert other.join(PATIENCE) and other.state == "finished"


def test_a_failure_the_work_reports_is_shown_in_its_own_words(pool: Pool) -> None:
    class Exploding(Count):
        def step(self, n: int = 1) -> None:
            super().step(n)
            if self.step_count == 4:
                self.failure = "The weights of D are no longer numbers."

    job = job_of(Exploding())
    run_together(pool, [job])
    assert (job.state, job.step_count) == ("failed", 4)
    assert job.error == "The weights of D are no longer numbers."
    assert job.frame == 4  # the last picture is of the failure


def test_frames_are_made_only_for_those_who_look() -> None:
    clock = Clock()
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock, worked=clock)
    unseen = job_of(Timed(clock, 0.01), until=1000)
    run_together(pool, [unseen])
    assert unseen.version == 2  # the first and the last, in ten seconds
    made: list[float] = []

    def watched(work: Count) -> int:
        made.append(clock.now)
        assert seen.frame != work.step_count
        seen.look()
        return work.step_count

    seen = Job(Timed(clock, 0.01), until=1000, publish=watched)
    run_together(pool, [seen])
    assert seen.version == len(made) and seen.frame == 1000
    pool.close()
    gaps = [later - earlier for earlier, later in pairwise(made[:-1])]  # the last frame does not wait
    assert min(gaps) >= QUICKEST and max(gaps) <= QUICKEST + 0.05


def test_a_command_that_waited_for_a_slow_one_is_answered_by_a_frame_too() -> None:
    clock = Clock()
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock)
    job = job_of(Timed(clock, 0.01))

    def slow(work: Count) -> None:
        job.do(lambda work: work.step())  # comes while this one takes the whole turn
        clock.now += 1

    pool.submit(job)
    job.do(slow)
    assert job.join(PATIENCE)
    assert job.step_count == job.frame == 1
    pool.close()


def test_in_a_crowd_turns_and_frames_need_not_be_in_time_for_the_frames_to_come_as_often_as_they_may() -> None:
    clock, runs, steps = Clock(), 8, 200
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock, worked=clock)

    def watched(work: Count) -> int:
        jobs[0].look()
        return work.step_count

    jobs = [Job(Timed(clock, 0.01), until=steps, publish=watched) for _ in range(runs)]
    run_together(pool, jobs)
    pool.close()
    between = runs * FRAME_SECONDS_IN_A_CROWD  # a turn every .24 s, a frame every .26
    expected = runs * steps * 0.01 / between
    assert abs(jobs[0].version - expected) < 4 and jobs[1].version == 2


def test_the_rate_is_steps_per_second_and_zero_at_rest() -> None:
    clock = Clock()
    pool = Pool(workers=1, slice_seconds=0.04, prepare=nothing, clock=clock)
    rates: list[float] = []

    class Watched(Timed):
        def step(self, n: int = 1) -> None:
            rates.append(job.rate)
            super().step(n)

    job = job_of(Watched(clock, 0.01), until=500)
    run_together(pool, [job])
    assert rates[0] == 0.0 and rates[-1] == pytest.approx(100.0)
    assert job.rate == 0.0
    pool.close()


def test_closing_lets_go_of_the_work_even_in_the_middle_of_a_step(pool: Pool) -> None:
    work = Gated()
    gate, alive = work.gate, weakref.ref(work)
    job = job_of(work, until=10**9)
    pool.submit(job)
    job.play()
    assert work.entered.wait(PATIENCE)
    del work
    job.close()
    job.close()
    assert job.state == "closed" and alive() is not None and len(pool) == 0
    gate.set()
    assert job.join(PATIENCE)
    assert alive() is None
    job.play()
    job.pause()
    job.do(lambda work: pytest.fail("a closed job obeys nobody"))
    assert (job.state, job.frame, job.busy) == ("closed", None, False)


def test_a_job_nobody_refers_to_is_gone(pool: Pool) -> None:
    job = job_of(Count())
    pool.submit(job)
    assert job.join(PATIENCE) and len(pool) == 1
    pool.submit(other := job_of(Count()))  # the worker has moved on to another
    assert other.join(PATIENCE)
    del job
    gc.collect()
    assert len(pool) == 1


def test_a_job_told_to_play_before_it_is_submitted_plays_then(pool: Pool) -> None:
    job = job_of(Count())
    job.play()
    assert job.join(PATIENCE) and job.step_count == 0
    pool.submit(job)
    assert job.join(PATIENCE) and (job.state, job.step_count) == ("finished", 10)


def test_a_work_that_is_not_ready_holds_no_worker_and_starts_when_it_is(pool: Pool) -> None:
    class Late(Count):
        ready = False

    late, other = Late(), Count()
    job, beside = job_of(late, until=3), job_of(other)
    pool.submit(job)
    job.play()
    pool.submit(beside)
    beside.play()
    assert beside.join(PATIENCE) and beside.state == "finished"
    assert job.busy and job.state == "running" and job.version == 0 and not late.diary
    late.ready = True
    job.wake()
    assert job.join(PATIENCE) and job.state == "finished" and job.frame == 3
