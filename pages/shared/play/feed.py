"""Which parts of a page move many times a second while its runs train.

A look of the player puts all views in their places, with the words and numbers around them. For Streamlit, and for the
browser, that is many times the work of the pictures alone. So while a run trains the player looks every second or two,
and in between it renews only the parts that are marked here, all with one message:

    @feed.moves
    def plane(page, frame, …):        # shows nothing but `live` views
        live.scene(…)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from pages.shared.play.runs import Frame
from pages.shared.shell.state import PageState
from pages.shared.views import live

P = ParamSpec("P")
Part = Callable[Concatenate[PageState, Frame, P], None]


def moves(part: Part[P]) -> Part[P]:
    """A part of a look is remembered with its arguments, to be drawn again with newer frames. One that draws a moment
    of its own making, and not the frame that the player gave, is left to the looks."""

    @wraps(part)
    def drawn(page: PageState, frame: Frame, *args: P.args, **options: P.kwargs) -> None:
        show = page.show
        if show is not None and frame is show.drawn:
            show.parts.append(lambda newer: part(page, newer, *args, **options))
        part(page, frame, *args, **options)

    return drawn


def renew(page: PageState, frame: Frame) -> None:
    """The parts of the last look, with a newer frame."""
    assert page.show is not None
    with live.feeding(f"{page.name}-feed"):
        for part in page.show.parts:
            part(frame)
