"""A computation in parts."""

from __future__ import annotations

from gan_core.studies.tasks import Study


def test_parts_are_done_in_their_order_as_many_as_are_asked_for() -> None:
    study = Study([lambda i=i: i * i for i in range(5)])  # type: ignore[misc]
    study.step()
    study.step(2)
    assert study.results == [0, 1, 4] and study.step_count == 3 and study.failure is None
    study.step(9)
    assert study.results == [0, 1, 4, 9, 16]
