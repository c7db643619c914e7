"""The section "What helps": the saturating loss with a remedy each under the same test, beside the one without.

It opens with the beginning of the recorded runs, whose rest is there once somebody has said how one goes on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from gan_core.studies import frozen_record
from gan_core.studies.frozen_curves import FrozenCurves
from gan_core.studies.frozen_record import REMEDIES as HELPS
from gan_core.studies.frozen_record import REMEDY_D_STEPS as HELP_D_STEPS
from gan_core.studies.frozen_record import REMEDY_ROUNDS, WITHOUT
from pages.shared.controls import predict
from pages.shared.play import experiments
from pages.shared.play.experiments import Experiment
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import figures, live, slide, statistics, tables
from pages.vanishing.options import alike, beginning, experiment_config, heading, limits, times, words

HELP_ROUNDS = REMEDY_ROUNDS
ASKED = "label_smoothing"  # the remedy that the question is about


def section(page: PageState) -> None:
    """The saturating loss with a remedy each under the same test, beside the one without."""
    config = experiment_config(page, loss="minimax", d_steps=HELP_D_STEPS)
    run = f"helps {config.to_query()}"
    with stage.begin():
        with stage.area("player"):
            experiment = experiments.pressed(
                page, "helps", run, t("vanishing.helps_start"), partial(_remedies, config), lambda work: work.curves,
                HELP_ROUNDS,
            )  # fmt: skip
        own = experiment is not None

        def draw() -> None:
            told = not own and (slide.on() or predict.made(page, "helps", run))  # an answer draws this alone
            known = _trained(experiment) or {
                name: curves.until(HELP_ROUNDS) if told else beginning(curves, HELP_ROUNDS)
                for name, curves in frozen_record.remedies().items()
            }
            done = experiment is not None and experiment.done
            with stage.area("verdict"):
                statistics.said(f"{page.name}-helps", _said(known, own, told))
            with stage.picture(filled=True):
                _picture(known, HELP_ROUNDS if own or told else int(known[WITHOUT].rounds[-1]))
            with stage.rail():
                _table(known)
                shown = known[ASKED].verdict("minimax") if done or told else None
                rounds, change = f"{known[ASKED].rounds[-1]:,}", times(known[ASKED].change("minimax"))
                predict.question(
                    page, "helps", ("falls", "stays", "grows"), run=run, started=own or told, shown=shown,
                    evidence="" if shown is None else t("vanishing.became", rounds=rounds, change=change),
                )  # fmt: skip
            with stage.below():
                heading("helps")
                st.markdown(t("vanishing.helps_text", rounds=HELP_ROUNDS, d_steps=HELP_D_STEPS))
                _remedy_charts(page, known)
                st.caption(t("vanishing.helps_note"))

        experiments.stage([] if experiment is None else [experiment], draw, areas=True)


def _remedies(config: RunConfig) -> Any:
    from gan_core.studies.frozen_generator import FrozenGenerator

    return FrozenGenerator([config, *(config.replace(**changes) for changes in HELPS.values())], warm_up=0)


def _trained(experiment: Experiment | None) -> dict[str, FrozenCurves]:
    """What there is of it: one point is no line."""
    result = None if experiment is None else experiment.look()
    return dict(zip((WITHOUT, *HELPS), result, strict=True)) if result and len(result[0].rounds) > 1 else {}


def _said(known: Mapping[str, FrozenCurves], own: bool, told: bool) -> str:
    plain = known[WITHOUT]
    rounds, change = f"{plain.rounds[-1]:,}", times(plain.change("minimax"))
    if not own and not told:
        return t("vanishing.remedies_begin", shown=rounds, rounds=f"{HELP_ROUNDS:,}", now=change,
                 seeds=plain.norms["minimax"].shape[1])  # fmt: skip
    middles = {name: float(np.median(_change(known[name]))) for name in HELPS}
    best = max(middles, key=middles.__getitem__)
    return t("vanishing.remedies_said", rounds=rounds, plain=change, best=t(f"vanishing.remedy.{best}"),
             change=times(_change(known[best])))  # fmt: skip


def _change(curves: FrozenCurves) -> np.ndarray:
    return curves.change(curves.config.train.loss)


def _picture(known: Mapping[str, FrozenCurves], until: int) -> None:
    """All of them from one start: what share of its first gradient each has left."""
    from gan_core.figures import style, vanishing

    pens = {name: style.METHODS[name] for name in known if name in style.METHODS} | {WITHOUT: style.METHODS["minimax"]}
    free = (hue for hue in style.APART if hue not in {pen.colour for pen in pens.values()})  # of those without a pen
    pens |= {name: style.Pen(hue) for name, hue in zip([n for n in known if n not in pens], free, strict=False)}
    own = {name: curves.norms[curves.config.train.loss] for name, curves in known.items()}
    drawn = [vanishing.Curve(t(f"vanishing.short_remedy.{name}"), curves.rounds, own[name], pens[name])
             for name, curves in known.items()]  # fmt: skip
    edges = limits([np.median(of / of[0], axis=1) for of in own.values()])
    figure = vanishing.norms(drawn, until, edges, t("vanishing.helps_round"), shares=True,
                             labels=words("norms", vanishing.NORMS))  # fmt: skip
    figures.plot(figure, key="vanishing-helps-picture", fills=True)


def _table(known: Mapping[str, FrozenCurves]) -> None:
    rounds = f"{known[WITHOUT].rounds[-1]:,}"
    rows = [[t(f"vanishing.short_remedy.{name}"), times(_change(curves))] for name, curves in known.items()]
    with st.container(key="vanishing-helps-dense"):
        tables.show(["", t("vanishing.after_rounds", rounds=rounds)], rows, grey={0})


def _remedy_charts(page: PageState, known: Mapping[str, FrozenCurves]) -> None:
    """Each beside the one without, with the range over the seeds."""
    plain = known[WITHOUT]
    charts = []
    for name in HELPS:
        curves = known[name]
        loss = curves.config.train.loss
        without = live.Line(t("vanishing.without"), "grey", np.median(plain.norms["minimax"], axis=1))
        label = t("vanishing.with" if loss == plain.config.train.loss else "vanishing.with_own")
        lines = [without, statistics.band_of(loss, label, curves.norms[loss])]
        charts.append(live.Chart(t(f"vanishing.remedy.{name}"), curves.rounds, lines, log_y=True))
    live.curves(f"{page.name}-helps-charts", alike(charts), height=150, width=270, label=t("vanishing.helps_round"))
