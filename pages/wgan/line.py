"""The part "On a line": two distributions, D and two critics learn them, beside the exact optima."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.numerals import number
from pages.shared.controls import options, predict
from pages.shared.play import experiments
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import statistics, tables
from pages.shared.views.figures import plot
from pages.wgan.comparison import spread

if TYPE_CHECKING:
    from gan_core.studies.line_duel import Duel
    from gan_core.theory.distributions_1d import GaussianMixture

HEIGHT = 480  # pixels of the figure until it fills its room
DUEL_UPDATES, CLIP = 1000, 0.1
STEP = np.array([-1e-3, 0.0, 1e-3])  # around a place, for a slope there
SLIDES = 25  # distances at which the optima are drawn while q slides away


def pair(kind: str, distance: float) -> tuple[GaussianMixture, GaussianMixture]:
    """(real, generated): N(0, ½²) and N(d, ½²), or two modes d apart with the fakes on the right one."""
    from gan_core.theory.distributions_1d import GaussianMixture

    if kind == "gaussians":
        return GaussianMixture.gaussian(0.0, 0.5), GaussianMixture.gaussian(distance, 0.5)
    modes = GaussianMixture(np.full(2, 0.5), np.array([-distance, distance]) / 2, np.full(2, 0.5))
    return modes, GaussianMixture.gaussian(distance / 2, 0.5)


def section(page: PageState) -> None:
    """Two distributions on a line; D and critics learn them, beside the exact optima and what they hand to G."""
    seed = page.config.train.seed
    with stage.settings():
        kind, distance, weight = (options.control(page, name) for name in ("pair", "distance", "weight"))
    run = f"line {kind} {distance} {weight} {seed}"
    with stage.begin():
        with stage.area("player"):
            make = partial(_duel, kind, distance, weight, seed)
            experiment = experiments.pressed(
                page, "start", run, t("wgan.line_start"), make, lambda work: work.duel(), DUEL_UPDATES
            )
        waited = [] if experiment is None else [experiment]
        result: Duel | None = None if experiment is None else experiment.result
        shown, evidence = (None, "") if result is None else _pull_at_fakes(kind, distance, result)

        def draw() -> None:
            newest = None if experiment is None else experiment.look()
            with stage.area("verdict"):
                statistics.said(page.name, _said(kind, distance, newest))
            with stage.picture(filled=True):
                _line_picture(page, kind, distance, newest, whole=experiment is not None and experiment.done)
            with stage.rail():
                _line_table(*pair(kind, distance), newest)
                predict.question(page, "pull", ("critic", "alike", "saturating"), run=run,
                                 started=experiment is not None, shown=shown, evidence=evidence)  # fmt: skip

        experiments.stage(waited, draw, areas=True)
        with stage.below():
            st.markdown(t("wgan.line_text"))


def _said(kind: str, distance: float, newest: Duel | None) -> str:
    """What either kind of player hands to the generated samples: the optima, or those that have learned so far."""
    from gan_core.theory.optimal_critic import exact_duel

    if newest is not None:
        _, evidence = _pull_at_fakes(kind, distance, newest)
        return t("wgan.line_said_trained", updates=f"{newest.updates[-1]:,}", evidence=evidence)
    at = _middle(kind, distance)
    exact = {name: number(abs(float(of[1]))) for name, of in exact_duel(*pair(kind, distance), at + STEP).items()}
    return t("wgan.line_said", x=f"{at:.1f}", **exact)


def _duel(kind: str, distance: float, weight: float, seed: int) -> Any:
    from gan_core.studies.line_duel import LineDuel

    return LineDuel(*pair(kind, distance), penalty=weight, clip=CLIP, seed=seed)


def _middle(kind: str, distance: float) -> float:
    """Of the generated samples."""
    return distance if kind == "gaussians" else distance / 2


def _pull_at_fakes(kind: str, distance: float, result: Duel) -> tuple[str, str]:
    """Who pulls harder where the fakes are: the saturating loss of the trained D, or the trained critic."""
    from gan_core.theory.optimal_critic import pulls

    i = int(np.argmin(np.abs(result.positions - _middle(kind, distance))))
    d, critic = (result.slopes[name][-1, :, i] for name in ("discriminator", "penalty"))
    saturating = np.abs(pulls(result.values["discriminator"][-1, :, i], d)["minimax"])
    one, other = float(np.median(saturating)), float(np.median(np.abs(critic)))
    answer = "critic" if other > 2 * one else "saturating" if one > 2 * other else "alike"
    return answer, t("wgan.line_evidence", x=f"{result.positions[i]:.1f}", saturating=number(one), critic=number(other))


def _line_picture(page: PageState, kind: str, distance: float, result: Duel | None, *, whole: bool) -> None:
    """The figure, whose trained lines play once all is there; before that q slides away from p by itself."""
    from gan_core.figures import wgan as figures
    from gan_core.studies.line_duel import POSITIONS, trained_duel
    from gan_core.theory.optimal_critic import exact_duel

    p, q = pair(kind, distance)
    x = np.linspace(min(p.window[0], q.window[0]), max(p.window[1], q.window[1]), POSITIONS)
    trained = None if result is None else trained_duel(result, p)
    if trained is not None and not whole:  # while it learns, the newest moment is enough
        trained = {name: values[-1:] for name, values in trained.items()}
    updates = [] if result is None else list(result.updates if whole else result.updates[-1:])

    def optima(apart: float) -> tuple[tuple[np.ndarray, np.ndarray], dict[str, np.ndarray]]:
        """Both densities at this distance, and what is exact of them."""
        one, other = pair(kind, apart)
        return (np.exp(one.log_pdf(x)), np.exp(other.log_pdf(x))), exact_duel(one, other, x)

    way = np.linspace(0.0, distance, SLIDES + 1)[1:] if trained is None else ()
    figure = figures.duel(
        x, *optima(distance), updates, trained or {},
        labels={name: t(f"wgan.figure.{name}") for name in figures.WORDS},
        sliding={d: optima(d) for d in way},
    )  # fmt: skip
    plot(figure.update_layout(height=HEIGHT), key=f"{page.name}-duel", begins=trained is None, fills=True)


def _line_table(p: GaussianMixture, q: GaussianMixture, result: Duel | None) -> None:
    """The distances that each has found, beside the exact ones."""
    from gan_core.theory.divergences_1d import jsd, w1

    exact = {"discriminator": jsd(p, q), "penalty": w1(p, q), "clip": w1(p, q)}
    rows = [
        [
            t(f"wgan.found_{name}"),
            number(value, 4),
            "–" if result is None else spread(result.found[name][-1], "{:.3f}".format),
        ]
        for name, value in exact.items()
    ]
    tables.show(["", t("wgan.exact_value"), t("wgan.trained_value")], rows)
    st.caption(t("wgan.line_note", c=number(CLIP)))
