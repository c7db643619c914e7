"""Misconceptions of mode collapse, each with what the scores say and a button that runs it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from gan_core.studies.mitigations import DATA
from pages.collapse import numbers
from pages.collapse.options import start
from pages.shared.play import experiments
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, slide, statistics, tables

if TYPE_CHECKING:
    from gan_core.studies.known_samplers import KnownSamplers

SAMPLES = 2500

# claim → the samplers that are scored against it, and the experiments that its buttons run
MISCONCEPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "all_modes": (("perfect", "wide"), ("faster_d",)),
    "high_quality": (("perfect", "narrow"), ()),
    "w1": (("one", "centre", "half"), ()),
    "saturating": ((), ("losses", "losses_chased")),
}


def section(page: PageState) -> None:
    st.caption(t("collapse.myths_text", n=f"{SAMPLES:,}"))
    for name, (samplers, runs) in MISCONCEPTIONS.items():
        with st.container(border=True, key=f"{page.name}-myth-{name}"):
            st.markdown(f"**{t(f'collapse.myth_{name}')}**")
            st.markdown(t(f"collapse.myth_{name}_text"))
            with st.container(horizontal=True, gap="small"):
                if samplers:
                    show = f"{page.name}-score-{name}"
                    if st.button(t("collapse.score"), key=show, icon=":material/scoreboard:"):
                        page.choices[show] = True
                for run in runs:
                    st.button(
                        t("collapse.run", name=t(f"collapse.experiment_{run}")), key=f"{page.name}-run-{name}-{run}",
                        icon=":material/play_arrow:", on_click=start, args=(page, run), kwargs={"play": True},
                    )  # fmt: skip
            asked = page.choices.get(f"{page.name}-score-{name}") or (samplers and slide.on())
            if asked and (experiment := scored()) is not None:
                experiments.stage([experiment], partial(_scored, page, name, samplers, experiment))


def scored() -> experiments.Experiment | None:
    """All samplers on the ring of 8, judged by a worker, once for everybody."""
    from gan_core.metrics.samplers import SAMPLERS

    return experiments.wanted("known samplers", _study, lambda study: study, 1 + len(SAMPLERS))


def _study() -> KnownSamplers:
    from gan_core.studies.known_samplers import KnownSamplers

    return KnownSamplers(DATA["ring"].data)


def _scored(page: PageState, name: str, samplers: tuple[str, ...], experiment: experiments.Experiment) -> None:
    """The samplers in the plane, and what every score says of them; nothing until all are judged."""
    if not experiment.done:
        return
    study: KnownSamplers = experiment.look()
    panels = [
        live.Panel(
            extent=study.extent, fake=study.results[sampler].fake, real=study.real[:512], centres=study.centres,
            mode_std=DATA["ring"].data.std,
            title=t(f"collapse.sampler_{sampler}"),
        )
        for sampler in samplers
    ]  # fmt: skip
    live.scene(
        f"{page.name}-samplers-{name}", panels, labels={label: t(f"scene.{label}") for label in live.LABELS},
        summary=t(f"collapse.myth_{name}"), height=300,
    )  # fmt: skip
    rows = []
    for sampler in samplers:
        found = study.results[sampler].scores
        cells = [numbers.written(numbers.value(one, found), style) for one, style in numbers.NUMBERS.items()]
        rows.append([t(f"collapse.sampler_{sampler}"), *cells])
    beside = study.beside
    assert beside is not None  # the first thing that was found
    writes = {one: partial(numbers.written, style=style) for one, style in numbers.NUMBERS.items()}
    rows.append([t("panel.perfect"), *(statistics.perfect(beside, one, write) for one, write in writes.items())])
    for who, of in beside.no_skill.items():
        rows.append([t(f"skill.{who}"), *(write(of[one].median) for one, write in writes.items())])
    head = ["", *(t(f"collapse.number_{number}") for number in numbers.NUMBERS)]
    tables.show(head, rows, grey=set(range(len(samplers), len(rows))))
    scored = {t(f"collapse.sampler_{sampler}"): [study.results[sampler].scores] for sampler in samplers}
    called = {one: t(f"collapse.number_{one}") for one in numbers.NUMBERS}
    if better := statistics.better_than_perfect(scored, beside, called):
        st.caption(better)
