"""The code behind a page: the lines that compute what is on it, their formulas, and the run as a file to take home.

    code.expander(page, ("modes", "w1"))       topics of `gan_core.scripts.sources`, beside those of the page's runs
    code.expander(page, ("fit",), calculation=…)     a page that computes without runs

Closed, it costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from gan_core.config import ConfigError, RunConfig
from pages.shared.controls import uploads
from pages.shared.shell import notices
from pages.shared.shell.i18n import phrase, t
from pages.shared.shell.state import PageState, app, one_of

if TYPE_CHECKING:
    from gan_core.scripts.calculations import Calculation
    from gan_core.scripts.sources import Source

Calculates = Callable[[], "Calculation | None"]

OPEN = "code_part"  # in PageState.choices: which part is looked at


def expander(
    page: PageState, topics: Sequence[str] = (), configs: Sequence[RunConfig] | None = None, note: str = "",
    calculation: Calculates | None = None, finished: str = "",
) -> None:  # fmt: skip
    """`topics`: what the page shows beside its runs. `configs`: of runs that are none of the player's. `note`: in what
    the run on the screen is another one than the script's. `calculation`: what the page computes without a run, as it
    is set when a file is asked for. `finished`: the run whose shipped weights the page shows."""
    if "code" in app().hidden:
        return
    box = st.expander(t("code.title"), icon=":material/code:", key=f"{page.name}-code", on_change="rerun")
    if not box.open:
        return
    with box:
        runs = _runs(page) if configs is None else configs
        _sources(page, runs, topics)
        for i, config in enumerate(runs):
            _downloads(page, config, i, len(runs))
        if note:
            st.caption(note)
        if finished:
            _weights(page, finished)
        if calculation is not None:
            _calculated(page, calculation)
        if runs:
            _changed(page)


def _calculated(page: PageState, calculation: Calculates) -> None:
    """The page's own lines, called with what it is set to."""
    from gan_core.scripts.calculations import notebook, script

    first = calculation()
    if first is None:
        st.caption(t("distances.upload_missing"))
        return

    def text(of: Callable[[Calculation], str]) -> Callable[[], str]:
        return lambda: of(calculation() or first)  # a fragment may have moved a slider since

    _buttons(f"{page.name}-calculation", text(script), text(notebook))
    st.caption(t("code.about_calculation", lines=f"{len(script(first).splitlines()):,}"))


def _weights(page: PageState, name: str) -> None:
    """The script that goes on from a finished run's weights, with these beside it."""
    from gan_core.export.finished import bundled

    st.download_button(
        t("code.weights"), partial(bundled, name), f"{name}.zip", "application/zip", key=f"{page.name}-code-weights",
        on_click="ignore", icon=":material/folder_zip:",
    )  # fmt: skip
    st.caption(t("code.about_weights"))


def _runs(page: PageState) -> Sequence[RunConfig]:
    """Those on the screen; before there are any, those that the controls describe."""
    if not page.plays:
        return ()
    return page.configs() if page.show is None else page.show.configs


def _sources(page: PageState, runs: Sequence[RunConfig], topics: Sequence[str]) -> None:
    from gan_core.scripts.sources import of_run, of_topic

    found = {_title(one): one for config in runs for one in of_run(config)}
    found |= {_title(one): one for one in map(of_topic, topics)}
    at = one_of(page.choices.get(OPEN), found) or next(iter(found))
    key = f"{page.name}-code-part~{at}"  # see controls.widget_key

    def chosen() -> None:
        page.choices[OPEN] = one_of(st.session_state[key], found) or at

    st.session_state[key] = at
    st.pills(t("code.part"), list(found), key=key, required=True, on_change=chosen, label_visibility="collapsed")
    one = found[at]
    said, shown = st.columns([4, 5], gap="medium")
    with said:
        for formula in one.formulas:
            st.latex(rf"\small {formula}")
        st.caption(t("code.symbols"))
        st.caption(t("code.from", files=", ".join(f"`{file}`" for file in one.files)))
    shown.code(one.code, language="python", height=420, wrap_lines=True)


def _title(one: Source) -> str:
    label = t(f"code.{one.kind}")
    if not one.name:
        return label
    word = t(f"field.{one.name}") if one.kind == "penalty" else t(f"option.{one.kind}.{one.name}")
    return f"{label}: {word}"


def _downloads(page: PageState, config: RunConfig, i: int, count: int) -> None:
    from gan_core.scripts.notebook import notebook
    from gan_core.scripts.textbook import name_of, script

    points, key = uploads.points(config), f"{page.name}-code-{i}"
    try:
        text, cells = script(config, points=points), notebook(config, points=points)
    except ConfigError as error:
        notices.warning(error)
        return
    what = f"{name_of(config)}: " if count > 1 else ""
    about = t("code.about", lines=len(text.splitlines())) + (t("code.digits") if config.data.is_image else "")
    _buttons(key, text, cells)
    st.caption(what + about)


def _buttons(key: str, text: str | Callable[[], str], cells: str | Callable[[], str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("code.script"), text, "gan.py", "text/x-python", key=f"{key}-script", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            t("code.notebook"), cells, "gan.ipynb", "application/x-ipynb+json", key=f"{key}-notebook",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _changed(page: PageState) -> None:
    """A script has one rate for a whole run."""
    frame = None if page.show is None else page.show.job.frame
    marks = [mark for run in (frame.runs if frame else ()) for mark in run.marks if mark.what.code == "run.rate"]
    if marks:
        notices.warning(t("code.rates", marks="; ".join(f"{phrase(m.what)} ({m.step:,})" for m in marks[:6])))
