"""The section "Reading the losses": recorded runs as a guessing game: curves first, one guess, then what was behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from gan_core.config import LOSSES, RunConfig
from gan_core.metrics.floors import Range
from gan_core.numerals import number
from pages.convergence.options import RIDDLES
from pages.shared.controls import options, predict
from pages.shared.play import resources
from pages.shared.shell import site, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import statistics
from pages.shared.views.figures import plot


@st.fragment
def section(page: PageState) -> None:
    from gan_core.studies.riddles import shipped

    with stage.begin():
        with stage.area("player"):
            number = options.control(page, "riddle")
        name = list(RIDDLES)[number - 1]
        told = shipped()[name]
        guess = _guesses(page).get(name)
        with stage.area("verdict"):
            refuted = f"**{t('convergence.riddle_refutes')}** {t(f'convergence.riddle_{name}_not')}"
            statistics.said("convergence-riddle", t("convergence.riddle_lines") if guess is None else refuted)
        with stage.picture(filled=True):  # once it is guessed, two pictures share the room of the one
            _curves(number, told)
            if guess is not None:
                _behind(number, told)
        with stage.rail():
            answers = sorted((name, *RIDDLES[name]))  # their order tells nothing
            predict.question(page, "riddle", answers, run=str(number), started=guess is not None,
                             shown=None if guess is None else name)  # fmt: skip
            if guess is not None:
                _answer(page, name, told)


def guessed(page: PageState, name: str) -> bool:
    """Whether this riddle's run may be told."""
    return name in _guesses(page)


def _guesses(page: PageState) -> dict[str, str]:
    """This visitor's, by the name of the riddle."""
    found = {name: page.choices.get(("predict", "riddle", str(i))) for i, name in enumerate(RIDDLES, start=1)}
    return {name: guess for name, guess in found.items() if guess is not None}


def _answer(page: PageState, name: str, told: dict[str, Any]) -> None:
    """What the run shows by its own figures, the run itself, and how one has done so far."""
    from gan_core.studies.riddles import numbers, shipped

    config, usual = RunConfig.from_query(told["query"]), shipped()["healthy"]
    values = numbers(told) | {"rate": config.train.g_lr, "batch": config.train.batch}
    values |= {"usual_w1": numbers(usual)["w1_late"]}
    figures = {key: number(value) for key, value in values.items()} | {"floor": _ranged(told["w1_perfect"])}
    st.markdown(t(f"convergence.riddle_{name}", **figures))
    if "points" in told:  # the link has no room for a table: Play asks the server for it
        resources.keep_table(config.data.points, np.array(told["points"], np.float32))
    play = site.entry("play_2d")
    st.page_link(play.file, label=t("convergence.map_open"), icon=play.symbol, query_params=config.to_query())
    guesses = _guesses(page)
    right = sum(name == guess for name, guess in guesses.items())
    st.caption(t("convergence.riddle_score", right=right, asked=len(guesses), all=len(RIDDLES)))


def _ranged(known: Sequence[float]) -> str:
    return statistics.range_of(Range(*known), number)


def _curves(number: int, told: dict[str, Any]) -> None:
    from gan_core.figures import training

    level = LOSSES[RunConfig.from_query(told["query"]).train.loss].equilibrium
    figure = training.curves(
        "losses", told["step"], {name: np.array(told[name], float) for name in ("d_loss", "g_loss")},
        references=[(value, "") for value in level if value is not None],
        labels={"losses": t("figures.losses"), "step": t("panel.step")},
    )  # fmt: skip
    figure.update_layout(margin={"t": 35, "b": 45})
    plot(figure, key=f"convergence-riddle-{number}", fills=True)


def _behind(number: int, told: dict[str, Any]) -> None:
    from gan_core.figures import riddle

    pictures = told["pictures"]
    figure = riddle.behind(
        told["real"], [one["fake"] for one in pictures], [one["step"] for one in pictures],
        [one["w1"] for one in pictures], labels={name: t(f"convergence.behind.{name}") for name in riddle.WORDS},
    )  # fmt: skip
    plot(figure, key=f"convergence-behind-{number}", fills=True)
    beside = {"floor": _ranged(told["w1_perfect"]), "skill": _ranged(told["w1_no_skill"])}
    who = t(f"skill.{told['no_skill']}")
    st.caption(t("convergence.riddle_floor", **beside, who=who, engine=told["engine"], digest=told["digest"]))
