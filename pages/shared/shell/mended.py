"""What goes wrong in Streamlit and Plotly when two things happen at once, put right before the server starts.

`apply` puts these in place once. Written for the versions in requirements.txt.
"""

from __future__ import annotations

from types import ModuleType

from _plotly_utils import basevalidators, optional_imports, utils
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState


def apply() -> None:
    """Put them in place."""
    ScriptRunner._maybe_handle_execution_control_request = interrupted  # type: ignore[method-assign,assignment]
    basevalidators.get_module = utils.get_module = module


def interrupted(runner: ScriptRunner) -> None:
    """A message that comes while a callback works waits until the callback has ended. Streamlit ends the callback at
    its next look at the session's state, and never calls it again: of two fast clicks the first one was lost."""
    if runner._is_in_script_thread() and runner._execing and ThreadState.get().run_location is RunLocation.CALLBACK:
        return
    may_interrupt(runner)


may_interrupt = ScriptRunner._maybe_handle_execution_control_request


def module(name: str, should_load: bool = True) -> ModuleType | None:
    """What Plotly asks whether its values are a table of pandas. While another visitor's page is still importing that,
    there is a module without any content, and a figure of that moment failed; then no value is one of its tables."""
    found = find(name, should_load)
    spec = getattr(found, "__spec__", None)
    return None if not should_load and getattr(spec, "_initializing", False) else found


find = optional_imports.get_module
