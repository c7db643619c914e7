"""How the drawing code and its frames reach the browser.

Streamlit sends a component's JavaScript again with every update. So the drawing code is a component of its own, on the
page only until the browser says that the code has come; a view is a few lines that hand each frame over to that code.
A frame then costs its own bytes and hardly more. A feed hands over the frames of many views that are on the page.

Every message is made unique by a number before its bytes. Streamlit replaces a large message that it has sent before by
its hash, and where it then throws away what a fragment did not get sent in time, it keeps the hash and loses the
container that it belongs into: the browser gives up with "Cannot set a node at a delta path".
"""

from __future__ import annotations

import itertools
import json
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import streamlit as st

Kind = Literal["scene", "curves", "digits", "heat"]
KINDS: tuple[Kind, ...] = ("scene", "curves", "digits", "heat")
FOLDER = Path(__file__).parent
# joined into one module, in this order; each imports only from those before it
FILES = ("pure.js", "common.js", "scene.js", "curves.js", "digits.js", "heat.js", "start.js")

BETWEEN_FILES = re.compile(r"^import [^;]*;\n|^export (?!default)", re.MULTILINE)  # joined, they are one module

CODE_HERE, CODE_SENT = "gan-live-code-here", "gan-live-code-sent"  # in the session: whether, and with whom and when
PATIENCE = 1.0  # seconds until another view brings the code, as long as nobody has said that it is there

# Until the drawing code has arrived the newest frame of each view waits for it.
VIEW = """
export default function (component) {
  const live = (globalThis.ganLive ??= { waiting: new Map() });
  if (live.show) live.show("KIND", component);
  else live.waiting.set(component.parentElement, ["KIND", component]);
  return () => live.close?.(component.parentElement);
}
"""


# Views that are not on the page yet get their frame from their own element.
FEED = """
export default function ({ data }) {
  globalThis.ganLive?.feed?.(data);
}
"""


def drawing_code() -> str:
    """The JavaScript of all views with its style sheet, as one module."""
    css = (FOLDER / "live.css").read_text(encoding="utf-8")
    files = ((FOLDER / name).read_text(encoding="utf-8") for name in FILES)
    return "\n".join([f"const CSS = {json.dumps(css)};", *(BETWEEN_FILES.sub("", text) for text in files)])


# Ascending also over a restart of the server, which the page in the browser outlives.
_messages = itertools.count(time.time_ns() // 1000)
_code = st.components.v2.component("gan_live_code", js=drawing_code())
_feed = st.components.v2.component("gan_live_feed", js=FEED)
_views = {kind: st.components.v2.component(f"gan_live_{kind}", js=VIEW.replace("KIND", kind)) for kind in KINDS}


def selection(
    key: str, selected: int | None, on_select: Callable[[], None] | None
) -> tuple[int | None, Callable[[], None]]:
    """(index, callback): what the visitor chose last in a view (`selected` before), and what each click has to call.

    A click is an event: choosing the same one again counts. The choice is kept under the key `<key>-selected`.
    """
    name = f"{key}-selected"

    def clicked() -> None:
        st.session_state[name] = int(st.session_state[key].selected)
        if on_select is not None:
            on_select()

    return st.session_state.get(name, selected), clicked


_fed: ContextVar[list[bytes] | None] = ContextVar("fed", default=None)
NOTHING_HAPPENED = SimpleNamespace(selected=None, step=None)


@contextmanager
def feeding(key: str) -> Iterator[None]:
    """Inside, views are not put on the page: those that are there already get their frames, all in one message."""
    frames: list[bytes] = []
    token = _fed.set(frames)
    try:
        yield
    finally:
        _fed.reset(token)
    _feed(key=key, data=_stamp(here=True) + b"".join(frames))


def _stamp(here: bool) -> bytes:
    """Eight bytes: a number that no other message has and that grows, whose lowest bit tells whether Python knows that
    the drawing code is there."""
    return (2 * next(_messages) + here).to_bytes(8, "little")


def mount(kind: Kind, key: str, frame: bytes, **events: Any) -> Any:
    """Show a frame in the view of this kind; gives Streamlit's result, with one attribute for each event."""
    if (fed := _fed.get()) is not None:
        fed.append(KINDS.index(kind).to_bytes(4, "little") + len(frame).to_bytes(4, "little") + frame)
        return NOTHING_HAPPENED
    here = CODE_HERE in st.session_state

    def arrived() -> None:
        st.session_state[CODE_HERE] = True

    stamp = _stamp(here)
    with st.container(gap=None):  # the code takes no room of its own
        result = _views[kind](key=key, data=stamp + frame, on_code_change=arrived, **events)
        bearer, sent = st.session_state.get(CODE_SENT, (key, -math.inf))
        if not here and (bearer == key or time.monotonic() - sent > PATIENCE):
            st.session_state[CODE_SENT] = (key, time.monotonic())
            _code(key=f"{key}-code", data=stamp)
    return result
