"""The section "Two players": a run in the plane that says of itself what it does, how often that is wrong, and what to
try next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

import gan_core
from gan_core.config import LOSSES, ConfigError, RunConfig
from gan_core.numerals import number
from gan_core.recordings.registry import opening as recorded
from pages.shared.controls import options
from pages.shared.play import experiments
from pages.shared.play.experiments import Experiment
from pages.shared.shell import notices, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import ending, opening
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.studies.balance import Record

SHIPPED = Path(gan_core.__file__).parent / "records" / "balance.json"
WIDTHS = {"tiny": (16,), "usual": (64, 64)}
STEPS, BATCH, RATE = 1500, 64, 1e-3  # STEPS: of the runs on which it was measured how often a name is wrong
HEIGHT = 470  # pixels of the picture
MAIN, RESTRAINTS = ("loss", "ratio", "d_steps", "r1", "nets", "steps"), ("skip", "dropout", "smoothing")
# What may be tried after a run: question → the setting that it changes. The words are `ending.if_<question>`.
WHAT_IF: dict[str, tuple[str, Any]] = {
    "damped": ("r1", 1.0), "wide": ("nets", "usual"), "equal": ("ratio", 1.0), "raced": ("ratio", 10.0),
}  # fmt: skip


def section(page: PageState) -> None:
    with stage.settings():
        chosen = {name: _control(page, name) for name in MAIN}
        with st.popover(t("convergence.two_restraints"), width="stretch"):
            chosen |= {name: _control(page, name) for name in RESTRAINTS}
    try:
        config = configured(page, **chosen)
    except ConfigError as error:
        notices.warning(error)
        return
    run, steps = _name(config), f"{config.train.steps:,}"
    with stage.begin():
        with stage.area("player"):
            started = experiments.start_button(page, "two", run, t("convergence.two_start", steps=steps))
        if run not in started and (recording := recorded(page.name, [config])) is not None:
            with stage.opens():
                opening.show(page, recording, lambda: started.add(run))
            return
        experiment = _experiment(run, config) if run in started else None
        experiments.stage([experiment] if experiment else [], lambda: _view(experiment, config), areas=True)
        if experiment is not None and experiment.done:
            with stage.ending():
                _next(page, chosen, started)


def _next(page: PageState, chosen: Mapping[str, Any], started: set[str]) -> None:
    """Below a run that has ended: further training, and two experiments that are not this run and can be run."""

    def begin(name: str, value: Any) -> None:
        options.put(page, f"two_{name}", value)
        started.add(_name(configured(page, **{**chosen, name: value})))

    def offer(words: str, name: str, value: Any, icon: str) -> None:
        st.button(t(words), key=f"convergence-{words}", icon=f":material/{icon}:", on_click=begin, args=(name, value))

    with st.container(border=True, horizontal=True, gap="small", key="convergence-ending"):
        if longer := [steps for steps in options.choices(page, "two_steps") if steps > chosen["steps"]]:
            offer("ending.on", "steps", longer[0], "fast_forward")
        tried = [(question, *change) for question, change in WHAT_IF.items() if _can(page, chosen, *change)]
        for question, name, value in tried[: ending.OFFERED]:
            offer(f"ending.if_{question}", name, value, "science")


def _can(page: PageState, chosen: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether the change is one, and contradicts no other setting."""
    with suppress(ConfigError):
        return chosen[name] != value and bool(configured(page, **{**chosen, name: value}))
    return False


def _name(config: RunConfig) -> str:
    return f"balance {config.to_query()}"


def _control(page: PageState, name: str) -> Any:
    return options.control(page, f"two_{name}")


def configured(page: PageState, **chosen: Any) -> RunConfig:
    """The run that the controls ask for. Raises ConfigError."""
    layers = WIDTHS[chosen["nets"]]
    return RunConfig.of(
        g_layers=layers, d_layers=layers, batch=BATCH, steps=chosen["steps"], loss=chosen["loss"],
        g_lr=RATE, d_lr=RATE * chosen["ratio"],
        d_steps=chosen["d_steps"], r1=chosen["r1"], skip_d_below=chosen["skip"], d_dropout=chosen["dropout"],
        label_smoothing=chosen["smoothing"],
    )  # fmt: skip


def _experiment(name: str, config: RunConfig) -> Experiment | None:
    def make() -> Any:
        from gan_core.studies.balance import BalanceRun

        return BalanceRun(config)

    return experiments.wanted(
        name, make, lambda work: work.record() if work.step_count >= 20 else None, config.train.steps
    )


def _view(experiment: Experiment | None, config: RunConfig) -> None:
    record: Record | None = experiment.look() if experiment is not None else None
    with stage.area("verdict"):
        if record is not None and experiment is not None and experiment.done:
            st.markdown(_verdict(record))
        else:
            st.caption(t("convergence.two_hint"))
    if record is None:
        return
    from gan_core.figures import balance

    kind = LOSSES[config.train.loss].equilibrium
    levels = [(player, level) for player, level in zip("dg", kind, strict=True) if level is not None]
    figure = balance.balance(
        record.steps, record.d_loss[:, 0], record.g_loss[:, 0], record.accuracy[:, 0], record.mean[:, 0],
        np.stack([record.g_norm[:, 0], record.d_norm[:, 0]], 1),
        np.stack([record.g_turn[:, 0], record.d_turn[:, 0]], 1),
        record.eigenvalues, levels, labels={name: t(f"convergence.balance.{name}") for name in balance.WORDS},
    )  # fmt: skip
    with stage.picture(panels=6):
        plot(figure.update_layout(height=HEIGHT), key="convergence-balance")
    with stage.below():
        st.caption(t("convergence.two_turns"))


def _verdict(record: Record) -> str:
    """What the run is called, the numbers that it is called so for, and how often other runs are called so."""
    from gan_core.studies.balance import verdict

    found = verdict(record)
    numbers = {name: number(value) for name, value in found.numbers.items()}
    reason = t(f"convergence.two_{found.name}_why", **numbers) if numbers else t("convergence.two_not_finite")
    trust = trusted(found.name) if record.steps[-1] == STEPS else None
    certainty = "" if trust is None else t("convergence.two_false", **trust)
    return f"**{t(f'convergence.two_{found.name}')}** {reason} {certainty}"


@cache
def trusted(name: str) -> dict[str, Any] | None:
    """Of the recorded runs: how many are made for what `name` says and how many of them were called so; and how many of
    those made for something else, which is the alarm's error. None for the name of nothing in particular."""
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))["runs"].values()
    count = {own: [row for row in rows if (row["made_for"] == name) is own] for own in (True, False)}
    if not count[True]:
        return None

    def called(rows: list[dict[str, Any]]) -> int:
        return sum(row["names"].get(name, 0) for row in rows)

    def runs(rows: list[dict[str, Any]]) -> int:
        return sum(sum(row["names"].values()) for row in rows)

    return {"hits": called(count[True]), "own": runs(count[True]),
            "alarms": called(count[False]), "others": runs(count[False])}  # fmt: skip
