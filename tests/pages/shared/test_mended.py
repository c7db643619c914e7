"""Two things at once: a click while a callback works, and a figure while another thread imports pandas."""

from __future__ import annotations

import contextvars
import importlib.machinery
import sys
from collections.abc import Iterator
from types import ModuleType

import plotly.graph_objects as go
import pytest
from _plotly_utils import basevalidators, utils
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import RerunException
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState

from pages.shared.shell import mended


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    name = "_maybe_handle_execution_control_request"
    monkeypatch.setattr(ScriptRunner, name, getattr(ScriptRunner, name))
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
