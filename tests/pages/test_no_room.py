"""What a visitor sees whose run the server has no room for: now, or ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gan_core.config import RunConfig
from gan_core.jobs.admission import MB, Admission, Need
from gan_core.jobs.job import Job
from gan_core.jobs.pool import Pool
from gan_core.run.memory import estimate
from pages.shared.play import resources
from tests.pages.test_pages import at_rest, press, state, visit

SMALL = RunConfig.of(g_layers=(8,), d_layers=(8,), batch=16, steps=20)
BUDGET = 4 * estimate(SMALL).total


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    pool = Pool(workers=1, admission=Admission(BUDGET))
    monkeypatch.setattr(resources, "pool", lambda: pool)
    yield pool
    pool.close()


class Rest:
    step_count, failure = 0, None

    def step(self, n: int = 1) -> None: ...


def test_a_run_that_waits_for_memory_has_a_place_in_the_queue_and_starts_when_another_ends(pool: Pool) -> None:
    others = [Job(Rest(), until=1, publish=lambda work: None, need=Need(held=BUDGET // 2), owner=i) for i in range(2)]
    for other in others:
        pool.submit(other)
        other.attend(True)  # whoever looks at a run keeps it
    app = press(visit("play_2d", **SMALL.to_query()), "step")
    assert not app.exception
    assert [said.value for said in app.info if "number 1 in the queue" in said.value]
    assert state(app).show.job.state == "queued"
    for other in others:
        other.close()
    at_rest(app)
    assert state(app).show.job.step_count == 1
    assert not [said for said in app.info if "queue" in said.value]


def test_a_run_that_never_fits_is_refused_with_what_to_lower_and_the_page_goes_on(pool: Pool) -> None:
    large = RunConfig.of(g_layers=(1024,) * 3, d_layers=(8,), batch=16)
    assert estimate(large).total > BUDGET
    app = visit("play_2d", **large.to_query())
    assert not app.exception and state(app).show is None
    said = [error.value for error in app.error]
    assert said and f"may have {BUDGET / 2 / MB:,.0f} MB" in said[0] and "lower “" in said[0], said
