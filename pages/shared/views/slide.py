"""Slide mode, `?slide=1`: the picture of the runs with two curves over the whole window, and nothing else.

    slide.view(page, frame)         # in place of a page's own view
    slide.of_charts(page)           # one of the charts of a page without runs
    slide.button()                  # into it

It lies over the page, whose player goes on behind it: the space bar plays and pauses, the arrows go through what was
recorded, s takes a step, r starts anew, Esc leaves (live/timeline.js). slide.css says where things are, on a window of
1280 × 720 CSS pixels; larger ones show the same, larger.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.play.runs import Frame
from pages.shared.shell import site
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState, app
from pages.shared.views import camera, exports, images, points, statistics

if TYPE_CHECKING:
    from gan_core.export.plate import Plate

FILLS = 4000  # pixels: more than any window, so that the room decides how large the picture is
CHART = "slide_chart"  # in PageState.choices: which one is looked at
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
    with sheet():
        with st.container(horizontal=True, vertical_alignment="center", key="slide-head"):
            name = next(one.name for one in site.PAGES if page.name.startswith(one.name))  # or a section of it
            st.markdown(f"# {t(f'{name}.title')}", width="stretch")
            _leave()
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


@contextmanager
def sheet() -> Iterator[None]:
    """Over everything, to be filled within it."""
    st.html(Path(__file__).parent / "slide.css")
    with st.container(key="slide", gap="xsmall"):
        yield


def _leave(**how: Any) -> None:
    st.button(t("slide.leave"), key="slide-leave", icon=":material/close:", type="tertiary", on_click=set_slide,
              args=(False,), **how)  # fmt: skip


def of_charts(page: PageState) -> None:
    """A page without runs on a slide: one of its charts, drawn as it is exported; the arrows go through them, Esc
    leaves."""
    charts = list(camera.there().items())
    if not on() or page.plays or not charts:
        return
    at = page.choices.get(CHART, 0) % len(charts)
    drawn = _drawn(charts[at][1], camera.caption(page, camera.spoken()["labels"]), camera.theme())

    def turn(by: int) -> None:
        page.choices[CHART] = at + by

    with sheet():
        st.html(f'<img class="slide-chart" alt="{escape(charts[at][1].title)}" src="{drawn}">')
        with st.container(horizontal=True, key="slide-tools", width="content"):
            if len(charts) > 1:
                for key, icon, shortcut, by in (("before", "chevron_left", "Left", -1),
                                                ("after", "chevron_right", "Right", 1)):  # fmt: skip
                    st.button(t(f"slide.{key}"), key=f"slide-{key}", icon=f":material/{icon}:", type="tertiary",
                              shortcut=shortcut, on_click=turn, args=(by,))  # fmt: skip
            _leave(shortcut="Esc")


def _drawn(plate: Plate, caption: str, theme: str) -> str:
    """As an address that has the picture in itself. What cannot be drawn is the sentence that says so, as a picture."""
    from gan_core.errors import ExportError
    from gan_core.export.layout import finished, sheet
    from gan_core.export.look import Look
    from gan_core.export.svg import svg

    look = Look(theme=theme, **camera.spoken())
    try:
        drawing = plate.captioned(caption).draw(look)
    except ExportError as error:
        drawing = finished(look, sheet(look, sentence(error), caption)[0], sentence(error))
    return "data:image/svg+xml;base64," + b64encode(svg(drawing)).decode()


def _caption(page: PageState, frame: Frame) -> str:
    """Settings and seeds, as they stand below a picture that is kept."""
    from gan_core.export.figures import caption
    from gan_core.export.look import Look

    run = frame.runs[0]
    return caption(run, Look(**camera.spoken()), points.members_shown(page, run), None)
