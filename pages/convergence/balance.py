"""The section "Two players": a run in the plane that says of itself what it does, how often that is wrong, and what to
try next."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

import gan_core
from gan_core.checks import one_of
from gan_core.config import LOSSES
from gan_core.numerals import number
from gan_core.recordings.registry import RECORDED
from pages.shared.controls import fields
from pages.shared.play import player
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell import folded, stage
from pages.shared.shell.i18n import sentence, t
from pages.shared.shell.state import Offer, PageState, app, if_shown
from pages.shared.views import kept, live, opening, points, statistics, stills, tables
from pages.shared.views.figures import plot
from pages.shared.views.live.words import Mood

if TYPE_CHECKING:
    from gan_core.metrics.floors import Range
    from gan_core.run.balance import Balance
    from gan_core.studies.balance import Distance, Verdict

SHIPPED = Path(gan_core.__file__).parent / "records" / "balance.json"
DEFAULT = RECORDED["players"].config
STEPS = DEFAULT.train.steps  # of the runs on which it was measured how often a name is wrong
LEAST = 20  # looks below which a run has no name yet
WIDTHS = {"tiny": (16,), "usual": (64, 64)}
TOP = ("loss", "r1")  # settings above the groups
CHARTS = ("losses", "outputs", "gradients")  # of every run; with them, those that DRAWN has
# What may be tried after a run, see `views.ending`.
WHAT_IF: dict[str, Offer] = {
    "damped": lambda c: {"r1": 1.0} if not c.train.r1 and LOSSES[c.train.loss].kind != "critic" else None,
    "wide": lambda c: _layers("usual") if c.model.g_layers == c.model.d_layers == WIDTHS["tiny"] else None,
    "equal": lambda c: {"g_lr": c.train.d_lr} if c.train.g_lr < c.train.d_lr else None,
    "raced": lambda c: {"d_lr": 10 * c.train.g_lr} if c.train.d_lr <= c.train.g_lr else None,
}


def _layers(width: str) -> dict[str, Any]:
    return {"g_layers": WIDTHS[width], "d_layers": WIDTHS[width]}


def section(page: PageState) -> None:
    page.also, page.what_if, page.over = ("balance",), WHAT_IF, over
    with stage.settings():
        if "controls" not in app().hidden:
            _networks(page)
            for name in TOP:
                fields.field(page, name)
    fields.sidebar(page, without=TOP)
    player.stage(page, _view)
    kept.section(page)


def _networks(page: PageState) -> None:
    """The size of both networks: the usual one, or one so small that the Jacobian of the game is soon found."""
    model = page.config.model
    at = next((name for name, layers in WIDTHS.items() if (layers, layers) == (model.g_layers, model.d_layers)), None)
    key = f"{page.name}.nets~{page.turns['g_layers']}"

    def chosen() -> None:
        if (wanted := one_of(st.session_state[key], WIDTHS)) is not None:
            page.update(**_layers(wanted))

    st.session_state[key] = at
    st.segmented_control(
        t("convergence.two_nets"), list(WIDTHS), key=key, on_change=if_shown(key, chosen),
        format_func=lambda name: t(f"convergence.two_nets_{name}"), help=t("convergence.two_nets_help"),
    )  # fmt: skip


def _view(page: PageState, frame: Frame) -> None:
    """The plane, what the players do to each other in curves of the same step, and what that is called."""
    with stage.area("verdict"):
        _said(page, frame)
        points.member_picker(page, frame)
    with stage.picture(panels=len(points.members_shown(page, frame.runs[0]))):
        points.plane(page, frame)
    with stage.rail():
        _charts(page, frame)
    with stage.below():
        _why(page, frame)
        statistics.scores(page, frame)
        st.caption(t("convergence.two_turns"))
        statistics.members(page, frame)
        _closer(page, frame)
        stills.expander(page, frame)


# ── what it is called ────────────────────────────────────────────────────────────────────────────────────────────────


@pushed
def _said(page: PageState, frame: Frame) -> None:
    """At the end of what was trained, what that is called, and why; else what the players do at this step."""
    run = frame.runs[0]
    mood: Mood = "plain"
    if statistics.failed(run):
        said, mood = f"**{t('convergence.two_diverged')}** {sentence(run.failures[-1])}", "warning"
    elif not _rests(page, frame):
        said = _now(_known(run), frame.step, points.members_shown(page, run))
    else:
        said = _named(page, run, _distance(page, run))
    live.words(f"{page.name}-said", [live.Sentence(said, mood)], step=frame.step, reserve=statistics.LINES_OF_VERDICT)


@pushed
def _why(page: PageState, frame: Frame) -> None:
    """All numbers that a run at rest is called so for, and how often other runs are called so."""
    run = frame.runs[0]
    members = points.members_shown(page, run)
    distance = _distance(page, run) if _rests(page, frame) and not statistics.failed(run) else None
    said = ""
    if distance is not None and len(members) == 1:
        from gan_core.studies.balance import verdict

        found = verdict(_known(run), distance, members[0])
        whole = int(_known(run).steps[-1]) == STEPS
        said = explained(found, {"w1": float(distance.w1[members[0]])}, {"w1": distance.perfect}, whole=whole)
    live.words(f"{page.name}-why", [live.Sentence(said)], step=frame.step)


def explained(found: Verdict, score: Mapping[str, float], perfect: Mapping[str, Range], *, whole: bool) -> str:
    """The numbers of a verdict, which scores are better than perfect, and how often runs are called so, which was
    measured on `whole` ones."""
    trust = trusted(found.name) if whole else None
    certainty = "" if trust is None else t("convergence.two_false", **trust)
    better = tables.flattered({"": score}, perfect, lambda name: t(f"panel.{name}"))
    return " ".join(filter(None, [_reason(f"two_{found.name}_why", found.numbers), better, certainty]))


def _rests(page: PageState, frame: Frame) -> bool:
    """Whether this is the end of what was trained, of which enough is known."""
    newest = page.shown.job.frame or frame
    return not page.shown.running and frame.step >= newest.step and len(_known(frame.runs[0]).steps) >= LEAST


def _known(run: RunFrame) -> Balance:
    """Raises ValueError where nobody watched the players: all runs of the section are watched."""
    if run.balance is None:
        raise ValueError("the balance of this run was not watched")
    return run.balance


def _now(balance: Balance, step: int, members: list[int]) -> str:
    """The median of the members at the last look before a step."""
    at = int(np.searchsorted(balance.steps, step, side="right")) - 1
    if at < 0:
        return t("convergence.two_hint")
    off = np.linalg.norm(balance.mean[at] - balance.centre, axis=-1) / balance.radius
    numbers = {"far": off, "right": balance.accuracy[at], "g": balance.g_turn[at], "d": balance.d_turn[at]}
    middle = {name: float(np.median(values[members])) for name, values in numbers.items()}
    words = {name: f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–" for name, value in middle.items()}
    if np.isfinite(middle["right"]):
        words["right"] = f"{middle['right']:.0%}"
    return t("convergence.two_now", step=f"{int(balance.steps[at]):,}", **words)


def _distance(page: PageState, run: RunFrame) -> Distance | None:
    """How far G's points are from the data at the end, and what that is compared with; None until a worker knows."""
    from gan_core.studies.balance import judged

    balance = _known(run)
    key = int(balance.steps[-1])
    found = page.shown.remember("distance", key, [partial(judged, run.config.data, balance)])
    return found.parts[0] if found is not None and found.of == key else None


def _named(page: PageState, run: RunFrame, distance: Distance | None) -> str:
    from gan_core.studies.balance import verdict

    if distance is None:
        return t("convergence.two_judging")
    balance, members = _known(run), points.members_shown(page, run)
    if len(members) > 1:
        names = Counter(verdict(balance, distance, k).name for k in members)
        parts = ", ".join(f"{t(f'convergence.named.{name}')} **{count}**" for name, count in names.most_common())
        return t("convergence.two_names", n=len(members), parts=parts)
    found = verdict(balance, distance, members[0])
    return f"**{t(f'convergence.two_{found.name}')}** {_reason(f'short.{found.name}', found.numbers)}"


def _reason(text: str, numbers: Mapping[str, float]) -> str:
    """A text with the numbers of a verdict, of which there are none once they are not finite."""
    said = {key: number(value) if np.isfinite(value) else "–" for key, value in numbers.items()}
    return t(f"convergence.{text}", **said) if said else t("convergence.two_not_finite")


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


# ── what the players do ──────────────────────────────────────────────────────────────────────────────────────────────


def _both(balance: Balance, of: str, members: list[int]) -> list[live.Line]:
    """Of D and of G: "norm" or "turn"."""
    pens = (("D", "purple", f"d_{of}"), ("G", "green", f"g_{of}"))
    return [statistics.band(name, colour, getattr(balance, values)[:, members]) for name, colour, values in pens]


def _accuracy(balance: Balance, members: list[int]) -> live.Chart:
    lines = [statistics.band("D", "purple", balance.accuracy[:, members])]
    return live.Chart(t("recorded.chart_accuracy"), balance.steps, lines, limits=(0.0, 1.0), references=[(0.5, "½")])


def _mean(balance: Balance, members: list[int]) -> live.Chart:
    off = (balance.mean[:, members] - balance.centre) / balance.radius
    lines = [
        statistics.band(t("recorded.line_x"), "fake", off[..., 0]),
        statistics.band(t("recorded.line_y"), "fake", off[..., 1], dash="dash"),
    ]
    return live.Chart(t("recorded.chart_mean"), balance.steps, lines, references=[(0.0, t("recorded.level_mean"))])


def _turns(balance: Balance, members: list[int]) -> live.Chart:
    return live.Chart(
        t("recorded.chart_turns"), balance.steps, _both(balance, "turn", members), limits=(-1.0, 1.0),
        references=[(0.0, "0")],
    )  # fmt: skip


def _norms(balance: Balance, members: list[int]) -> live.Chart:
    return live.Chart(t("recorded.chart_norms"), balance.steps, _both(balance, "norm", members))


DRAWN: dict[str, Callable[[Balance, list[int]], live.Chart]] = {
    "accuracy": _accuracy, "mean": _mean, "turns": _turns, "norms": _norms,
}  # fmt: skip


def _eigenvalues(page: PageState, run: RunFrame) -> tuple[np.ndarray, np.ndarray]:
    """(steps (S,), complex (S, P)) of the member that is looked at, of several the first: as far as a worker has found
    them, which takes a tenth of a second each."""
    from gan_core.studies.balance import spectrum

    balance, k = _known(run), points.members_shown(page, run)[0]
    at = balance.kept[0]
    known: dict[tuple[int, int], np.ndarray] = page.shown.cache.setdefault("spectra", {})

    def of(i: int) -> Callable[[], None]:
        def make() -> None:
            if (k, int(at[i])) not in known:
                known[k, int(at[i])] = spectrum(run.config, balance, i, k)

        return make

    if len(at):
        page.shown.remember("spectra", (k, len(at)), [of(i) for i in range(len(at))])
    there = [step for step in at.tolist() if (k, step) in known]
    values = [known[k, step] for step in there]
    return np.array(there, np.int64), np.array(values).reshape(len(there), balance.kept[1].shape[2])


def _spectrum(page: PageState, run: RunFrame) -> live.Chart:
    """The eigenvalue that pushes away most, and the one that turns most."""
    at, values = _eigenvalues(page, run)
    largest = [values.real.max(1), np.abs(values.imag).max(1)] if len(at) else [np.empty(0)] * 2
    lines = [
        live.Line(t("recorded.line_re"), "text", largest[0]),
        live.Line(t("recorded.line_im"), "grey", largest[1], dash="dash"),
    ]
    return live.Chart(t("recorded.chart_spectrum"), at, lines, references=[(0.0, "0")])


def over(page: PageState, frame: Frame) -> dict[str, live.Chart]:
    """The curves of a slide."""
    run = frame.runs[0]
    members = points.members_shown(page, run)
    return {name: DRAWN[name](_known(run), members) for name in ("mean", "turns")}


@pushed
def _charts(page: PageState, frame: Frame) -> None:
    run = frame.runs[0]
    balance, members = _known(run), points.members_shown(page, run)
    found = {name: statistics.CHARTS[name](run, members, t(f"recorded.chart_{name}")) for name in CHARTS}
    found |= {name: chart(balance, members) for name, chart in DRAWN.items()}
    if LOSSES[run.config.train.loss].threshold is None:  # a D that only compares is never right or wrong
        del found["accuracy"]
    if balance.kept[1].size:
        found["spectrum"] = _spectrum(page, run)
    charts = opening.ghosts(page, frame, found)
    key = f"{page.name}-curves"
    live.curves(key, charts, step=frame.step, label=t("panel.step"), height=84, width=210,
                **statistics.time_axis(page, key))  # fmt: skip


def _closer(page: PageState, frame: Frame) -> None:
    """Where each player went, and all eigenvalues; made only when somebody looks."""
    if "figures" in app().hidden or page.shown.running:
        return
    box = folded.box(page, "closer", t("convergence.two_closer"), "photo_camera")
    run = frame.runs[0]
    if box is None or not len(_known(run).steps):
        return
    from gan_core.figures import balance

    known, k = _known(run), points.members_shown(page, run)[0]
    kind = LOSSES[run.config.train.loss].equilibrium
    levels = [(player, level) for player, level in zip("dg", kind, strict=True) if level is not None]
    figure = balance.balance(
        known.steps, known.accuracy[:, k], known.mean[:, k],
        np.stack([known.g_norm[:, k], known.d_norm[:, k]], 1), np.stack([known.g_turn[:, k], known.d_turn[:, k]], 1),
        (run.curves.step, run.curves.d_loss[:, k], run.curves.g_loss[:, k]), _eigenvalues(page, run), levels,
        labels={name: t(f"convergence.balance.{name}") for name in balance.WORDS},
    )  # fmt: skip
    with box:
        plot(figure, key="convergence-balance")
