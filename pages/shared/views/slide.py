"""Slide mode, `?slide=1`: the picture of the runs with two curves over the whole window, and nothing else.

    slide.view(page, frame)         # in place of a page's own view
    slide.of_charts(page)           # one of the charts of a page without runs, or of a section that is about charts
    slide.of_recording(page, name)  # a recorded run, of a page that has neither
    slide.button()                  # into it

It lies over the page, whose player goes on behind it: the space bar plays and pauses, the arrows go through what was
recorded, s takes a step, r starts anew, Esc leaves (live/timeline.js). slide.css says where things
are: a larger window shows the same, larger, letters too. The views fill the slide's body (live/common.js: space).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState, app
from pages.shared.views import camera, exports, images, live, opening, points, statistics

if TYPE_CHECKING:
    from gan_core.export.plate import Plate

CURVES = ("losses", "outputs")  # of one run
OF_SEVERAL = ("histogram",)  # of runs beside each other, of each: it has something to show before the first step, too
CHART = "slide_chart"  # in PageState.choices: which one is looked at
PANELS, DIGITS, ABREAST = 8, 24, 6  # of several members or runs; images of each run, and of them in a row
ROW = 3  # panels that are larger in one row above the curves than beside them
SAMPLES = 80  # images of one run at most, of which the view shows as many as fill the slide


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
        _head(page)
        count = len(frame.runs)
        titles = list(exports.names_of(frame, page).values()) if count > 1 else []
        members = _members(page, frame)
        with st.container(key="slide-body"):
            with st.container(key=f"slide-{_shape(page, count, count * len(members))}"):
                if not page.of_images:
                    points.plane(page, frame, titles=titles, most=PANELS)
                elif count == 1:
                    images.samples(page, frame, most=SAMPLES)
                else:
                    _digits(page, frame, titles, members[0])
            with st.container(key="slide-curves"):
                _over(page, frame, titles)
        st.caption(_caption(frame, members))


def _members(page: PageState, frame: Frame) -> list[int]:
    """Those that are drawn of each run."""
    if not page.of_images:
        return points.members_drawn(page, frame, PANELS)
    return points.members_shown(page, frame.runs[0])[: 1 if len(frame.runs) > 1 else None]


def _shape(page: PageState, runs: int, panels: int) -> str:
    """How the picture lies: alone beside the curves, as a row above them, or as several rows beside them, which the
    images of one run fill, too."""
    if panels > ROW or (page.of_images and runs == 1):
        return "wide"
    return "picture" if panels == 1 else "row"


def _head(page: PageState, **how: Any) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="slide-head"):
        st.markdown(f"# {camera.title_of(page)}", width="stretch")
        _leave(**how)


@pushed
def _over(page: PageState, frame: Frame, titles: Sequence[str]) -> None:
    """The curves by which this page looks at its runs; those of every run where it has none of its own for them."""
    found = {} if page.over is None else page.over(page, frame)
    if not found:
        names = CURVES if len(frame.runs) == 1 else OF_SEVERAL
        statistics.curves(page, frame, names, titles=titles, empty=True)
        return
    charts, key = opening.ghosts(page, frame, found, empty=True), f"{page.name}-curves-of-slide"
    live.curves(key, charts, step=frame.step, label=t("panel.step"), height=130, width=280, kept=False,
                **statistics.time_axis(page, key))  # fmt: skip


@pushed
def _digits(page: PageState, frame: Frame, titles: Sequence[str], k: int) -> None:
    """Of every run some of one member."""
    groups = [live.Images(run.snapshot.fake[k, :DIGITS], title) for run, title in zip(frame.runs, titles, strict=True)]
    live.digits(f"{page.name}-slide-digits", groups, step=frame.step, columns=ABREAST, upscale=4, width=200,
                summary=t("digits.grid_summary", step=f"{frame.step:,}"))  # fmt: skip


def of_recording(page: PageState, name: str) -> None:
    """The run that the page shows, at its beginning; space, the arrows, s and r are the recorded run's own."""
    if on():
        with sheet():
            _head(page, shortcut="Esc")
            with st.container(key="slide-body"), st.container(key="slide-recorded"):
                opening.show(page, name, lambda: set_slide(False))


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
    leaves. One that is being computed comes as far as it is: what the page waits for has all of it look again."""
    if on() and not app().staged:
        _chart(page)


def _chart(page: PageState) -> None:
    charts = list(camera.there().items())
    if not charts:
        with sheet():
            _head(page, shortcut="Esc")
            with st.container(key="slide-nothing"):
                st.caption(t("slide.nothing_yet"))
        return
    at = page.choices.get(CHART, 0) % len(charts)
    title = ": ".join(filter(None, (camera.title_of(page), app().section)))
    drawn = _drawn(charts[at][1], camera.caption(page, camera.spoken()), camera.theme(), title)

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


def _drawn(plate: Plate, caption: str, theme: str, title: str) -> str:
    """As an address that has the picture in itself. What cannot be drawn is the sentence that says so, as a picture."""
    from gan_core.errors import ExportError
    from gan_core.export.layout import finished, sheet
    from gan_core.export.look import Look
    from gan_core.export.svg import svg

    look = Look(theme=theme, title=title, **camera.spoken())
    try:
        drawing = plate.captioned(caption).draw(look)
    except ExportError as error:
        drawing = finished(look, sheet(look, sentence(error), caption)[0], sentence(error))
    return "data:image/svg+xml;base64," + b64encode(svg(drawing)).decode()


def _caption(frame: Frame, members: Sequence[int]) -> str:
    """Settings and the seeds of what is drawn, as they stand below a picture that is kept."""
    from gan_core.export.figures import caption
    from gan_core.export.look import Look

    return caption(frame.runs[0], Look(**camera.spoken()), members, None)
