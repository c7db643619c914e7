"""The section "A run on the curve": the same run under both losses, its arrows, and where its batch sits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.shared.controls import options, predict
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame, Work
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import foreseen, live, opening, points, statistics
from pages.vanishing.options import ALIKE, LOSSES, heading, number, spread

if TYPE_CHECKING:
    from gan_core.metrics.scores import Scores

REACH = 10.0  # the logit axis
BINS = 40
CURVES = ("gradient", "change")  # of `run.updates.Updates`


def introduction() -> None:
    heading("twins")
    st.markdown(t("vanishing.twins_text"))


def titles(_: PageState, frame: Frame) -> list[str]:
    """Either run by its loss."""
    return [t(f"vanishing.{run.config.train.loss}") for run in frame.runs]


def ask(page: PageState) -> bool:
    """The question about the twin runs, and its answer once they have finished. Gives whether it is open."""
    show = page.show
    config = page.configs()[0] if show is None else show.configs[0]
    run = " ".join(f"{name}={value}" for name, value in config.to_query().items())
    started = show is not None and (show.job.step_count > 0 or show.running)
    frame = show.job.frame if show is not None and show.job.state == "finished" else None
    shown, evidence = None, ""
    if frame is not None:
        shown, evidence = compare_paths(path(frame.runs[0]), path(frame.runs[1]), frame.step)
    return predict.question(
        page, "twins", ("non_saturating", "alike", "minimax"), run=run, started=started, shown=shown, evidence=evidence
    )


def path(run: RunFrame) -> np.ndarray:
    """(K,): how far the fakes have come from where they were at step 0, on average over the latents."""
    start, now = run.snapshots[0].fake, run.snapshot.fake
    return np.linalg.norm(now - start, axis=-1).mean(axis=-1)


def compare_paths(minimax: np.ndarray, non_saturating: np.ndarray, step: int) -> tuple[str | None, str]:
    """(whose fakes came clearly further, or "alike"; the numbers), by the median of the members still finite."""
    alive = [paths[np.isfinite(paths)] for paths in (minimax, non_saturating)]
    if not all(paths.size for paths in alive):
        return None, ""
    one, other = (float(np.median(paths)) for paths in alive)
    answer = "non_saturating" if other > ALIKE * one else "minimax" if one > ALIKE * other else "alike"
    return answer, t("vanishing.paths", step=f"{step:,}", minimax=number(one), non_saturating=number(other))


def view(page: PageState, frame: Frame) -> None:
    """A column a loss: its arrows in the plane, where its batch sits on the curve it trains on; G's gradient below."""
    with stage.area("verdict"):
        _said(page, frame)
        points.member_picker(page, frame)
    with stage.picture(panels=2):
        _arrows(page, frame)
    with stage.rail():
        axis = options.control(page, "over")
        _on_curves(page, frame, axis)
        left, right = st.columns([5, 4], gap="medium", vertical_alignment="center")
        with left:
            _gradients(page, frame)
        with right:
            _table(page, frame)
        ask(page)
    with stage.below():
        foreseen.show(page, frame)


@pushed
def _said(page: PageState, frame: Frame) -> None:
    """How far the generated points of either loss have come, in a line."""
    one, other = (spread(path(run)[points.members_shown(page, run)]) for run in frame.runs)
    said = t("vanishing.said", step=f"{frame.step:,}", minimax=one, non_saturating=other)
    live.words(f"{page.name}-said", [live.Sentence(said)], step=frame.step, reserve=statistics.LINES_OF_VERDICT)


@pushed
def _on_curves(page: PageState, frame: Frame, axis: str) -> None:
    live.curves(
        f"{page.name}-on-curve", [on_curve(run, points.members_shown(page, run), axis) for run in frame.runs],
        step=frame.step, height=130, width=300, label=t("panel.step"),
    )  # fmt: skip


def on_curve(run: RunFrame, members: Sequence[int], axis: str) -> live.Chart:
    """The logits that entered G's last loss, as a histogram that lies on that loss."""
    from gan_core import theory
    from gan_core.figures import style

    name = run.config.train.loss
    logits = points.of_players(run.snapshot).batch_logits[list(members)].ravel().astype(float)
    logits = logits[np.isfinite(logits)]
    if axis == "logit":
        low, high, places = -REACH, REACH, np.clip(logits, -REACH, REACH)
        curve = getattr(theory, f"{name}_loss")(np.linspace(low, high, 201))
    else:
        low, high, places = 0.0, 1.0, 0.5 * (1 + np.tanh(logits / 2))
        curve = getattr(theory, f"{name}_loss_of_probability")(np.linspace(0.01, 0.99, 201))
    shares = np.histogram(places, BINS, (low, high))[0] / max(1, len(places))
    title = t(f"vanishing.{name}")
    if len(logits):
        slope = getattr(theory, f"{name}_gradient")(logits).mean()
        title += " · " + t("vanishing.mean_slope", slope=number(slope))
    bars = live.Line(t(f"vanishing.share_{axis}"), "fake", shares)
    loss = live.Line(
        t("vanishing.own_scale"), style.METHODS[name].colour, curve, own_scale=True, dash=style.METHODS[name].dash
    )
    return live.Chart(title, (low, high), [bars, loss], kind="histogram")


@pushed
def _gradients(page: PageState, frame: Frame) -> None:
    """‖∂L_G/∂θ_G‖ of both runs and below it ‖Δθ_G‖: the median of the members and their range, on log scales."""
    key = f"{page.name}-gradients"
    shown = points.members_shown(page, frame.runs[0])
    named = {curve: _over_steps(curve, frame.runs, shown) for curve in CURVES}
    charts = opening.ghosts(page, frame, named)
    live.curves(
        key, charts, step=frame.step, height=120, width=300, label=t("panel.step"), **statistics.time_axis(page, key)
    )


def over(page: PageState, frame: Frame) -> dict[str, live.Chart]:
    """Both curves of both runs, as they are called on a slide."""
    shown = points.members_shown(page, frame.runs[0])
    return {
        curve: replace(_over_steps(curve, frame.runs, shown), title=t(f"vanishing.slide_{curve}")) for curve in CURVES
    }


def _over_steps(curve: str, runs: Sequence[RunFrame], shown: Sequence[int]) -> live.Chart:
    """`curve` of `run.updates.Updates`. The runs are in lock-step, but one may be a row ahead."""
    known = [run.updates for run in runs if run.updates is not None]
    length = min((len(updates.step) for updates in known), default=0)
    lines = [
        statistics.band_of(
            run.config.train.loss, t(f"vanishing.{run.config.train.loss}"),
            getattr(updates, curve)[:length, list(shown)],
        )
        for run, updates in zip(runs, known, strict=False)
    ]  # fmt: skip
    return live.Chart(t(f"vanishing.{curve}"), known[0].step[:length] if known else np.empty(0), lines, log_y=True)


@pushed
def _arrows(page: PageState, frame: Frame) -> None:
    """One panel a loss, the arrows of both in one unit: the length where the longer ones would just not be cut. Of all
    members it is that with the median way, of which the sentence and the table speak too."""
    from gan_core.run.pictures import arrows

    at = points.member(page)
    members = [middle_member(run) if at is None else at for run in frame.runs]
    shots = [points.in_plane(run.snapshot) for run in frame.runs]
    pushes = [arrows(shot, run.config.train.loss, k) for shot, run, k in zip(shots, frame.runs, members, strict=True)]
    lengths = [np.hypot(*push.T) for push in pushes]
    unit = float(max(np.percentile(length, 95) for length in lengths))
    live.scene(
        f"{page.name}-arrows",
        [
            live.Panel(
                extent=shot.extent, fake=shot.fake[k], real=shot.real, field=shot.field[k], arrows=push,
                arrow_unit=unit, title=_title(run, k),
                note=_note(run, k, at is None, t("vanishing.arrow", length=number(np.median(length)))),
            )
            for run, k, shot, push, length in zip(frame.runs, members, shots, pushes, lengths, strict=True)
        ],
        step=frame.step,
        labels={name: t(f"scene.{name}") for name in live.LABELS},
        summary=t("scene.summary", step=f"{frame.step:,}"),
        on_layers=points.layered(page), title=t("vanishing.arrows_title", step=f"{frame.step:,}"),
    )  # fmt: skip


def middle_member(run: RunFrame) -> int:
    """Whose way is the median one, at the newest picture that is kept: while a step of the past is looked at it stays
    the same, and while the run trains it seldom changes. Of two in the middle the shorter way."""
    start, now = run.snapshots[0].fake, run.snapshots[-1].fake
    ways = np.linalg.norm(now - start, axis=-1).mean(axis=-1)
    alive = np.flatnonzero(np.isfinite(ways))
    return int(alive[np.argsort(ways[alive], kind="stable")[(len(alive) - 1) // 2]]) if len(alive) else 0


def _title(run: RunFrame, k: int) -> str:
    return f"{t(f'vanishing.{run.config.train.loss}')}, {points.member_name(run.config, k)}"


def _note(run: RunFrame, k: int, of_all: bool, arrow: str) -> str:
    """Why it is this one of several members, and how long its arrows are."""
    members = run.snapshot.members
    middle = [t("vanishing.middle", n=members, way=number(path(run)[k]))] if of_all and members > 1 else []
    return " · ".join([*middle, arrow])


def _ways_beside(page: PageState, run: RunFrame) -> list[str]:
    """How far samples of the data, and of the generator without skill that comes nearest to them, are from where G
    began."""
    start, real = run.snapshots[0].fake, points.in_plane(run.snapshot).real

    def ask(_: Work) -> dict[str, np.ndarray]:
        from gan_core.studies.twin_paths import ways

        return ways(start, real)

    known = page.shown.answer("ways", "start", ask)  # the same in every picture of a run
    if known is None:
        return ["…", "…"]
    members = points.members_shown(page, run)
    found = {who: ways[members] for who, ways in known.items()}
    perfect = found.pop("perfect")
    best = min(found, key=lambda who: abs(float(np.median(found[who]) - np.median(perfect))))
    return [spread(perfect), f"{spread(found[best])} ({t(f'skill.{best}')})"]


@pushed
def _table(page: PageState, frame: Frame) -> None:
    """The path of the fakes so far, the modes they are near to and the distance left; beside each, what a perfect
    sampler and the best generator without skill have."""
    found, beside = statistics.scored(page, frame), statistics.yardsticks(page, frame)[0]
    rows: dict[str, list[str]] = {"path": [], "modes": [], "w1": []}
    scored: dict[str, Sequence[Scores]] = {}
    for i, run in enumerate(frame.runs):
        members = points.members_shown(page, run)
        rows["path"].append(spread(path(run)[members]))
        scores = [] if found is None else [found.runs[i][k] for k in members if k < len(found.runs[i])]
        scored[t(f"vanishing.short_{run.config.train.loss}")] = scores
        rows["w1"].append(spread(np.array([score.w1 for score in scores])) if scores else "–")
        if run.centres is not None:
            rows["modes"].append(spread(np.array([score.near for score in scores])) if scores else "–")
    floors = {
        "path": _ways_beside(page, frame.runs[0]),
        "modes": [of(beside, "near", "{:.0f}".format) for of in (statistics.perfect, statistics.without_skill)],
        "w1": [of(beside, "w1", "{:.2f}".format) for of in (statistics.perfect, statistics.without_skill)],
    }
    table = live.Table(
        ["", *(t(f"vanishing.short_{name}") for name in LOSSES), t("panel.perfect"), t("panel.without_skill")],
        [[t(f"vanishing.table_{name}"), *cells, *floors[name]] for name, cells in rows.items() if cells],
    )
    called = {"near": t("vanishing.table_modes"), "w1": t("vanishing.table_w1")}
    blocks: list[live.Block] = [
        table,
        statistics.told_when(frame, found),
        live.Sentence(t("vanishing.table_help"), small=True),
        live.Sentence(statistics.better_than_perfect(scored, beside, called), small=True),
    ]
    live.words(f"{page.name}-table", blocks, step=frame.step)
