"""What is done with less work than Streamlit does it says the same."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from pages.shared.shell import lighter
from tests.apart import aside


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(SessionState, "filtered_state", SessionState.filtered_state)
    monkeypatch.setattr(AppSession, "register_file_watchers", AppSession.register_file_watchers)
    monkeypatch.setattr(AppSession, "_call_soon_on_event_loop", AppSession._call_soon_on_event_loop)
    monkeypatch.setattr(Runtime, "_enqueued_some_message", Runtime._enqueued_some_message)
    monkeypatch.setattr(st, "get_option", lambda name: {"server.fileWatcherType": "none"}[name])
    yield


def script() -> None:
    import streamlit as st

    st.session_state.setdefault("count", 3)
    st.number_input("a", 0, 9, key="count")
    st.selectbox("b", ["x", "y"], key="choice")
    st.selectbox("c", ["x", "y"], index=None, key="none")
    st.text_input("d", key="words")
    st.slider("keyless", 0, 5)
    st.write(sorted(st.session_state), len(st.session_state), "count" in st.session_state, "other" in st.session_state)


def test_widgets_find_their_values_as_before() -> None:
    before = AppTest.from_function(script).run()
    lighter.apply()
    after = AppTest.from_function(script).run()
    for app in (before, after):
        app.number_input[0].set_value(7)
        app.selectbox[1].select("y")
        app.run()
    assert not after.exception
    said, as_before = ([getattr(one, "value", None) for one in app.main] for app in (after, before))
    assert said == as_before and 7 in said
    assert after.number_input[0].value == 7 and after.selectbox[1].value == "y"
    names = [name for name in lighter.whole.fget(before.session_state._state._state)]
    state = lighter.State(before.session_state._state._state)
    assert sorted(state) == sorted(names) and len(state) == len(names)
    assert {name: state[name] for name in names} == {name: before.session_state[name] for name in names}
    assert "nobody" not in state and not any(name in state for name in ("$$ID-x-None", "$$STREAMLIT_INTERNAL_KEY_x"))


def test_with_the_watcher_off_no_session_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before = AppSession.register_file_watchers
    monkeypatch.setattr(st, "get_option", lambda name: "auto")
    lighter.apply()
    assert AppSession.register_file_watchers is before
    monkeypatch.setattr(st, "get_option", lambda name: "none")
    lighter.apply()
    assert AppSession.register_file_watchers is lighter.nothing_to_watch


class Loop(asyncio.SelectorEventLoop):
    """Counts how often it is woken."""

    woken = 0

    def call_soon_threadsafe(self, *what: Any, **how: Any) -> asyncio.Handle:
        self.woken += 1
        return super().call_soon_threadsafe(*what, **how)


def test_what_scripts_say_is_heard_in_its_order_and_wakes_the_loop_once_for_all_that_waits() -> None:
    loop, heard, wrong = Loop(), [], []
    loop.set_exception_handler(lambda _, context: wrong.append(context["exception"]))
    session = SimpleNamespace(_event_loop=loop)

    def fails() -> None:
        raise ValueError("of one message")

    def says_more() -> None:
        lighter.said(session, lambda: heard.append("more"))
        heard.append(50)

    for i in range(100):
        lighter.said(session, {49: fails, 50: says_more}.get(i, partial(heard.append, i)))
    assert (loop.woken, heard) == (1, [])
    loop.call_later(0, lambda: loop.call_soon(loop.stop))
    aside(loop.run_forever)
    assert heard == [*range(49), *range(50, 100), "more"] and [str(error) for error in wrong] == ["of one message"]
    lighter.said(session, partial(heard.append, "later"))
    loop.call_soon(loop.stop)
    aside(loop.run_forever)
    assert heard[-1] == "later"
    loop.close()
    lighter.said(session, loop.stop)  # the server has ended: nobody hears it, and nothing goes wrong


def test_nothing_that_many_threads_say_is_lost() -> None:
    loop, heard = Loop(), []
    session = SimpleNamespace(_event_loop=loop)
    hears = threading.Thread(target=loop.run_forever)
    hears.start()
    with ThreadPoolExecutor(8) as threads:
        for k in range(8):
            threads.submit(lambda k=k: [lighter.said(session, partial(heard.append, (k, i))) for i in range(500)])
    loop.call_soon_threadsafe(loop.stop)
    hears.join()
    loop.close()
    assert [[i for who, i in heard if who == k] for k in range(8)] == [list(range(500))] * 8


def test_on_the_loop_nobody_has_to_wake_it() -> None:
    loop = Loop()
    runtime = object.__new__(Runtime)
    runtime._async_objs = SimpleNamespace(eventloop=loop, need_send_data=asyncio.Event())

    async def here() -> bool:
        lighter.noticed(runtime)
        return runtime._async_objs.need_send_data.is_set()

    assert aside(lambda: loop.run_until_complete(here())) and loop.woken == 0
    runtime._async_objs.need_send_data.clear()
    lighter.noticed(runtime)
    assert loop.woken == 1 and not runtime._async_objs.need_send_data.is_set()
    aside(lambda: loop.run_until_complete(asyncio.wait_for(runtime._async_objs.need_send_data.wait(), 60)))
    loop.close()
