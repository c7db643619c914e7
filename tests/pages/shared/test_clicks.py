"""A session of Streamlit's own, asked twice within the milliseconds that decide: no click and no answer gets lost.

Each message is handed over as the server does it, on the loop; what a busy machine leaves to chance – whether a runner
has ended, or has begun, when the next message comes – is decided here."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from _plotly_utils import basevalidators, utils
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.session_state import SessionState

from pages.shared.shell import mended
from tests.apart import apart

SCRIPT = """
import sys
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
world = sys.modules["tests.world"]
world.back.append(get_script_run_ctx().is_history_navigation)
st.button("whole", key="whole", on_click=world.heard.append, args=("whole",))
@st.fragment
def part(name):
    st.button(name, key=name, on_click=world.heard.append, args=(name,))
    st.text(f"{name} {world.heard}")
with st.container():
    part("one")
    part("two")
world.drawn.release()
world.go.wait(30)
"""


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What the script and the test share; and what `mended` changes is put back."""
    for owner, *names in (
        (AppSession, "request_rerun", "_handle_scriptrunner_event_on_event_loop"), (script_runner, "ScriptRequests"),
        (ForwardMsgQueue, "clear"),
        (ScriptRunner, "_maybe_handle_execution_control_request"), (SessionState, "_call_callbacks"),
        (basevalidators, "get_module"), (utils, "get_module"),
    ):  # fmt: skip
        for name in names:
            monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(runtime.Runtime, "_instance", MagicMock())
    shared = SimpleNamespace(heard=[], back=[], drawn=threading.Semaphore(0), go=threading.Event())
    shared.go.set()
    monkeypatch.setitem(sys.modules, "tests.world", shared)
    mended.apply()
    yield shared
    shared.go.set()


class Visit:
    """One visitor's session, and what the browser was sent."""

    def __init__(self, folder: Path) -> None:
        (folder / "app.py").write_text(SCRIPT)
        self.messages: list[ForwardMsg] = []
        self.buttons: dict[str, tuple[str, str]] = {}  # its own name and that of its part of the page
        self.session = AppSession(ScriptData(str(folder / "app.py")), MagicMock(), ScriptCache(), None, {})

    def say(self, *clicks: str, fragment: str | None = None, back: bool = False) -> None:
        """What the browser sends: which buttons were clicked, which part of the page asks, and a way back."""
        part = self.buttons.get(fragment, ("", fragment))[1] if fragment else ""
        state = ClientState(fragment_id=part, is_history_navigation=back)
        for name in clicks:
            state.widget_states.widgets.add(id=self.buttons[name][0], trigger_value=True)
        self.session.request_rerun(state)

    def thread(self) -> threading.Thread:
        return self.session._scriptrunner._script_thread

    def hold(self, monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
        """From now on the session says that a runner has taken what it is asked, and waits before its callbacks."""
        begin, taken, go_on = self.session._pages_manager.set_script_intent, threading.Event(), threading.Event()

        def held(*which: str) -> None:
            taken.set()
            assert go_on.wait(30)
            begin(*which)

        monkeypatch.setattr(self.session._pages_manager, "set_script_intent", held)
        return taken, go_on

    async def rest(self) -> None:
        """Until nothing runs, and all that was said has been sent."""
        for _ in range(1000):
            await asyncio.sleep(0.01)
            self.messages += self.session.flush_browser_queue()
            if self.session._scriptrunner is None:
                return
        raise TimeoutError

    def texts(self) -> list[str]:
        return [m.delta.new_element.text.body for m in self.messages if m.delta.new_element.text.body]


def visit(folder: Path, lesson: Callable[[Visit], Coroutine[Any, Any, None]]) -> Visit:
    async def all_of_it() -> Visit:
        visit = Visit(folder)
        visit.say()
        await visit.rest()
        deltas = [message.delta for message in visit.messages if message.delta.new_element.HasField("button")]
        visit.buttons = {of.new_element.button.label: (of.new_element.button.id, of.fragment_id) for of in deltas}
        visit.messages.clear()
        await lesson(visit)
        await visit.rest()
        visit.session.shutdown()
        return visit

    return apart(all_of_it())


def test_what_a_run_said_that_has_ended_is_sent_though_the_next_one_has_begun(world: Any, tmp_path: Path) -> None:
    async def lesson(visit: Visit) -> None:
        visit.say("one", fragment="one")
        visit.thread().join()  # it has ended, and the loop has not heard of it
        visit.say(fragment="two")

    found = visit(tmp_path, lesson)
    assert world.heard == ["one"]
    assert found.texts() == ["one ['one']", "two ['one']"]
    assert sum(m.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY for m in found.messages) == 2


@pytest.mark.parametrize("waits", [False, True], ids=["just begun", "behind another run"])
def test_a_click_is_heard_though_another_one_has_the_whole_page_run(
    world: Any, tmp_path: Path, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lesson(visit: Visit) -> None:
        if waits:
            while world.drawn.acquire(blocking=False):
                pass
            world.go.clear(), visit.say()
            assert await asyncio.to_thread(world.drawn.acquire, True, 30)  # the page is about to end
            visit.say("one", fragment="one")  # which waits for its end
            visit.say("whole")
            world.go.set()
        else:
            taken, go_on = visit.hold(monkeypatch)
            visit.say("one")
            assert await asyncio.to_thread(taken.wait, 30)  # no callback has begun
            visit.say("whole")
            go_on.set()

    visit(tmp_path, lesson)
    assert sorted(world.heard) == ["one", "whole"]


def test_a_way_back_is_gone_though_the_page_is_run_for_something_else(
    world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lesson(visit: Visit) -> None:
        taken, go_on = visit.hold(monkeypatch)
        visit.say(back=True)
        assert await asyncio.to_thread(taken.wait, 30)  # no callback has begun
        visit.say("whole")
        go_on.set()
        await visit.rest()
        visit.say("whole")

    visit(tmp_path, lesson)
    assert world.heard == ["whole", "whole"] and world.back == [False, True, False]


@pytest.mark.parametrize("part", ["", "one"])
def test_what_comes_while_a_way_back_waits_does_not_undo_it(part: str) -> None:
    requests = mended.Requests()
    assert not requests.goes_back
    requests.request_rerun(RerunData(is_history_navigation=True))
    requests.request_rerun(RerunData(fragment_id=part or None))
    assert requests.goes_back
    taken = requests.on_scriptrunner_ready().rerun_data
    assert taken.is_history_navigation and not taken.fragment_id_queue
    requests.hear()
    requests.request_rerun(RerunData(fragment_id=part or None))
    assert not requests.goes_back and not requests.on_scriptrunner_ready().rerun_data.is_history_navigation
    requests.request_stop()
    assert not requests.request_rerun(RerunData(is_history_navigation=True))


def test_a_click_on_a_part_that_was_put_elsewhere_is_heard(world: Any, tmp_path: Path) -> None:
    async def lesson(visit: Visit) -> None:
        visit.say("two", fragment="where it was")

    visit(tmp_path, lesson)
    assert world.heard == ["two"]
