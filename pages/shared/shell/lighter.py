"""What Streamlit does with every widget and every session, done with less work.

A page has dozens of widgets, and a class of thirty asks for ten pages a second. `apply` puts these in place of
Streamlit's own, once, before the server starts; what a widget says stays the same. Written for the version in
requirements.txt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState


def apply() -> None:
    """Put the lighter ones in place."""
    SessionState.filtered_state = property(State)  # type: ignore[assignment,method-assign]
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
