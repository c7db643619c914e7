"""Pictures, films and files of what a page shows, one click each.

    exports.expander(page)          # closed, it costs nothing

A click has a worker of the pool make the file from what was recorded at that moment; the run goes on meanwhile. What
cannot be made is a sentence above the buttons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from gan_core.config import FIELDS
from gan_core.errors import ExportError, Refusal
from pages.shared.play import making, resources
from pages.shared.play.runs import Frame, RunFrame, Show
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app, one_of
from pages.shared.views import points

CHOSEN = "export"  # in PageState.choices: what the controls say
PROBLEM = "export_problem"  # … and why the last file was not made
WIDTHS = (1280, 1920, 2560, 3840)  # pixels: 2× is 1,920, 4× is 3,840
TITLE_LENGTH = 400
MIME = {
    "svg": "image/svg+xml", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "html": "text/html",
    "csv": "application/zip", "zip": "application/zip",
}  # fmt: skip
ICONS = {
    "svg": "shape_line", "png": "image", "webp": "movie", "gif": "gif_box", "html": "slideshow", "csv": "table",
    "zip": "folder_zip",
}  # fmt: skip
OF_ONE_FIGURE = ("svg", "png")


def expander(page: PageState) -> None:
    """How a file is to look, and a button for each kind of file."""
    if "figures" in app().hidden or not page.plays:
        return
    box = st.expander(t("export.title"), icon=":material/add_photo_alternate:", key=f"{page.name}-export",
                      on_change="rerun")  # fmt: skip
    if not box.open:
        return
    with box:
        frame = None if page.show is None else page.show.moment()
        if frame is None:
            st.info(t("export.nothing_yet"))
            return
        _panel(page, frame)


def _panel(page: PageState, frame: Frame) -> None:
    from gan_core.export import figures
    from gan_core.export.look import SHAPES, THEMES

    chosen: dict[str, Any] = page.choices.setdefault(CHOSEN, {})
    usual_theme = one_of(st.context.theme.type, THEMES) or "light"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = _pick(page, chosen, "run", range(len(frame.runs)), names_of(frame)) if len(frame.runs) > 1 else 0
        there = list(figures.there(frame.runs[run]))
        _pick(page, chosen, "figure", there, {name: t(f"export.figure_{name}") for name in there})
        _pick(page, chosen, "shape", list(SHAPES), {name: name for name in SHAPES})
        themes = sorted(THEMES, key=lambda name: name != usual_theme)
        _pick(page, chosen, "theme", themes, {name: t(f"export.{name}") for name in themes})
        _pick(page, chosen, "width", list(WIDTHS), {w: t("export.pixels", width=f"{w:,}") for w in WIDTHS}, at=1)
        chosen["transparent"] = st.toggle(t("export.transparent"), key=f"{page.name}-export-transparent")
    chosen["title"] = st.text_input(
        t("export.own_title"), key=f"{page.name}-export-title", max_chars=TITLE_LENGTH,
        placeholder=t("export.own_title_hint"),
    )  # fmt: skip
    if problem := page.choices.pop(PROBLEM, None):
        notices.warning(problem)
    with st.container(horizontal=True):
        for kind in MIME:
            name = chosen["figure"] if kind in OF_ONE_FIGURE else t(f"export.file_{kind}")
            st.download_button(
                t(f"export.{kind}"), asked(page, kind), f"{name}.{'zip' if kind == 'csv' else kind}", MIME[kind],
                key=f"{page.name}-export-{kind}", on_click="ignore", icon=f":material/{ICONS[kind]}:",
                help=t(f"export.{kind}_help"),
            )  # fmt: skip
    st.caption(t("export.hint"))


def _pick(page: PageState, chosen: dict[str, Any], name: str, options: Any, labels: dict[Any, str], at: int = 0) -> Any:
    key = f"{page.name}-export-{name}"
    known = list(options)
    if one_of(st.session_state.get(key), known) is None:
        st.session_state[key] = known[at]
    st.selectbox(t(f"export.{name}"), known, key=key, format_func=lambda one: labels[one], width=170)
    chosen[name] = one_of(st.session_state[key], known)
    return chosen[name]


def names_of(frame: Frame) -> dict[int, str]:
    """The runs by what sets them apart."""
    first = frame.runs[0].config
    changed = {name for run in frame.runs for name in run.config.differences(first)}
    names = {}
    for i, run in enumerate(frame.runs):
        values = dict(run.config.flat())
        parts = [str(values[name]).replace("_", " ") for name in FIELDS if name in changed]
        names[i] = " · ".join(parts) or str(i + 1)
    return names


def asked(page: PageState, kind: str) -> Callable[[], bytes]:
    """What a click on the button of this kind gives; called in a thread that may wait and has no session."""
    chosen, show, owner = dict(page.choices.get(CHOSEN, {})), page.shown, id(app())
    labels = {name: t(f"field.{name}") for name in FIELDS}
    return lambda: made_of(page, show, chosen, kind, owner, labels)


def made_of(
    page: PageState, show: Show, chosen: dict[str, Any], kind: str, owner: int | None, labels: dict[str, str]
) -> bytes:
    """The file of the moment that the runs are looked at. Raises Refusal, and the page says why."""
    frame = show.moment()
    try:
        if frame is None:
            raise ExportError("export.no_picture")
        return content(frame, page, chosen, kind, owner=owner, labels=labels)
    except Refusal as error:
        page.choices[PROBLEM] = error
        raise


def content(
    frame: Frame, page: PageState, chosen: dict[str, Any], kind: str, *, owner: int | None, labels: dict[str, str]
) -> bytes:
    from gan_core.export.files import Wish, possible, zipped
    from gan_core.export.look import Look

    recording: RunFrame = frame.runs[min(chosen.get("run") or 0, len(frame.runs) - 1)]
    member = points.member(page) if recording.snapshot.members > 1 else None
    look = Look(
        shape=chosen["shape"], theme=chosen["theme"], title=chosen["title"] or "", member=member,
        transparent=chosen["transparent"], step=frame.step, labels=labels,
    )  # fmt: skip
    formats = possible(recording) if kind == "zip" else (kind,)
    figures = (chosen["figure"],) if kind in OF_ONE_FIGURE else ()
    found = making.made(resources.pool(), recording, look, Wish(figures, formats, chosen["width"]), owner)
    wanted = [file for file in found if file.name.endswith(f".{kind}")]
    return wanted[0].content if len(wanted) == 1 and kind != "csv" else zipped(found)
