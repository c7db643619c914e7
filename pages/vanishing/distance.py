"""The section "How far is the fake?": two Gaussians, everything exact, and what small trained discriminators find."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core import theory
from gan_core.numerals import number
from pages.shared.controls import options, predict
from pages.shared.play import experiments
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import figures, statistics, tables
from pages.vanishing.options import ALIKE, LOSSES, heading, spread, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gan_core.figures.theory import Scale
    from gan_core.studies.frozen_generator import GaussianCurves

GAUSSIAN_STEPS = 1000
NAMES = (*LOSSES, "jsd")  # what is exact and was measured
BESIDE = 260  # pixels of the densities, beside the picture


def section(page: PageState) -> None:
    """Two Gaussians in one dimension: everything exact, and beside it what small trained discriminators find."""
    from gan_core.figures import vanishing

    seed = page.config.train.seed
    run = f"gaussians {seed}"
    with stage.settings():
        scale = options.control(page, "far_scale")
    with stage.begin():
        with stage.area("player"), st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            d = options.control(page, "d", digits=1)
            experiment = experiments.pressed(
                page, "distance", run, t("vanishing.distance_start"), partial(_gaussians, seed),
                lambda work: work.curves(), GAUSSIAN_STEPS,
            )  # fmt: skip
        waited = [] if experiment is None else [experiment]
        measured: GaussianCurves | None = None if experiment is None else experiment.result
        exact = _exact(d)

        def draw() -> None:
            i = None if measured is None else int(np.argmin(np.abs(measured.distances - d)))
            with stage.area("verdict"):
                told = {name: number(value, 3) for name, value in exact.items()}
                said = t("vanishing.distance_said", d=number(d), limit=number(float(theory.LN2), 3), **told)
                statistics.said(f"{page.name}-distance", said)
            with stage.picture(filled=True):
                far = figures.shared(_far, d, measured, scale, labels=words("far", vanishing.FAR))
                figures.plot(far, key=f"{page.name}-far", fills=True)
            with stage.rail():
                named = words("densities", vanishing.DENSITIES)
                densities = figures.shared(_densities, d, measured, i, labels=named)
                figures.plot(densities, key=f"{page.name}-densities")
                _table(d, exact, measured, i)
                shown, evidence = (None, "") if measured is None else doubling(measured)
                predict.question(page, "distance", ("grows", "hardly", "falls"), run=run,
                                 started=experiment is not None, shown=shown, evidence=evidence)  # fmt: skip

        experiments.stage(waited, draw, areas=True)
        with stage.below():
            heading("distance")
            st.markdown(t("vanishing.distance_text"))


def _gaussians(seed: int) -> Any:
    from gan_core.studies.frozen_generator import GaussianDiscriminators

    return GaussianDiscriminators(seed=seed)


def doubling(measured: GaussianCurves) -> tuple[str, str]:
    """What the measured JSD does from d = 4 to d = 8, and the numbers."""
    near, far = (float(np.median(measured.jsd[:, measured.distances == d])) for d in (4, 8))
    ratio = far / near
    answer = "grows" if ratio > ALIKE else "falls" if ratio < 1 / ALIKE else "hardly"
    return answer, t("vanishing.doubling", near=f"{near:.3f}", far=f"{far:.3f}")


def _exact(d: float) -> dict[str, float]:
    """Of NAMES, for the best D."""
    non_saturating, minimax = theory.gaussian_gradients(d)
    return {"minimax": float(minimax), "non_saturating": float(non_saturating), "jsd": float(theory.gaussian_jsd(d))}


def _table(d: float, exact: dict[str, float], measured: GaussianCurves | None, i: int | None) -> None:
    rows = [
        [t(f"vanishing.exact_{name}"), number(exact[name], 4),
         "–" if measured is None else spread(getattr(measured, name)[:, i])]
        for name in NAMES
    ]  # fmt: skip
    with st.container(key="vanishing-distance-dense"):
        tables.show([f"d = {number(d)}", t("vanishing.exact"), t("vanishing.measured")], rows)


def _densities(d: float, measured: GaussianCurves | None, i: int | None, *, labels: dict[str, str]) -> go.Figure:
    from gan_core.figures import vanishing

    trained: dict[str, Any] = {}
    if measured is not None:
        trained = {"x": measured.positions, "probability": measured.probability[:, i]}
    return vanishing.two_gaussians(d, **trained, height=BESIDE, labels=labels)


def _far(d: float, measured: GaussianCurves | None, scale: Scale, *, labels: dict[str, str]) -> go.Figure:
    from gan_core.figures import vanishing

    arrays = None if measured is None else {name: getattr(measured, name) for name in ("distances", *NAMES)}
    return vanishing.far_away(d, arrays, scale, labels=labels)
