"""The section "How far is the fake?": two Gaussians, everything exact, and what small trained discriminators find."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.numerals import number
from pages.shared.controls import options, predict
from pages.shared.play import experiments
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import figures, tables
from pages.vanishing.options import ALIKE, LOSSES, heading, spread, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gan_core.figures.theory import Scale
    from gan_core.studies.frozen_generator import GaussianCurves

GAUSSIAN_STEPS = 1000
NAMES = (*LOSSES, "jsd")  # what is exact and was measured


def section(page: PageState) -> None:
    """Two Gaussians in one dimension: everything exact, and beside it what small trained discriminators find."""
    heading("distance")
    st.markdown(t("vanishing.distance_text"))
    seed = page.config.train.seed
    run = f"gaussians {seed}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        options.control(page, "far_scale")
        experiment = experiments.pressed(
            page, "distance", run, t("vanishing.distance_start"), partial(_gaussians, seed), lambda work: work.curves(),
            GAUSSIAN_STEPS,
        )  # fmt: skip
    measured: GaussianCurves | None = None if experiment is None else experiment.result
    shown, evidence = (None, "") if measured is None else doubling(measured)
    predict.question(page, "distance", ("grows", "hardly", "falls"), run=run, started=experiment is not None,
                     shown=shown, evidence=evidence)  # fmt: skip
    experiments.stage([experiment] if experiment is not None else [], lambda: _two_gaussians(page, measured))


def _gaussians(seed: int) -> Any:
    from gan_core.studies.frozen_generator import GaussianDiscriminators

    return GaussianDiscriminators(seed=seed)


def doubling(measured: GaussianCurves) -> tuple[str, str]:
    """What the measured JSD does from d = 4 to d = 8, and the numbers."""
    near, far = (float(np.median(measured.jsd[:, measured.distances == d])) for d in (4, 8))
    ratio = far / near
    answer = "grows" if ratio > ALIKE else "falls" if ratio < 1 / ALIKE else "hardly"
    return answer, t("vanishing.doubling", near=f"{near:.3f}", far=f"{far:.3f}")


def _two_gaussians(page: PageState, measured: GaussianCurves | None) -> None:
    from gan_core import theory
    from gan_core.figures import vanishing

    d = options.control(page, "d", digits=1)
    left, right = st.columns(2, gap="medium")
    i = None if measured is None else int(np.argmin(np.abs(measured.distances - d)))
    densities = figures.shared(_densities, d, measured, i, labels=words("densities", vanishing.DENSITIES))
    far = figures.shared(_far, d, measured, options.value(page, "far_scale"), labels=words("far", vanishing.FAR))
    with left:
        figures.plot(densities, key=f"{page.name}-densities")
    with right:
        figures.plot(far, key=f"{page.name}-far")
    non_saturating, minimax = theory.gaussian_gradients(d)
    exact = {"minimax": float(minimax), "non_saturating": float(non_saturating), "jsd": float(theory.gaussian_jsd(d))}
    rows = [
        [t(f"vanishing.exact_{name}"), number(exact[name], 4),
         "–" if measured is None else spread(getattr(measured, name)[:, i])]
        for name in NAMES
    ]  # fmt: skip
    tables.show([f"d = {number(d)}", t("vanishing.exact"), t("vanishing.measured")], rows)


def _densities(d: float, measured: GaussianCurves | None, i: int | None, *, labels: dict[str, str]) -> go.Figure:
    from gan_core.figures import vanishing

    trained: dict[str, Any] = {}
    if measured is not None:
        trained = {"x": measured.positions, "probability": measured.probability[:, i]}
    return vanishing.two_gaussians(d, **trained, labels=labels)


def _far(d: float, measured: GaussianCurves | None, scale: Scale, *, labels: dict[str, str]) -> go.Figure:
    from gan_core.figures import vanishing

    arrays = None if measured is None else {name: getattr(measured, name) for name in ("distances", *NAMES)}
    return vanishing.far_away(d, arrays, scale, labels=labels)
