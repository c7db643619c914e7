"""Numbers and curves of runs, live or from the past, for one member or all of them.

    statistics.scores(page, frame)                       modes, quality, distances, each beside its floor
    statistics.members(page, frame)                      the same, a line a member
    statistics.curves(page, frame, ("losses", …))        CHARTS over training and HISTOGRAM of D's outputs now
    statistics.time_axis(page, key)                      for a view over steps: a click brings that step back
    statistics.band(label, colour, values)               a line, or the median of the members and their range

Where a page shows several runs, give `titles`, one each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import streamlit as st

from gan_core.config import LOSSES, RunConfig
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, tables
from pages.shared.views.points import WALL, in_plane, is_probability, members_shown, of_players, titled

if TYPE_CHECKING:
    from gan_core.metrics.points import Scores

NUMBER_WIDTH = 170  # pixels
BINS = 40


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# name → (value, floor) from the scores, and how both are written; None where the data has no modes
Read = Callable[["Scores"], tuple[float, float] | None]
NUMBERS: dict[str, tuple[Read, str]] = {
    "modes": (lambda s: None if s.near is None or s.modes is None else (s.near, s.modes), "{:.0f}"),
    "high_quality": (lambda s: s.high_quality, "{:.1%}"),
    "w1": (lambda s: s.w1, "{:.3f}"),
    "jsd": (lambda s: s.jsd, "{:.3f}"),
}


def score(page: PageState, i: int, run: RunFrame, k: int) -> Scores:
    """The scores of member k of run i at the moment that is drawn; while it trains, not older than a second."""
    from gan_core.metrics.points import scores

    shot = in_plane(run.snapshot)
    return page.shown.remember(
        ("scores", i, k),
        shot,
        lambda: scores(shot.real, shot.fake[k], run.centres, run.std, run.weights, extent=shot.extent),
    )


def scores(page: PageState, frame: Frame, *, titles: Sequence[str] = ()) -> None:
    """Four numbers a run, each beside what a perfect generator would score; of several members the median and range."""
    for i, (run, title) in enumerate(titled(frame, titles)):
        found = [score(page, i, run, k) for k in members_shown(page, run)[:WALL]]
        if title:
            st.markdown(f"**{title}**")
        with st.container(horizontal=True, gap="small"):
            for name, pairs in _known(found).items():
                _number(name, pairs, found[0])


def _known(found: Sequence[Scores]) -> dict[str, list[tuple[float, float]]]:
    """name → (value, floor) in each of the scores, of the numbers that these data have."""
    pairs = {name: [read(one) for one in found] for name, (read, _) in NUMBERS.items()}
    return {name: [pair for pair in of if pair is not None] for name, of in pairs.items() if of[0] is not None}


def _number(name: str, pairs: Sequence[tuple[float, float]], one: Scores) -> None:
    _, style = NUMBERS[name]
    values = np.array([value for value, _ in pairs])
    floor = t("panel.floor", value=style.format(pairs[0][1]))
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
    for i, (run, title) in enumerate(titled(frame, titles)):
        count = min(run.snapshot.members, WALL)
        if count == 1:
            continue
        known = _known([score(page, i, run, k) for k in range(count)])
        columns = [
            [*(NUMBERS[name][1].format(value) for value, _ in pairs), NUMBERS[name][1].format(pairs[0][1])]
            for name, pairs in known.items()
        ]
        names = [*(str(run.config.member(k).train.seed) for k in range(count)), t("panel.perfect")]
        rows = [list(row) for row in zip(names, *columns, strict=True)]
        tables.show([title or t("panel.seed"), *(t(f"panel.{name}") for name in known)], rows, grey={count})


# ── curves ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pushed
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
        for run, title in titled(frame, titles)
    ]
    key = f"{page.name}-curves-{'-'.join(names)}"
    live.curves(key, charts, step=frame.step, label=t("panel.step"), height=height, width=width, **time_axis(page, key))


class TimeAxis(TypedDict):
    cursor: int | None
    clickable: bool
    on_click: Callable[[], None]


def time_axis(page: PageState, key: str) -> TimeAxis:
    """What a view over steps of this key is given: a click on it brings that step back, and the scrubber follows. The
    browser does it over the socket; without one Streamlit hears of the click."""
    show = page.shown

    def clicked() -> None:
        if (step := st.session_state[key].step) is not None:
            show.look_at(int(step))

    return {"cursor": show.at, "clickable": True, "on_click": clicked}


def band(label: str, colour: str, values: np.ndarray) -> live.Line:
    """One member's line, or the median of several and their range: values (T, K)."""
    if values.shape[1] == 1:
        return live.Line(label, colour, values[:, 0])
    return live.Line(label, colour, np.median(values, axis=1), values.min(axis=1), values.max(axis=1))


def _alive(values: np.ndarray, members: Sequence[int]) -> np.ndarray:
    """(T, members): of these members, those that are still finite; the first one if none is."""
    of = values[:, list(members)]
    alive = np.isfinite(of[-1]) if len(of) else np.ones(of.shape[1], bool)
    return of[:, alive] if alive.any() else of[:, :1]


def _over_training(
    run: RunFrame, members: Sequence[int], title: str, lines: Sequence[tuple[str, str, str]],
    levels: Sequence[tuple[float, str]] = (), *, log_y: bool = False,
) -> live.Chart:  # fmt: skip
    curves = run.curves
    drawn = [band(label, color, _alive(getattr(curves, name), members)) for name, label, color in lines]
    return live.Chart(
        title, curves.step, drawn, references=levels, marks=[(mark.step, mark.text) for mark in run.marks], log_y=log_y,
    )  # fmt: skip


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
    if config.train.label_smoothing:
        return []
    known = dict(zip("DG", LOSSES[config.train.loss].equilibrium, strict=True))
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
    shot = of_players(run.snapshot)
    real, fake = (logits[list(members)].ravel() for logits in (shot.real_logits, shot.fake_logits))
    edges, heights = opinions(real, fake, is_probability(run))
    lines = [live.Line(t("panel.real"), "real", heights[0]), live.Line(t("panel.fake"), "fake", heights[1])]
    return live.Chart(title, (edges[0], edges[-1]), lines, kind="histogram", references=references(run, "histogram"))


CHARTS: dict[str, Callable[[RunFrame, Sequence[int], str], live.Chart]] = {
    "losses": _losses,
    "outputs": _outputs,
    "gradients": _gradients,
    "histogram": _histogram,
}
