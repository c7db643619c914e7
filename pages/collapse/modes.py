"""What the page "Mode collapse" shows of its runs, beyond the shared views.

    arrive(page)             what the address says stands side by side
    experiments(page)        what to run: a configuration and the methods that stand side by side
    prediction(page)         asked before the run
    verdicts(page, frame)    one sentence and one alarm a run
    numbers(page, frame)     every score beside the perfect one and the one of an exact collapse
    timeline(page, frame)    who gets which mode, over all steps
    charts(page, frame)      modes covered over seeds, and the curves of the alarm

The table of cures and the misconceptions are in `cures`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.studies.mitigations import DATA, METHODS
from pages.shared.controls import fields as controls
from pages.shared.controls import predict
from pages.shared.play import player
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState, app, if_shown, one_of
from pages.shared.views import live, panels, tables

if TYPE_CHECKING:
    from gan_core.metrics.points import Scores
    from gan_core.run.modes import Alarm

# What can stand side by side: the methods of the table, and the two losses.
VARIANTS: dict[str, dict[str, Any]] = METHODS | {
    "minimax": {"loss": "minimax"},
    "non_saturating": {"loss": "non_saturating"},
}
MOST_VARIANTS = 4
UNROLLED = (1, 2, 3, 5, 8, 10, 15, 20)
COLOURS = ("fake", "green", "purple", "real")  # of the runs side by side, in the charts over steps
METHODS_CHOSEN, UNROLLED_STEPS, EXPERIMENT = "methods", "unrolled", "experiment"  # in PageState.choices
BESIDE = "beside"  # in the address: the variants, as in plain-unrolled or plain-unrolled5
FEW, MOST = 3 / 8, 7 / 8  # of the modes: who covers no more than FEW has collapsed, who covers MOST has not
ROWS = {1: 13, 2: 13, 3: 10, 4: 8}  # pixels of a row of the timeline, by the number of strips; below that 4


@dataclass(frozen=True)
class Experiment:
    """A configuration and the variants that it is run with, side by side from one start."""

    config: RunConfig
    variants: tuple[str, ...] = ("plain",)


_COLLAPSE = PRESETS["collapse"].config
EXPERIMENTS: dict[str, Experiment] = {
    "seeds": Experiment(_COLLAPSE.replace(members=8)),
    "chase": Experiment(_COLLAPSE.replace(steps=800), ("plain", "unrolled")),
    "packing": Experiment(_COLLAPSE.replace(steps=1600), ("plain", "pacgan2", "pacgan4")),
    "grid": Experiment(DATA["grid"].replace(members=4, steps=2400)),
    "balanced": Experiment(PRESETS["ring"].config.replace(members=8, steps=2000)),
    "losses": Experiment(PRESETS["ring"].config.replace(members=4, steps=2000), ("minimax", "non_saturating")),
    "losses_chased": Experiment(_COLLAPSE.replace(steps=1200), ("minimax", "non_saturating")),
    "faster_d": Experiment(_COLLAPSE.replace(steps=1600), ("plain", "stronger_d")),
}
FIRST = "seeds"
ABOVE = ("d_lr", "g_lr", "d_steps", "unrolled")  # fields that stand above the player and not in the sidebar


# ── what to run ──────────────────────────────────────────────────────────────────────────────────────────────────────


def chosen(page: PageState) -> tuple[str, ...]:
    """The variants side by side."""
    return page.choices.get(METHODS_CHOSEN, EXPERIMENTS[FIRST].variants)


def titles(page: PageState, frame: Frame) -> list[str]:
    """The names of the runs; none where there is only one, and while the frame is still that of older settings."""
    names = chosen(page)
    return [method_name(name) for name in names] if len(names) == len(frame.runs) > 1 else []


def method_name(name: str) -> str:
    return t(f"collapse.method.{name}")


def _unrolled(page: PageState) -> int:
    return page.choices.get(UNROLLED_STEPS, METHODS["unrolled"]["unrolled"])


def _variants(names: Sequence[str], unrolled: int) -> tuple[Mapping[str, Any], ...]:
    return tuple(VARIANTS[name] | ({"unrolled": unrolled} if name == "unrolled" else {}) for name in names)


def _set(page: PageState, config: RunConfig, names: Sequence[str], unrolled: int | None = None) -> bool:
    """Take over a configuration with variants, unless they contradict each other; then `page.problem` says how."""
    unrolled = unrolled or _unrolled(page)
    old, page.variants = page.variants, _variants(names, unrolled)
    page.take(lambda: config)
    if page.problem:
        page.variants = old
        return False
    page.choices |= {METHODS_CHOSEN: tuple(names), UNROLLED_STEPS: unrolled, panels.MEMBER: None}
    word = _word(names, unrolled)
    page.words = {} if word == "plain" else {BESIDE: word}
    return True


def _word(names: Sequence[str], unrolled: int) -> str:
    """The variants as a word of the address."""
    usual = unrolled == METHODS["unrolled"]["unrolled"]
    return "-".join(f"{name}{unrolled}" if name == "unrolled" and not usual else name for name in names)


def arrive(page: PageState) -> None:
    """Take the variants of the address over; a word that is none is answered with a sentence."""
    word, before = page.words.get(BESIDE), _word(chosen(page), _unrolled(page))
    if word in (None, before):
        return
    found = [re.fullmatch(r"(unrolled)(\d{1,2})|(\w{1,20})", part) for part in word.split("-")[: MOST_VARIANTS + 1]]
    names = [match and (match[1] or match[3]) for match in found]
    steps = [int(match[2]) for match in found if match and match[2]]
    if len(names) > MOST_VARIANTS or len(set(names)) < len(names) or not set(names) <= set(VARIANTS):
        page.problem = t("collapse.beside_refused", word=word[:40], most=MOST_VARIANTS, names=", ".join(VARIANTS))
    elif _set(page, page.config, names, *steps):
        return
    page.words = {} if before == "plain" else {BESIDE: before}
    notices.warning(page.problem)


def start(page: PageState, name: str, *, play: bool = False) -> None:
    """An experiment, from its beginning."""
    if _set(page, EXPERIMENTS[name].config, EXPERIMENTS[name].variants):
        page.choices[EXPERIMENT] = name
        player.restart(page, play=play)


def current(page: PageState) -> str | None:
    """The experiment that the controls are at, None for the visitor's own settings."""
    name = page.choices.get(EXPERIMENT, FIRST)
    same = EXPERIMENTS[name].config.replace(seed=page.config.train.seed) == page.config
    return name if same and chosen(page) == EXPERIMENTS[name].variants else None


def experiments(page: PageState) -> None:
    """The row above the player: experiment, variants side by side, and the fields that decide the chase."""
    if "presets" in app().hidden:
        return
    name, beside = current(page), _word(chosen(page), _unrolled(page))
    key, methods_key = f"{page.name}.{EXPERIMENT}~{name}", f"{page.name}.{METHODS_CHOSEN}~{beside}"
    unrolled_key = f"{page.name}.{UNROLLED_STEPS}~{beside}"  # see controls.widget_key

    def experiment_chosen() -> None:
        if (wanted := one_of(st.session_state[key], EXPERIMENTS)) is not None:
            start(page, wanted)

    def methods_chosen() -> None:
        names = tuple(name for name in VARIANTS if name in st.session_state[methods_key]) or ("plain",)
        if _set(page, page.config, names):
            player.restart(page)

    def unrolled_chosen() -> None:
        if _set(page, page.config, chosen(page), st.session_state[unrolled_key]):
            player.restart(page)

    left, right = st.columns([2, 3], gap="medium")
    st.session_state[key] = name
    left.selectbox(
        t("collapse.experiment"), list(EXPERIMENTS), key=key, index=None, on_change=if_shown(key, experiment_chosen),
        format_func=lambda each: t(f"collapse.experiment_{each}"), placeholder=t("controls.own"),
    )  # fmt: skip
    st.session_state[methods_key] = list(chosen(page))
    right.multiselect(
        t("collapse.side_by_side"), list(VARIANTS), key=methods_key, format_func=method_name,
        on_change=if_shown(methods_key, methods_chosen), max_selections=MOST_VARIANTS,
        help=t("collapse.side_by_side_help"),
    )  # fmt: skip
    if name is not None:
        st.caption(t(f"collapse.why_{name}"))
    fields = [field for field in ABOVE[:3] if field not in page.decided]
    unrolled = "unrolled" in chosen(page)
    columns = st.columns(len(fields) + unrolled or 1, gap="medium")
    if unrolled:
        at = _unrolled(page)
        st.session_state[unrolled_key] = at
        columns[0].select_slider(
            t("field.unrolled"), sorted({*UNROLLED, at}), key=unrolled_key,
            on_change=if_shown(unrolled_key, unrolled_chosen), help=t("help.unrolled"),
        )  # fmt: skip
    for column, field in zip(columns[unrolled:], fields, strict=False):
        with column:
            controls.field(page, field)


def prediction(page: PageState) -> None:
    """Asked before the run, marked by what it showed: how many modes the last of the runs side by side will cover."""
    show = player.ready(page)
    if show is None:
        return
    run = " | ".join(str(config.to_query()) for config in show.configs)
    shown, evidence, frame = None, "", show.job.frame
    if show.job.step_count >= show.configs[-1].train.steps and frame is not None and frame.runs[-1].diversity:
        known = frame.runs[-1].diversity
        covered, modes = float(np.median(known.covered[-1])), int(np.count_nonzero(known.weights > 0))
        shown = "few" if covered <= FEW * modes else "most" if covered >= MOST * modes else "some"
        evidence = t("collapse.evidence", covered=f"{covered:g}", modes=modes, step=f"{int(known.step[-1]):,}")
    predict.question(page, "covered", ("few", "some", "most"), run=run, started=show.touched, shown=shown,
                     evidence=evidence)  # fmt: skip


# ── what the runs show ───────────────────────────────────────────────────────────────────────────────────────────────


def _named(page: PageState, frame: Frame) -> list[tuple[str, RunFrame]]:
    """The runs with their titles, "" where they have none."""
    return list(zip(titles(page, frame) or [""] * len(frame.runs), frame.runs, strict=True))


def verdicts(page: PageState, frame: Frame) -> None:
    """For each run: in how many seeds it has collapsed, in a sentence, and whether the alarm is on, and why."""
    from gan_core.run.modes import WARM_UP, alarms

    for name, run in _named(page, frame):
        if run.diversity is None:
            st.info(t("collapse.no_modes"))
            return
        past = run.diversity.until(frame.step)
        covered, modes = past.covered[-1], int(np.count_nonzero(past.weights > 0))
        few = int(FEW * modes)
        words = {
            "name": name or method_name(chosen(page)[0]),
            "few": few, "k": int((covered <= few).sum()), "n": len(covered), "step": f"{int(past.step[-1]):,}",
            "median": f"{np.median(covered):g}", "modes": modes,
        }  # fmt: skip
        found = alarms(past)
        raised = [(k, alarm) for k, alarm in enumerate(found) if alarm is not None]
        sentence = t("collapse.verdict" if words["k"] else "collapse.verdict_none", **words)
        if raised:
            k, alarm = min(raised, key=lambda pair: pair[1].reasons[0].value / pair[1].reasons[0].threshold)
            alarm_words = t(
                "collapse.alarm", k=len(raised), n=len(covered), seed=run.config.member(k).train.seed,
                since=f"{alarm.since:,}", reasons=_reasons(alarm),
            )  # fmt: skip
            st.warning(f"{sentence} {alarm_words}", icon=":material/notifications_active:")
        else:
            early = int(past.step[-1]) < WARM_UP
            quiet = t("collapse.no_verdict", step=WARM_UP) if early else t("collapse.no_alarm")
            st.info(f"{sentence} {quiet}", icon=":material/notifications_none:")


def _reasons(alarm: Alarm) -> str:
    return "; ".join(
        t("collapse.reason", curve=t(f"collapse.curve_{reason.curve}"), value=f"{reason.value:.0%}",
          threshold=f"{reason.threshold:.0%}")
        for reason in alarm.reasons
    )  # fmt: skip


# name → its value and floor, and how they are written
Read = Callable[["Scores"], tuple[float, float]]
NUMBERS: dict[str, tuple[Read, str]] = {
    "near": (lambda s: (s.near, s.modes), "{:.0f}"),
    "captured": (lambda s: (s.captured, s.modes), "{:.0f}"),
    "high_quality": (lambda s: s.high_quality, "{:.1%}"),
    "reverse_kl": (lambda s: s.reverse_kl, "{:.3f}"),
    "jsd": (lambda s: s.jsd, "{:.3f}"),
    "w1": (lambda s: s.w1, "{:.3f}"),
}


def numbers(page: PageState, frame: Frame) -> None:
    """Each score: of every run the median and range, of a perfect generator, and of one that keeps exactly k modes."""
    named = _named(page, frame)
    found = [
        [panels.score(page, i, run, k) for k in panels.members_shown(page, run)] for i, (_, run) in enumerate(named)
    ]
    first, run = found[0][0], frame.runs[0]
    if first.modes is None:
        return
    kept = max(1, min(first.modes, round(float(np.median([one.near for one in found[0]])))))
    exact = _exact(kept, run)
    head = ["", *(name or t("collapse.this_run") for name, _ in named), t("panel.perfect"),
            t("collapse.exactly", k=kept, modes=first.modes)]  # fmt: skip
    rows = []
    for name, (read, style) in NUMBERS.items():
        cells = [_median_and_range([read(one)[0] for one in scores], style) for scores in found]
        rows.append([t(f"collapse.number_{name}"), *cells, perfect(name, first), written(exact.get(name), style)])
    with st.container(key=f"{page.name}-numbers"):
        tables.show(head, rows)
    st.caption(t("collapse.numbers_note", n=first.samples, w1=first.w1_points, radius=f"{first.near_radius:.2g}"))


def perfect(name: str, scores: Scores) -> str:
    """What a perfect generator gets in a score with as many samples."""
    read, style = NUMBERS[name]
    if name == "reverse_kl":  # its floor is for the samples near a mode, and a perfect generator has all of them there
        return style.format((scores.modes - 1) / (2 * scores.samples))
    return style.format(read(scores)[1])


def _exact(kept: int, run: RunFrame) -> dict[str, float]:
    """The closed forms of an otherwise perfect generator that keeps so many equal modes; none for unequal ones."""
    from gan_core.metrics.points import collapsed_values, expected_high_quality

    weights = run.weights[run.weights > 0]
    if np.ptp(weights) > 1e-6:
        return {}
    values = collapsed_values(kept, len(weights), run.config.data.radius)
    known = {"near": kept, "captured": kept, "high_quality": expected_high_quality(), "reverse_kl": values.reverse_kl,
             "jsd": values.jsd}  # fmt: skip
    on_ring = run.config.data.data == "ring" and values.ring_w1 is not None
    return known | ({"w1": values.ring_w1} if on_ring else {})


def written(value: float | None, style: str) -> str:
    """A number as it is printed; – for none."""
    return "–" if value is None or np.isnan(value) else "∞" if np.isinf(value) else style.format(value)


def _median_and_range(values: Sequence[float], style: str) -> str:
    if len(values) == 1:
        return written(values[0], style)
    median, low, high = (written(float(of(values)), style) for of in (np.median, np.min, np.max))
    return f"**{median}** ({low}–{high})"


def _cursor(page: PageState, key: str) -> Callable[[], None]:
    def clicked() -> None:
        if (step := st.session_state[key].step) is not None:
            page.show.look_at(int(step))

    return clicked


def timeline(page: PageState, frame: Frame) -> None:
    """Who gets which mode, over all steps: one strip a run and seed, dashed where the alarm began."""
    from gan_core.run.modes import alarms

    if any(run.diversity is None for run in frame.runs):
        return
    radius = f"{frame.runs[0].diversity.radius:.2g}"
    key, count_key = f"{page.name}-timeline", f"{page.name}-timeline-count"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{t('collapse.timeline')}**", help=t("collapse.timeline_help", radius=radius), width="content")
        count = st.segmented_control(
            t("collapse.count"), ("shares", "near"), key=count_key, default="shares", required=True,
            format_func=lambda name: t(f"collapse.count_{name}", radius=radius), label_visibility="collapsed",
        )  # fmt: skip
    strips = []
    for name, run in _named(page, frame):
        known = run.diversity
        raised = alarms(known)
        for k in panels.members_shown(page, run):
            seed = panels.member_name(run, k) if run.snapshot.members > 1 else ""
            alarm = raised[k]
            strips.append(
                live.Strip(
                    title=" · ".join(part for part in (name, seed) if part),
                    x=known.step,
                    values=getattr(known, count)[:, k],
                    right=known.weights / known.weights.sum(),
                    mark=None if alarm is None else alarm.since,
                )
            )
    live.heat(
        key, strips, step=frame.step, cursor=page.show.at, summary=t("collapse.timeline_summary"),
        labels={"step": t("panel.step"), "row": t("scene.mode"), "right": t("collapse.right"),
                "legend": t("collapse.legend")},
        row=ROWS.get(len(strips), 4 if strips[0].values.shape[1] > 8 else 6), width=420 if len(strips) < 4 else 200,
        clickable=not page.show.running, on_click=_cursor(page, key),
    )  # fmt: skip


def charts(page: PageState, frame: Frame) -> None:
    """Over steps, for every run the median and range of its seeds: modes covered, and what the alarm listens to."""
    from gan_core.run.modes import THRESHOLDS, signals

    named = _named(page, frame)
    if any(run.diversity is None for _, run in named):
        return
    modes = int(np.count_nonzero(frame.runs[0].diversity.weights > 0))
    curves = [{"covered": run.diversity.covered} | signals(run.diversity) for _, run in named]
    levels = {"covered": (float(modes), str(modes))} | {
        name: (limit, t("collapse.alarm_below")) for name, limit in THRESHOLDS.items()
    }
    steps = named[0][1].diversity.step

    def lines(chart: str) -> list[live.Line]:
        return [
            _line(name or t("panel.fake"), colour, of[chart][:, panels.members_shown(page, run)], len(steps))
            for (name, run), of, colour in zip(named, curves, COLOURS, strict=False)
        ]

    drawn = [
        live.Chart(t(f"collapse.chart_{chart}"), steps, lines(chart), references=[level])
        for chart, level in levels.items()
    ]
    key = f"{page.name}-charts"
    live.curves(
        key, drawn, step=frame.step, cursor=page.show.at, label=t("panel.step"), height=140, width=250,
        clickable=not page.show.running, on_click=_cursor(page, key),
    )  # fmt: skip


def _line(label: str, colour: str, values: np.ndarray, looks: int) -> live.Line:
    """Median and range of values (T, K). Runs side by side are looked at equally often, except one that has failed."""
    of = np.full((looks, values.shape[1]), np.nan)
    of[: len(values)] = values[:looks]
    if of.shape[1] == 1:
        return live.Line(label, colour, of[:, 0])
    return live.Line(label, colour, np.median(of, axis=1), of.min(axis=1), of.max(axis=1))


# ── the alarm ────────────────────────────────────────────────────────────────────────────────────────────────────────


def about_the_alarm() -> None:
    """What it listens to, and how often it was wrong when that was measured."""
    from gan_core.run.modes import THRESHOLDS, WARM_UP, WINDOW, measured

    limits = {name: f"{limit:.0%}" for name, limit in THRESHOLDS.items()}
    st.markdown(t("collapse.alarm_text", window=WINDOW, warm_up=WARM_UP, **limits))
    for name, found in measured().items():
        words = {
            "preset": t(f"collapse.measured_{name}"), "alarms": found["alarms"], "runs": found["runs"],
            "steps": f"{found['steps']:,}",
        }  # fmt: skip
        if found["healthy"]:
            first, last = found["seeds"]
            least, *_, most = found["covered_at_the_end"]
            st.markdown("- " + t("collapse.alarm_healthy", first=first, last=last, least=least, most=most, **words))
        else:
            since = f"{np.median(found['first_alarm']):,.0f}"
            st.markdown("- " + t("collapse.alarm_collapsing", since=since, **words))
