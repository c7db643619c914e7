"""The section "What helps": the saturating loss with a remedy each under the same test, beside the one without."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from pages.shared.controls import predict
from pages.shared.play import experiments
from pages.shared.play.experiments import Experiment
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, slide, statistics
from pages.vanishing.options import alike, experiment_config, heading, times

HELPS: dict[str, dict[str, Any]] = {
    "instance_noise": {"instance_noise": 0.5},
    "label_smoothing": {"label_smoothing": 0.1},
    "d_steps": {"d_steps": 1},
    "d_lr": {"d_lr": 1e-4},
    "r1": {"r1": 1.0},
    "wasserstein": {"loss": "wasserstein", "wgan_gp": 0.1, "beta2": 0.9},
}
HELP_ROUNDS, HELP_D_STEPS = 400, 5


def section(page: PageState) -> None:
    """The saturating loss with a remedy each under the same test, beside the one without."""
    heading("helps")
    st.markdown(t("vanishing.helps_text", rounds=HELP_ROUNDS, d_steps=HELP_D_STEPS))
    config = experiment_config(page, loss="minimax", d_steps=HELP_D_STEPS)
    run = f"helps {config.to_query()}"
    experiment = experiments.pressed(
        page,
        "helps",
        run,
        t("vanishing.helps_start"),
        partial(_remedies, config),
        lambda work: work.curves,
        HELP_ROUNDS,
        at_once=slide.on(),
    )
    shown, evidence = None, ""
    if experiment is not None and experiment.done:
        smoothed = experiment.look()[1 + list(HELPS).index("label_smoothing")]
        shown = smoothed.verdict("minimax")
        evidence = t("vanishing.became", rounds=HELP_ROUNDS, change=times(smoothed.change("minimax")))
    predict.question(page, "helps", ("falls", "stays", "grows"), run=run, started=experiment is not None, shown=shown,
                     evidence=evidence)  # fmt: skip
    if experiment is not None:
        experiments.stage([experiment], lambda: _remedy_charts(page, experiment))
        st.caption(t("vanishing.helps_note"))


def _remedies(config: RunConfig) -> Any:
    from gan_core.studies.frozen_generator import FrozenGenerator

    return FrozenGenerator([config, *(config.replace(**changes) for changes in HELPS.values())], warm_up=0)


def _remedy_charts(page: PageState, experiment: Experiment) -> None:
    result = experiment.look()
    if result is None or len(result[0].rounds) < 2:  # one point is no line
        return
    plain, *remedies = result
    charts = []
    for name, curves in zip(HELPS, remedies, strict=True):
        loss = curves.config.train.loss
        title = t(f"vanishing.remedy.{name}")
        if experiment.done:
            title += f": {times(curves.change(loss))}"
        without = live.Line(t("vanishing.without"), "grey", np.median(plain.norms["minimax"], axis=1))
        label = t("vanishing.with" if loss == plain.config.train.loss else "vanishing.with_own")
        lines = [without, statistics.band_of(loss, label, curves.norms[loss])]
        charts.append(live.Chart(title, curves.rounds, lines, log_y=True))
    live.curves(f"{page.name}-helps-charts", alike(charts), height=150, width=270, label=t("vanishing.helps_round"))
    if experiment.done:
        st.caption(t("vanishing.plain", change=times(plain.change("minimax"))))
