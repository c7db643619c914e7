"""Who waits for an answer goes before the runs, one after the other, and holds up nobody for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gan_core.jobs import pool as pools
from gan_core.jobs.pool import Pool
from tests.gan_core.jobs.works import PATIENCE, Count, job_of, nothing


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """One in which everybody has time."""
    monkeypatch.setattr(pools, "COURTESY_SECONDS", PATIENCE)
    pool = Pool(workers=1, prepare=nothing)
    yield pool
    pool.close()


@pytest.fixture
def others() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def until_guests(pool: Pool, count: int) -> None:
    end = time.monotonic() + PATIENCE
    while pool._guests != count:
        assert time.monotonic() < end, f"{pool._guests} guests"


def test_a_run_waits_for_the_guest_and_then_goes_on(pool: Pool) -> None:
    job = job_of(Count(), until=3)
    with pool.going_first():
        pool.submit(job)
        job.play()
        assert job.step_count == 0 and job.busy
    assert job.join(PATIENCE) and job.step_count == 3


def test_guests_have_their_turn_one_after_the_other(pool: Pool, others: ThreadPoolExecutor) -> None:
    order: list[str] = []

    def comes(name: str) -> None:
        with pool.going_first():
            order.append(f"{name} comes")
            order.append(f"{name} leaves")

    with pool.going_first():
        done = [others.submit(comes, name) for name in "ab"]
        until_guests(pool, 3)
        order.append("the first leaves")
    for each in done:
        each.result(PATIENCE)
    assert order[0] == "the first leaves" and pool._guests == 0
    assert sorted(order[1:5:2]) == ["a comes", "b comes"]
    assert [said[0] for said in order[1::2]] == [said[0] for said in order[2::2]]


def test_whoever_is_a_guest_already_waits_for_nobody(pool: Pool) -> None:
    with pool.going_first(), pool.going_first(), pool.going_first(patient=lambda: True):
        assert pool._guests == 1
    assert pool._guests == 0
    with pool.going_first():
        assert pool._guests == 1


def test_who_is_patient_lets_all_others_go_before(pool: Pool, others: ThreadPoolExecutor) -> None:
    order: list[str] = []

    def comes(name: str, patient: bool) -> None:
        with pool.going_first(lambda: patient):
            order.append(name)

    with pool.going_first():
        patient = others.submit(comes, "patient", True)
        hurried = others.submit(comes, "hurried", False)
        until_guests(pool, 2)  # the patient one is not among them
    hurried.result(PATIENCE)
    patient.result(PATIENCE)
    assert order == ["hurried", "patient"]


def test_who_is_asked_for_something_is_patient_no_more(pool: Pool, others: ThreadPoolExecutor) -> None:
    asked = threading.Event()

    def comes() -> None:
        with pool.going_first(lambda: not asked.is_set()):
            pass

    with pool.going_first():
        patient = others.submit(comes)
        asked.set()
        until_guests(pool, 2)
    patient.result(PATIENCE)


def test_nobody_waits_for_long(pool: Pool, others: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "COURTESY_SECONDS", 0.0)
    job = job_of(Count(), until=3)

    def comes(patient: bool) -> int:
        with pool.going_first(lambda: patient):
            return pool._guests

    with pool.going_first():
        pool.submit(job)
        job.play()
        assert job.join(PATIENCE) and job.step_count == 3
        assert [others.submit(comes, patient).result(PATIENCE) for patient in (False, True)] == [2, 2]


def test_whoever_fails_leaves_too(pool: Pool, others: ThreadPoolExecutor) -> None:
    def fails() -> None:
        with pool.going_first():
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            others.submit(fails).result(PATIENCE)
    assert pool._guests == 0
    with pool.going_first():
        assert pool._guests == 1
