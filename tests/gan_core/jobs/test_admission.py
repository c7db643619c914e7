"""Memory is admitted: what fits starts, what does not waits for its turn, and what never will is refused."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path

import pytest

from gan_core.jobs.admission import (
    FLOOR,
    LEAST,
    MB,
    PROGRAM,
    Admission,
    Need,
    PoolFull,
    TooLarge,
    budget_for_runs,
    server_memory,
)
from gan_core.jobs.job import Job
from gan_core.jobs.pool import GIVING_WAY_SECONDS, LEFT_SECONDS, Pool

PATIENCE = 30.0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Count:
    steps_per_slice = 1

    def __init__(self) -> None:
        self.step_count, self.failure, self.shrunk = 0, None, 0

    def step(self, n: int = 1) -> None:
        self.step_count += n

    def shrink(self) -> None:
        self.shrunk += 1


def steps(work: Count) -> int:
    return work.step_count


def job_of(held: int, passing: int = 0, spare: int = 0, owner: Hashable = None) -> Job[Count, int]:
    return Job(Count(), until=5, publish=steps, need=Need(held, passing, spare), owner=owner)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pool(clock: Clock) -> Iterator[Pool]:
    pool = Pool(workers=1, prepare=lambda: None, clock=clock, admission=Admission(100, share=0.6, workers=1))
    yield pool
    pool.close()


def submitted(pool: Pool, *jobs: Job[Count, int]) -> None:
    for job in jobs:
        pool.submit(job)


def test_what_passes_is_counted_once_for_each_worker() -> None:
    admission = Admission(100, workers=2)
    there = [Need(10, 20), Need(10, 30)]
    jobs = [Job(Count(), until=1, publish=steps, need=need) for need in there]
    for held, fits in ((29, True), (31, False)):  # 20 are held, and 30 + 20 pass at a time
        assert admission.fits(Job(Count(), until=1, publish=steps, need=Need(held, 15)), jobs) == fits
    assert Need.together(there).total == 50 and Need.together(there, at_once=2).total == 70


def test_what_does_not_fit_waits_for_its_turn_and_starts_by_itself(pool: Pool) -> None:
    first, second, third, fourth = (job_of(40, owner=name) for name in "abcd")
    submitted(pool, first, second, third, fourth)
    assert [job.state for job in (first, second, third, fourth)] == ["paused", "paused", "queued", "queued"]
    assert [job.place for job in (first, second, third, fourth)] == [0, 0, 1, 2] and pool.waiting == 2
    third.play()
    assert third.state == "queued" and third.busy and third.frame is None and third.step_count == 0
    first.close()
    assert third.join(PATIENCE)
    assert (third.state, third.step_count, third.place, fourth.place) == ("finished", 5, 0, 1)


def test_nobody_small_overtakes(pool: Pool) -> None:
    large, small = job_of(60, owner="b"), job_of(1, owner="c")
    submitted(pool, first := job_of(50, owner="a"), large, small)
    assert (large.place, small.place) == (1, 2)
    first.close()
    assert (large.place, small.place) == (0, 0)


def test_who_leaves_the_queue_lets_the_others_move_up(pool: Pool) -> None:
    jobs = [job_of(60, owner=name) for name in "abc"]
    submitted(pool, *jobs)
    jobs[1].close()
    assert jobs[1].state == "closed" and jobs[2].place == 1
    assert jobs[1].join(PATIENCE)


def test_what_never_fits_is_refused_in_a_sentence(pool: Pool) -> None:
    with pytest.raises(TooLarge, match=r"would need about .* MB of memory, .*; lower .*\.$") as caught:
        pool.submit(job_of(50, passing=11))
    assert (caught.value.needed, caught.value.most) == (61, 60) and len(pool) == 0


def test_one_owner_cannot_take_it_all(pool: Pool) -> None:
    submitted(pool, mine := job_of(40, owner="me"), job_of(20, owner=None), job_of(20, owner=None))
    with pytest.raises(PoolFull, match=r"Your runs together .*\.$"):
        pool.submit(job_of(21, owner="me"))
    mine.close()
    pool.submit(job_of(21, owner="me"))


def test_the_past_makes_room_of_the_longest_unseen_first_and_of_who_waits_last(pool: Pool, clock: Clock) -> None:
    old, seen = job_of(30, spare=20, owner="a"), job_of(30, spare=20, owner="b")
    submitted(pool, old, seen)
    works = [job._work for job in (old, seen)]
    clock.now += 1
    seen.look()
    submitted(pool, new := job_of(50, owner="c"))
    assert new.state == "paused" and (old.need, seen.need) == (Need(10), Need(30, spare=20))
    submitted(pool, more := job_of(50, spare=25, owner="d"))
    assert more.state == "paused" and (seen.need, more.need) == (Need(10), Need(25))
    submitted(pool, last := job_of(20, owner="e"))
    assert last.state == "queued"  # there is no past left
    assert old.join(PATIENCE) and seen.join(PATIENCE)
    assert [work and work.shrunk for work in works] == [1, 1]


def test_what_somebody_has_before_his_eyes_keeps_its_past_longest(pool: Pool, clock: Clock) -> None:
    """Who studies a run at rest asks for no new picture of it."""
    studied, left = job_of(30, spare=20, owner="a"), job_of(30, spare=20, owner="b")
    submitted(pool, studied, left)
    studied.attend(True)
    clock.now += 1
    left.look()
    submitted(pool, job_of(50, owner="c"))
    assert (studied.need, left.need) == (Need(30, spare=20), Need(10))


def test_what_is_measured_holds_a_run_back_until_there_is_room(pool: Pool) -> None:
    """Whatever was estimated; one run always may."""
    left = [0.0]
    pool.admission.left = lambda: left[0]
    submitted(pool, first := job_of(30, owner="a"), second := job_of(20, owner="b"))
    assert (first.state, second.state) == ("paused", "queued")
    pool.admit()
    assert second.state == "queued"
    left[0] = 20.0
    assert first.join(PATIENCE)  # has taken what it holds
    pool.admit()
    assert second.state == "paused" and second.join(PATIENCE)


def test_what_has_started_and_not_yet_taken_its_memory_is_not_given_away_twice(pool: Pool) -> None:
    admission = Admission(100, share=1.0, left=lambda: 50.0)
    takes, waits = job_of(30, owner="a"), job_of(30, owner="b")
    assert admission.fits(waits, [takes])
    assert not admission.fits(waits, [takes], coming=[takes])


def test_without_admission_everything_starts() -> None:
    pool = Pool(workers=1, prepare=lambda: None)
    pool.submit(job := job_of(10**15))
    assert job.state == "paused" and job.place == 0
    pool.close()


# ── how much there is ────────────────────────────────────────────────────────────────────────────────────────────────


def written(root: Path, **files: object) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("memory_", "memory.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


CASES: dict[str, tuple[dict[str, object], int]] = {
    "no control groups": ({}, FLOOR),
    "version 2": ({"proc__self__cgroup": "0::/", "sys__fs__cgroup__memory_max": 600 * MB}, 600 * MB),
    "version 2, unlimited": ({"proc__self__cgroup": "0::/", "sys__fs__cgroup__memory_max": "max"}, FLOOR),
    "version 2, the folder above": (
        {
            "proc__self__cgroup": "0::/app/web",
            "sys__fs__cgroup__app__memory_max": 800 * MB,
            "sys__fs__cgroup__app__web__memory_max": "max",
        },
        800 * MB,
    ),
    "version 1": (
        {
            "proc__self__cgroup": "4:cpu:/x\n3:memory:/box",
            "sys__fs__cgroup__memory__memory_limit_in_bytes": 2**63 - 4096,
            "sys__fs__cgroup__memory__box__memory_limit_in_bytes": 1000 * MB,
        },
        1000 * MB,
    ),
    "nonsense": ({"proc__self__cgroup": "x", "sys__fs__cgroup__memory_max": "a lot"}, FLOOR),
}


@pytest.mark.parametrize(("files", "bytes_"), CASES.values(), ids=CASES.keys())
def test_the_control_group_says_how_much_there_is(files: dict[str, object], bytes_: int, tmp_path: Path) -> None:
    root = written(tmp_path, **files)
    assert server_memory({}, root) == bytes_
    assert budget_for_runs({}, root) == bytes_ - PROGRAM
    assert server_memory({"GAN_EXPLORER_MEMORY": " 1500 "}, root) == 1500 * MB


def test_a_small_server_still_takes_one_run(tmp_path: Path) -> None:
    assert budget_for_runs({"GAN_EXPLORER_MEMORY": "100"}, tmp_path) == LEAST


@pytest.mark.parametrize("setting", ["0", "-5", "1.5", "2 GB", "²", "9" * 5000])
def test_what_is_no_number_of_megabytes_is_a_sentence(setting: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"GAN_EXPLORER_MEMORY is .*; write the megabytes .*\.$"):
        server_memory({"GAN_EXPLORER_MEMORY": setting}, tmp_path)


def test_what_rests_and_was_left_gives_way_to_who_waits(pool: Pool, clock: Clock) -> None:
    """The longest unseen first, one a second; not what trains, and not what somebody has before his eyes."""
    trains, left, later, seen = (job_of(25, owner=name) for name in "abcd")
    trains._until = 10**9
    submitted(pool, trains, left, later, seen)
    trains.play()
    assert left.join(PATIENCE) and later.join(PATIENCE) and seen.join(PATIENCE)
    seen.attend(True)
    clock.now += 1
    later.look()
    clock.now += LEFT_SECONDS - 0.5
    submitted(pool, waits := job_of(30, owner="e"))
    assert (left.state, later.state, waits.state) == ("closed", "paused", "queued")
    assert left.frame == 0, "what it showed is still to be seen"
    pool.admit()
    assert later.state == "paused", "the memory of the first may be enough"
    clock.now += GIVING_WAY_SECONDS
    pool.admit()
    assert (later.state, waits.state) == ("closed", "paused")
    clock.now += 10 * LEFT_SECONDS
    submitted(pool, job_of(60, owner="f"))
    assert (trains.state, seen.state) == ("running", "paused")


def test_while_nobody_waits_nothing_gives_way(pool: Pool, clock: Clock) -> None:
    submitted(pool, left := job_of(50, owner="a"))
    clock.now += 10 * LEFT_SECONDS
    pool.admit()
    assert left.state == "paused"
