"""The part "Side by side": two to four methods from one start, and what each knows of the distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.config import LOSSES
from gan_core.numerals import number
from pages.shared.controls import options, predict
from pages.shared.play import player
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, Work
from pages.shared.shell import folded, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app, if_shown
from pages.shared.views import foreseen, live, points, statistics, tables
from pages.shared.views.figures import plot
from pages.wgan.comparison import costs, critics, fair, play, spread, titles
from pages.wgan.options import BESIDE, FEWEST, MOST, VARIANTS, chosen, method, variants

if TYPE_CHECKING:
    from gan_core.run.history import PointSnapshot
    from gan_core.studies.critic import Measures

ROOM = 330  # pixels of the table and its note
# of `Measures` → the statistic that it is, its values (T, K), and how they are written
SCORES: dict[str, tuple[str, Callable[[Measures], np.ndarray], Callable[[float], str]]] = {
    "w1": ("w1", lambda m: m.w1, "{:.2f}".format),
    "near": ("near", lambda m: m.near, "{:.0f}".format),
    "quality": ("high_quality", lambda m: m.quality, "{:.0%}".format),
}
NOTHING = ("–", "–")  # in the columns of a perfect generator and of one without skill: what was spent has no floor
OVER = ("w1", "quality")  # the charts of a slide
CLOSELY, LOOSELY = 0.9, 0.5  # a correlation from here on is called so


def section(page: PageState) -> None:
    play(page, _methods, _view, prediction, foreseen.show)


def _methods(page: PageState) -> None:
    """Which methods, and by which measure they are compared."""
    if "presets" in app().hidden:
        return
    names = chosen(page)
    key = options.key(page, BESIDE)

    def methods_chosen() -> None:
        wanted = tuple(name for name in VARIANTS if name in st.session_state[key])
        if wanted == names:
            return
        if len(wanted) < FEWEST:
            page.problem = t("wgan.too_few", least=FEWEST)
            page.turns[BESIDE] += 1
            return
        options.put(page, BESIDE, wanted)
        page.variants = variants(page, "beside")
        player.afresh(page)

    st.session_state[key] = list(names)
    st.multiselect(
        t("wgan.beside"), list(VARIANTS), key=key, format_func=method, on_change=if_shown(key, methods_chosen),
        max_selections=MOST, help=t("wgan.beside_help"),
    )  # fmt: skip
    options.control(page, "fair")


def measured(page: PageState, frame: Frame) -> tuple[Measures, ...] | None:
    """What is known of every run at all its pictures; None until a worker has said so."""
    show = page.shown
    newest = show.job.frame or frame
    # of runs that rest also the moment they rest at, which may lie between two pictures of their past
    rests = () if show.running else tuple(points.in_plane(run.snapshot) for run in newest.runs)
    key = [run.snapshots for run in newest.runs], rests
    found = show.answer("measures", key, partial(_measures, rests=rests))
    return found if found is not None and len(found) == len(frame.runs) else None


def _measures(work: Work, rests: Sequence[PointSnapshot]) -> tuple[Measures, ...]:
    """From the first question on every picture is measured when it is taken; `rests`: and these, one of each run."""
    from gan_core.studies.critic import Measurer

    for trainer in work.trainers:
        if trainer.observer(Measurer) is None:
            trainer.add_callback(Measurer(trainer))
    measurers = [m for trainer in work.trainers if (m := trainer.observer(Measurer)) is not None]
    for measurer, snapshot in zip(measurers, rests, strict=False):
        measurer.measure(snapshot)
    return tuple(measurer.measures() for measurer in measurers)


def prediction(page: PageState) -> bool:
    """Asked before the run: will the critic's estimate follow W1? Marked by the correlation that the run shows. Gives
    whether it is open."""
    show = page.show
    names = [name for name in chosen(page) if LOSSES[VARIANTS[name]["loss"]].kind == "critic"]
    if not names:
        return False
    run = " | ".join(str(config.to_query()) for config in (page.configs() if show is None else show.configs))
    shown, evidence, frame = None, "", None if show is None else show.job.frame
    if show is not None and frame is not None and show.job.step_count >= show.configs[0].train.steps:
        known = measured(page, frame)
        i = chosen(page).index(names[-1])
        if known is not None and len(known[i].step) >= len(frame.runs[i].snapshots):
            r = known[i].correlation()
            middle = float(np.median(r))
            shown = "closely" if middle >= CLOSELY else "loosely" if middle >= LOOSELY else "hardly"
            evidence = t("wgan.evidence", name=method(names[-1]), r=spread(r, "{:.2f}".format))
    return predict.question(page, "follow", ("closely", "loosely", "hardly"), run=run,
                            started=show is not None and show.touched, shown=shown, evidence=evidence,
                            room=True, who=method(names[-1]))  # fmt: skip


def _view(page: PageState, frame: Frame) -> None:
    """The runs at one moment, what each knows of the distance, and how they got there."""
    by = options.value(page, "fair")
    with stage.area("verdict"):
        _said(page, frame, by)
        points.member_picker(page, frame)
    with stage.picture(panels=len(frame.runs)):
        _plane(page, frame, by)
    with stage.rail():
        prediction(page)
        _table(page, frame, by)
        _charts(page, frame, by)
    with stage.below():
        foreseen.show(page, frame)
        _closer(page, fair(frame, by))


@pushed
def _said(page: PageState, frame: Frame, by: str) -> None:
    """How far each run still is from the data, in a line."""
    frame = fair(frame, by)
    known = measured(page, frame)
    if known is None:
        said = t("wgan.measuring")
    else:
        at = [m.at(run.snapshot.step) for m, run in zip(known, frame.runs, strict=True)]
        names = titles(page, frame, "beside")
        distances = [f"{np.median(m.w1[i]):.2f}" for m, i in zip(known, at, strict=True)]
        parts = ", ".join(f"{name} **{w1}**" for name, w1 in zip(names, distances, strict=True))
        floor, (who, skill) = statistics.range_of(known[0].floors["w1"], "{:.2f}".format), known[0].no_skill["w1"]
        said = t("wgan.said", step=f"{int(known[0].step[at[0]]):,}", parts=parts, floor=floor, who=t(f"skill.{who}"),
                 skill=f"{skill:.2f}")  # fmt: skip
    live.words(f"{page.name}-said", [live.Sentence(said)], step=frame.step, reserve=statistics.LINES_OF_VERDICT)


@pushed
def _plane(page: PageState, frame: Frame, by: str) -> None:
    frame = fair(frame, by)
    points.plane(page, frame, titles=titles(page, frame, "beside"))


def _over(x: np.ndarray, at: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(len(x), K): values (T, K) known at `at` (T,), at x: nothing beyond what is known."""
    return np.stack([np.interp(x, at, member, left=np.nan, right=np.nan) for member in values.T], axis=1)


@pushed
def _table(page: PageState, frame: Frame, by: str) -> None:
    frame = fair(frame, by)
    known = measured(page, frame)
    if known is None:
        live.words(
            f"{page.name}-table", [live.Sentence(t("wgan.measuring"), small=True)], step=frame.step, reserve=ROOM
        )
        return
    rows = [[*row, *NOTHING] for row in costs(frame.runs)]
    at = [m.at(run.snapshot.step) for m, run in zip(known, frame.runs, strict=True)]
    shown = [points.members_shown(page, run) for run in frame.runs]

    def row(
        name: str, values: Callable[[Measures], np.ndarray], write: Callable[[float], str], even: str = "–"
    ) -> None:
        """`even`: what D or a critic says of a generator that is perfect."""
        cells = [spread(values(m)[i][k], write) for m, i, k in zip(known, at, shown, strict=True)]
        if any(cell != "–" for cell in cells):
            beside = [even, "–"]
            if name in known[0].floors:
                who, skill = known[0].no_skill[name]
                beside = [statistics.range_of(known[0].floors[name], write), write(skill)]
                beside[1] += f" ({t(f'skill.{who}')})"
            rows.append([t(f"wgan.row_{name}"), *cells, *beside])

    for name, (_, values, write) in SCORES.items():
        row(name, values, write)
    row("estimate", lambda m: m.estimate, number, "0")
    row("bound", lambda m: m.estimate / m.slope, "{:.2f}".format, "0")
    if critics(frame):
        cells = [spread(m.correlation()[k], "{:.2f}".format) for m, k in zip(known, shown, strict=True)]
        rows.append([t("wgan.row_r"), *cells, *NOTHING])
    row("accuracy", lambda m: m.accuracy, "{:.0%}".format, "50%")
    row("jsd", lambda m: m.jsd, "{:.3f}".format, "0")
    head = [t("wgan.fair_by", by=t(f"wgan.fair_{by}")), *titles(page, frame, "beside"), t("panel.perfect"),
            t("panel.without_skill")]  # fmt: skip
    when = int(known[0].step[at[0]])
    late = "" if when == frame.step else t("panel.scored", step=f"{when:,}")
    blocks: list[live.Block] = [
        live.Table(head, rows), live.Sentence(late, small=True), live.Sentence(t("wgan.table_note", n=256), small=True),
        live.Sentence(_better(known, at, shown, titles(page, frame, "beside")), small=True),
    ]  # fmt: skip
    live.words(f"{page.name}-table", blocks, step=frame.step, reserve=ROOM)


def _better(known: Sequence[Measures], at: Sequence[int], shown: Sequence[Sequence[int]], names: Sequence[str]) -> str:
    """Which medians of the runs are better than perfect, and why, in sentences."""
    scored = {
        title: {score: tables.middle(values(m)[i][k].tolist()) for score, values, _ in SCORES.values()}
        for title, m, i, k in zip(names, known, at, shown, strict=True)
    }
    perfect = {SCORES[name][0]: floor for name, floor in known[0].floors.items()}
    called = {score: t(f"wgan.row_{name}") for name, (score, *_) in SCORES.items()}
    return tables.flattered(scored, perfect, called.__getitem__)


@pushed
def _charts(page: PageState, frame: Frame, by: str) -> None:
    """Over steps or over processor time: each critic beside the truth, then what the discriminators say, and the
    quality of all."""
    frame, by_steps = fair(frame, by), by == "steps"
    known = measured(page, frame)
    charts = [] if known is None else list(_drawn(page, frame, known, by_steps).values())
    key = f"{page.name}-over"
    axis: dict[str, Any] = {**statistics.time_axis(page, key)} if by_steps else {}
    label = t("panel.step") if by_steps else t("wgan.cpu_ms")
    live.curves(key, charts, step=frame.step, height=150, width=330, label=label, **axis)


def over(page: PageState, frame: Frame) -> dict[str, live.Chart]:
    """How far each run is from the data and how good it is; empty until that is measured."""
    known = measured(page, frame)
    if known is not None:
        drawn = _drawn(page, frame, known, True)
        return {chart: drawn[chart] for chart in OVER if chart in drawn}
    lines = [statistics.band_of(method, name, np.empty((0, 1)))
             for method, name in zip(chosen(page), titles(page, frame, "beside"), strict=False)]  # fmt: skip
    return {chart: live.Chart(t(f"wgan.chart_{chart}"), np.empty(0), lines) for chart in OVER}


def _drawn(page: PageState, frame: Frame, known: Sequence[Measures], by_steps: bool) -> dict[str, live.Chart]:
    names = titles(page, frame, "beside")
    times = [m.step.astype(float) if by_steps else 1000 * m.seconds for m in known]
    x = np.unique(np.concatenate(times)) if by_steps else np.linspace(0, max(time[-1] for time in times), 200)
    x = np.unique(x.round())
    shown = [points.members_shown(page, run) for run in frame.runs]

    def lines(values: Callable[[Measures], np.ndarray]) -> list[live.Line]:
        found = [
            statistics.band_of(method, name, _over(x, time, values(m)[:, k]))
            for method, name, time, m, k in zip(chosen(page), names, times, known, shown, strict=False)
        ]
        return [line for line in found if np.isfinite(line.y).any()]

    from gan_core.figures import style

    charts = {}
    for i in critics(frame):
        m, k, time = known[i], shown[i], times[i]
        r = spread(m.correlation()[k], "{:.2f}".format).replace("**", "")
        comparable = m.estimate[:, k] / m.slope[:, k]
        charts[f"follow/{i}"] = live.Chart(
            t("wgan.chart_follow", name=names[i], r=r),
            x,
            [
                statistics.band(t("wgan.exact"), style.W1, _over(x, time, m.w1[:, k])),
                statistics.band(t("wgan.estimate"), "purple", _over(x, time, m.estimate[:, k])),
                live.Line(t("wgan.bound"), "grey", np.median(_over(x, time, comparable), axis=1)),
            ],
            references=[(m.floors["w1"].median, t("panel.perfect"))],
        )
    perfect = {name: [(floor.median, t("panel.perfect"))] for name, floor in known[0].floors.items()}
    for name, values, references, limits in (
        ("w1", lambda m: m.w1, perfect["w1"], None),
        ("near", lambda m: m.near, perfect.get("near", []), None),
        ("quality", lambda m: m.quality, perfect.get("quality", []), (0.0, 1.0)),
        ("accuracy", lambda m: m.accuracy, [(0.5, "½")], (0.0, 1.0)),
        ("jsd", lambda m: m.jsd, [(float(np.log(2)), "ln 2")], None),
    ):
        if found := lines(values):
            charts[name] = live.Chart(t(f"wgan.chart_{name}"), x, found, references=references, limits=limits)
    return charts


def _closer(page: PageState, frame: Frame) -> None:
    """Still figures of each critic's estimate against the exact distance, made only when they are looked at."""
    if "figures" in app().hidden or page.shown.running or not critics(frame):
        return
    box = folded.box(page, "closer", t("wgan.closer"), "photo_camera")
    known = None if box is None else measured(page, frame)
    if box is None or known is None:
        return
    from gan_core.figures import wgan

    names = titles(page, frame, "beside")
    with box:
        for i in critics(frame):
            m, k = known[i], points.members_shown(page, frame.runs[i])
            st.markdown(f"**{names[i]}**")
            words = {name: t(f"wgan.figure.{name}") for name in ("step", "estimate", "w1", "floor")}
            figure = wgan.estimates(m.step, m.estimate[:, k], m.w1[:, k], m.floors["w1"].median, labels=words)
            plot(figure, key=f"{page.name}-closer-{i}")
