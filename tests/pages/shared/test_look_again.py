"""A page that is asked to look again, by whoever has something to say outside of its script runs."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner
from streamlit.runtime.state.session_state import SessionState

from pages.shared.play import visits
from pages.shared.shell import mended
from tests.pages.shared.test_uploads_in_turn import Visitor
from tests.pages.shared.test_visits import PATIENCE, served, until


class Asking:
    """Asks for it in the middle of a script run: at its next call of `hear`, before any callback has heard a thing, or
    of `here`, after all have."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at, self.runs = "", 0
        hear, here = mended.Requests.hear, visits.here
        monkeypatch.setattr(mended.Requests, "hear", lambda requests: (self.now("hear"), hear(requests)))
        monkeypatch.setattr(visits, "here", lambda state: (self.now("here"), here(state)))
        monkeypatch.setattr(script_runner, "ScriptRequests", mended.Requests)
        monkeypatch.setattr(AppSession, "request_rerun", mended.asked)
        monkeypatch.setattr(SessionState, "_call_callbacks", mended.called)

    def now(self, at: str) -> None:
        self.runs += at == "here"
        context = get_script_run_ctx()
        if self.at != at or context is None:
            return
        self.at, done = "", threading.Event()
        visits.again()()
        session_of(context.session_id)._event_loop.call_soon_threadsafe(done.set)
        assert done.wait(PATIENCE)


def session_of(name: str) -> AppSession:
    info = Runtime.instance()._session_mgr.get_session_info(name)
    assert info is not None
    return info.session


@pytest.mark.parametrize("at", ["hear", "here"])
def test_nothing_is_lost_that_the_visitor_has_set_meanwhile(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = Asking(monkeypatch)

    async def test(app: Any) -> None:
        visitor = Visitor(app)
        await visitor.look("distances", "tab=size")
        slider = visitor.widget("distances.size_distance~0")
        visitor.states[slider] = WidgetState(id=slider)
        visitor.states[slider].double_array_value.data[:] = [2.5]
        before, asking.at = asking.runs, at
        await visitor.look("distances", "tab=size")
        words = visitor.state.pages["distances"].words
        assert words == {"tab": "size", "size_distance": "2.5"}
        await until(lambda: asking.runs >= before + 2 and session_of(visitor.session)._scriptrunner is None)
        assert words == {"tab": "size", "size_distance": "2.5"}
        assert not visitor.errors
        await visitor.close(visits.GOING_AWAY)

    served(test)


def test_who_has_followed_a_link_meanwhile_is_where_it_led(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking = Asking(monkeypatch)

    async def test(app: Any) -> None:
        visitor = Visitor(app)
        await visitor.look("home")
        before, asking.at = asking.runs, "here"
        await visitor.look("distances", "tab=fit&fit_mean=1.5")
        await until(lambda: asking.runs >= before + 2 and session_of(visitor.session)._scriptrunner is None)
        assert visitor.state.pages["distances"].words == {"tab": "fit", "fit_mean": "1.5"}
        await visitor.close(visits.GOING_AWAY)

    served(test)


def test_one_that_is_asked_many_times_looks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one run is under way; and one whose session has ended is not asked at all."""
    rerun: list[Any] = []
    later: list[tuple[Any, ...]] = []
    loop = SimpleNamespace(
        call_soon_threadsafe=lambda call, *what: call(*what), call_later=lambda _seconds, *call: later.append(call)
    )
    session = SimpleNamespace(
        _event_loop=loop, _scriptrunner=object(), request_rerun=rerun.append,
        _client_state=ClientState(page_script_hash="play", fragment_id="a part of it"),
    )  # fmt: skip
    here: dict[str, Any] = {"somebody": SimpleNamespace(session=session)}
    monkeypatch.setattr(visits, "get_script_run_ctx", lambda: SimpleNamespace(session_id="somebody"))
    monkeypatch.setattr(visits.runtime, "exists", lambda: True)
    server = SimpleNamespace(_session_mgr=SimpleNamespace(get_session_info=here.get))
    monkeypatch.setattr(visits.runtime, "get_instance", lambda: server)
    ask = visits.again()
    ask(), ask()
    assert len(later) == 1 and not rerun
    session._scriptrunner = None
    call, *what = later.pop()
    call(*what)
    assert [(one.page_script_hash, one.fragment_id) for one in rerun] == [("play", "")]
    session._scriptrunner = object()
    ask()
    here.clear()
    call, *what = later.pop()
    call(*what)
    assert len(rerun) == 1 and not visits._looks_again
