"""Which parts of a page move while its runs train.

A script run puts all views in their places, with what Streamlit draws around them. The parts that are marked here are
remembered with their arguments, and workers draw them again with newer frames:

    @pushed
    def plane(page, frame, …):        # shows nothing but `live` views, and asks Streamlit for nothing
        live.scene(…)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from pages.shared.play.channel import Views
from pages.shared.play.runs import Frame
from pages.shared.shell import i18n
from pages.shared.shell.state import PageState
from pages.shared.views import live

P = ParamSpec("P")
Part = Callable[Concatenate[PageState, Frame, P], None]


_within: ContextVar[bool] = ContextVar("within", default=False)


@contextmanager
def _part() -> Iterator[None]:
    """Inside, other parts belong to the one that calls them."""
    token = _within.set(True)
    try:
        yield
    finally:
        _within.reset(token)


def pushed(part: Part[P]) -> Part[P]:
    """The part, remembered. One that draws a moment of its own making, and not the frame that the player gave, is left
    to the script runs."""

    @wraps(part)
    def drawn(page: PageState, frame: Frame, *args: P.args, **options: P.kwargs) -> None:
        show = page.show
        if show is not None and frame is show.drawn and not _within.get():
            show.parts.append(lambda newer: part(page, newer, *args, **options))
            with _part(), live.asking(show.channel.asked):
                part(page, frame, *args, **options)
            return
        with _part():
            part(page, frame, *args, **options)

    return drawn


def kept(
    parts: Sequence[Callable[[Frame], None]], selections: dict[str, Any], language: str, frame: Frame
) -> dict[str, Any]:
    """What the parts of a page would offer to keep of this frame, by the keys of their views; any thread may ask."""
    found: dict[str, Any] = {}
    with i18n.speaking(language), live.recording(selections, kept=found), _part():
        for part in parts:
            part(frame)
    return found


def again(parts: Sequence[Callable[[Frame], None]], selections: dict[str, Any], language: str) -> Views:
    """All parts of a page as one function of a frame, which any thread may call: the frames of their views."""

    def views(frame: Frame, layers: Collection[str] | None = None) -> list[bytes]:
        with i18n.speaking(language), live.recording(selections, layers) as drawn, _part():
            for part in parts:
                part(frame)
        return drawn

    return views
