"""How every page begins and ends.

    from pages.shared.shell import layout

    page = layout.begin("play_2d")            # first line of a page with runs: its PageState, from address or session
    layout.begin("theory", None)              # of a page without

`app.py` writes heading, language and footer around each page, so a page only writes what is its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gan_core import __version__
from gan_core.checks import one_of
from gan_core.config import RunConfig
from pages.shared.controls import uploads
from pages.shared.controls.options import arrive, reset, section_row
from pages.shared.play import player, recorded, visits
from pages.shared.shell import address as url
from pages.shared.shell import folded, notices, site
from pages.shared.shell.i18n import DEFAULT as DEFAULT_LANGUAGE
from pages.shared.shell.i18n import languages, phrase, sentence, t
from pages.shared.shell.state import Option, PageState, app
from pages.shared.views import camera, exports, live, slide

if TYPE_CHECKING:
    from gan_core.run.history import Mark

DEFAULT = RunConfig()


def begin(
    name: str,
    default: RunConfig | None = DEFAULT,
    variants: tuple[Mapping[str, Any], ...] = ({},),
    *,
    options: Mapping[str, Option] = MappingProxyType({}),
    part: str | None = None,
    word: str = site.PART,
    own: bool = True,
) -> PageState:
    """The state of a page. `default` is the configuration that its address leaves out; `variants` as in PageState.
    None: it has no runs. `options` are what else may stand in its address, see `controls.options`.
    `part`: of a page in parts the one that is open, as `part` gives it; it has a state of its `own`, or that of the
    first. `word` says it in the address.

    A visitor who arrives brings the configuration of the address, or finds the one left behind. An address that is no
    configuration is answered with one sentence, and the page goes on with what it had.
    """
    state = app()
    visits.here(state)
    state.charts, state.staged, state.section = {}, False, ""
    while state.waiting:
        state.waiting.pop().close()
    live.begin()
    back = _went_back()
    name = f"{name}-{part}" if part and own else name
    followed = _followed()
    arrived = state.here != name or back or followed
    state.here = name
    new = name not in state.pages
    usual = default or DEFAULT
    page = state.pages.setdefault(name, PageState(name, usual, usual, variants, variants, plays=default is not None))
    page.arrived, page.options, page.spelled = arrived, options, False
    page.words.pop(word, None)
    if part:
        page.words[word] = part
    if arrived:
        page.problem = ""
        params = st.query_params.to_dict()
        if back:
            reset(page, places=True)  # the address leads
        wanted = part if part is None else params.pop(word, part)
        words = {option: params.pop(option) for option in options if option in params}
        if page.plays:
            left = usual if back else page.config  # an address without words: the default, or what was left behind
            page.take(lambda: uploads.available(url.read_config(params, usual) or left))
        elif unknown := [one for one in params if one not in url.APP_WORDS]:
            page.problem = t("app.no_word", words=", ".join(unknown)[:40])
        arrive(page, words)
        if wanted is not None and wanted != part and not page.problem:
            page.problem = t("app.no_part", part=wanted[:40])
        if new:
            page.turns.clear()  # no widget has been shown yet
        if followed and page.show is not None and page.show.configs != page.configs():
            player.afresh(page)  # who follows a link to a preset wants to see its run
    url.write_page(page)
    _refusal(page)
    return page


def _refusal(page: PageState) -> None:
    """Why the last input was refused; if another page can show it, the way there."""
    if page.elsewhere is None:
        for line in sentence(page.problem).splitlines():
            notices.warning(line)
        return
    kind, other = ("images", "play_2d") if page.of_images else ("points", "digits")
    data = t(f"option.data.{page.elsewhere.data.data}")
    notices.warning(t(f"app.shows_{kind}", data=data))
    label = t("app.shown_there", page=t(f"{other}.title"), data=data)
    words = page.elsewhere.to_query()
    st.page_link(site.entry(other).file, label=label, icon=site.entry(other).symbol, query_params=words)


def part(name: str, parts: Sequence[str], word: str = site.PART) -> str:
    """Which part of a page in parts is open, "" for the first: what the address says, else where the visitor was."""
    said, opened = st.query_params.get(word), app().parts
    if said == parts[0]:
        del st.query_params[word]
    wanted = opened.get(name, "") if said is None and not _went_back() else said
    opened[name] = one_of(wanted, parts[1:]) or ""
    return opened[name]


def part_picker(name: str, parts: Sequence[str], word: str = site.PART) -> None:
    """The row of buttons that open the parts."""
    at = app().parts.get(name) or parts[0]
    key = f"{name}.{word}~{at}"  # see controls.widget_key

    def opened() -> None:
        wanted = one_of(st.session_state[key], parts) or at
        app().parts[name] = "" if wanted == parts[0] else wanted
        st.query_params.from_dict({word: wanted} if wanted != parts[0] else {})

    section_row(f"{name}.{word}", parts, at, key, opened)


def hand_over(name: str, config: RunConfig) -> NoReturn:
    """Open the page `name` with this run. Not by an address: Streamlit would write that over the one of the page that
    is left, and the browser's Back would bring this page the settings of the other."""
    app().pages.setdefault(name, PageState(name, DEFAULT, DEFAULT)).take(lambda: config)
    st.switch_page(site.entry(name).file)


def _followed() -> bool:
    """Whether a link led here, perhaps from this very page: a preset alone is an address that no page writes. It is
    news once; a click in the same moment still comes with it."""
    words = {
        word: at for word, at in st.query_params.to_dict().items() if word == "preset" or word not in url.APP_WORDS
    }
    preset = words.get("preset") if len(words) == 1 else None
    before, app().linked = app().linked, preset
    return preset not in (None, before)


def _went_back() -> bool:
    """Whether the visitor used the browser's back or forward button, so that the address leads."""
    context = get_script_run_ctx()
    return bool(context and context.is_history_navigation)


def head(here: st.Page) -> None:
    """Heading, the sentence that says what to do, and the language picker. A page of sections, which alone knows the
    one that is open, puts their row and its sentence there (`options.section_row`)."""
    name = here.url_path or site.PAGES[0].name  # the first page is served at the root
    entry = site.entry(name)
    st.html(Path(__file__).parent / "style.css")
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown(f"# {t(f'{name}.title')}", width="content")
        app().sections = st.container(key="sections") if entry.sections else None
        if not entry.sections:
            st.caption(t(f"{name}.intro"), width="stretch")
        if entry.settings and "controls" not in app().hidden:
            st.button(
                t("app.defaults"), key="defaults", icon=":material/settings_backup_restore:", type="tertiary",
                on_click=_defaults, help=t("app.defaults_help"),
            )  # fmt: skip
        _language_picker()


def _defaults() -> None:
    """All settings of the page on the screen as its bare address has them. Runs go on; the player says what they would
    have to be restarted for."""
    page = app().pages.get(app().here)
    if page is None:
        return
    reset(page)
    page.take(lambda: page.default, variants=page.first)


def _language_picker() -> None:
    if len(languages()) == 1:
        return

    def chosen() -> None:
        app().language = one_of(st.session_state["language"], languages()) or app().language

    st.session_state["language"] = app().language
    st.selectbox(
        t("app.language_label"), list(languages()), key="language", on_change=chosen, label_visibility="collapsed",
        format_func=lambda code: languages().get(code, code), width=115,
    )  # fmt: skip


def share(page: PageState) -> None:
    """What can be taken along: pictures and files, and a link and a command that repeat the run. On a page without runs
    its charts; its address is the link."""
    slide.of_charts(page)
    if app().staged or camera.there():
        slide.button()
    exports.expander(page)
    if "share" in app().hidden or not app().staged:
        return
    box = folded.box(page, "share", t("share.title"), "share")
    if box is None:
        return
    with box:
        address = (st.context.url or "").split("?")[0]
        configs = recorded.trained(page)
        config = page.config.replace(seed=configs[0].train.seed)
        words = url.query(config, page.default) | page.words
        marks = _changed_on_the_way(page)
        for mark in marks:
            notices.warning(t("share.changed", step=f"{mark.step:,}", what=phrase(mark.what)))
        if not marks and page.show is not None and page.show.retuned:  # the frame that says when is on its way
            notices.warning(t("share.retuned"))
        st.caption(t("share.link"))
        if not uploads.is_in_link(page.config):
            st.caption(t("share.table"))
        st.code(f"{address}?{urlencode(words)}" if words else address, language=None, wrap_lines=True)
        st.caption(t("share.command"))
        for config in configs:
            query = urlencode(config.to_query())  # nothing for the default run
            command = "python -m gan_core train" + (f' --query "{query}"' if query else "")
            st.code(command + uploads.command(page), language="bash", wrap_lines=True)


def _changed_on_the_way(page: PageState) -> tuple[Mark, ...]:
    """What was changed while the run trained, which neither a link nor a command can say."""
    frame = None if page.show is None else page.show.job.frame
    return () if frame is None else frame.runs[0].marks


def link(
    name: str, label: str, *, preset: str | None = None, query: Mapping[str, str] | None = None, icon: str | None = None
) -> None:
    """A link to another page, which it opens with a preset or with the fields of a query."""
    words = dict(query or {}) | ({"preset": preset} if preset else {})
    if app().language != DEFAULT_LANGUAGE:
        words["lang"] = app().language
    st.page_link(site.entry(name).file, label=label, icon=icon, query_params=words)


def onward(here: st.Page) -> None:
    """At the end of a page: the way to the next stop of the guided path, or beside the path and after it to the map."""
    home, page = site.PAGES[0].name, app().pages.get(app().here)
    name = here.url_path or home
    if name == home:
        return
    with st.container(key="onward"):
        if (stop := site.after(name, None if page is None else page.config)) is not None:
            label = t("path.next", title=t(f"path.{stop.name}"))
            link(stop.page, label, preset=stop.preset, icon=":material/arrow_forward:")
        else:
            link(home, t("path.map"), icon=site.entry(home).symbol)


def foot() -> None:
    """Version, and the seed of the page's run."""
    page = app().pages.get(app().here)
    if page is None or not page.plays:
        st.caption(t("app.footer_plain", version=__version__))
    else:
        st.caption(t("app.footer", version=__version__, seed=recorded.trained(page)[0].train.seed))
