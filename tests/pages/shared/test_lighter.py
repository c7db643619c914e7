"""What is done with less work than Streamlit does it says the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from pages.shared.shell import lighter


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(SessionState, "filtered_state", SessionState.filtered_state)
    monkeypatch.setattr(AppSession, "register_file_watchers", AppSession.register_file_watchers)
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
