"""The section "G frozen, D trained alone": what is left of G's gradient, for a G that was warmed up more or less.

It opens with the beginning of recorded runs, whose rest is there once somebody has said how it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from gan_core.config import RunConfig
from gan_core.studies import frozen_record
from gan_core.studies.frozen_curves import FrozenCurves
from pages.shared.controls import options, predict
from pages.shared.play import experiments
from pages.shared.play.experiments import Experiment
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import figures, live, slide, statistics
from pages.vanishing.options import LOSSES, alike, beginning, experiment_config, heading, limits, times, words


def section(page: PageState) -> None:
    """What is left of G's gradient under both losses when D trains alone, for a G that was warmed up more or less."""
    with stage.settings():
        warm_up = options.control(page, "warm_up", words="{:,}".format)
        rounds = options.control(page, "rounds", words="{:,}".format)
    config = experiment_config(page, loss="non_saturating")
    warm_ups = options.choices(page, "warm_up")
    runs = {w: f"frozen {w} {rounds} {config.to_query()}" for w in warm_ups}
    run = runs[warm_up]
    with stage.begin():
        with stage.area("player"):
            started = experiments.start_button(page, "frozen", run, t("vanishing.frozen_start"))
        found = {w: _frozen(runs[w], config, w, rounds) for w in warm_ups if runs[w] in started}
        under_way = {w: experiment for w, experiment in found.items() if experiment is not None}

        def draw() -> None:
            told = run not in started and (
                slide.on() or predict.made(page, "frozen", run)
            )  # an answer draws this alone
            known = _recorded(warm_ups, rounds, told) | _trained(under_way)
            own = warm_up in under_way
            done = own and under_way[warm_up].done
            with stage.area("verdict"):
                said = _said(known[warm_up], rounds, own, told) if warm_up in known else ""
                statistics.said(f"{page.name}-frozen", said)
            with stage.picture(filled=True):
                if warm_up in known:
                    until = rounds if own or told else int(known[warm_up].rounds[-1])
                    _picture(known[warm_up], until, list(known.values()))
            with stage.rail():
                others = [_frozen_chart(_warmed(w), curves) for w, curves in known.items() if w != warm_up]
                live.curves(f"{page.name}-frozen-charts", alike(others), height=110, width=200,
                            label=t("vanishing.round"))  # fmt: skip
                shown = known[warm_up].verdict("minimax") if warm_up in known and (done or told) else None
                predict.question(
                    page, "frozen", ("falls", "stays", "grows"), run=run, started=own or told, shown=shown,
                    evidence="" if shown is None else _changes(known[warm_up]),
                )  # fmt: skip

        experiments.stage(list(under_way.values()), draw, areas=True)
        with stage.below():
            heading("frozen")
            st.markdown(t("vanishing.frozen_text"))
            st.caption(t("vanishing.frozen_note", members=config.train.members))


def _frozen(name: str, config: RunConfig, warm_up: int, rounds: int) -> Experiment | None:
    def make() -> Any:
        from gan_core.studies.frozen_generator import FrozenGenerator

        return FrozenGenerator([config], warm_up=warm_up)

    return experiments.wanted(name, make, lambda work: work.curves, warm_up + rounds)


def _recorded(warm_ups: tuple[int, ...], rounds: int, told: bool) -> dict[int, FrozenCurves]:
    """What comes with the app: as many rounds as are asked for, or how they begin."""
    known = {w: frozen_record.frozen(w) for w in warm_ups}
    return {
        w: curves.until(rounds) if told else beginning(curves, rounds)
        for w, curves in known.items() if curves is not None
    }  # fmt: skip


def _trained(under_way: Mapping[int, Experiment]) -> dict[int, FrozenCurves]:
    """What there is of those that this visitor has started: one point is no line."""
    results = {w: experiment.look() for w, experiment in under_way.items()}
    return {w: result[0] for w, result in results.items() if result and len(result[0].rounds) > 1}


def _said(curves: FrozenCurves, rounds: int, own: bool, told: bool) -> str:
    if own or told:
        return _changes(curves)
    return t("vanishing.recorded_begins", shown=f"{curves.rounds[-1]:,}", rounds=f"{rounds:,}",
             seeds=curves.norms["minimax"].shape[1], now=times(curves.change("minimax")))  # fmt: skip


def _picture(curves: FrozenCurves, until: int, beside: list[FrozenCurves]) -> None:
    from gan_core.figures import style, vanishing

    drawn = [vanishing.Curve(t(f"vanishing.{loss}"), curves.rounds, curves.norms[loss], style.METHODS[loss])
             for loss in LOSSES]  # fmt: skip
    edges = limits([of.norms[loss] for of in (curves, *beside) for loss in LOSSES])
    figure = vanishing.norms(drawn, until, edges, t("vanishing.round"), labels=words("norms", vanishing.NORMS))
    figures.plot(figure, key="vanishing-frozen-picture", fills=True)


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
