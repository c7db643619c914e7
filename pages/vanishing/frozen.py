"""The section "G frozen, D trained alone": what is left of G's gradient, for a G that was warmed up more or less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from gan_core.config import RunConfig
from pages.shared.controls import options, predict
from pages.shared.play import experiments
from pages.shared.play.experiments import Experiment
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, slide, statistics
from pages.vanishing.options import LOSSES, alike, experiment_config, heading, times

if TYPE_CHECKING:
    from gan_core.studies.frozen_generator import FrozenCurves


def section(page: PageState) -> None:
    """What is left of G's gradient under both losses when D trains alone, for a G that was warmed up more or less."""
    heading("frozen")
    st.markdown(t("vanishing.frozen_text"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        warm_up = options.control(page, "warm_up", words="{:,}".format)
        rounds = options.control(page, "rounds", words="{:,}".format)
        config = experiment_config(page, loss="non_saturating")
        warm_ups = options.choices(page, "warm_up")
        runs = {w: f"frozen {w} {rounds} {config.to_query()}" for w in warm_ups}
        label, at_once = t("vanishing.frozen_start"), slide.on()
        started = experiments.start_button(page, "frozen", runs[warm_up], label, at_once=at_once)
    found = {w: _frozen(runs[w], config, w, rounds) for w in warm_ups if runs[w] in started}
    under_way = {w: experiment for w, experiment in found.items() if experiment is not None}
    shown, evidence = None, ""
    if warm_up in under_way and under_way[warm_up].done:
        curves = under_way[warm_up].look()[0]
        shown, evidence = curves.verdict("minimax"), _changes(curves)
    predict.question(
        page, "frozen", ("falls", "stays", "grows"), run=runs[warm_up], started=runs[warm_up] in started, shown=shown,
        evidence=evidence,
    )  # fmt: skip

    def draw() -> None:
        results = {w: experiment.look() for w, experiment in under_way.items()}
        charts = [
            _frozen_chart(_warmed(w), result[0])
            for w, result in results.items()
            if result and len(result[0].rounds) > 1
        ]
        live.curves(f"{page.name}-frozen-charts", alike(charts), height=190, width=270, label=t("vanishing.round"))
        for w, experiment in under_way.items():
            if experiment.done and w != warm_up:  # the chosen one stands in the answer above
                st.caption(f"**{_warmed(w)}.** {_changes(results[w][0])}")

    if under_way:
        experiments.stage(list(under_way.values()), draw)
        st.caption(t("vanishing.frozen_note", members=config.train.members))


def _frozen(name: str, config: RunConfig, warm_up: int, rounds: int) -> Experiment | None:
    def make() -> Any:
        from gan_core.studies.frozen_generator import FrozenGenerator

        return FrozenGenerator([config], warm_up=warm_up)

    return experiments.wanted(name, make, lambda work: work.curves, warm_up + rounds)


def _warmed(steps: int) -> str:
    return t("vanishing.warmed", steps=f"{steps:,}") if steps else t("vanishing.untrained")


def _frozen_chart(title: str, curves: FrozenCurves) -> live.Chart:
    lines = [statistics.band_of(name, t(f"vanishing.{name}"), curves.norms[name]) for name in LOSSES]
    return live.Chart(title, curves.rounds, lines, log_y=True)


def _changes(curves: FrozenCurves) -> str:
    """What became of both norms, as factors."""
    return t(
        "vanishing.changes", rounds=f"{curves.rounds[-1]:,}", minimax=times(curves.change("minimax")),
        non_saturating=times(curves.change("non_saturating")),
    )  # fmt: skip
