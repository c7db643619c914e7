"""Slide mode, `?slide=1`: the picture of the runs with two curves over the whole window, and nothing else.

    slide.view(page, frame)         # in place of a page's own view
    slide.button()                  # into it

It lies over the page, whose player goes on behind it: the space bar plays and pauses, the arrows go through what was
recorded, s takes a step, r starts anew, Esc leaves (live/timeline.js). slide.css says where things are, on a window of
1280 × 720 CSS pixels; larger ones show the same, larger.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gan_core.config import FIELDS
from pages.shared.play.runs import Frame
from pages.shared.shell import site
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import exports, images, points, statistics

FILLS = 4000  # pixels: more than any window, so that the room decides how large the picture is
ALONE, AMONG = 196, 92  # pixels of a chart: of two, and of more


def on() -> bool:
    return app().slide


def set_slide(wanted: bool) -> None:
    app().slide = wanted


def button() -> None:
    st.button(
        t("slide.enter"), key="slide-enter", icon=":material/slideshow:", help=t("slide.enter_help"),
        on_click=set_slide, args=(True,),
    )  # fmt: skip


def view(page: PageState, frame: Frame) -> None:
    """Title, picture, curves, and what the run is."""
    st.html(Path(__file__).parent / "slide.css")
    with st.container(key="slide", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", key="slide-head"):
            name = next(one.name for one in site.PAGES if page.name.startswith(one.name))  # or a section of it
            st.markdown(f"# {t(f'{name}.title')}", width="stretch")
            st.button(t("slide.leave"), key="slide-leave", icon=":material/close:", type="tertiary",
                      on_click=set_slide, args=(False,))  # fmt: skip
        titles = list(exports.names_of(frame).values()) if len(frame.runs) > 1 else []
        with st.container(key="slide-body"):
            with st.container(key="slide-picture"):
                if page.of_images:
                    images.samples(page, frame)
                else:
                    points.plane(page, frame, titles=titles, height=FILLS)
            with st.container(key="slide-curves"):
                alone = len(frame.runs) == 1
                height, width = (ALONE, FILLS) if alone else (AMONG, 260)
                statistics.curves(page, frame, ("losses", "outputs"), titles=titles, height=height, width=width)
        st.caption(_caption(page, frame))


def _caption(page: PageState, frame: Frame) -> str:
    """Settings and seeds, as they stand below a picture that is kept."""
    from gan_core.export.figures import caption
    from gan_core.export.look import Look

    run = frame.runs[0]
    labels = {name: t(f"field.{name}") for name in FIELDS}
    return caption(run, Look(labels=labels), points.members_shown(page, run), None)
