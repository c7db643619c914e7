"""What Streamlit does with every widget and every session, done with less work.

A page has dozens of widgets, and a class of thirty asks for ten pages a second. `apply` puts these in place of
Streamlit's own, once, before the server starts; what a widget says stays the same. Written for the version in
requirements.txt.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState


def apply() -> None:
    """Put the lighter ones in place."""
    SessionState.filtered_state = property(State)  # type: ignore[assignment,method-assign]
    AppSession._call_soon_on_event_loop = said  # type: ignore[method-assign,assignment]
    Runtime._enqueued_some_message = noticed  # type: ignore[method-assign,assignment]
    if st.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = nothing_to_watch  # type: ignore[assignment,method-assign]


class State(Mapping[str, Any]):
    """The state of a session by its keys. Streamlit makes a dictionary of all of it for each widget that wants to know
    one value; here only that one is looked up."""

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        if key.startswith("$$"):  # of a widget without a key, or Streamlit's own
            raise KeyError(key)
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(whole.fget(self._state))  # type: ignore[misc]

    def __len__(self) -> int:
        return len(whole.fget(self._state))  # type: ignore[misc]


whole: property = SessionState.filtered_state  # type: ignore[assignment]


def nothing_to_watch(session: AppSession) -> None:
    """With the watcher off a session that a visitor comes back to still gets one, which walks all 2,000 modules on the
    event loop each time that one is new (.2 s), and watches none of them."""


def said(session: AppSession, callback: Callable[[], None]) -> None:
    """What a script run says reaches the event loop as before, in its order. For each of the hundred messages of a page
    Streamlit wakes the loop; here that is done once for all that wait when it has come."""
    line: Line = vars(session).setdefault("_gan_explorer_line", Line())
    line.waiting.append(callback)
    if not line.told:
        line.told = True
        say(session, lambda: line.heard(session._event_loop))


say = AppSession._call_soon_on_event_loop


class Line:
    """What one session's script runs have said and the event loop has not heard."""

    def __init__(self) -> None:
        self.waiting: deque[Callable[[], None]] = deque()
        self.told = False  # the loop comes

    def heard(self, loop: asyncio.AbstractEventLoop) -> None:
        self.told = False  # first: what is said from now on either is found below or has the loop come again
        while self.waiting:
            try:
                self.waiting.popleft()()
            except Exception as error:  # it keeps nothing else from being heard, as on the loop
                loop.call_exception_handler({"message": "What a script run said was not heard", "exception": error})


def noticed(runtime: Runtime) -> None:
    """There is something to send. Who is on the event loop need not wake it."""
    here = runtime._get_async_objs()
    if _running() is here.eventloop:
        here.need_send_data.set()
    else:
        notice(runtime)


notice = Runtime._enqueued_some_message


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
