"""At the end of a run: what happened, from the measures with their floors, further training, and what to try next.

    ending.show(page, frame, train_on=…, try_out=…)

`train_on(page)` lets the run go on to the page's new end; `try_out(page, config)` starts another one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st

from gan_core.config import LOSSES, ConfigError, RunConfig, limits
from gan_core.numerals import number
from gan_core.presets import FLAGSHIP, PRESETS
from pages.shared.play.runs import Frame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import Offer, PageState, app
from pages.shared.views import live, points, statistics, tables

OFFERED = 2  # experiments
LESSON = 800  # steps at most of a run that looks ahead, which costs ten times as much
SAID = {"modes": ("modes", "high_quality", "w1"), "plain": ("w1", "jsd")}  # the numbers of each kind of sentence

# What may be tried after a run: question → what has to change for it, None where it does not apply.
# The words are `ending.if_<question>`.
WHAT_IF: dict[str, Offer] = {
    "ahead": lambda c: (
        {"unrolled": 10, "steps": min(c.train.steps, LESSON)} if c.train.g_lr < c.train.d_lr and _plain(c) else None
    ),
    "settled": lambda c: PRESETS[FLAGSHIP].config.differences() if _equal(c) else None,
    "seeds": lambda c: {"members": 8} if c.train.members == 1 else None,
    "damped": lambda c: {"r1": 0.1} if LOSSES[c.train.loss].kind != "critic" and _plain(c) else None,
    "slower": lambda c: {"g_lr": c.train.g_lr / 10} if c.train.g_lr >= c.train.d_lr else None,
    "equal": lambda c: {"g_lr": c.train.d_lr} if c.train.g_lr < c.train.d_lr else None,
    "averaged": lambda c: {"ema": 0.999} if not c.train.ema else None,
}
# The same of images, where the knobs of the recipe are turned.
OF_IMAGES: dict[str, Offer] = {
    "labels": lambda c: {"labels": "conditional"} if c.model.labels == "none" else None,
    "batch_norm": lambda c: {"g_norm": "batch"} if c.model.g_norm == "none" else None,
    "averaged": WHAT_IF["averaged"],
    "momentum": lambda c: {"beta1": 0.5} if c.train.beta1 != 0.5 else {"beta1": 0.9},
}


def _plain(config: RunConfig) -> bool:
    """Whether nothing is there yet that calms D."""
    train = config.train
    return not (
        train.unrolled or train.r1 or train.r2 or train.wgan_gp or train.dragan or config.model.d_norm == "batch"
    )


def _equal(config: RunConfig) -> bool:
    """Whether neither player is held back, now or later: such ones circle each other."""
    train = config.train
    return _plain(config) and train.g_lr == train.d_lr and not train.ema and not train.decay_steps


def offers(page: PageState) -> list[tuple[str, RunConfig]]:
    """The experiments that follow, as the page's configuration would be: none that its variants decide, and none that
    contradicts its settings or one of them."""
    found: list[tuple[str, RunConfig]] = []
    for name, make in (page.what_if or (OF_IMAGES if page.of_images else WHAT_IF)).items():
        changes = make(page.config)
        if changes and not page.decided & changes.keys():
            with suppress(ConfigError):
                config = page.config.replace(**changes)
                page.configs(config)
                found.append((name, config))
    return found


def show(
    page: PageState, frame: Frame, *, train_on: Callable[[PageState], None],
    try_out: Callable[[PageState, RunConfig], None],
) -> None:  # fmt: skip
    """Nothing before the end. It speaks of the end, whichever step is looked at."""
    runs, steps = page.shown, page.config.train.steps
    if runs.running or runs.moving or runs.job.step_count < steps:
        return

    def on() -> None:
        page.update(steps=min(2 * steps, int(limits("steps")[1])))
        runs.retune(page.configs())
        train_on(page)

    with st.container(border=True, key=f"{page.name}-ending"):
        end = runs.job.frame or frame
        live.words(f"{page.name}-happened", _said(page, end), step=end.step)
        with st.container(horizontal=True, gap="small"):
            st.button(t("ending.on"), key=f"{page.name}-on", icon=":material/fast_forward:", on_click=on)
            for name, config in offers(page)[:OFFERED]:
                st.button(
                    t(f"ending.if_{name}"), key=f"{page.name}-if-{name}", icon=":material/science:",
                    on_click=try_out, args=(page, config),
                )  # fmt: skip


def _said(page: PageState, end: Frame) -> list[live.Block]:
    """What happened. While somebody looks back the scores are worked out of what is looked at, and not of the end."""
    runs, key = page.shown, ("happened", end.step, app().language)
    known: list[live.Block] | None = runs.cache.get(key)
    if known is not None and runs.at is not None:
        return known
    said = (_digits_made if page.of_images else _happened)(page, end)
    if page.of_images or None not in statistics.yardsticks(page, end):  # what it stands beside is known
        runs.cache[key] = said
    return said


def _happened(page: PageState, frame: Frame) -> list[live.Block]:
    """A sentence a run: of its members the median, beside what a perfect generator scores, and which of its numbers
    need no skill."""
    found, beside = statistics.scored(page, frame), statistics.yardsticks(page, frame)
    said: list[live.Block] = []
    for i, run in enumerate(frame.runs):
        members = points.members_shown(page, run)
        scores = [] if found is None else [found.runs[i][k] for k in members if k < len(found.runs[i])]
        if run.failures and len(run.failures) == run.snapshot.members:
            said.append(live.Sentence(t("ending.failed", step=f"{frame.step:,}"), "warning"))
            continue
        if not scores:
            continue
        words: dict[str, Any] = {"step": f"{frame.step:,}", "n": len(scores), "run": _named(run.config)}
        for name, (statistic, style) in statistics.NUMBERS.items():
            values = [getattr(score, statistic) for score in scores]
            if None not in values:
                words[name] = style.format(float(np.median(values)))
                words[f"perfect_{name}"] = statistics.perfect(beside[i], statistic, style.format)
                words[f"skill_{name}"] = statistics.without_skill(beside[i], statistic, style.format)
        kind = "modes" if "modes" in words else "plain"
        of = t("ending.median", n=len(scores)) if len(scores) > 1 else ""
        who = f"**{words['run']}** " if len(frame.runs) > 1 else ""
        happened = t(f"ending.happened_{kind}", modes_of=_modes(run), of=of, **words)
        called = {of: t(f"panel.{name}") for name, (of, _) in statistics.NUMBERS.items() if name in SAID[kind]}
        better = statistics.better_than_perfect({"": scores}, beside[i], called)
        said.append(live.Sentence(" ".join(filter(None, (f"{who}{happened}", better)))))
    return said


def _digits_made(page: PageState, frame: Frame) -> list[live.Block]:
    """A sentence a run of images: how many of the digits are made, and how far their shares are from the labels'."""
    said: list[live.Block] = []
    for run in frame.runs:
        step = f"{frame.step:,}"
        if len(run.failures) == run.snapshot.members:
            said.append(live.Sentence(t("ending.failed", step=step), "warning"))
        elif run.classes is None:  # images that the classifier does not read
            said.append(live.Sentence(t("ending.happened_images", step=step)))
        else:
            known, shown = run.classes, points.members_shown(page, run)
            words: dict[str, Any] = {
                "made": number(np.median(known.made[-1, shown])), "kl": f"{np.median(known.kl[-1, shown]):.2f}",
                "floor": statistics.range_of(known.perfect, "{:.3f}".format), "n": known.samples,
            }  # fmt: skip
            of = t("ending.median", n=len(shown)) if len(shown) > 1 else ""
            who = f"**{_named(run.config)}** " if len(frame.runs) > 1 else ""
            scored = {"": {"class_kl": float(np.median(known.kl[-1, shown]))}}
            better = tables.flattered(scored, {"class_kl": known.perfect}, lambda name: t(f"recipe.score_{name}"))
            happened = who + t("ending.happened_digits", step=step, of=of, **words)
            said.append(live.Sentence(" ".join(filter(None, (happened, better)))))
    return said


def _modes(run: Any) -> int:
    return 0 if run.weights is None else int(np.count_nonzero(np.asarray(run.weights) > 0))


def _named(config: RunConfig) -> str:
    return t(f"option.loss.{config.train.loss}")
