"""Numbers and curves of runs, live or from the past, for one member or all of them.

    statistics.scores(page, frame)                       modes, quality, distances, each beside what explains it
    statistics.members(page, frame)                      the same, a line a member
    statistics.curves(page, frame, ("losses", …))        CHARTS over training and HISTOGRAM of D's outputs now
    statistics.time_axis(page, key)                      for a view over steps: a click brings that step back
    statistics.band(label, colour, values)               a line, or the median of the members and their range

Where a page shows several runs, give `titles`, one each. It is a long file because numbers, verdict and curves share
what is scored and how it is written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import numpy as np

from gan_core.config import LOSSES, RunConfig
from gan_core.errors import Failure, Sentence
from gan_core.numerals import number
from pages.shared.play.kept import SCORES, YARDSTICKS
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame, Work
from pages.shared.shell.i18n import phrase, sentence, t
from pages.shared.shell.i18n import value as setting
from pages.shared.shell.state import PageState
from pages.shared.views import live, opening, tables
from pages.shared.views.points import (
    WALL,
    in_plane,
    is_probability,
    member_name,
    members_shown,
    of_players,
    titled,
)

if TYPE_CHECKING:
    from gan_core.metrics.floors import Range
    from gan_core.metrics.scores import Scores, Yardstick
    from gan_core.run.history import PointSnapshot

BINS = 40
LINES_OF_VERDICT = 51  # pixels: three lines


def said(key: str, text: str, mood: live.Mood = "plain") -> None:
    """In the area of the verdict, what one sees: its room is that of three lines."""
    live.words(f"{key}-said", [live.Sentence(text, mood)], reserve=LINES_OF_VERDICT)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# name → the statistic of `Scores` and how it is written
NUMBERS: dict[str, tuple[str, str]] = {
    "modes": ("near", "{:.0f}"),
    "high_quality": ("high_quality", "{:.1%}"),
    "w1": ("w1", "{:.3f}"),
    "jsd": ("jsd", "{:.3f}"),
}
OF_MODES = ("modes", "high_quality")  # those that data without modes do not have


def writer(style: str) -> Callable[[Any], str]:
    """Writes a statistic in its style, and what is not finite as it is written by hand."""
    return lambda value: style.format(value) if math.isfinite(value) else "–" if math.isnan(value) else "∞"


class Scored(NamedTuple):
    """The scores of all members of every run, at most WALL of each, and the step that they are of. `averaged`: of the
    moving average of each G, empty for runs that keep none."""

    step: int
    runs: list[list[Scores]]
    averaged: list[list[Scores]]


def scored(page: PageState, frame: Frame) -> Scored | None:
    """The scores at the moment that is drawn, or while the runs train of one not long before; None until there are
    any."""
    from gan_core.metrics.scores import scores

    def of(run: RunFrame, shot: PointSnapshot, samples: np.ndarray) -> Callable[[], Scores]:
        return lambda: scores(shot.real, samples, run.centres, run.std, run.weights, extent=shot.extent)

    shots = tuple(in_plane(run.snapshot) for run in frame.runs)
    raw = [shot.fake[:WALL] for shot in shots]
    averaged = [() if shot.averaged is None else shot.averaged[:WALL] for shot in shots]
    pairs = list(zip(frame.runs, shots, raw, strict=True)) + list(zip(frame.runs, shots, averaged, strict=True))
    makes = [of(run, shot, samples) for run, shot, members in pairs for samples in members]
    found = page.shown.remember(SCORES, shots, makes)
    if found is None or len(found.parts) != len(makes):
        return None
    parts = iter(found.parts)
    raw_scores, averaged_scores = ([[next(parts) for _ in run] for run in runs] for runs in (raw, averaged))
    return Scored(found.of[0].step, raw_scores, averaged_scores)


def yardsticks(page: PageState, frame: Frame) -> Sequence[Yardstick | None]:
    """What each run's scores are compared with; None until a worker has found out, which takes half a second."""

    def ask(work: Work) -> tuple[Yardstick, ...]:
        from gan_core.run.judging import yardstick_of_pictures

        return tuple(map(yardstick_of_pictures, work.trainers))

    data = tuple(run.config.data for run in frame.runs)
    found = page.shown.answer(YARDSTICKS, data, ask)
    return found if found is not None and len(found) == len(frame.runs) else [None] * len(frame.runs)


def told_when(frame: Frame, found: Scored | None) -> live.Sentence:
    """Of which step the scores are."""
    words = t("panel.scoring") if found is None else t("panel.scored", step=f"{found.step:,}")
    return live.Sentence(words if found is None or found.step != frame.step else "", small=True)


def perfect(beside: Yardstick | None, statistic: str, write: Callable[[Any], str]) -> str:
    """A perfect sampler's median and range; … until they are known, – where there are none."""
    if beside is None:
        return "…"
    return range_of(beside.perfect.get(statistic), write)


def without_skill(beside: Yardstick | None, statistic: str, write: Callable[[Any], str]) -> str:
    """What the generator without skill has that comes nearest to perfect, and which one that is; … until it is
    known, – where there is none."""
    if beside is None:
        return "…"
    if statistic not in beside.perfect:
        return "–"
    who, best = beside.best_without_skill(statistic)
    return f"{write(best)} ({t(f'skill.{who}')})"


def range_of(found: Range | None, write: Callable[[Any], str]) -> str:
    """Median (low–high), the median alone where all three are written alike; – for none."""
    if found is None:
        return "–"
    median, low, high = map(write, found)
    return median if low == high else f"{median} ({low}–{high})"


def explained(beside: Yardstick | None, statistic: str, value: float, write: Callable[[Any], str]) -> str:
    """What chance says of a score, in words; "" where it says nothing."""
    if beside is None or statistic not in beside.perfect:
        return ""
    if (verdict := beside.verdict(statistic, value)) == "no_skill":
        who, score = beside.best_without_skill(statistic)
        return t("panel.no_skill", who=t(f"skill.{who}"), value=write(score))
    if verdict == "perfect":
        return t("panel.as_perfect")
    return tables.flattery(statistic, value, beside.perfect[statistic])


def better_than_perfect(
    scored: Mapping[str, Sequence[Scores]], beside: Yardstick | None, names: Mapping[str, str]
) -> str:
    """Which medians of the runs (title → the scores of its members) are better than perfect, and why, in sentences.
    names: statistic → as it is called there. "" before that is known."""
    if beside is None:
        return ""
    medians = {
        title: {name: tables.middle([getattr(one, name) for one in of]) for name in names if name in beside.perfect}
        for title, of in scored.items() if of
    }  # fmt: skip
    return tables.flattered(medians, beside.perfect, names.__getitem__)


@pushed
def scores(page: PageState, frame: Frame, *, titles: Sequence[str] = ()) -> None:
    """Four numbers a run, each beside what a perfect generator would score, and whether chance explains it; of several
    members the median and range."""
    found, beside = scored(page, frame), yardsticks(page, frame)
    blocks: list[live.Block] = []
    for i, (run, title) in enumerate(titled(frame, titles)):
        if title:
            blocks.append(live.Sentence(f"**{title}**"))
        names = [name for name in NUMBERS if run.centres is not None or name not in OF_MODES]
        if found is None:
            blocks.append(live.Numbers([live.Number(t(f"panel.{name}"), "–", " ") for name in names]))
            continue
        at = [k for k in members_shown(page, run) if k < WALL]
        named = {
            t("panel.raw"): found.runs[i],
            t("panel.averaged", decay=setting("ema", run.config.train.ema)): found.averaged[i],
        }
        for name, scored_members in named.items():
            if scored_members and found.averaged[i]:
                blocks.append(live.Sentence(name))
            if scored_members:
                shown = [scored_members[k] for k in at]
                blocks.append(live.Numbers([_number(each, shown, beside[i]) for each in names]))
    live.words(f"{page.name}-scores", [*blocks, told_when(frame, found)], step=frame.step)


def _number(name: str, shown: Sequence[Scores], beside: Yardstick | None) -> live.Number:
    statistic, style = NUMBERS[name]
    values, one, write = [float(getattr(each, statistic)) for each in shown], shown[0], writer(style)
    middle = tables.middle(values)
    spread = f"{write(min(values))}–{write(max(values))}" if len(values) > 1 else ""
    floor = t("panel.floor", value=perfect(beside, statistic, write))
    notes = [spread, floor, explained(beside, statistic, middle, write)]
    why = t(f"panel.{name}_help", n=one.w1_points if name == "w1" else one.samples, radius=near_radius(one))
    return live.Number(t(f"panel.{name}"), write(middle), " · ".join(filter(None, notes)), why)


def near_radius(of: Scores) -> str:
    """Within which distance a sample counts as near a mode; nothing for data without modes."""
    return "" if of.near_radius is None else number(of.near_radius, 2)


def failed(run: RunFrame) -> bool:
    """Whether no member is finite any more at the moment that is shown."""
    last = max((failure.step for failure in run.failures), default=0)
    return len(run.failures) == run.snapshot.members and run.snapshot.step >= last


@pushed
def verdict(page: PageState, frame: Frame) -> None:
    """What the run has come to, in a line: the median of the members that are shown, beside a perfect generator."""
    run, found, beside = frame.runs[0], scored(page, frame), yardsticks(page, frame)[0]
    if failed(run):
        why = live.Sentence(t("panel.all_failed", why=sentence(run.failures[-1])), "warning")
        live.words(f"{page.name}-said", [why], step=frame.step, reserve=LINES_OF_VERDICT)
        return
    if found is None or beside is None:
        said = t("panel.scoring")
    else:
        shown = [found.runs[0][k] for k in members_shown(page, run) if k < WALL]
        names = [name for name in ("modes", "high_quality") if run.centres is not None] or ["w1"]
        parts = [_in_words(name, shown, beside) for name in names]
        seeds = t("panel.verdict_seeds", n=len(shown)) if len(shown) > 1 else ""
        said = t("panel.verdict", step=f"{found.step:,}", seeds=seeds, parts="; ".join(parts))
    live.words(f"{page.name}-said", [live.Sentence(said)], step=frame.step, reserve=LINES_OF_VERDICT)


def _in_words(name: str, shown: Sequence[Scores], beside: Yardstick) -> str:
    """A number, what a perfect generator has in its place, and what chance makes of it."""
    statistic, style = NUMBERS[name]
    middle = tables.middle([getattr(each, statistic) for each in shown])
    floor = beside.perfect.get(statistic)
    said = t(
        f"panel.verdict_{name}", value=writer(style)(middle), modes=shown[0].modes or 0,
        perfect="–" if floor is None else style.format(floor.median),
    )  # fmt: skip
    if floor is None:
        return said
    verdict = beside.verdict(statistic, middle)
    who = t(f"skill.{beside.best_without_skill(statistic)[0]}") if verdict == "no_skill" else ""
    between = verdict == "between"
    chance = tables.flattery(statistic, middle, floor) if between else t(f"panel.verdict_{verdict}", who=who)
    return ", ".join(filter(None, (said, chance)))


@pushed
def members(page: PageState, frame: Frame, *, titles: Sequence[str] = ()) -> None:
    """One line a member: its seed and its scores; below them a perfect sampler, and generators without skill."""
    if all(run.snapshot.members == 1 for run in frame.runs):
        return
    found, beside = scored(page, frame), yardsticks(page, frame)
    blocks: list[live.Block] = []
    for i, (run, title) in enumerate(titled(frame, titles)):
        count = min(run.snapshot.members, WALL)
        if count == 1 or found is None:
            continue
        known = [NUMBERS[name] for name in NUMBERS if run.centres is not None or name not in OF_MODES]
        rows = [
            [str(run.config.seed_of(k)), *(writer(style)(getattr(one, of)) for of, style in known)]
            for k, one in enumerate(found.runs[i])
        ]
        measure = beside[i]
        rows.append([t("panel.perfect"), *(perfect(measure, of, style.format) for of, style in known)])
        for who, medians in ({} if measure is None else measure.medians_without_skill).items():
            rows.append([t(f"skill.{who}"), *(style.format(medians[of]) for of, style in known)])
        names = [name for name in NUMBERS if NUMBERS[name] in known]
        head = [title or t("panel.seed"), *(t(f"panel.{name}") for name in names)]
        blocks.append(live.Table(head, rows, set(range(count, len(rows)))))
        seeds = {member_name(run.config, k): [one] for k, one in enumerate(found.runs[i])}
        better = better_than_perfect(seeds, measure, {NUMBERS[name][0]: t(f"panel.{name}") for name in names})
        blocks.append(live.Sentence(better, small=True))
    live.words(f"{page.name}-members", [*blocks, told_when(frame, found)], step=frame.step)


# ── curves ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pushed
def curves(
    page: PageState, frame: Frame, names: Sequence[str], *,
    titles: Sequence[str] = (), height: int = 130, width: int = 280, empty: bool = False,
) -> None:  # fmt: skip
    """Charts of every run: "losses", "outputs", "gradients" over training, "histogram" of D's outputs at this moment.

    A click on a chart brings that step back. `empty`: also those that no step is in yet.
    """
    named = {
        f"{name}/{i}": CHARTS[name](
            run, members_shown(page, run), " · ".join(filter(None, (t(f"panel.{name}"), title)))
        )
        for name in names
        for i, (run, title) in enumerate(titled(frame, titles))
    }
    charts = opening.ghosts(page, frame, named, empty=empty)
    key = f"{page.name}-curves-{'-'.join(names)}"
    live.curves(key, charts, step=frame.step, label=t("panel.step"), height=height, width=width, kept=False,
                **time_axis(page, key))  # fmt: skip


class TimeAxis(TypedDict):
    cursor: int | None
    clickable: bool
    on_click: Callable[[int], None]


def time_axis(page: PageState, key: str) -> TimeAxis:
    """What a view over steps of this key is given: a click on it brings that step back, and the scrubber follows. The
    browser does it over the socket; without one Streamlit hears of the click."""
    show = page.shown
    return {"cursor": show.at, "clickable": True, "on_click": show.look_at}


def band(label: str, colour: str, values: np.ndarray, dash: str = "solid") -> live.Line:
    """One member's line, or the median of several and their range: values (T, K)."""
    if values.shape[1] == 1:
        return live.Line(label, colour, values[:, 0], dash=dash)
    return live.Line(label, colour, np.median(values, axis=1), values.min(axis=1), values.max(axis=1), dash=dash)


def band_of(method: str, label: str, values: np.ndarray) -> live.Line:
    """The same in the one colour and dash that this method has everywhere."""
    from gan_core.figures import style

    return band(label, style.METHODS[method].colour, values, style.METHODS[method].dash)


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
        title, curves.step, drawn, references=levels, log_y=log_y,
        marks=[(mark.step, _marked(mark.what)) for mark in run.marks],
    )  # fmt: skip


def _marked(what: Sentence) -> str:
    """The few words that stand in a chart: a failure has its whole sentence in the verdict."""
    return t("panel.not_finite") if isinstance(what, Failure) else phrase(what)


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
    return number(value)


def references(run: RunFrame, chart: str) -> list[tuple[float, str]]:
    """(value, name) of the levels that a chart is compared with."""
    return levels(run.config, chart)


def levels(config: RunConfig, chart: str) -> list[tuple[float, str]]:
    """The same of a run that is described alone."""
    if chart == "losses":
        return equilibrium(config)
    probability = LOSSES[config.train.loss].kind == "probability"
    return [undecided(config)] if chart in ("outputs", "histogram") and probability else []


def undecided(config: RunConfig) -> tuple[float, str]:
    """What D says, with its name, where the fakes are the data: D* = (1 − s)/2 if the target for real ones is 1 − s."""
    level = (1 - config.train.label_smoothing) / 2
    return level, "½" if level == 0.5 else f"{number(level)}"


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
