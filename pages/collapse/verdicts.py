"""What the runs of the page "Mode collapse" show, in words: the prediction and its mark, one sentence and one alarm a
run, and how often the alarm was wrong when that was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from gan_core.numerals import number
from pages.collapse.options import chosen, method_name, named
from pages.shared.controls import predict
from pages.shared.play import player
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, Known, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import figures as shared_figures
from pages.shared.views import live, tables
from pages.shared.views.figures import plot

if TYPE_CHECKING:
    from gan_core.run.modes import Alarm, Diversity

ROOM = 40  # pixels of a verdict, two lines
FEW, MOST = 3 / 8, 7 / 8  # of the modes: who covers no more than FEW has collapsed, who covers MOST has not


def prediction(page: PageState) -> bool:
    """Asked before the run, marked by what it showed: how many modes the last of the runs side by side will cover.
    Gives whether it is open."""
    show = player.ready(page)  # none as long as the page shows the recorded run, which waits while this is open
    configs = page.configs() if show is None else show.configs
    run = " | ".join(str(config.to_query()) for config in configs)
    shown, evidence, frame = None, "", None if show is None else show.job.frame
    known = None if frame is None else frame.runs[-1].diversity
    if show is not None and show.job.step_count >= configs[-1].train.steps and known is not None:
        covered, modes = float(np.median(known.covered[-1])), int(np.count_nonzero(known.weights > 0))
        shown = "few" if covered <= FEW * modes else "most" if covered >= MOST * modes else "some"
        evidence = t("collapse.evidence", covered=number(covered), modes=modes, step=f"{int(known.step[-1]):,}")
    methods = chosen(page)
    who = method_name(methods[-1]) if len(methods) > 1 else t("collapse.ask.covered_g")
    return predict.question(page, "covered", ("few", "some", "most"), run=run,
                            started=show is not None and show.touched, shown=shown, evidence=evidence,
                            who=who)  # fmt: skip


def heard(page: PageState, known: Sequence[Diversity], when: str = "now") -> Known[Sequence[Alarm | None]] | None:
    """The alarm of every run's members by what is known of their modes, `of` the steps so far."""
    from gan_core.run.modes import alarms

    return page.shown.remember(
        ("alarms", when), tuple(int(of.step[-1]) for of in known), [partial(alarms, of) for of in known]
    )


@pushed
def verdicts(page: PageState, frame: Frame) -> None:
    """For each run: in how many seeds it has collapsed, in a sentence, and whether the alarm is on, and why."""
    watched = [(name, run, run.diversity.until(frame.step)) for name, run in named(page, frame) if run.diversity]
    if len(watched) < len(frame.runs):
        blocks = [live.Sentence(t("collapse.no_modes"), "info")]
    else:
        when = "now" if page.shown.at is None else "past"
        listened = heard(page, [past for *_, past in watched], when)
        blocks = [
            _verdict(name or method_name(chosen(page)[0]), run, past, *alarms_of(listened, i))
            for i, (name, run, past) in enumerate(watched)
        ]
    live.words(f"{page.name}-verdicts", blocks, step=frame.step, reserve=ROOM * len(blocks))


def alarms_of(listened: Known[Sequence[Alarm | None]] | None, i: int) -> tuple[Sequence[Alarm | None] | None, int]:
    """Of run i, and the step they are of."""
    return (None, 0) if listened is None or i >= len(listened.parts) else (listened.parts[i], listened.of[i])


def _verdict(
    name: str, run: RunFrame, past: Diversity, found: Sequence[Alarm | None] | None, listened: int
) -> live.Sentence:
    from gan_core.run.modes import WINDOW, arrived

    covered, modes, step = past.covered[-1], int(np.count_nonzero(past.weights > 0)), int(past.step[-1])
    few = int(FEW * modes)
    words: dict[str, Any] = {
        "name": name, "few": few, "k": int((covered <= few).sum()), "n": len(covered), "step": f"{step:,}",
        "median": number(np.median(covered)), "modes": modes,
    }  # fmt: skip
    sentence = t("collapse.verdict" if words["k"] else "collapse.verdict_none", **words)
    if found is None:
        return live.Sentence(sentence, "info")
    raised = [(k, alarm) for k, alarm in enumerate(found) if alarm is not None]
    way = int((~arrived(past)[-1]).sum())
    if not raised:
        quiet = t("collapse.no_verdict") if way == len(covered) else t("collapse.no_alarm", step=f"{listened:,}")
        return live.Sentence(f"{sentence} {quiet}", "info")
    k, alarm = min(raised, key=lambda pair: pair[1].covered)
    counted = t(
        "collapse.alarm", k=len(raised), n=len(covered), step=f"{listened:,}", seed=run.config.seed_of(k),
        window=WINDOW, since=f"{alarm.since:,}", covered=number(alarm.covered), expected=f"{alarm.expected:.0f}",
    )  # fmt: skip
    return live.Sentence(f"{sentence} {counted}", "warning")


def about_the_alarm() -> None:
    """What it listens to, what it has to catch, and how often it was wrong when that was measured."""
    from gan_core.run.history import POINTS
    from gan_core.run.modes import HALF, WAY, WINDOW, measured

    found = measured()
    first, last = found["seeds"]
    st.markdown(t("collapse.alarm_text", window=WINDOW, way=WAY, samples=POINTS, half=f"{HALF:.0%}"))
    st.markdown(
        t("collapse.alarm_measured", kinds=len(found["kinds"]), runs=found["all"]["runs"], steps=f"{found['steps']:,}",
          first=first, last=last, fresh=f"{found['fresh']:,}", every=found["every"])
    )  # fmt: skip
    head = ["", *(t(f"collapse.alarm_{per}_{what}") for per in PER for what in WHAT)]
    rows = [
        [t(f"collapse.measured_{kind}"), *(_rate(of[per][what]) for per in PER for what in WHAT)]
        for kind, of in {"all": found["all"], **found["kinds"]}.items()
    ]
    tables.show(head, rows)
    _picture(found)
    st.caption(t("collapse.alarm_note", on_their_way=found["all"]["on_their_way"]))
    _about_the_audit(found)


def _picture(found: Mapping[str, Any]) -> None:
    """The rates per run, by kinds of run."""
    from gan_core.figures import collapse as figures

    kinds = {"all": found["all"], **found["kinds"]}
    rates = [
        [
            (of["k"], of["n"], *of["interval"]) if of["n"] else None
            for of in (one["per_run"][what] for one in kinds.values())
        ]
        for what in WHAT
    ]
    names = tuple(t(f"collapse.measured_{kind}").strip("*") for kind in kinds)
    labels = {name: t(f"collapse.alarm_figure_{name}") for name in figures.ALARM}
    plot(shared_figures.shared(figures.alarm, names, *map(tuple, rates), labels=labels), key="collapse-alarm")


def _about_the_audit(found: Mapping[str, Any]) -> None:
    """The same on seeds that were looked at last, and the kind of which these say something else than the record."""
    audit = found["audit"]
    first, last = audit["seeds"]

    def odd(kind: str) -> float:
        of, before = (part["kinds"][kind]["per_run"]["false"] for part in (audit, found))
        return of["k"] / max(of["n"], 1) - before["k"] / max(before["n"], 1)

    kind = max(audit["kinds"], key=odd)
    of, before = (part["kinds"][kind]["per_run"]["false"] for part in (audit, found))
    rates = {f"{per}_{what}": _rate(audit["all"][per][what]) for per in PER for what in WHAT}
    st.markdown(
        t("collapse.alarm_audit", first=first, last=last, **rates, kind=t(f"collapse.measured_{kind}"), k=of["k"],
          n=of["n"], before=t("collapse.alarm_of", k=before["k"], n=before["n"]))
    )  # fmt: skip


PER, WHAT = ("per_run", "per_look"), ("caught", "false")


def _rate(of: Mapping[str, Any]) -> str:
    """k of n, and the interval of their share; – where there was nothing to count."""
    if not of["n"]:
        return "–"
    low, high = (f"{100 * bound:.0f}" for bound in of["interval"])
    return t("collapse.alarm_rate", k=f"{of['k']:,}", n=f"{of['n']:,}", low=low, high=high)
