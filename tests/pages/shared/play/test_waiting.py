"""What a page waits for is told to it: how often, over which socket, and until when."""

from __future__ import annotations

import ast
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from gan_core.jobs.pool import Pool
from pages.shared.play import experiments, resources, socket, waiting
from tests.pages.shared.play.test_socket import PATIENCE, client, header, received

__all__ = ["client"]  # a fixture
ROOT = Path(__file__).resolve().parents[4]


class Count:
    """A step is taken when it may be."""

    def __init__(self, may: threading.Event) -> None:
        self.step_count, self.failure, self.may = 0, None, may
        self.steps_per_slice = 1

    def step(self, n: int = 1) -> None:
        assert self.may.wait(PATIENCE)
        self.step_count += n


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    state = SimpleNamespace(waiting=[])
    monkeypatch.setattr(waiting, "app", lambda: state)
    return state


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    hours = itertools.count()  # between any two looks at the clock: a frame may always be published
    pool = Pool(workers=1, clock=lambda: 3600.0 * next(hours))
    monkeypatch.setattr(resources, "pool", lambda: pool)
    experiments.forget()
    yield pool
    experiments.forget()
    pool.close()


def test_no_part_of_a_page_runs_by_the_clock() -> None:
    timed = [
        path
        for path in (ROOT / "pages").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "run_every"
    ]
    assert not timed


def test_a_computation_is_told_of_as_it_goes_but_not_with_every_step(visit: SimpleNamespace, pool: Pool) -> None:
    may, over, until = threading.Event(), threading.Event(), 20 * waiting.PUSHES
    experiment = experiments.Experiment(lambda: Count(may), lambda work: work.step_count, until)
    here = waiting.Waiting([experiment])
    here.listen(lambda: experiment.running or over.set())
    may.set()
    assert over.wait(PATIENCE)
    assert waiting.PUSHES - 1 <= here.count <= waiting.PUSHES + 2  # and the untouched one, and that it is at rest
    assert experiment.result == until


def test_a_result_that_nobody_waits_for_is_not_made_on_the_way(visit: SimpleNamespace, pool: Pool) -> None:
    may, made = threading.Event(), []
    may.set()
    experiment = experiments.Experiment(lambda: Count(may), lambda work: made.append(work.step_count), 500)
    assert experiment._job.join(PATIENCE)
    assert len(made) <= 2 and made[-1] == 500


def test_its_socket_says_how_often_there_was_something_new(visit: SimpleNamespace, client: TestClient) -> None:
    here = waiting.Waiting([])
    here.told()
    with client.websocket_connect(f"/live/{here.token}") as browser:
        assert header(received(browser)) == {"count": 1}
        browser.send_json({"do": "drawn"})
        here.told()
        assert header(received(browser)) == {"count": 2}
        browser.send_json({"do": "drawn"})
        here.close()  # the page's next script run begins
        with pytest.raises(WebSocketDisconnect) as closed:
            browser.receive_bytes()
    assert closed.value.code == socket.NO_RUNS


def test_there_are_no_runs_to_be_told_anything(visit: SimpleNamespace, client: TestClient) -> None:
    here = waiting.Waiting([])
    with client.websocket_connect(f"/live/{here.token}") as browser:
        received(browser)
        browser.send_json({"do": "pause"})
        with pytest.raises(WebSocketDisconnect) as closed:
            browser.receive_bytes()
    assert closed.value.code == socket.NOT_ALLOWED
