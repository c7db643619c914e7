"""Who is here, and what ends when they go.

A tab that is closed or loaded anew says goodbye, and its runs end at once. A client that closes its connection in good
order may mean to come back at once; its runs end after `BLIP_SECONDS`, and so does the session of both. A connection
that is only cut says nothing: its visitor may come back into the same session for as long as Streamlit keeps it, and
finds the runs going on. After `BLIP_SECONDS` they rest until then, for nobody sees them, and after Streamlit's time
they end.

Streamlit's own hook, `on_release` of what `st.cache_resource` keeps for a session, cannot tell these apart: it is
called for every connection that ends, and for everybody's when anybody clears the cache. So `shell.server` sees the end
of the connection itself. A connection is known by a header that the server gives it, which its session then has too.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from weakref import WeakValueDictionary

import streamlit as st
from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from pages.shared.play import resources
from pages.shared.shell.state import AppState

HEADER = "x-gan-explorer-connection"
GOING_AWAY = 1001  # with this a browser closes a socket when its tab is closed, loaded anew or led elsewhere
CLOSED = 1000  # and with this any client one that it does not need any more
BLIP_SECONDS = 8.0  # a cut this short changes nothing
SOON = 0.05  # seconds

_coming = threading.Lock()  # scripts of other visitors begin while the event loop looks for one
_states: WeakValueDictionary[str, AppState] = WeakValueDictionary()  # by session; the session itself keeps its state


def here(state: AppState) -> None:
    """The session of this script run has this state."""
    context = get_script_run_ctx()
    if context is not None:
        with _coming:
            _states[context.session_id] = state


def session_of(connection: str) -> str | None:
    """The session that a connection leads to, once its visitor has opened a page."""
    if not runtime.exists():
        return None
    with _coming:
        sessions = list(_states.keys())
    for session in sessions:
        client = runtime.get_instance().get_client(session)
        context = client.client_context if client is not None else None
        if context is not None and (HEADER, connection) in context.headers:
            return session
    return None


def asks() -> bool:
    """Whether the visitor of this script run has asked for the next one."""
    context = get_script_run_ctx()
    requests = None if context is None else context.script_requests
    return requests is not None and requests._state is not ScriptRequestType.CONTINUE


def again() -> Callable[[], None]:
    """What has the page of this script run look again, called from any thread: for what nobody waits for in a script
    run. Streamlit's sessions have no public way to be asked."""
    context = get_script_run_ctx()
    name = None if context is None else context.session_id

    def ask() -> None:
        if name is None or not runtime.exists():
            return
        found = runtime.get_instance()._session_mgr.get_session_info(name)
        if found is not None:
            found.session._event_loop.call_soon_threadsafe(_look_again, name)

    return ask


_looks_again: set[str] = set()  # the sessions that have been asked to; of the event loop alone


def _look_again(name: str, waiting: bool = False) -> None:
    """On the event loop: when the script run under way is over. Until then it alone knows where its visitor is, and
    what he or she has set: a session hears of the address at the end of a run, and one that is asked in the middle went
    back to where it was, and lost what was said meanwhile."""
    if name in _looks_again and not waiting:
        return
    found = runtime.get_instance()._session_mgr.get_session_info(name)
    if found is None:
        _looks_again.discard(name)
    elif found.session._scriptrunner is not None:
        _looks_again.add(name)
        found.session._event_loop.call_later(SOON, _look_again, name, True)
    else:
        _looks_again.discard(name)
        here = ClientState()  # a session that is not told where its visitor is leads home
        here.CopyFrom(found.session._client_state)
        here.fragment_id = ""  # all of the page
        found.session.request_rerun(here)


def left(session: str, code: int | None) -> None:
    """A connection to the session has ended with this code of a websocket. On the server's event loop."""
    loop = asyncio.get_running_loop()
    later = loop.call_later
    if code == GOING_AWAY:
        end(session)
    if code in (GOING_AWAY, CLOSED):  # after a goodbye, what a script run that was under way has begun since
        later(BLIP_SECONDS, end, session)
        later(BLIP_SECONDS, forget, session)
        later(BLIP_SECONDS + 1, loop.run_in_executor, None, resources.tidy)
    else:
        later(BLIP_SECONDS, rest, session)
    later(float(st.get_option("server.disconnectedSessionTTL")), end, session)


def rest(session: str) -> None:
    """Pause the runs of a session, if nobody has come back to it."""
    if (state := _left_behind(session)) is not None:
        state.pause()


def end(session: str) -> None:
    """End the runs of a session, if nobody has come back to it."""
    if (state := _left_behind(session)) is not None:
        state.close()


def forget(session: str) -> None:
    """End the session itself, if nobody has come back to it. Streamlit would keep it for a return, with all that its
    pages hold; of thirty pupils who load a page anew now and then it kept twenty more."""
    if runtime.exists() and not _connected(session):
        runtime.get_instance().close_session(session)


def _left_behind(session: str) -> AppState | None:
    return None if _connected(session) else _states.get(session)


def _connected(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)
