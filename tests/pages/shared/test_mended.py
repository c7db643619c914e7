"""Two things at once: a click while a callback works, a figure while another thread imports pandas, a file that is
fetched while pages are drawn. And what is logged of a file that is not made."""

from __future__ import annotations

import contextvars
import importlib.machinery
import logging
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import plotly.graph_objects as go
import pytest
from _plotly_utils import basevalidators, utils
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import backend_operation_handler, media_file_manager
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunException
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ScriptRunContext, ThreadState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState

from gan_core.errors import ExportError
from pages.shared.shell import mended
from tests.apart import apart


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    name = "_maybe_handle_execution_control_request"
    monkeypatch.setattr(ScriptRunner, name, getattr(ScriptRunner, name))
    monkeypatch.setattr(SessionState, "_call_callbacks", SessionState._call_callbacks)
    for name in ("add_deferred", "_remove_orphaned_deferred_callables", "clear_session_refs"):
        monkeypatch.setattr(MediaFileManager, name, getattr(MediaFileManager, name))
    monkeypatch.setattr(media_file_manager, "MediaFileMetadata", media_file_manager.MediaFileMetadata)
    for place in (basevalidators, utils):
        monkeypatch.setattr(place, "get_module", place.get_module)
    yield


class Runner(ScriptRunner):
    """One that works, and has just been asked to run again."""

    def __init__(self) -> None:
        self._execing = True
        self._requests = ScriptRequests()
        self._requests.request_rerun(RerunData(widget_states=WidgetStates()))

    def _is_in_script_thread(self) -> bool:
        return True


def test_a_callback_is_not_ended_by_the_next_click() -> None:
    contextvars.copy_context().run(two_clicks)


def two_clicks() -> None:
    ThreadState.initialize()
    look = lambda: Runner()._maybe_handle_execution_control_request()  # noqa: E731
    with ThreadState.scoped(run_location=RunLocation.CALLBACK), pytest.raises(RerunException):
        look()  # what Streamlit does
    mended.apply()
    with ThreadState.scoped(run_location=RunLocation.CALLBACK):
        look()
    with pytest.raises(RerunException):
        look()


@pytest.mark.parametrize(("fragment", "asked"), [(None, True), ("part", False)])
def test_a_message_of_a_fragment_that_changes_more_is_one_of_the_page(
    fragment: str | None, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, context = SessionState(), ScriptRunContext(*[None] * 11)  # type: ignore[arg-type]
    context.pages_manager = PagesManager("app.py")
    context.fragment_ids_this_run = ["part"]
    context.script_requests = ScriptRequests()
    context.cached_message_hashes = frozenset({"old"})
    heard: list[str] = []
    say = lambda: heard.append(state._new_widget_state["file"])  # noqa: E731
    to = lambda value, *_: value  # noqa: E731
    state._set_widget_metadata(
        WidgetMetadata("file", to, to, value_type="string_value", callback=say, fragment_id=fragment)
    )
    state._new_widget_state.set_from_value("file", "new")
    monkeypatch.setattr(mended, "get_script_run_ctx", lambda: context)
    monkeypatch.setattr(mended, "call_callbacks", lambda state, **_: say())
    mended.called(state)
    request = context.script_requests.on_scriptrunner_yield()
    assert heard == ["new"] and (request is not None) == asked
    if request is not None:
        assert not request.rerun_data.fragment_id_queue and not request.rerun_data.cached_message_hashes


def test_a_figure_is_made_while_pandas_is_half_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    half = ModuleType("pandas")
    half.__spec__ = importlib.machinery.ModuleSpec("pandas", None)
    monkeypatch.setattr(half.__spec__, "_initializing", True, raising=False)
    monkeypatch.setitem(sys.modules, "pandas", half)
    draw = lambda: go.Scatter(x=(1.0, 2.0), hovertemplate=["a", "b"])  # noqa: E731
    with pytest.raises(AttributeError, match="Series"):
        draw()  # what Plotly does
    mended.apply()
    assert draw().hovertemplate == ("a", "b")
    assert mended.module("numpy", should_load=False) is sys.modules["numpy"]
    assert mended.module("no_such_module_anywhere") is None


@pytest.mark.parametrize(("cause", "lines"), [(ExportError("export.no_film"), 0), (ZeroDivisionError(), 1)])
def test_only_what_nobody_thought_of_is_logged_of_a_file_that_is_not_made(cause, lines, monkeypatch) -> None:
    class Manager:
        def execute_deferred(self, file_id: str) -> str:
            raise MediaFileStorageError("the callable failed") from cause

    mended.apply()
    logged: list[logging.LogRecord] = []
    monkeypatch.setattr(logging.getLogger(backend_operation_handler.__name__), "callHandlers", logged.append)
    handler = backend_operation_handler.DeferredFileHandler(Manager)  # type: ignore[arg-type]
    answer = apart(handler.handle(BackendOperationRequest(request_id="one"), "session"))
    assert answer.error_msg and len(logged) == lines


class Pages:
    """Visitors whose pages offer a file, each what the number of its run says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        mended.apply()
        self.now = ""
        self.files = MediaFileManager(MemoryMediaFileStorage("/media"))
        monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: self.now)
        monkeypatch.setattr(mended, "get_script_run_ctx", lambda: SimpleNamespace(session_id=self.now))

    def begins(self, visitor: str) -> None:
        self.now = visitor
        self.files.clear_session_refs()

    def offers(self, visitor: str, what: str, button: str = "button") -> str:
        self.now = visitor
        return self.files.add_deferred(
            lambda: what, "text/plain", f"place of {button}", f"{button}.txt", element_id=button
        )

    def ends(self, visitor: str) -> None:
        self.now = visitor
        self.files.remove_orphaned_files()

    def fetch(self, address: str) -> bytes:
        return self.files._storage.get_file(address.rpartition("/")[2]).content  # type: ignore[attr-defined]


def test_a_click_while_the_page_is_drawn_anew_gets_its_file(monkeypatch) -> None:
    pages = Pages(monkeypatch)
    drawn = pages.offers("one", "first")
    pages.ends("one")
    pages.begins("one")
    pages.ends("another")  # while that of one is drawn
    assert pages.fetch(pages.files.execute_deferred(drawn)) == b"first"
    assert pages.offers("one", "second") == drawn
    assert pages.offers("another", "theirs") != drawn
    assert pages.offers("one", "another's", "other button") != drawn
    pages.ends("one")
    assert pages.fetch(pages.files.execute_deferred(drawn)) == b"second"


def test_a_file_stays_until_the_browser_had_time_to_fetch_it_however_many_pages_are_drawn(monkeypatch) -> None:
    pages = Pages(monkeypatch)
    file = pages.files.execute_deferred(pages.offers("one", "here"))
    for _ in range(30):
        pages.ends("another")
    assert pages.fetch(file) == b"here"
    monkeypatch.setattr(mended.Fetched, "SECONDS", -1.0)
    pages.ends("another")
    pages.ends("another")
    with pytest.raises(MediaFileStorageError):
        pages.fetch(file)


@pytest.mark.parametrize("parts", [None, ["part"]])
def test_the_answer_to_a_click_on_a_file_is_sent_though_a_run_of_the_page_begins(parts: list[str] | None) -> None:
    queue, answer, drawn = ForwardMsgQueue(), ForwardMsg(), ForwardMsg()
    answer.backend_operation_response.request_id = "one"
    drawn.delta.new_element.text.body = "of the last run"
    queue.enqueue(answer)
    queue.enqueue(drawn)
    mended.cleared(queue, True, parts)
    assert [message for message in queue.flush() if message.WhichOneof("type") != "delta"] == [answer]
    queue.enqueue(answer)
    mended.cleared(queue)  # as of a session that has ended
    assert not queue.flush()


def test_a_click_after_a_run_that_was_cut_short_gets_its_file(monkeypatch) -> None:
    pages = Pages(monkeypatch)
    drawn = pages.offers("one", "first")
    pages.ends("one")
    for _ in range(3):  # the next message came before the button
        pages.begins("one")
        pages.ends("one")
    assert pages.fetch(pages.files.execute_deferred(drawn)) == b"first"


def test_what_a_page_no_longer_offers_and_what_a_visitor_offered_who_has_gone_is_let_go(monkeypatch) -> None:
    pages = Pages(monkeypatch)
    gone, stays, session = pages.offers("one", "here"), pages.offers("two", "here"), pages.offers("three", "here")
    monkeypatch.setattr(mended, "MISSED_SECONDS", 0.0)
    pages.begins("one")
    pages.ends("one")
    pages.files.clear_session_refs("three")
    assert set(pages.files._deferred_callables) == {stays} and {gone, session}.isdisjoint({stays})
