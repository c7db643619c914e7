"""The code behind a page: the lines that compute what is on it, their formulas, and the run as a file to take home.

    code.expander(page, ("modes", "w1"))       topics of `gan_core.scripts.sources`, beside those of the page's runs
    code.expander(page, ("fit",), calculation=…)     a page that computes without runs
    code.expander(page, ("frozen",), studies=…)      a page that trains a study of its own

Closed, it costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from gan_core.checks import one_of
from gan_core.config import ConfigError, RunConfig
from pages.shared.controls import uploads
from pages.shared.shell import folded, notices
from pages.shared.shell.i18n import phrase, t, value
from pages.shared.shell.state import PageState, app

if TYPE_CHECKING:
    from gan_core.scripts.calculations import Calculation
    from gan_core.scripts.sources import Source
    from gan_core.scripts.studies import Study

Calculates = Callable[[], "Calculation | None"]
Studies = Callable[[], "Mapping[str, Study]"]

OPEN, OF = "code_part", "code_of"  # in PageState.choices: which part is looked at, and of which run where they are many
MANY = 4  # runs whose files stand below each other; of more one is picked


@dataclass(frozen=True)
class File:
    """What there is a script of: its name, the run whose lines compute it, if an engine's step does."""

    name: str
    config: RunConfig | None
    script: Callable[[], str]
    notebook: Callable[[], str]
    images: bool = False


def expander(
    page: PageState, topics: Sequence[str] = (), configs: Sequence[RunConfig] | None = None, note: str = "",
    calculation: Calculates | None = None, finished: str = "", studies: Studies | None = None,
) -> None:  # fmt: skip
    """`topics`: what the page shows beside its runs. `configs`: of runs that are none of the player's. `note`: in what
    the run on the screen is another one than the script's. `calculation`: what the page computes without a run, as it
    is set when a file is asked for. `finished`: the run whose shipped weights the page shows. `studies`: what the page
    trains that is no run of the player's, by its name."""
    if "code" in app().hidden:
        return
    box = folded.box(page, "code", t("code.title"), "code")
    if box is None:
        return
    with box:
        runs = runs_of(page) if configs is None else configs
        files = [*_of_runs(runs), *_of_studies({} if studies is None else studies())]
        shown = files if len(files) <= MANY else [_picked(page, files)]
        _sources(page, [one.config for one in shown if one.config is not None], topics)
        for i, one in enumerate(shown):
            _downloads(page, one, i, len(shown) > 1)
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


def runs_of(page: PageState) -> Sequence[RunConfig]:
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


def _of_runs(configs: Sequence[RunConfig]) -> list[File]:
    """A file for each of them, named by what sets it apart from the others."""
    from gan_core.scripts.notebook import notebook
    from gan_core.scripts.textbook import script

    def made(config: RunConfig, name: str) -> File:
        points = uploads.points(config)
        return File(name, config, partial(script, config, points=points), partial(notebook, config, points=points),
                    config.data.is_image)  # fmt: skip

    return [made(config, name) for config, name in zip(configs, _apart(configs), strict=True)]


def _apart(configs: Sequence[RunConfig]) -> list[str]:
    """Of each the fields in which it differs from any other; of equal ones what they are called."""
    from gan_core.scripts.textbook import name_of

    changed = dict.fromkeys(name for config in configs for name in config.differences(configs[0]))
    rows = [
        [f"{t(f'field.{name}')} {value(name, dict(config.flat())[name])}" for name in changed] for config in configs
    ]
    return [" · ".join(row) or name_of(one) for one, row in zip(configs, rows, strict=True)]


def _of_studies(studies: Mapping[str, Study]) -> list[File]:
    from gan_core.scripts.studies import notebook, script

    return [
        File(name, None if one.own else one.config, partial(script, one), partial(notebook, one))
        for name, one in studies.items()
    ]


def _picked(page: PageState, files: Sequence[File]) -> File:
    """The one of many whose lines and files are shown."""
    by_name = {one.name: one for one in files}
    at = one_of(page.choices.get(OF), by_name) or files[0].name
    key = f"{page.name}-code-of~{at}"  # see controls.widget_key

    def chosen() -> None:
        page.choices[OF] = one_of(st.session_state[key], by_name) or at

    st.session_state[key] = at
    st.selectbox(t("code.of"), list(by_name), key=key, on_change=chosen)
    return by_name[at]


def _downloads(page: PageState, one: File, i: int, several: bool) -> None:
    try:
        text, cells = one.script(), one.notebook()
    except ConfigError as error:
        notices.warning(error)
        return
    what = f"{one.name}: " if several else ""
    about = t("code.about", lines=len(text.splitlines())) + (t("code.digits") if one.images else "")
    _buttons(f"{page.name}-code-{i}", text, cells)
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
