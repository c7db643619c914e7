"""Pictures, films and files of what a page shows, one click each.

    exports.expander(page)          # closed, it costs nothing

A click has a worker of the pool make the file from what was recorded at that moment; the run goes on meanwhile. What
cannot be made is a sentence above the buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from gan_core.checks import one_of
from gan_core.config import RunConfig
from gan_core.errors import ExportError, Refusal
from pages.shared.play import making, pushed, resources, visits
from pages.shared.play.runs import Frame, RunFrame, Show
from pages.shared.shell import folded, notices
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import PageState, app
from pages.shared.views import opening, points
from pages.shared.views.camera import (
    CHOSEN,
    ICONS,
    MIME,
    NOTHING,
    OF_ONE_FIGURE,
    PROBLEM,
    Drawn,
    caption,
    file_name,
    options_said,
    spoken,
    theme,
    there,
)  # fmt: skip

if TYPE_CHECKING:
    from gan_core.export.plate import Plate

WIDTHS = (1280, 1920, 2560, 3840)  # pixels: 2× is 1,920, 4× is 3,840
TITLE_LENGTH = 400
TOGETHER = -1  # in place of the number of a run
Says = Mapping[str, Any]  # the words of a Look


def expander(page: PageState) -> None:
    """How a file is to look, and a button for each kind of file: of the runs, and of the charts on the page."""
    if "figures" in app().hidden or not ((page.plays and page.of_runs) or there()):
        return
    if problem := page.choices.pop(PROBLEM, None):
        notices.warning(problem)
    box = folded.box(page, "export", t("export.title"), "add_photo_alternate")
    if box is None:
        return
    with box:
        frame = _moment(page, page.show)
        if frame is None and not there():
            st.info(t("export.nothing_yet"))
            return
        _panel(page, frame)


def _moment(page: PageState, show: Show | None) -> Frame | None:
    """The moment of the runs that the section on the screen shows, or of the recorded run that it opens with."""
    if not (page.plays and page.of_runs):
        return None
    return opening.recorded(page) if show is None else show.moment()


def _panel(page: PageState, frame: Frame | None) -> None:
    from gan_core.export.look import SHAPES, THEMES

    chosen: dict[str, Any] = page.choices.setdefault(CHOSEN, {})
    usual_theme = theme()
    runs = () if frame is None else frame.runs
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = 0
        if frame is not None and len(runs) > 1:
            names = names_of(frame, page) | {TOGETHER: t("export.together")}
            run = _pick(page, chosen, "run", [*range(len(runs)), TOGETHER], names)
        figures = figures_of(frame, run)
        _pick(page, chosen, "figure", list(figures), figures)
        _pick(page, chosen, "shape", list(SHAPES), {name: name for name in SHAPES})
        themes = sorted(THEMES, key=lambda name: name != usual_theme)
        _pick(page, chosen, "theme", themes, {name: t(f"export.{name}") for name in themes})
        _pick(page, chosen, "width", list(WIDTHS), {w: t("export.pixels", width=f"{w:,}") for w in WIDTHS}, at=1)
        chosen["transparent"] = st.toggle(t("export.transparent"), key=f"{page.name}-export-transparent")
    chosen["title"] = st.text_input(
        t("export.own_title"), key=f"{page.name}-export-title", max_chars=TITLE_LENGTH,
        placeholder=t("export.own_title_hint"),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen["steps"] = ()
        if runs and not page.of_images:
            _layers(page, runs[0 if run == TOGETHER else run])
        if runs:
            chosen["steps"] = _steps(page)
    possible = kinds(frame, run, chosen["figure"])
    with st.container(horizontal=True, key="export-buttons"):
        for kind in possible:
            own = kind in OF_ONE_FIGURE or (kind != "zip" and chosen["figure"] in there())
            name = file_name(chosen["figure"]) if own else t(f"export.file_{kind}")
            st.download_button(
                t(f"export.{kind}"), asked(page, kind), f"{name}.{'zip' if kind == 'csv' else kind}", MIME[kind],
                key=f"{page.name}-export-{kind}", on_click="ignore", icon=f":material/{ICONS[kind]}:",
                help=t(f"export.{kind}_help"),
            )  # fmt: skip
    if runs and run != TOGETHER and "webp" not in possible and chosen["figure"] not in there():
        st.caption(sentence(ExportError("export.no_film")))
    st.caption(_hint(page, frame))


def _hint(page: PageState, frame: Frame | None) -> str:
    """Which moment a file is of."""
    if frame is None:
        return t("export.hint_charts")
    return t("export.hint" if page.show is not None else "export.hint_recorded")


def _layers(page: PageState, run: RunFrame) -> None:
    """What the plane shows: what is shown of it on the page, until another choice is made here or there."""
    from gan_core.export.plane import there as of_plane

    possible, key = of_plane(run), f"{page.name}-export-layers"

    def picked() -> None:
        kept = [name for name in layers(page) if name not in possible]
        page.choices[points.LAYERS] = (*st.session_state[key], *kept)

    st.session_state[key] = [name for name in possible if name in layers(page)]
    st.multiselect(t("export.layers"), possible, key=key, width=380, on_change=picked,
                   format_func=lambda name: t(f"scene.{name}"))  # fmt: skip


def layers(page: PageState) -> tuple[str, ...]:
    """Those of the pictures of the page's runs."""
    from gan_core.export.look import LAYERS, USUAL

    chosen = page.choices.get(points.LAYERS, USUAL)
    return tuple(name for name in LAYERS if name in chosen)


def _steps(page: PageState) -> tuple[int, ...]:
    """The moments of a time strip as they are written; () for a few spread over the run."""
    from gan_core.export.look import steps_of

    text = st.text_input(t("export.steps"), key=f"{page.name}-export-steps", max_chars=200, placeholder="0, 100, 1000",
                         width=280, help=t("export.steps_help"))  # fmt: skip
    if not text.strip():
        return ()
    try:
        return steps_of(text)
    except ExportError as error:
        notices.warning(error)
        return ()


def figures_of(frame: Frame | None, run: int) -> dict[str, str]:
    """What can be kept as one picture, with its words: of a run, or of all together, and the charts of the page."""
    from gan_core.export.beside import beside
    from gan_core.export.figures import there as of_run

    found: dict[str, str] = {}
    if frame is not None:
        names = beside(frame.runs, [""] * len(frame.runs)) if run == TOGETHER else of_run(frame.runs[run])
        found = {name: t(f"export.figure_{name}") for name in names}
    return found | {key: plate.title for key, plate in there().items()}


def kinds(frame: Frame | None, run: int, figure: str = "") -> tuple[str, ...]:
    """The files that can be made of this: films and replays are of one run, or of a figure that moves."""
    from gan_core.export.beside import beside
    from gan_core.export.files import MOVING, possible

    plate = there().get(figure)
    if frame is not None and run == TOGETHER and plate is None:
        plate = beside(frame.runs, [""] * len(frame.runs)).get(figure)
    if frame is None or run == TOGETHER or plate is not None:
        return (*OF_ONE_FIGURE, *(MOVING if plate is not None and plate.steps else ()), "zip")
    return tuple(kind for kind in MIME if kind == "zip" or kind in possible(frame.runs[run]))


def _pick(page: PageState, chosen: dict[str, Any], name: str, options: Any, labels: dict[Any, str], at: int = 0) -> Any:
    key = f"{page.name}-export-{name}"
    known = list(options)
    if one_of(st.session_state.get(key), known) is None:
        st.session_state[key] = known[at]
    st.selectbox(t(f"export.{name}"), known, key=key, format_func=lambda one: labels[one], width=170)
    chosen[name] = one_of(st.session_state[key], known)
    return chosen[name]


def names_of(frame: Frame, page: PageState | None = None) -> dict[int, str]:
    """The runs as the page calls them, or by what sets them apart."""
    from gan_core.export.beside import apart

    said = page.titles(page, frame) if page is not None and page.titles is not None else []
    named = len(said) == len(frame.runs) and all(said)
    return dict(enumerate(said if named else apart([run.config for run in frame.runs], options_said())))


def asked(page: PageState, kind: str) -> Callable[[], bytes]:
    """What a click on the button of this kind gives; called in a thread that may wait and has no session."""
    chosen, show, owner = dict(page.choices.get(CHOSEN, {})), page.show if page.of_runs else None, id(app())
    says = spoken()
    frame = None if show is None else show.moment()
    if frame is not None and not page.of_images:
        says |= {"kinds": points.kinds_of(page, frame)}
    names = () if frame is None else tuple(names_of(frame, page).values())
    drawn, again = Drawn(there(), caption(page, says), names), visits.again()
    speaks = app().language

    def make() -> bytes:
        try:
            newer = kept_of(show, speaks)
            return made_of(page, show, chosen, kind, owner, says, Drawn({**drawn.charts, **newer}, drawn.caption))
        except Refusal:
            again()  # the page says why
            raise

    return make


def kept_of(show: Show | None, language: str) -> dict[str, Plate]:
    """What moves on the page, as it is now."""
    frame = None if show is None else show.moment()
    return {} if show is None or frame is None else pushed.kept(show.parts, show.channel.selections, language, frame)


def made_of(
    page: PageState, show: Show | None, chosen: dict[str, Any], kind: str, owner: int | None, says: Says,
    drawn: Drawn = NOTHING,
) -> bytes:  # fmt: skip
    """The file of the moment that the runs are looked at. Raises Refusal, and the page says why."""
    frame = _moment(page, show)
    try:
        if frame is None and not drawn.charts:
            raise ExportError("export.no_picture")
        return content(frame, page, chosen, kind, owner=owner, says=says, drawn=drawn)
    except Refusal as error:
        page.choices[PROBLEM] = error
        raise


def content(
    frame: Frame | None, page: PageState, chosen: dict[str, Any], kind: str, *, owner: int | None, says: Says,
    drawn: Drawn = NOTHING,
) -> bytes:  # fmt: skip
    from gan_core.export.beside import beside
    from gan_core.export.files import Wish, possible, zipped
    from gan_core.export.look import WHOLE, Look

    run = chosen.get("run") or 0
    recording: RunFrame | None = None
    more = {key: plate.captioned(drawn.caption) for key, plate in list(drawn.charts.items())}
    configs: tuple[RunConfig, ...] = ()
    if frame is not None and run == TOGETHER:
        named = drawn.names if len(drawn.names) == len(frame.runs) else names_of(frame).values()
        more |= beside(frame.runs, list(named))
        configs = tuple(one.config for one in frame.runs)
    elif frame is not None:
        recording = frame.runs[min(run, len(frame.runs) - 1)]
    several = frame is not None and frame.runs[0].snapshot.members > 1
    strip = kind == "zip" or chosen["figure"] == "strip"
    look = Look(
        shape=chosen["shape"], theme=chosen["theme"], title=chosen["title"] or "", **says,
        member=points.member(page) if several else None, transparent=chosen["transparent"],
        step=None if frame is None else frame.step, steps=chosen.get("steps", ()) if strip else (),
        layers=layers(page), window=page.choices.get(points.WINDOW, WHOLE),
    )  # fmt: skip
    formats = possible(recording, more) if kind == "zip" else (kind,)
    own = kind in OF_ONE_FIGURE or (kind != "zip" and chosen["figure"] in more)
    wish = Wish((chosen["figure"],) if own else (), formats, chosen["width"], more, configs)
    found = making.made(resources.pool(), recording, look, wish, owner)
    right = [file for file in found if file.name.endswith(f".{kind}")]
    return right[0].content if len(right) == 1 and kind != "csv" else zipped(found)
