"""The views that pages share. Each draws one aspect of a frame, live or from the past, for one member or all of them.

    panels.plane(page, frame)                        points, D, arrows, latent grid; one panel a run or member
    panels.scores(page, frame)                       modes, quality, distances, each beside its floor
    panels.curves(page, frame, ("losses", …))        LINES over training and HISTOGRAM of D's outputs now
    panels.member_picker(page, frame)                which member is looked at, where there are several

`panels.member(page)` is the member looked at, None for all. Where a page shows several runs, give `titles`, one each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from pages.shared.play import feed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, one_of
from pages.shared.views import live, tables

if TYPE_CHECKING:
    from gan_core.metrics.points import Scores

MEMBER = "member"  # in PageState.choices
SHOWN_AS_BUTTONS = 8  # members; more go into a box
WALL = 32  # members drawn side by side and scored at most
NUMBER_WIDTH = 170  # pixels
BINS = 40


# ── members ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def member(page: PageState) -> int | None:
    """The member that is looked at, None for all of them."""
    chosen = page.choices.get(MEMBER)
    members = page.config.train.members if page.show is None else page.show.configs[0].train.members
    return 0 if members == 1 else chosen if chosen is not None and chosen < members else None


def member_picker(page: PageState, frame: Frame) -> None:
    """All members, or one of them by its seed; nothing where there is only one."""
    run = frame.runs[0]
    count = run.snapshot.members
    if count == 1:
        return
    at = member(page)
    key = f"{page.name}-member-{at}"  # see controls.widget_key

    def chosen() -> None:
        page.choices[MEMBER] = one_of(st.session_state[key], range(count))

    options: list[str | int] = ["all", *range(count)]
    st.session_state[key] = "all" if at is None else at
    pick = st.segmented_control if count <= SHOWN_AS_BUTTONS else st.selectbox
    pick(t("panel.member"), options, key=key, on_change=chosen, label_visibility="collapsed",
         format_func=lambda k: t("panel.everybody") if k == "all" else member_name(run, k))  # fmt: skip


def member_name(run: RunFrame, k: int) -> str:
    return t("panel.member_name", seed=run.config.member(k).train.seed)


def members_shown(page: PageState, run: RunFrame) -> list[int]:
    """The one that is looked at, or all of them."""
    at = member(page)
    return list(range(run.snapshot.members)) if at is None else [at]


# ── the plane ────────────────────────────────────────────────────────────────────────────────────────────────────────


@feed.moves
def plane(
    page: PageState, frame: Frame, *, titles: Sequence[str] = (), hidden: Sequence[str] = ("arrows", "lattice"),
    height: int = 500,
) -> None:  # fmt: skip
    """Real and generated points, D's opinion and its ½ contour, the arrows −∂L_G/∂x of the run's loss, the latent grid.

    `hidden` are the layers that are off at first. A click on one of several members looks at that one.
    """
    picks = [(run, k, title) for run, title in _titled(frame, titles) for k in members_shown(page, run)[:WALL]]
    several = len(picks) > len(frame.runs)
    key = f"{page.name}-plane"

    def chosen() -> None:
        index = st.session_state[key].selected
        if several and index is not None and index < len(picks):
            page.choices[MEMBER] = picks[index][1]

    live.scene(
        key,
        [_panel(run, k, title, several) for run, k, title in picks],
        step=frame.step,
        hidden=hidden,
        labels={name: t(f"scene.{name}") for name in live.LABELS},
        summary=t("scene.summary", step=f"{frame.step:,}"),
        height=height,
        selectable=several,
        on_select=chosen,
    )


def _titled(frame: Frame, titles: Sequence[str]) -> list[tuple[RunFrame, str]]:
    return list(zip(frame.runs, titles or [""] * len(frame.runs), strict=True))


def _panel(run: RunFrame, k: int, title: str, several: bool) -> live.Panel:
    from gan_core.run.pictures import arrows

    now = run.snapshot
    if several:
        title = f"{title} {member_name(run, k)}".strip()
    return live.Panel(
        extent=now.extent,
        fake=now.fake[k],
        real=now.real,
        field=now.field[k],
        arrows=arrows(now, run.config.train.loss, k),
        lattice=now.lattice[k],
        centres=run.centres,
        mode_shares=_mode_shares(run, k),
        title=title,
        probability=is_probability(run),
    )


def _mode_shares(run: RunFrame, k: int) -> np.ndarray | None:
    """(m,) share of the samples that lie near each mode, as the number of modes counts them."""
    from gan_core.metrics.points import mode_coverage, near_radius

    if run.centres is None or run.std is None:
        return None
    fake = run.snapshot.fake[k]
    threshold = near_radius(run.centres, run.std) / run.std
    return mode_coverage(fake, run.centres, run.std, threshold).counts / len(fake)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# name → (value, floor) from the scores, and how both are written; None where the data has no modes
NUMBERS: dict[str, tuple[Callable[[Scores], tuple[float, float] | None], str]] = {
    "modes": (lambda s: None if s.near is None or s.modes is None else (s.near, s.modes), "{:.0f}"),
    "high_quality": (lambda s: s.high_quality, "{:.1%}"),
    "w1": (lambda s: s.w1, "{:.3f}"),
    "jsd": (lambda s: s.jsd, "{:.3f}"),
}


def score(page: PageState, i: int, run: RunFrame, k: int) -> Scores:
    """The scores of member k of run i at the moment that is drawn; while it trains, not older than a second."""
    from gan_core.metrics.points import scores

    shot = run.snapshot
    return page.show.remember(
        ("scores", i, k),
        shot,
        lambda: scores(shot.real, shot.fake[k], run.centres, run.std, run.weights, extent=shot.extent),
    )


def scores(page: PageState, frame: Frame, *, titles: Sequence[str] = ()) -> None:
    """Four numbers a run, each beside what a perfect generator would score; of several members the median and range."""
    for i, (run, title) in enumerate(_titled(frame, titles)):
        found = [score(page, i, run, k) for k in members_shown(page, run)[:WALL]]
        if title:
            st.markdown(f"**{title}**")
        shown = [name for name in NUMBERS if NUMBERS[name][0](found[0]) is not None]
        with st.container(horizontal=True, gap="small"):
            for name in shown:
                _number(name, found)


def _number(name: str, found: Sequence[Scores]) -> None:
    read, style = NUMBERS[name]
    values = np.array([read(one)[0] for one in found])
    one = found[0]
    floor = t("panel.floor", value=style.format(read(one)[1]))
    if len(values) > 1:
        floor = f"{style.format(values.min())}–{style.format(values.max())} · {floor}"
    radius = "" if one.near_radius is None else f"{one.near_radius:.2g}"
    st.metric(
        t(f"panel.{name}"), style.format(np.median(values)), floor,
        delta_color="off", delta_arrow="off", width=NUMBER_WIDTH,
        help=t(f"panel.{name}_help", n=one.w1_points if name == "w1" else one.samples, radius=radius),
    )  # fmt: skip


def members(page: PageState, frame: Frame, *, titles: Sequence[str] = ()) -> None:
    """One line a member: its seed and its scores."""
    for i, (run, title) in enumerate(_titled(frame, titles)):
        count = min(run.snapshot.members, WALL)
        if count == 1:
            continue
        found = [score(page, i, run, k) for k in range(count)]
        shown = [name for name in NUMBERS if NUMBERS[name][0](found[0]) is not None]
        rows = []
        for k, one in enumerate(found):
            cells = [style.format(read(one)[0]) for read, style in (NUMBERS[name] for name in shown)]
            rows.append([str(run.config.member(k).train.seed), *cells])
        rows.append(
            [t("panel.perfect"), *(style.format(read(found[0])[1]) for read, style in (NUMBERS[n] for n in shown))]
        )
        tables.show([title or t("panel.seed"), *(t(f"panel.{name}") for name in shown)], rows, grey={count})


# ── curves ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@feed.moves
def curves(
    page: PageState, frame: Frame, names: Sequence[str], *,
    titles: Sequence[str] = (), height: int = 130, width: int = 280,
) -> None:  # fmt: skip
    """Charts of every run: "losses", "outputs", "gradients" over training, "histogram" of D's outputs at this moment.

    A click on a chart brings that step back.
    """
    charts = [
        CHARTS[name](run, members_shown(page, run), f"{t(f'panel.{name}')} · {title}" if title else t(f"panel.{name}"))
        for name in names
        for run, title in _titled(frame, titles)
    ]
    key, show = f"{page.name}-curves-{'-'.join(names)}", page.show

    def clicked() -> None:
        if (step := st.session_state[key].step) is not None:
            show.look_at(int(step), moved=True)

    live.curves(
        key, charts, step=frame.step, cursor=show.at, label=t("panel.step"), height=height, width=width,
        clickable=not show.running, on_click=clicked,
    )  # fmt: skip


def _band(label: str, color: str, values: np.ndarray, members: Sequence[int]) -> live.Line:
    """One member's line, or the median and range of those that are still finite."""
    of = values[:, list(members)]
    alive = np.isfinite(of[-1]) if len(of) else np.ones(of.shape[1], bool)
    of = of[:, alive] if alive.any() else of[:, :1]
    if of.shape[1] == 1:
        return live.Line(label, color, of[:, 0])
    return live.Line(label, color, np.median(of, axis=1), of.min(axis=1), of.max(axis=1))


def _over_training(
    run: RunFrame, members: Sequence[int], title: str, lines: Sequence[tuple[str, str, str]],
    levels: Sequence[tuple[float, str]] = (), *, log_y: bool = False,
) -> live.Chart:  # fmt: skip
    curves = run.curves
    return live.Chart(
        title, curves.step, [_band(label, color, getattr(curves, name), members) for name, label, color in lines],
        references=levels, marks=[(mark.step, mark.text) for mark in run.marks], log_y=log_y,
    )  # fmt: skip


def is_probability(run: RunFrame) -> bool:
    """Whether σ(logit) means "real" under this loss; the others score."""
    from gan_core.engine.losses import LOSSES

    return LOSSES[run.config.train.loss].probability


def opinions(real: np.ndarray, fake: np.ndarray, probability: bool) -> tuple[np.ndarray, list[np.ndarray]]:
    """Histograms of D's outputs: bin edges, counts of real and fake logits; in [0, 1] where D is a probability."""
    if probability:
        real, fake = (0.5 * (1 + np.tanh(logits / 2)) for logits in (real, fake))  # σ, without overflow
        edges = np.linspace(0, 1, BINS + 1)
    else:
        both = np.concatenate([real, fake])
        both = both[np.isfinite(both)]
        low, high = (both.min(), both.max()) if both.size else (0.0, 1.0)
        edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    return edges, [np.histogram(values[np.isfinite(values)], edges)[0] for values in (real, fake)]


def equilibrium(config: RunConfig) -> list[tuple[float, str]]:
    """(value, name) of D's and G's loss where the fakes are the data; none where smoothed labels move it."""
    from gan_core.theory.loss_curves import EQUILIBRIUM

    if config.train.label_smoothing:
        return []
    known = {"D": EQUILIBRIUM[config.train.loss][0], "G": EQUILIBRIUM[config.train.loss][1]}
    return [(value, f"{player}: {_constant(value)}") for player, value in known.items() if value is not None]


def _constant(value: float) -> str:
    """2 ln 2 rather than 1.38629."""
    times = value / math.log(2)
    if value and abs(times - round(times)) < 1e-9:
        return {1: "ln 2", -1: "−ln 2"}.get(round(times), f"{round(times)} ln 2")
    return f"{value:g}"


def references(run: RunFrame, chart: str) -> list[tuple[float, str]]:
    """(value, name) of the levels that a chart is compared with."""
    if chart == "losses":
        return equilibrium(run.config)
    return [(0.5, "½")] if chart in ("outputs", "histogram") and is_probability(run) else []


def _losses(run: RunFrame, members: Sequence[int], title: str) -> live.Chart:
    lines = [("d_loss", "D", "purple"), ("g_loss", "G", "green")]
    return _over_training(run, members, title, lines, references(run, "losses"))


def _outputs(run: RunFrame, members: Sequence[int], title: str) -> live.Chart:
    lines = [("d_real", t("panel.real"), "real"), ("d_fake", t("panel.fake"), "fake")]
    return _over_training(run, members, title, lines, references(run, "outputs"))


def _gradients(run: RunFrame, members: Sequence[int], title: str) -> live.Chart:
    return _over_training(run, members, title, [("d_grad", "‖∇D‖", "purple"), ("g_grad", "‖∇G‖", "green")], log_y=True)


def _histogram(run: RunFrame, members: Sequence[int], title: str) -> live.Chart:
    real, fake = (logits[list(members)].ravel() for logits in (run.snapshot.real_logits, run.snapshot.fake_logits))
    edges, heights = opinions(real, fake, is_probability(run))
    lines = [live.Line(t("panel.real"), "real", heights[0]), live.Line(t("panel.fake"), "fake", heights[1])]
    return live.Chart(title, (edges[0], edges[-1]), lines, kind="histogram", references=references(run, "histogram"))


CHARTS: dict[str, Callable[[RunFrame, Sequence[int], str], live.Chart]] = {
    "losses": _losses,
    "outputs": _outputs,
    "gradients": _gradients,
    "histogram": _histogram,
}
