"""Over the steps of the page "Mode collapse": who gets which mode, how many are covered, and what the alarm hears."""

from __future__ import annotations

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
ROWS = {1: 28, 2: 24, 3: 20, 4: 16}  # pixels of a row of the timeline, by the number of strips; beyond that …
MANY = 9, 6  # … of few modes, and of more than eight


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
    """One strip a run and seed, dashed where the alarm began."""
    watched = _watched(page, frame)
    listened = verdicts.heard(page, [known for *_, known in watched])
    strips = []
    for i, (name, run, known) in enumerate(watched):
        alarms = verdicts.alarms_of(listened, i)[0] or [None] * run.snapshot.members  # it hears one run after the other
        counted = {"shares": known.shares, "near": known.near}[count]
        for k in points.members_shown(page, run):
            seed = points.member_name(run.config, k) if run.snapshot.members > 1 else ""
            alarm = alarms[k]
            strips.append(
                live.Strip(
                    title=" · ".join(part for part in (name, seed) if part),
                    x=known.step,
                    values=counted[:, k],
                    right=known.weights / known.weights.sum(),
                    mark=None if alarm is None else alarm.since,
                )
            )
    key = f"{page.name}-timeline"
    live.heat(
        key, strips, step=frame.step, summary=t("collapse.timeline_summary"),
        labels={"step": t("panel.step"), "row": t("scene.mode"), "right": t("collapse.right"),
                "legend": t("collapse.legend")},
        row=_row(len(strips), strips[0].values.shape[1]), width=400 if len(strips) < 4 else 150,
        **statistics.time_axis(page, key),
    )  # fmt: skip


def _row(strips: int, modes: int) -> int:
    """How high a row of a strip is: they are the hero of the page, and fit the window."""
    return MANY[1] if modes > 8 and strips > 1 else ROWS.get(strips, MANY[0])


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
