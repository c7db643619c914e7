"""Computations that all visitors share: who answers for them, and what one that was given up says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gan_core.errors import PoolFull
from gan_core.jobs.admission import Admission
from gan_core.jobs.pool import Pool
from pages.shared.play import experiments, resources

PATIENCE = 60.0


class Count:
    def __init__(self) -> None:
        self.step_count, self.failure = 0, None

    def step(self, n: int = 1) -> None:
        self.step_count += 1  # of all that it is asked for, so that the long ones never end


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    pool = Pool(workers=1, admission=Admission(10 * experiments.NEED.total))
    monkeypatch.setattr(resources, "pool", lambda: pool)
    experiments.forget()
    yield pool
    experiments.forget()
    pool.close()


def started(name: str, until: int = 10**12, owner: object = "one") -> experiments.Experiment:
    def read(work: Any) -> int:
        return work.step_count

    return experiments.shared(name, Count, read, until, owner)


def test_one_visitor_cannot_fill_the_server_with_them(pool: Pool) -> None:
    with pytest.raises(PoolFull, match=r"Your runs together .*\.$"):
        for i in range(100):
            started(f"mine {i}")
    assert started("another", owner="another").running


def test_the_same_one_is_shared_and_costs_once(pool: Pool) -> None:
    assert started("it") is started("it", owner="another") and len(pool) == 1


def test_one_that_makes_room_while_it_runs_ends_and_has_no_result(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "KEPT", 1)
    first = started("first", owner="one")
    while first.look() is None:
        pass
    assert started("second", until=5, owner="another")
    assert not first.running and not first.done and first.result is None and len(pool) == 1
    second = started("second")
    assert second._job.join(PATIENCE) and second.result == 5
    started("third")
    assert second.result == 5  # what is done stays so
