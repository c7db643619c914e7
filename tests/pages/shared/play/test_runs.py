"""What is slow to work out about a frame is worked out beside a run, part by part."""

from __future__ import annotations

import logging

import pytest

from gan_core.config import RunConfig
from pages.shared.play.runs import Memory
from pages.shared.shell.state import PageState


def test_parts_that_take_no_time_are_done_together_and_slow_ones_one_after_another(monkeypatch) -> None:
    now = 0.0
    monkeypatch.setattr("pages.shared.play.runs.time.monotonic", lambda: now)

    def slow() -> str:
        nonlocal now
        now += 0.1
        return "slow"

    makes = [*[lambda: "at once"] * 50, slow, slow]
    memory: Memory[str] = Memory()
    memory.work("key", makes, slowness=20)
    assert memory.known is None and now == 0.1, "fifty that are known, and one that is not"
    memory.work("key", makes, slowness=20)
    assert memory.known is None and now == 0.1, "for twenty times as long the run has the time"
    now += 20 * 0.1
    memory.work("key", makes, slowness=20)
    assert memory.known is not None and memory.known.parts == ["at once"] * 50 + ["slow"] * 2


def test_without_a_run_beside_it_all_is_worked_out_at_once() -> None:
    memory: Memory[int] = Memory()
    memory.work("key", [lambda: 1, lambda: 2], slowness=0)
    assert memory.known is not None and memory.known.parts == [1, 2]


def test_a_worker_that_draws_runs_which_are_closed_says_nothing_of_streamlit(caplog: pytest.LogCaptureFixture) -> None:
    """It has no script run to stop, which Streamlit wrote into the log."""
    logging.getLogger("streamlit").addHandler(caplog.handler)
    try:
        with pytest.raises(LookupError):
            PageState("vanishing", RunConfig(), RunConfig()).shown  # noqa: B018
    finally:
        logging.getLogger("streamlit").removeHandler(caplog.handler)
    assert not caplog.records
