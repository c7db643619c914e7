"""How the drawing code and its frames reach the browser.

Streamlit sends a component's JavaScript again with every update. So the drawing code is a component of its own, on the
page only until the browser says that the code has come; a view is a few lines that hand each frame over to that code.
A frame then costs its own bytes and hardly more. While runs train, frames come over a socket of our own (socket.js),
and no script runs.

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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, get_args

import streamlit as st

from gan_core.checks import finite, whole

Kind = Literal[
    "scene", "curves", "digits", "heat", "words", "timeline", "paths", "recorded", "board", "sketch", "waiting"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
FOLDER = Path(__file__).parent
# joined into one module, in this order; each imports only from those before it
FILES = (
    "pure.js", "common.js", "zoomed.js", "stamps.js", "scene.js", "over_time.js", "curves.js", "digits.js", "heat.js",
    "words.js", "paths.js", "recorded.js", "drawing.js", "board.js", "sketch.js", "socket.js", "timeline.js",
    "waiting.js", "start.js",
)  # fmt: skip

BETWEEN_FILES = re.compile(r"^import [^;]*;\n|^export (?!default)", re.MULTILINE)  # joined, they are one module

Window = tuple[float, float, float]
WHOLE: Window = (0.5, 0.5, 1.0)  # as a Look has it
FARTHEST, NEAREST = 1 / 3 - 1e-9, 60.0  # of zoomed.js

CODE_HERE, CODE_SENT = "gan-live-code-here", "gan-live-code-sent"  # in the session: whether, and with whom and when
PATIENCE = 1.0  # seconds until another view brings the code, as long as nobody has said that it is there

# Until the drawing code has arrived the newest frame of each view waits for it. Nothing is cleaned up: an update that
# is overtaken while its module loads would have its cleanup called after the newer one was shown, and take that away.
VIEW = """
export default function (component) {
  const live = (globalThis.ganLive ??= { waiting: new Map() });
  if (live.show) live.show("KIND", component);
  else live.waiting.set(component.parentElement, ["KIND", component]);
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
_views = {kind: st.components.v2.component(f"gan_live_{kind}", js=VIEW.replace("KIND", kind)) for kind in KINDS}


def said(key: str, event: str) -> Any:
    """What the browser says of an event of this view, unchecked: anything that JSON can hold. None: nothing."""
    return st.session_state[key].get(event)


def selection(
    key: str, selected: int | None, among: range, on_select: Callable[[int], None] | None
) -> tuple[int | None, Callable[[], None]]:
    """(index, callback): what the visitor chose last in a view (`selected` before), and what each click has to call.
    What is not `among` the choices is no click.

    A click is an event: choosing the same one again counts. The choice is kept under the key `<key>-selected`, and for
    those who have no session, in what `recording` was given.
    """
    name = f"{key}-selected"
    noted = _selections.get()
    noted = {} if noted is None else noted
    if _recorded.get() is not None:
        return noted.get(name, selected), lambda: None

    def clicked() -> None:
        index = whole(said(key, "selected"), among.start, among.stop - 1)
        if index is None:
            return
        st.session_state[name] = index
        if on_select is not None:
            on_select(index)

    chosen = noted[name] = st.session_state.get(name, selected)
    return chosen, clicked


def layers(
    key: str, usual: Sequence[str], there: Sequence[str], on_layers: Callable[[tuple[str, ...]], None] | None
) -> tuple[tuple[str, ...], Callable[[], None]]:
    """(those that the visitor looks at of the layers that are `there`, the callback when they are others). Until the
    browser says something else, the `usual` ones. They are kept as a selection is."""
    name = f"{key}-layers"
    noted = _selections.get()
    noted = {} if noted is None else noted
    if _recorded.get() is not None:
        return noted.get(name, tuple(usual)), lambda: None

    def chosen() -> None:
        wanted = said(key, "layers")
        if not isinstance(wanted, list):
            return
        found = st.session_state[name] = tuple(layer for layer in there if layer in wanted)
        if on_layers is not None:
            on_layers(found)

    known = noted[name] = st.session_state.get(name, tuple(usual))
    return known, chosen


def window(key: str, on_window: Callable[[Window], None] | None) -> tuple[Window, Callable[[], None]]:
    """(the part of the planes' window that the visitor looks at, the callback when it is another one), kept as a
    selection is."""
    name = f"{key}-window"
    noted = _selections.get()
    noted = {} if noted is None else noted
    if _recorded.get() is not None:
        return noted.get(name, WHOLE), lambda: None

    def moved() -> None:
        found = st.session_state[name] = window_of(said(key, "window"))
        if on_window is not None:
            on_window(found)

    known = noted[name] = st.session_state.get(name, WHOLE)
    return known, moved


def window_of(said: object) -> Window:
    """What a browser says of its zoom, (across, down, times larger); the whole window if that is none."""
    u, v, zoom = map(finite, said) if isinstance(said, list) and len(said) == 3 else (None, None, None)
    if u is None or v is None or zoom is None:
        return WHOLE
    good = 0 <= u <= 1 and 0 <= v <= 1 and FARTHEST <= zoom <= NEAREST
    return (u, v, zoom) if good else WHOLE


def worded(own: Mapping[str, str], labels: Mapping[str, str] | None) -> dict[str, str]:
    """The words of a view, its own English ones replaced by `labels`. Raises ValueError on a word that it has not."""
    for name in labels or {}:
        if name not in own:
            raise ValueError(f"this view has no word {name!r}; its words are {', '.join(own)}")
    return {**own, **(labels or {})}


_recorded: ContextVar[list[bytes] | None] = ContextVar("recorded", default=None)
_selections: ContextVar[dict[str, Any] | None] = ContextVar("selections", default=None)
_asked: ContextVar[Collection[str] | None] = ContextVar("asked", default=None)
_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def selecting(selections: dict[str, Any]) -> Iterator[None]:
    """Inside, what the visitor has chosen in views, and which layers, is noted in `selections`, for `recording`."""
    token = _selections.set(selections)
    try:
        yield
    finally:
        _selections.reset(token)


@contextmanager
def recording(
    selections: dict[str, Any], asked: Collection[str] | None = None, kept: dict[str, Any] | None = None
) -> Iterator[list[bytes]]:
    """Inside, views are not put on a page: each leaves its frame, with its kind and its length, in the list. Nothing
    asks Streamlit for anything, so any thread may do it. `asked` are the layers that somebody looks at of those that
    are made on request; None: all of them. kept: takes what each view would offer to keep."""
    frames: list[bytes] = []
    tokens = _recorded.set(frames), _kept.set(kept)
    try:
        with selecting(selections), asking(asked):
            yield frames
    finally:
        _recorded.reset(tokens[0])
        _kept.reset(tokens[1])


@contextmanager
def asking(layers: Collection[str] | None) -> Iterator[None]:
    """Inside, of the layers that are made on request only these are; None: all of them."""
    token = _asked.set(layers)
    try:
        yield
    finally:
        _asked.reset(token)


def is_asked(layer: str) -> bool:
    """Whether a layer that is made on request has to be made."""
    asked = _asked.get()
    return asked is None or layer in asked


def keeping() -> dict[str, Any] | None:
    """Where the views leave what they show, if somebody asks for it."""
    return _kept.get()


def is_recording() -> bool:
    """Whether no script run draws, but somebody who has time."""
    return _recorded.get() is not None


def stamp(known: bool = True) -> bytes:
    """Eight bytes: a number that no other message has and that grows, whose lowest bit tells whether Python knows that
    the drawing code is there."""
    return (2 * next(_messages) + known).to_bytes(8, "little")


def mount(kind: Kind, key: str, frame: bytes, **events: Any) -> None:
    """Show a frame in the view of this kind; each event calls back, and `said` has what the browser says of it."""
    if (recorded := _recorded.get()) is not None:
        recorded.append(KINDS.index(kind).to_bytes(4, "little") + len(frame).to_bytes(4, "little") + frame)
        return
    here = CODE_HERE in st.session_state

    def arrived() -> None:
        st.session_state[CODE_HERE] = True

    number = stamp(here)
    with st.container(gap=None):  # the code takes no room of its own
        _views[kind](key=key, data=number + frame, on_code_change=arrived, **events)
        bearer, sent = st.session_state.get(CODE_SENT, (key, -math.inf))
        if not here and (bearer == key or time.monotonic() - sent > PATIENCE):
            st.session_state[CODE_SENT] = (key, time.monotonic())
            _code(key=f"{key}-code", data=number)


def mount_over_time(kind: Kind, key: str, frame: bytes, on_click: Callable[[int], None] | None) -> None:
    """Show a frame in a view with a time axis. on_click hears of the step that was clicked."""

    def clicked() -> None:
        step = whole(said(key, "step"), 0)
        if step is not None and on_click is not None:
            on_click(step)

    mount(kind, key, frame, on_step_change=clicked)
