"""The stage of an experiment: the picture and its player fit one window, the numbers stand beside them.

    with stage.settings():                   the few that matter, above the groups that `fields.sidebar` folds
        fields.top(page, names_of_presets)
    player.stage(page, view)                 begins the stage; its buttons, its scrubber, and view(page, frame), which
                                             fills the areas:

    def view(page, frame):
        with stage.area("verdict"): …        what one sees, in a line or two; its room is kept while it has none
        with stage.picture(panels=1): …      the hero: of one panel as large as the window allows, several across it
        with stage.rail(): …                 numbers and small curves
        with stage.below(): …                what is read when the rest has been seen

Where the areas lie is in style.css, not in the order of the calls: verdict, picture, scrubber, buttons, with the rail
beside them, or below a picture of several panels; on a telephone the picture, the player, the verdict. A page that has
no runs fills the same areas without a player.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

Area = Literal["verdict", "picture", "time", "player", "rail", "below"]


def begin() -> DeltaGenerator:
    """The stage; one on a page."""
    return st.container(key="stage")


def area(name: Area) -> DeltaGenerator:
    """A part of the stage, to be filled within it. What is in that of the verdict stands in a row."""
    return st.container(key=f"stage-{name}", gap="small", horizontal=name == "verdict")


def picture(*, panels: int = 1, square: bool = True, filled: bool = False) -> DeltaGenerator:
    """The area of the picture, which has the whole width if it is of several panels; one that is `square` has its room
    before it is there. One that is to be `filled` by a figure (`views.figures`) is as high as the window allows."""
    kind = "picture-filled" if filled else "picture-wide" if panels > 1 else "picture" if square else "picture-low"
    return st.container(key=f"stage-{kind}", gap="small")


def by_hand(*, square: bool = True) -> DeltaGenerator:
    """Around a picture that is taken by the hand, see `views.drag`, which fills areas itself: what it says is the
    verdict, its button lies where the time does, and its numbers stand in the rail, above what the page puts there."""
    return st.container(key="stage-by-hand" if square else "stage-by-hand-low")


def waiting() -> DeltaGenerator:
    """In the area of the picture, which has the room that its recording had: why the picture is not there yet."""
    return st.container(key="stage-waiting", gap="small")


def opens() -> DeltaGenerator:
    """The area of the picture, of a recorded run, which stands there until the page's own is drawn."""
    return st.container(key="stage-opens", gap="small")


def rail() -> DeltaGenerator:
    return area("rail")


def below() -> DeltaGenerator:
    return area("below")


def ending() -> DeltaGenerator:
    """After everything else on the stage: what follows from a run that has ended."""
    return st.container(key="stage-ending", gap="small")


def moving() -> DeltaGenerator:
    """Around what a fragment draws of the stage: its areas are those of the stage itself. Streamlit puts a new element
    into the place of the one that had its number before: so it comes before whatever it leaves to be seen."""
    return st.container(key="stage-moving")


def settings() -> DeltaGenerator:
    """In the sidebar, above what is folded there."""
    return st.sidebar.container(key="settings", gap="small")
