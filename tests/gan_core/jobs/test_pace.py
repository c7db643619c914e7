"""How often a run shows itself, by the processor time that its worker gets."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gan_core.jobs.job import Job
from gan_core.jobs.pace import QUICKEST, SHARE, SLOWEST, Pace
from gan_core.jobs.pool import Pool
from tests.gan_core.jobs.works import Clock, Count, Timed, nothing, run_together

SLICE = 0.04


def after(pace: Pace, seconds: float, share: float) -> float:
    for _ in range(round(seconds / SLICE)):
        pace.heard(SLICE, share * SLICE)
    return pace.seconds


def test_who_has_a_processor_shows_as_often_as_may_be_and_who_has_not_more_seldom() -> None:
    pace = Pace()
    assert after(pace, 60, 1.0) == QUICKEST
    assert QUICKEST < after(pace, 0.5, 0.5) < after(pace, 0.5, 0.5) < after(pace, 60, 0.5) == SLOWEST
    assert after(pace, 60, SHARE) == SLOWEST  # as it should be: it stays as it is
    assert after(pace, 60, SHARE + 0.05) == QUICKEST


def test_of_a_clock_with_coarse_ticks_the_sum_is_right() -> None:
    fine, coarse, worked, tick = Pace(), Pace(), 0.0, 1 / 64  # as on Windows
    for _ in range(100):
        before, worked = worked, worked + 0.7 * SLICE
        fine.heard(SLICE, 0.7 * SLICE)
        coarse.heard(SLICE, (worked // tick - before // tick) * tick)
        assert coarse.seconds == pytest.approx(fine.seconds, rel=0.05)


@pytest.mark.parametrize(("share", "seconds"), [(1.0, QUICKEST), (0.95, QUICKEST), (0.5, SLOWEST), (0.0, SLOWEST)])
def test_the_pictures_of_a_run_keep_this_pace(share: float, seconds: float) -> None:
    clock, made = Clock(), []
    pool = Pool(workers=1, slice_seconds=SLICE, prepare=nothing, clock=clock, worked=lambda: share * clock.now)

    def watched(work: Count) -> int:
        made.append(clock.now)
        job.look()
        return work.step_count

    job = Job(Timed(clock, 0.01), until=2000, publish=watched)
    run_together(pool, [job])
    pool.close()
    late = [later - earlier for earlier, later in pairwise(made[len(made) // 2 : -1])]
    assert sum(late) / len(late) == pytest.approx(seconds, rel=0.25)  # a picture comes with the end of a slice
