"""What goes wrong in Streamlit and Plotly when two things happen at once, and what the log need not say, put right
before the server starts.

`apply` puts these in place once. Written for the versions in requirements.txt.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from types import ModuleType
from typing import Any

from _plotly_utils import basevalidators, optional_imports, utils
from streamlit.runtime import backend_operation_handler
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState, get_script_run_ctx
from streamlit.runtime.state.session_state import SessionState

from gan_core.errors import Refusal


def apply() -> None:
    """Put them in place."""
    SessionState._call_callbacks = called  # type: ignore[method-assign,assignment]
    ScriptRunner._maybe_handle_execution_control_request = interrupted  # type: ignore[method-assign,assignment]
    basevalidators.get_module = utils.get_module = module
    logging.getLogger(backend_operation_handler.__name__).addFilter(is_unforeseen)


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
