"""What is slow to work out about a frame is worked out beside a run, part by part."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from gan_core.config import RunConfig
from pages.shared.play.answers import ANSWERED, Memory
from pages.shared.play.runs import Show
from pages.shared.shell.state import PageState


def test_parts_that_take_no_time_are_done_together_and_slow_ones_one_after_another(monkeypatch) -> None:
    now = 0.0
    monkeypatch.setattr("pages.shared.play.answers.time.monotonic", lambda: now)

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


class Resting:
    """A job of the pool that rests; its worker carries out a command when the test says so."""

    state, busy, obeys, crowd = "paused", False, True, 1.0

    def __init__(self) -> None:
        self.commands: list[Callable[[object], object]] = []
        self.do = self.commands.append

    def follow(self, listener: object) -> None: ...


def test_a_script_run_works_nothing_out_but_asks_a_worker_once() -> None:
    job, known = Resting(), []
    show = Show((RunConfig(),), job)

    def work_out() -> str:
        known.append("worked out")
        return "found"

    assert show.remember("scores", "step 1", [work_out]) is None
    assert show.remember("scores", "step 1", [work_out]) is None and not known and len(job.commands) == 1
    job.commands.pop()(None)
    found = show.remember("scores", "step 1", [work_out])
    assert found is not None and found.parts == ["found"] and known == ["worked out"]
    older = show.remember("scores", "step 2", [work_out])
    assert older is not None and older.of == "step 1" and len(job.commands) == 1


def test_what_cannot_be_worked_out_is_in_the_log_and_not_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    job = Resting()
    show = Show((RunConfig(),), job)
    assert show.remember("scores", "step 1", [lambda: 1 // 0]) is None
    job.commands.pop()(None)
    assert "could not be worked out" in caplog.text
    assert show.remember("scores", "step 1", [lambda: 1 // 0]) is None and not job.commands


def test_where_nobody_obeys_it_is_worked_out_at_once() -> None:
    """Of a run that has ended, or of a recorded one that would begin to train."""
    job = Resting()
    job.obeys = False
    found = Show((RunConfig(),), job).remember("scores", "step 1", [lambda: "found"])
    assert found is not None and found.parts == ["found"] and not job.commands


def test_answers_take_their_share_of_the_time_of_runs_that_train(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of d seconds is asked for again after d · crowd · questions / ANSWERED seconds; at rest, at once."""
    clock = [0.0]
    monkeypatch.setattr("pages.shared.play.runs.time.monotonic", lambda: clock[0])
    job = Resting()
    job.state, job.crowd = "running", 3.0
    show = Show((RunConfig(),), job)

    def slow(answer: str) -> Callable[[object], str]:
        def ask(_: object) -> str:
            clock[0] += 0.5
            return answer

        return ask

    assert show.answer("first", 1, slow("one")) is None
    job.commands.pop()(None)
    assert show.answer("first", 2, slow("two")) == "one" and not job.commands
    clock[0] = 0.5 + 0.5 * job.crowd / ANSWERED - 0.001
    assert show.answer("first", 3, slow("three")) == "one" and not job.commands
    clock[0] += 0.002
    assert show.answer("first", 4, slow("four")) == "one" and len(job.commands) == 1
    job.commands.pop()(None)
    assert show.known("first", 4) == "four" and show.answer("first", 5, slow("five")) == "four" and not job.commands
    job.state = "paused"
    assert show.answer("first", 5, slow("five")) == "four" and len(job.commands) == 1
