"""The section "Signal or noise?": what N samples and B bins make of a distance, beside the floor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
import streamlit as st

from pages.distances.drawing import asks, chart, number, words
from pages.distances.options import SIZES
from pages.shared.controls import options
from pages.shared.play import experiments
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import statistics

REPETITIONS = 60
NEWEST = "sizes"  # in PageState.choices: the experiments that were done last, and of what
Measure = Literal["jsd", "kl", "w1"]


def section(page: PageState) -> None:
    from gan_core.figures import distances as figures
    from gan_core.theory.divergences_1d import expected_floor

    settings, verdict, picture, rail = asks(page, "size_text")
    with settings:
        measure, d = (options.control(page, name) for name in ("measure", "size_distance"))
        n = options.control(page, "n", words="{:,}".format)
        bins = options.control(page, "bins") if measure != "w1" else 1
    key = (measure, d, bins)
    if known := experiments.known(page, "sizes", key, tasks(*key)):
        page.choices[NEWEST] = key, known
    (measure, d, bins), found = page.choices.get(NEWEST, (key, known))  # the last ones stay until the next are there
    if not found:
        with verdict:
            statistics.said("distances-size", t("distances.measuring"))
        return
    truth = exact(measure, d)
    different, same = (np.array([found[n, of] for n in SIZES]) for of in ("different", "same"))
    i = SIZES.index(n)
    low, high = np.percentile(same[i], [5, 95])
    noise = bool(low <= different[i][0] <= high)
    with verdict:
        told = t(
            f"distances.{'size_noise' if noise else 'size_signal'}", n=f"{n:,}", one=number(different[i][0], 3),
            truth=number(truth, 3), floor=number(same[i].mean(), 3), low=number(low, 3), high=number(high, 3),
            runs=REPETITIONS, measure=t(f"distances.measure_{measure}"),
        )  # fmt: skip
        statistics.said("distances-size", told, "warning" if noise else "success")
    labels = words()
    with picture:
        chart(figures.repeats(different[i], same[i], truth, labels=labels), "repeats", begins=True, fills=True)
    with rail:
        chart(figures.over_sizes(SIZES, different, same, truth, n, labels=labels), "sizes")
        rule = t(f"distances.rule_{measure}", value=number(expected_floor(n, measure, bins), 3))
        st.caption(rule + (" " + t("distances.rule_breaks") if measure != "w1" and n <= 5 * bins else ""))


def exact(measure: Measure, distance: float) -> float:
    from gan_core import theory

    of = {"jsd": theory.gaussian_jsd, "kl": theory.gaussian_kl, "w1": theory.gaussian_w1}
    return float(of[measure](distance))


def tasks(measure: Measure, distance: float, bins: int) -> dict[tuple[int, str], Callable[[], np.ndarray]]:
    """Of each size: estimates (R,) of p against q, "different", and of p against p, "same"."""
    from gan_core.theory.distributions_1d import GaussianMixture
    from gan_core.theory.divergences_1d import estimates

    p, q = GaussianMixture.gaussian(0.0, 1.0), GaussianMixture.gaussian(distance, 1.0)
    return {
        (n, name): partial(estimates, p, other, n, measure, bins, REPETITIONS, seed=seed)
        for n in SIZES
        for name, other, seed in (("different", q, 0), ("same", p, 1))
    }
