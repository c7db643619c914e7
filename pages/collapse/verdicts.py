"""What the runs of the page "Mode collapse" show, in words: the prediction and its mark, one sentence and one alarm a
run, and how often the alarm was wrong when that was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.collapse.options import chosen, method_name, named
from pages.shared.controls import predict
from pages.shared.play import player
from pages.shared.play.runs import Frame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState

if TYPE_CHECKING:
    from gan_core.run.modes import Alarm

FEW, MOST = 3 / 8, 7 / 8  # of the modes: who covers no more than FEW has collapsed, who covers MOST has not


def prediction(page: PageState) -> None:
    """Asked before the run, marked by what it showed: how many modes the last of the runs side by side will cover."""
    show = player.ready(page)
    if show is None:
        return
    run = " | ".join(str(config.to_query()) for config in show.configs)
    shown, evidence, frame = None, "", show.job.frame
    known = None if frame is None else frame.runs[-1].diversity
    if show.job.step_count >= show.configs[-1].train.steps and known is not None:
        covered, modes = float(np.median(known.covered[-1])), int(np.count_nonzero(known.weights > 0))
        shown = "few" if covered <= FEW * modes else "most" if covered >= MOST * modes else "some"
        evidence = t("collapse.evidence", covered=f"{covered:g}", modes=modes, step=f"{int(known.step[-1]):,}")
    predict.question(page, "covered", ("few", "some", "most"), run=run, started=show.touched, shown=shown,
                     evidence=evidence)  # fmt: skip


def verdicts(page: PageState, frame: Frame) -> None:
    """For each run: in how many seeds it has collapsed, in a sentence, and whether the alarm is on, and why."""
    from gan_core.run.modes import WARM_UP, alarms

    for name, run in named(page, frame):
        if run.diversity is None:
            st.info(t("collapse.no_modes"))
            return
        past = run.diversity.until(frame.step)
        covered, modes = past.covered[-1], int(np.count_nonzero(past.weights > 0))
        few = int(FEW * modes)
        words: dict[str, Any] = {
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
