"""Tabs that close, connections that are cut, caches that are cleared: in Streamlit's own server, without a browser."""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from weakref import WeakValueDictionary

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from gan_core.jobs.job import Job
from pages.shared.play import resources, visits
from pages.shared.play.runs import Show
from pages.shared.shell import frame, mended, server
from pages.shared.shell.state import AppState
from tests.apart import apart

PATIENCE = 60


class Tab:
    """One connection to Streamlit's socket, as an ASGI server would bring it."""

    def __init__(self, app: Any, session: str = "") -> None:
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.session, self.finished = session, 0
        protocols = ", ".join(["streamlit", "PLACEHOLDER", *([session] if session else [])])
        scope = {
            "type": "websocket", "path": "/_stcore/stream", "root_path": "", "query_string": b"", "scheme": "ws",
            "subprotocols": protocols.split(", "),
            "headers": [(b"host", b"localhost"), (b"sec-websocket-protocol", protocols.encode())],
        }  # fmt: skip
        self.heard.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(app(scope, self.heard.get, self._said))

    async def _said(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            said = ForwardMsg.FromString(message["bytes"])
            if said.WhichOneof("type") == "new_session":
                self.session = said.new_session.initialize.session_id
            self.finished += said.WhichOneof("type") == "script_finished"

    def send(self, message: BackMsg) -> None:
        self.heard.put_nowait({"type": "websocket.receive", "bytes": message.SerializeToString()})

    async def open(self, page: str) -> None:
        before, message = self.finished, BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = "seed=1"  # a run of one's own: of seed 0 the page shows a recorded one
        self.send(message)
        await until(lambda: self.finished > before)

    async def close(self, code: int) -> None:
        self.heard.put_nowait({"type": "websocket.disconnect", "code": code})
        await self.task

    @property
    def state(self) -> AppState:
        return visits._states[self.session]

    @property
    def show(self) -> Show:
        show = self.state.pages["play_2d"].show
        assert show is not None
        return show


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving() -> AsyncIterator[Any]:
    app = st.App(frame.__file__, middleware=server.middleware({}))
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard.put_nowait({"type": "lifespan.startup"})
    life = asyncio.create_task(app({"type": "lifespan", "state": {}}, heard.get, said.put))
    try:
        assert (await said.get())["type"] == "lifespan.startup.complete"
        yield app
    finally:
        heard.put_nowait({"type": "lifespan.shutdown"})
        await life  # which has the server stop, and does not wait for it: what it has not ended …
        await Runtime.instance().stopped  # … would end when it is collected, in another test
        Runtime._instance = None


def served(test: Callable[[Any], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with serving() as app:
            await test(app)

    apart(whole())


@contextmanager
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def playing(app: Any) -> Tab:
    """A visitor whose runs train."""
    tab = Tab(app)
    await tab.open("play_2d")
    job = tab.show.job
    job.play(until=1_000_000)
    await until(lambda: job.step_count > 40)
    return tab


def things_of(job: Job[Any, Any]) -> dict[str, weakref.ref[Any]]:
    """All that is heavy about a run, to see whether it has gone."""
    assert job._work is not None
    trainer = job._work.trainers[0]
    ensemble = trainer.ensembles[0]
    whole = {
        "work": job._work, "trainer": trainer, "ensemble": ensemble, "generator": ensemble.generator,
        "optimiser": ensemble.d_optimiser, "history": trainer.history, "picture": trainer.history.snapshots[0],
    }  # fmt: skip
    return {name: weakref.ref(thing) for name, thing in whole.items()}


def test_a_closed_tab_frees_its_runs_at_once_and_without_the_collector() -> None:
    async def test(app: Any) -> None:
        tab = await playing(app)
        job = tab.show.job
        things = things_of(job)
        with no_collector():
            await tab.close(visits.GOING_AWAY)
            assert job.state == "closed"
            await until(lambda: not any(thing() for thing in things.values()))

    served(test)


def test_a_cut_connection_that_comes_back_finds_its_runs_training() -> None:
    async def test(app: Any) -> None:
        tab = await playing(app)
        show, job, session = tab.show, tab.show.job, tab.session
        await tab.close(1006)
        assert job.state == "running"
        again = Tab(app, session)
        await again.open("play_2d")
        assert again.session == session and again.show is show and job.state == "running"
        visits.rest(session), visits.end(session)  # what the clock calls later
        assert job.state == "running"
        await again.close(visits.GOING_AWAY)
        assert job.state == "closed"

    served(test)


def test_who_comes_back_while_others_are_sent_their_pages_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runtime, "_send_message", mended.sent)

    async def test(app: Any) -> None:
        first, second = Tab(app), Tab(app)
        await first.open("distances")
        await second.open("distances")
        session = Runtime.instance()._session_mgr.get_active_session_info(first.session).session
        sent, back = session.flush_browser_queue, asyncio.Event()
        much = ForwardMsg(session_status_changed=ForwardMsg().session_status_changed)

        def takes_long() -> Iterator[ForwardMsg]:
            yield from sent()
            while not back.is_set():  # between two messages the server hears others
                yield much

        monkeypatch.setattr(session, "flush_browser_queue", takes_long)
        session._enqueue_forward_msg(much)
        await asyncio.sleep(0.05)
        again = Tab(app, second.session)
        await second.close(1006)
        opens = asyncio.create_task(again.open("distances"))
        waiting = Runtime.instance()._session_mgr
        await until(
            lambda: (
                bool(info := waiting.get_active_session_info(second.session))
                and any(m.WhichOneof("type") == "script_finished" for m in info.session._browser_queue._queue)
            )
        )
        back.set()
        await opens
        for tab in (first, again):
            await tab.close(visits.GOING_AWAY)

    served(test)


def test_who_stays_away_finds_the_runs_at_rest_and_after_streamlits_time_none() -> None:
    async def test(app: Any) -> None:
        tab = await playing(app)
        job, session, state = tab.show.job, tab.session, tab.state
        await tab.close(1006)
        visits.rest(session)
        assert job.state == "paused" and state.pages["play_2d"].show is not None
        visits.end(session)
        assert job.state == "closed" and state.pages["play_2d"].show is None
        again = Tab(app, session)
        await again.open("play_2d")
        assert again.state is state and again.show.job.state == "paused"  # fresh ones
        await again.close(visits.GOING_AWAY)

    served(test)


def test_what_else_the_pool_computes_for_a_visitor_rests_and_ends_as_the_runs_do() -> None:
    done: list[str] = []
    works = SimpleNamespace(pause=lambda: done.append("pause"), close=lambda: done.append("close"))

    async def test(app: Any) -> None:
        tab = Tab(app)
        await tab.open("convergence")
        tab.state.pages["convergence"].works["map"] = works
        await tab.close(1006)
        visits.rest(tab.session)
        assert done == ["pause"]
        visits.end(tab.session), visits.end(tab.session)
        assert done == ["pause", "close"] and not tab.state.pages["convergence"].works

    served(test)


def test_a_connection_that_another_one_has_replaced_ends_nothing() -> None:
    async def test(app: Any) -> None:
        tab = await playing(app)
        job = tab.show.job
        again = Tab(app, tab.session)  # the server has not noticed yet that the old connection is gone
        await again.open("play_2d")
        await tab.close(visits.GOING_AWAY)
        assert job.state == "running"
        await again.close(visits.GOING_AWAY)
        assert job.state == "closed"

    served(test)


def test_clear_cache_of_one_visitor_ends_only_that_ones_runs() -> None:
    async def test(app: Any) -> None:
        mine, other = await playing(app), await playing(app)
        mine_job, job, pool = mine.show.job, other.show.job, resources.pool()
        resources.keep_table("a table", table := object())  # type: ignore[arg-type]
        mine.send(BackMsg(clear_cache=True))
        await until(lambda: mine_job.state == "closed")  # Streamlit forgets all that this session kept
        assert job.state == "running" and other.show.job is job
        assert resources.pool() is pool and resources.table("a table") is table
        steps = job.step_count
        await until(lambda: job.step_count > steps)
        for tab in (mine, other):
            await tab.close(visits.GOING_AWAY)
        assert job.state == "closed"

    served(test)


def test_no_visitor_can_say_which_connection_theirs_is() -> None:
    async def test(app: Any) -> None:
        tab = await playing(app)
        connection = dict(Runtime.instance().get_client(tab.session).client_context.headers)[visits.HEADER]
        assert visits.session_of(connection) == tab.session and visits.session_of("another") is None
        await tab.close(visits.GOING_AWAY)
        assert visits.session_of(connection) is None

    served(test)


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006, 1011, 1012])
def test_the_server_hears_how_a_connection_ends(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[int | None] = []
    monkeypatch.setattr(visits, "session_of", lambda connection: "session")
    monkeypatch.setattr(visits, "left", lambda session, code: said.append(code))

    async def closed() -> None:
        heard = asyncio.Queue[dict[str, Any]]()
        heard.put_nowait({"type": "websocket.disconnect", "code": code})

        async def app(_scope: Any, receive: Any, _send: Any) -> None:
            await receive()

        await server.Farewells(app)(
            {"type": "websocket", "path": "/below/_stcore/stream", "headers": []}, heard.get, None
        )

    apart(closed())
    assert said == [code]


@pytest.mark.parametrize(
    ("code", "at_once", "soon"),
    [
        (1001, ["end"], ["end", "forget"]),
        (1000, [], ["end", "forget"]),
        (1006, [], ["rest"]),
        (None, [], ["rest"]),
    ],
)
def test_only_who_says_goodbye_loses_runs_at_once(
    code: int | None, at_once: list[str], soon: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    later: list[tuple[float, Callable[[str], object]]] = []
    for name in ("end", "forget", "rest"):
        monkeypatch.setattr(visits, name, lambda session, name=name: done.append(name))

    async def leaves() -> None:
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "call_later", lambda after, what, *args: later.append((after, what)))
        visits.left("session", code)

    apart(leaves())
    assert done == at_once
    for after, what in sorted(later, key=lambda pair: pair[0]):
        if after == visits.BLIP_SECONDS:
            what("session")
    assert done == at_once + soon
    assert max(after for after, _ in later) > visits.BLIP_SECONDS  # Streamlit's own time, after which all ends


def test_a_script_run_knows_whether_its_visitor_has_asked_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "get_script_run_ctx", lambda: None)
    assert not visits.asks()
    for ask in (ScriptRequests.request_stop, partial(ScriptRequests.request_rerun, new_data=RerunData())):
        context = SimpleNamespace(script_requests=ScriptRequests())
        monkeypatch.setattr(visits, "get_script_run_ctx", partial(getattr, SimpleNamespace(of=context), "of"))
        assert not visits.asks()
        ask(context.script_requests)
        assert visits.asks()


def test_visitors_who_come_while_another_is_looked_for_disturb_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    # an error there reached Streamlit as a message that is none, and it closed that visitor's connection
    monkeypatch.setattr(visits, "_states", WeakValueDictionary())
    monkeypatch.setattr(visits.runtime, "exists", lambda: True)
    monkeypatch.setattr(visits.runtime, "get_instance", lambda: SimpleNamespace(get_client=lambda session: None))
    monkeypatch.setattr(visits, "get_script_run_ctx", lambda: SimpleNamespace(session_id=str(next(numbers))))
    numbers, kept = itertools.count(), []

    def come() -> None:
        while len(kept) < 4_000:
            kept.append(AppState())
            visits.here(kept[-1])

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(1) as visitors:
            coming = visitors.submit(come)
            while not coming.done():
                assert visits.session_of("a connection") is None
            coming.result()
    finally:
        sys.setswitchinterval(before)
