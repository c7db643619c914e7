"""The part "Parallel lines": exact distances at θ, and who brings θ back to 0."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.shared.controls import options, predict
from pages.shared.play import experiments
from pages.shared.shell import address
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app
from pages.shared.views import drag, live, statistics, tables
from pages.shared.views.figures import plot
from pages.wgan.comparison import spread
from pages.wgan.options import method

if TYPE_CHECKING:
    from gan_core.studies.parallel_lines import Paths

THETA_STEPS = 300
WORDS = ("summary", "theta", "pull", "play", "stop", "apart", "met")  # of the picture that is taken
METHODS = ("minimax", "non_saturating", "wgan_clip", "wgan_gp")


def section(page: PageState) -> None:
    """The exact distances at θ; and whether four trained methods bring it back to 0."""
    from gan_core.figures import theory

    _taken(page, options.value(page, "theta"))
    left, middle, right = st.columns([3, 2, 2], gap="medium", vertical_alignment="bottom")
    with left:
        theta = options.control(page, "theta")
    with middle:
        warm_up = options.control(page, "warm_up")
    seed = page.config.train.seed
    run = f"lines {theta} {warm_up} {seed}"
    with right:
        make = partial(_game, theta, warm_up, seed)
        experiment = experiments.pressed(
            page, "start", run, t("wgan.lines_start"), make, lambda work: work.paths(), warm_up + THETA_STEPS
        )
    with st.expander(t("wgan.lines_to_keep"), icon=":material/image:"):
        words = {name: t(f"wgan.exact_lines.{name}") for name in theory.PARALLEL_LINES}
        plot(theory.parallel_lines(theta, labels=words), key=f"{page.name}-exact")
    result: Paths | None = None if experiment is None else experiment.result
    shown, evidence = None, ""
    if result is not None:
        back, of = result.returned("minimax"), result.theta["minimax"].shape[1]
        shown = "all" if back == of else "none" if back == 0 else "some"
        evidence = t("wgan.lines_evidence", k=back, n=of, steps=THETA_STEPS)
    predict.question(page, "back", ("all", "some", "none"), run=run, started=experiment is not None, shown=shown,
                     evidence=evidence)  # fmt: skip
    if experiment is not None:
        experiments.stage([experiment], lambda: _paths(page, experiment.look()))
    st.caption(t("wgan.lines_note"))


def _taken(page: PageState, theta: float) -> None:
    """Both lines, of which the generated one is taken and moved while every distance says how it pulls."""

    from gan_core.export import closed

    def moved(value: float) -> None:
        with suppress(ValueError):  # the browser of someone who tries may report anything
            options.put(page, "theta", value)
        address.write_page(page)

    names = {name: t(f"wgan.taken.name_{name}") for name in closed.OF_LINES}
    kept = {word: t(f"wgan.plate.{word}") for word in ("real", "fake", "pull")} | {"title": t("wgan.lines_title")}
    app().charts[f"{page.name}-lines"] = closed.lines(theta, names | kept)
    words = {word: t(f"wgan.taken.{word}") for word in WORDS}
    drag.lines(f"{page.name}-taken", theta, moving="theta" not in page.words, names=names, words=words, on_theta=moved)


def _game(theta: float, warm_up: int, seed: int) -> Any:
    from gan_core.studies.parallel_lines import ParallelLinesGame

    return ParallelLinesGame(theta, warm_up=warm_up, seed=seed)


def _paths(page: PageState, result: Paths | None) -> None:
    """θ over its steps, a chart a method and a line a run; and how many runs are back."""
    if result is None or not len(result.step):
        return
    high = float(max(np.abs(theta).max() for theta in result.theta.values()))
    limits = (-1.05 * max(high, 0.1), 1.05 * max(high, 0.1))
    charts = [
        live.Chart(
            method(name), result.step,
            [statistics.band_of(name, t("wgan.run", k=k + 1), result.theta[name][:, k : k + 1])
             for k in range(result.theta[name].shape[1])],
            references=[(0.0, "0")], limits=limits,
        )
        for name in METHODS
    ]  # fmt: skip
    live.curves(f"{page.name}-paths", charts, step=int(result.step[-1]), height=150, width=270, label=t("panel.step"))
    runs = result.theta[METHODS[0]].shape[1]
    start = float(np.median(result.theta[METHODS[0]][0]))
    thousandths = partial(spread, write="{:.3f}".format)
    # at the end beside a θ that is back, and one that nobody moves
    rows = [
        [t("wgan.row_back"), *(f"{result.returned(name)} / {runs}" for name in METHODS), f"{runs} / {runs}",
         f"0 / {runs}"],
        [t("wgan.row_theta"), *(thousandths(result.theta[name][-1]) for name in METHODS), "0", f"{start:.3f}"],
        [t("wgan.row_found_start"), *(thousandths(result.found[name][0]) for name in METHODS), "–", "–"],
        [t("wgan.row_found"), *(thousandths(result.found[name][-1]) for name in METHODS), "0", "–"],
    ]  # fmt: skip
    tables.show(["", *map(method, METHODS), t("panel.perfect"), t("wgan.left_alone")], rows)
