"""The part "Parallel lines": exact distances at θ, and who brings θ back to 0."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.shared.controls import options, predict
from pages.shared.play import experiments
from pages.shared.shell import address, stage
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
    """The exact distances at θ, which is taken by the hand; and whether four trained methods bring it back to 0."""
    from gan_core.figures import theory

    with stage.settings():
        theta, warm_up = (options.control(page, name) for name in ("theta", "warm_up"))
    seed = page.config.train.seed
    run = f"lines {theta} {warm_up} {seed}"
    with stage.begin():
        with stage.area("player"):
            make = partial(_game, theta, warm_up, seed)
            experiment = experiments.pressed(
                page, "start", run, t("wgan.lines_start"), make, lambda work: work.paths(), warm_up + THETA_STEPS
            )
        result: Paths | None = None if experiment is None else experiment.result
        shown, evidence = None, ""
        if result is not None:
            back, of = result.returned("minimax"), result.theta["minimax"].shape[1]
            shown = "all" if back == of else "none" if back == 0 else "some"
            evidence = t("wgan.lines_evidence", k=back, n=of, steps=THETA_STEPS)

        def ask() -> None:
            predict.question(page, "back", ("all", "some", "none"), run=run, started=experiment is not None,
                             shown=shown, evidence=evidence)  # fmt: skip

        if experiment is None:
            _taken(page, theta)
            with stage.rail():
                ask()
        else:
            experiments.stage([experiment], lambda: _paths(page, experiment.look(), ask), areas=True)
        with stage.below():
            st.caption(t("wgan.lines_note"))
            with st.expander(t("wgan.lines_to_keep"), icon=":material/image:"):
                words = {name: t(f"wgan.exact_lines.{name}") for name in theory.PARALLEL_LINES}
                plot(theory.parallel_lines(theta, labels=words), key=f"{page.name}-exact")


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
    with stage.by_hand(square=False):
        drag.lines(
            f"{page.name}-taken", theta, moving="theta" not in page.words, names=names, words=words, on_theta=moved
        )


def _game(theta: float, warm_up: int, seed: int) -> Any:
    from gan_core.studies.parallel_lines import ParallelLinesGame

    return ParallelLinesGame(theta, warm_up=warm_up, seed=seed)


def _paths(page: PageState, result: Paths | None, ask: Callable[[], None]) -> None:
    """In how many runs θ is back, θ over its steps, and what was found of the distance."""
    moved = result if result is not None and len(result.step) else None
    with stage.area("verdict"):
        statistics.said(page.name, t("wgan.lines_warming") if moved is None else _said(moved))
    if moved is not None:
        with stage.picture(square=False):
            lines = [statistics.band_of(name, method(name), moved.theta[name]) for name in METHODS]
            chart = live.Chart(
                t("wgan.lines_chart", n=_runs(moved)), moved.step, lines, references=[(0.0, t("panel.perfect"))]
            )
            live.curves(f"{page.name}-paths", [chart], step=int(moved.step[-1]), height=300, label=t("panel.step"))
    with stage.rail():
        if moved is not None:
            _table(moved)
        ask()


def _said(result: Paths) -> str:
    n = _runs(result)
    each = "; ".join(f"{method(name)} **{result.returned(name)} / {n}**" for name in METHODS)
    return t("wgan.lines_said", step=f"{result.step[-1]:,}", each=each, n=n)


def _runs(result: Paths) -> int:
    """Of each method."""
    return result.theta[METHODS[0]].shape[1]


def _table(result: Paths) -> None:
    """At the newest step, beside a θ that is back, and one that nobody moves."""
    rows = [
        [method(name), spread(result.theta[name][-1], "{:.2f}".format), f"{np.median(result.found[name][-1]):.2f}"]
        for name in METHODS
    ]
    start = float(np.median(result.theta[METHODS[0]][0]))
    rows += [[t("panel.perfect"), "0", "0"], [t("wgan.left_alone"), f"{start:.2f}", "–"]]
    head = ["", *(t(f"wgan.row_{name}") for name in ("theta", "found"))]
    with st.container(key="wgan-paths-dense"):
        tables.show(head, rows, grey={len(METHODS), len(METHODS) + 1})
