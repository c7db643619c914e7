"""What Streamlit does with every widget and every message, done with less work.

A page has hundreds of them, and a class of thirty asks for ten pages a second. `apply` puts these in place of
Streamlit's own, once, before the server starts; what a page sends and what a widget says stay the same. Written for the
version in requirements.txt.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState


def apply() -> None:
    """Put the lighter ones in place."""
    SessionState.filtered_state = property(State)  # type: ignore[assignment,method-assign]
    AppSession._call_soon_on_event_loop = gather  # type: ignore[assignment,method-assign]
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


_gathered: WeakKeyDictionary[AppSession, deque[Callable[[], None]]] = WeakKeyDictionary()
_gathering = RLock()  # the collector may end a session wherever it likes


def gather(session: AppSession, callback: Callable[[], None]) -> None:
    """What a script run says goes to the event loop some at a time. Streamlit wakes it for each message, and it then
    takes the interpreter from the script run that is about to send the next.

    None comes later than it would by itself, also not behind what a visitor says: a session that hears of another wish
    first would take the end of the run before for that of an old one, and tell nobody.
    """
    loop = session._event_loop
    with _gathering:
        waiting = _gathered.setdefault(session, deque())
        waiting.append(callback)
        first = len(waiting) == 1
    if not first:
        return

    def all_of_them() -> None:
        with _gathering:
            callbacks = _gathered.pop(session, deque())
        for one in callbacks:
            try:
                one()
            except Exception as error:  # as the loop does, so that the next ones are heard
                loop.call_exception_handler({"message": "a session failed", "exception": error})

    try:
        loop.call_soon_threadsafe(all_of_them)
    except RuntimeError:  # the loop has ended with the server
        if not loop.is_closed():
            raise


def nothing_to_watch(session: AppSession) -> None:
    """With the watcher off a session that a visitor comes back to still gets one, which walks all 2,000 modules on the
    event loop each time that one is new (.2 s), and watches none of them."""
