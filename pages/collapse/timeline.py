"""Over the steps of the page "Mode collapse": who gets which mode, how many are covered, and what the alarm hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.numerals import number
from pages.collapse import verdicts
from pages.collapse.options import chosen, named
from pages.shared.controls import options
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, opening, points, statistics

if TYPE_CHECKING:
    from gan_core.run.modes import Diversity

OVER = ("covered", "effective_modes")  # the charts of a slide
HIGH = {1: 224, 2: 192, 3: 160, 4: 128}  # pixels of a large strip, by the number of runs
LEAST = 6  # … of a row


def timeline(page: PageState, frame: Frame) -> None:
    """Who gets which mode, over all steps, and what is counted."""
    watched = _watched(page, frame)
    if not watched:
        return
    radius = number(watched[0][2].radius, 2)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{t('collapse.timeline')}**", help=t("collapse.timeline_help", radius=radius), width="content")
        count = options.control(
            page, "count", collapsed=True, words=lambda name: t(f"collapse.count_{name}", radius=radius)
        )
    _strips(page, frame, count)


@pushed
def _strips(page: PageState, frame: Frame, count: str) -> None:
    """Of each run a large strip of the seed that is looked at, else of its median one, and small ones of the others;
    dashed where the alarm began."""
    watched = _watched(page, frame)
    listened = verdicts.heard(page, [known for *_, known in watched])
    strips = []
    for i, (name, run, known) in enumerate(watched):
        alarms = verdicts.alarms_of(listened, i)[0] or [None] * run.snapshot.members  # it hears one run after the other
        counted = {"shares": known.shares, "near": known.near}[count]
        members = points.members_shown(page, run)[: points.WALL]
        large = median_member(known.covered, members)
        titled = _title(name, run, large, len(members))
        own = {
            k: live.Strip(titled if k == large else points.member_name(run.config, k), known.step, counted[:, k],
                          known.weights / known.weights.sum(), None if (alarm := alarms[k]) is None else alarm.since)
            for k in members
        }  # fmt: skip
        strips.append(replace(own.pop(large), others=tuple(own.values())))
    key = f"{page.name}-timeline"
    live.heat(
        key, strips, step=frame.step, summary=t("collapse.timeline_summary"),
        labels={"step": t("panel.step"), "row": t("scene.mode"), "right": t("collapse.right"),
                "legend": t("collapse.legend")},
        row=_row(len(strips), strips[0].values.shape[1]), width=400 if len(strips) < 4 else 280,
        **statistics.time_axis(page, key),
    )  # fmt: skip


def median_member(covered: np.ndarray, members: Sequence[int]) -> int:
    """Of these members the one that has covered a median number of modes, covered (T, K), over all steps: while they
    train it seldom becomes another. Of two in the middle the one that covers fewer."""
    mean = covered[:, list(members)].mean(axis=0)
    return members[int(np.argsort(mean, kind="stable")[(len(members) - 1) // 2])]


def _title(name: str, run: RunFrame, k: int, among: int) -> str:
    """Of a large strip: the run and the seed, and why it is this one of several."""
    seed = points.member_name(run.config, k) if run.snapshot.members > 1 else ""
    if among > 1:
        seed = t("collapse.median_seed", seed=seed, n=among)
    return " · ".join(filter(None, (name, seed)))


def _row(runs: int, modes: int) -> int:
    """How high a row of a large strip is: they are the hero of the page, and fit the window."""
    return max(LEAST, HIGH.get(runs, min(HIGH.values())) // max(modes, 8))


def _watched(page: PageState, frame: Frame) -> list[tuple[str, RunFrame, Diversity]]:
    """The runs with their titles and what is known of their modes; none where the data have no modes."""
    found = [(name, run, run.diversity) for name, run in named(page, frame) if run.diversity is not None]
    return found if len(found) == len(frame.runs) else []


@pushed
def charts(page: PageState, frame: Frame) -> None:
    """All of them, below the picture."""
    drawn = opening.ghosts(page, frame, _named(page, frame))
    if not drawn:
        return
    key = f"{page.name}-charts"
    live.curves(
        key, drawn, step=frame.step, label=t("panel.step"), height=140, width=250, **statistics.time_axis(page, key)
    )


def over(page: PageState, frame: Frame) -> dict[str, live.Chart]:
    """Those of a slide."""
    named = _named(page, frame)
    return {chart: named[chart] for chart in OVER if chart in named}


def _named(page: PageState, frame: Frame) -> dict[str, live.Chart]:
    """Over steps, for every run the median and range of its seeds: modes covered, to which the alarm listens, and what
    else tells how varied the samples are. Nothing where the data have no modes."""
    from gan_core.run.modes import HALF, expected_covered, signals

    watched = _watched(page, frame)
    if not watched:
        return {}
    first = watched[0][2]
    expected = expected_covered(first.weights)
    curves = [{"covered": known.covered} | signals(known) for *_, known in watched]
    levels: dict[str, list[tuple[float, str]]] = {name: [(1.0, t("panel.perfect"))] for name in signals(first)}
    levels = {"covered": [(expected, t("panel.perfect")), (HALF * expected, t("collapse.alarm_below"))]} | levels

    def lines(chart: str) -> list[live.Line]:
        return [
            _line(method, name or t("panel.fake"), of[chart][:, points.members_shown(page, run)], len(first.step))
            for method, (name, run, _), of in zip(chosen(page), watched, curves, strict=False)
        ]

    return {
        chart: live.Chart(t(f"collapse.chart_{chart}"), first.step, lines(chart), references=level)
        for chart, level in levels.items()
    }


def _line(method: str, label: str, values: np.ndarray, looks: int) -> live.Line:
    """Median and range of values (T, K). Runs side by side are looked at equally often, except one that has failed."""
    of = np.full((looks, values.shape[1]), np.nan)
    of[: len(values)] = values[:looks]
    return statistics.band_of(method, label, of)
