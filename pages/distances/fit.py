"""The section "Cover or seek": one Gaussian for two modes, under either direction of KL and under JSD."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from pages.distances.drawing import asks, chart, number, words
from pages.shared.controls import options
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import statistics, tables

FIT_STEPS = 120
Path = tuple[np.ndarray, np.ndarray, np.ndarray]  # means, spreads, values


def section(page: PageState) -> None:
    from gan_core.figures import distances as figures
    from gan_core.theory.distributions_1d import GaussianMixture

    settings, verdict, picture, rail = asks(page, "fit_text")
    with settings:
        names = ("fit_distance", "fit_weight", "fit_mean", "fit_std")
        distance, weight, *start = (options.control(page, name) for name in names)
    target = GaussianMixture(np.array([1 - weight, weight]), np.array([-distance, distance]) / 2, np.full(2, 0.6))
    paths = fits(distance, weight, *start)
    x = np.linspace(-distance / 2 - 4, distance / 2 + 4, 401)
    with verdict:
        ends = {name: number(round(float(means[-1]), 2), 3) for name, (means, _, _) in paths.items()}
        wide = {f"{name}_std": number(round(float(stds[-1]), 2), 3) for name, (_, stds, _) in paths.items()}
        statistics.said("distances-fit", t("distances.fit_said", **ends, **wide))
    with picture:
        chart(figures.fits(x, np.exp(target.log_pdf(x)), paths, labels=words()), "fit", begins=True, fills=True)
    with rail:
        rows = [
            [t(f"distances.name_{name}"), *(f"{found[-1]:.3f}".replace("-", "−") for found in path)]
            for name, path in paths.items()
        ]
        tables.show(["", t("distances.mean"), t("distances.std"), t("distances.value")], rows)
        st.caption(t("distances.fit_note", mean=number(target.moments(target.breaks[-1:])[1, 0], 3),
                     std=number(_std(target), 3)))  # fmt: skip


def _std(d: Any) -> float:
    _, mean, square = d.moments(d.breaks[-1:])[:, 0]
    return float(np.sqrt(square - mean**2))


@st.cache_data(max_entries=64, show_spinner=False)
def fits(distance: float, weight: float, mean: float, std: float) -> dict[str, Path]:
    from gan_core.theory.distributions_1d import GaussianMixture
    from gan_core.theory.divergences_1d import fit_gaussian

    target = GaussianMixture(np.array([1 - weight, weight]), np.array([-distance, distance]) / 2, np.full(2, 0.6))
    found = {name: fit_gaussian(target, name, (mean, std), FIT_STEPS) for name in ("kl_pq", "kl_qp", "jsd")}
    return {name: (one.means, one.stds, one.values) for name, one in found.items()}
