"""What goes wrong in Streamlit and Plotly when two things happen at once, and what the log need not say, put right
before the server starts.

`apply` puts these in place once. Written for the versions in requirements.txt.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
import weakref
from dataclasses import replace
from types import ModuleType
from typing import Any

from _plotly_utils import basevalidators, optional_imports, utils
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import Runtime, backend_operation_handler, media_file_manager
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.media_file_manager import MediaFileManager, MediaFileMetadata
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
    _coalesce_widget_states,
)
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState, get_script_run_ctx
from streamlit.runtime.session_manager import ActiveSessionInfo
from streamlit.runtime.state.session_state import SessionState

from gan_core.errors import Refusal


def apply() -> None:
    """Put them in place."""
    AppSession.request_rerun = asked  # type: ignore[method-assign,assignment]
    AppSession._handle_scriptrunner_event_on_event_loop = said  # type: ignore[method-assign,assignment]
    Runtime._send_message = sent  # type: ignore[method-assign,assignment]
    ForwardMsgQueue.clear = cleared  # type: ignore[method-assign,assignment]
    script_runner.ScriptRequests = Requests  # type: ignore[misc]
    SessionState._call_callbacks = called  # type: ignore[method-assign,assignment]
    ScriptRunner._maybe_handle_execution_control_request = interrupted  # type: ignore[method-assign,assignment]
    MediaFileManager.add_deferred = promised  # type: ignore[method-assign,assignment]
    MediaFileManager._remove_orphaned_deferred_callables = tidied  # type: ignore[method-assign,assignment]
    MediaFileManager.clear_session_refs = left  # type: ignore[method-assign,assignment]
    media_file_manager.MediaFileMetadata = Fetched  # type: ignore[misc]
    basevalidators.get_module = utils.get_module = module
    logging.getLogger(backend_operation_handler.__name__).addFilter(is_unforeseen)


class Requests(ScriptRequests):
    """What a runner is asked. It knows which clicks no callback has heard yet, so that they are not lost when Streamlit
    gives the runner up for one that runs the whole page."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()  # type: ignore[assignment]
        self._taken: RerunData | None = None  # by the runner, whose callbacks have not begun

    @property
    def goes_back(self) -> bool:
        """Whether the visitor went back or forward, and no callback has begun since: the address leads then."""
        with self._lock:
            return self._back_waits or (self._taken is not None and self._taken.is_history_navigation)

    @property
    def _back_waits(self) -> bool:
        return self._state is ScriptRequestType.RERUN and self._rerun_data.is_history_navigation

    def request_rerun(self, new_data: RerunData) -> bool:
        """The views of a page speak by themselves, too: what they say while a way back waits does not undo it, as
        Streamlit has it for whatever comes after."""
        with self._lock:
            waits = self._back_waits
            accepted = super().request_rerun(new_data)
            if accepted and waits:
                self._rerun_data = replace(self._rerun_data, is_history_navigation=True)
            return accepted

    def on_scriptrunner_ready(self) -> ScriptRequest:
        with self._lock:
            return self._take(super().on_scriptrunner_ready())

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        with self._lock:
            request = super().on_scriptrunner_yield()
            return request and self._take(request)

    def _take(self, request: ScriptRequest) -> ScriptRequest:
        if request.type is ScriptRequestType.RERUN:
            self._taken = request.rerun_data
        return request

    def hear(self) -> None:
        """The callbacks of what was taken begin. Raises StopException if they are another runner's by now."""
        with self._lock:
            if self._state is ScriptRequestType.STOP:
                raise StopException
            self._taken = None

    def give_up(self) -> WidgetStates | None:
        """Stops the runner; gives what it has not heard."""
        with self._lock:
            taken = self._taken.widget_states if self._taken else None
            waiting = self._rerun_data.widget_states if self._state is ScriptRequestType.RERUN else None
            self._taken = None
            self.request_stop()
            return _coalesce_widget_states(taken, waiting)


def asked(session: AppSession, client_state: ClientState | None) -> None:
    """Three ways in which a busy server lost a click, or the answer to one, when the browser's next message came close
    behind it: a message for the whole page gives up the runner with all that waits in it, a way back too; one for a
    part of the page that was just put elsewhere is not carried out; and one that comes when a runner has ended, while
    its last words are on their way, begins a new one, after which Streamlit no longer listens to the first."""
    runner = session._scriptrunner
    if client_state is not None:
        if client_state.fragment_id and not session.has_fragment(client_state.fragment_id):
            client_state.fragment_id = ""
        if runner is not None and not client_state.fragment_id and isinstance(runner._requests, Requests):
            client_state.is_history_navigation |= runner._requests.goes_back
            unheard = _coalesce_widget_states(runner._requests.give_up(), client_state.widget_states)
            client_state.widget_states.CopyFrom(unheard or WidgetStates())
    ask(session, client_state)
    of_a_part = client_state is not None and bool(client_state.fragment_id)
    if runner is not None and of_a_part and session._scriptrunner is not runner:
        ended.add(runner)


ask = AppSession.request_rerun
ended: weakref.WeakSet[ScriptRunner] = weakref.WeakSet()  # by themselves: whatever they say, they said before the next


def said(session: AppSession, sender: ScriptRunner | None, event: ScriptRunnerEvent, *what: Any) -> None:
    """What a runner says that has ended is heard, also if the next one has begun."""
    now = session._scriptrunner
    if sender is now or sender not in ended or event is ScriptRunnerEvent.SHUTDOWN:
        hear(session, sender, event, *what)
        return
    session._scriptrunner = sender
    try:
        hear(session, sender, event, *what)
    finally:
        session._scriptrunner = now


hear = AppSession._handle_scriptrunner_event_on_event_loop


def sent(runtime: Runtime, to: ActiveSessionInfo, message: ForwardMsg) -> None:
    """A message goes to the connection that its session has now. Streamlit goes round all sessions and sends to those
    that they had when the round began: who had lost the connection and came back meanwhile was never answered."""
    send(runtime, runtime._session_mgr.get_active_session_info(to.session.id) or to, message)


send = Runtime._send_message


def cleared(
    queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    """When the run of a part of the page begins, what is on its way of another part is sent as before; Streamlit sends
    it, but says that it was broken off, and the browser does not tidy up after it. And when any run begins, the answer
    to a click on a file is sent; Streamlit drops it, and the button waits for three minutes."""
    begins = {*(fragment_ids_this_run or ())}
    ends = [message for message in queue._queue if message.WhichOneof("type") == "script_finished"]
    others = [message for message in ends if begins and begins.isdisjoint(message.metadata.run.fragment_ids or begins)]
    statuses = [message.script_finished for message in others]
    waiting = [message for message in queue._queue if message.WhichOneof("type") == "backend_operation_response"]
    clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
    for message, status in zip(others, statuses, strict=True):
        message.script_finished = status
    if retain_lifecycle_msgs:
        kept = {id(message) for message in queue._queue}
        queue._queue += [message for message in waiting if id(message) not in kept]


clear = ForwardMsgQueue.clear


def interrupted(runner: ScriptRunner) -> None:
    """A message that comes while a callback works waits until the callback has ended. Streamlit ends the callback at
    its next look at the session's state, and never calls it again: of two fast clicks the first one was lost."""
    if runner._is_in_script_thread() and runner._execing and ThreadState.get().run_location is RunLocation.CALLBACK:
        return
    may_interrupt(runner)


may_interrupt = ScriptRunner._maybe_handle_execution_control_request


def called(state: SessionState, **how: Any) -> None:
    """The browser sends all that has changed with whichever message is next. When that is one of a fragment, which
    asks for the fragment alone, the rest of the page went on showing what a widget elsewhere on it had said before."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.script_requests, Requests):
        context.script_requests.hear()
    beyond = context is not None and bool(context.fragment_ids_this_run) and _has_changed_elsewhere(state)
    call_callbacks(state, **how)
    if beyond and context is not None and context.script_requests is not None:
        whole = state._build_full_app_rerun(context)
        # what the browser said it still has of earlier messages, it may forget at the end of the fragment's run
        context.script_requests.request_rerun(replace(whole, cached_message_hashes=frozenset()))


def _has_changed_elsewhere(state: SessionState) -> bool:
    """Whether the browser says anything new of a widget that no fragment has."""
    widgets = state._new_widget_state
    known = ((name, widgets.widget_metadata.get(name)) for name in widgets)
    return any(one is not None and one.fragment_id is None and state._widget_changed(name) for name, one in known)


call_callbacks = SessionState._call_callbacks


def promised(manager: MediaFileManager, *what: Any, element_id: str = "", **how: Any) -> str:
    """The name by which a button asks for its file, which is the button's and no other: a click that comes while the
    page is drawn anew gets the new file. Streamlit makes a name for each run of the page and forgets the last one, and
    such a click got none."""
    made = promise(manager, *what, element_id=element_id, **how)
    with manager._lock:
        entry = manager._deferred_callables[made]
        session, place = entry["session_id"], entry["coordinates"]
        name = uuid.uuid5(HERE, f"{session} {element_id or place}").hex
        manager._drop_deferred_id(made)
        manager._deferred_callables[name] = entry
        manager._deferred_ids_by_session[session].add(name)
        manager._files_by_session_and_coord[session][place] = name
        return name


promise = MediaFileManager.add_deferred
MISSED_SECONDS = 10.0
HERE = uuid.uuid4()  # so that nobody who knows a session knows its files


def tidied(manager: MediaFileManager) -> None:
    """When a run of a page has ended, the files that it has not offered for so long are forgotten: a run that was cut
    short for the next one has not come to all of its buttons, and a click before that one did got no file. Streamlit
    forgets at once, and those of the pages too that are just being drawn for others."""
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    offered = manager._files_by_session_and_coord.get(session, {}).values()
    now = time.monotonic()
    for name in set(manager._deferred_ids_by_session.get(session, ())).difference(offered):
        missed: Any = manager._deferred_callables[name]  # another one, once it is offered again
        if now - missed.setdefault("missed_since", now) >= MISSED_SECONDS:
            manager._drop_deferred_id(name)


def left(manager: MediaFileManager, session_id: str | None = None) -> None:
    """A session that has ended offers nothing, and what it would have made its files of is let go."""
    leave(manager, session_id)
    with manager._lock:
        for name in tuple(manager._deferred_ids_by_session.get(session_id or "", ())):
            manager._drop_deferred_id(name)


leave = MediaFileManager.clear_session_refs


class Fetched(MediaFileMetadata):
    """A file that a browser is about to fetch. Streamlit marks it at the end of the next run of anybody's page and
    deletes it at the end of the one after, which in a full class is at once; it stays for so many seconds."""

    SECONDS = 60.0

    def __init__(self, *what: Any, **how: Any) -> None:
        super().__init__(*what, **how)
        self._made = time.monotonic()

    def mark_for_delete(self) -> None:
        if time.monotonic() - self._made > self.SECONDS:
            super().mark_for_delete()


def module(name: str, should_load: bool = True) -> ModuleType | None:
    """What Plotly asks whether its values are a table of pandas. While another visitor's page is still importing that,
    there is a module without any content, and a figure of that moment failed; then no value is one of its tables."""
    found = find(name, should_load)
    spec = getattr(found, "__spec__", None)
    return None if not should_load and getattr(spec, "_initializing", False) else found


find = optional_imports.get_module


def is_unforeseen(record: logging.LogRecord) -> bool:
    """Whether the log is to say that a file could not be made: a traceback is for what nobody thought of. What was
    refused is a sentence on the page."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error and error.__cause__, Refusal)
