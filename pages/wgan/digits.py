"""The part "Digits": the same comparison on images, in time-lapse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from gan_core.config import LOSSES
from gan_core.numerals import number
from pages.shared.controls import options
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell import stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import images, live, points
from pages.wgan.comparison import costs, fair, play, spread, titles

MOMENTS, SAMPLES = 5, 8  # of the time-lapse
SHOWN, ABREAST = 16, 4  # digits of each run, as many as of the recording, and of a row of them
# what the best D and the best critic say where the fakes are distributed as the data, and where they have nothing in
# common with them; there a critic's estimate is any distance
BESIDE = {"estimate": ("0", "–"), "accuracy": ("50%", "100%"), "jsd": ("0", f"{np.log(2):.3f}")}


def section(page: PageState) -> None:
    play(page, _controls, _view)


def _controls(page: PageState) -> None:
    options.control(page, "fair")


def _view(page: PageState, frame: Frame) -> None:
    """Samples of all runs from the same noise, now and in time-lapse, with what each player says."""
    by, k = options.value(page, "fair"), points.member(page) or 0
    with stage.area("verdict"):
        _said(page, frame, k, by)
    with stage.picture(panels=2):
        _now(page, frame, k, by)
    with stage.rail():
        _numbers(page, frame, k, by)
    with stage.below():
        st.markdown(f"**{t('wgan.lapse')}**", help=t("wgan.lapse_help"))
        _lapse(page, frame, k, by)


@pushed
def _said(page: PageState, frame: Frame, k: int, by: str) -> None:
    """How many digits each run makes, in a line."""
    frame = fair(frame, by)
    images.said(page, frame, titles(page, frame, "digits"), k)


@pushed
def _now(page: PageState, frame: Frame, k: int, by: str) -> None:
    frame = fair(frame, by)
    names = titles(page, frame, "digits")
    live.digits(
        f"{page.name}-samples",
        [live.Images(run.snapshot.fake[k, :SHOWN], name) for run, name in zip(frame.runs, names, strict=True)],
        step=frame.step, columns=ABREAST, upscale=5, width=140,
        summary=t("digits.grid_summary", step=f"{frame.step:,}"),
    )  # fmt: skip


@pushed
def _numbers(page: PageState, frame: Frame, k: int, by: str) -> None:
    frame = fair(frame, by)
    names = titles(page, frame, "digits")
    note = live.Sentence(t("wgan.digits_note"), small=True)
    live.words(f"{page.name}-table", [_table(frame, names, k, by), note], step=frame.step)


@pushed
def _lapse(page: PageState, frame: Frame, k: int, by: str) -> None:
    frame = fair(frame, by)
    names = titles(page, frame, "digits")
    groups = [
        live.Images(
            shot.fake[k, :SAMPLES],
            t("wgan.lapse_title", name=name, step=f"{shot.step:,}", seconds=f"{shot.seconds:.1f}"),
        )
        for row in zip(*moments(frame, by), strict=True)
        for shot, name in zip(row, names, strict=True)
    ]
    live.digits(f"{page.name}-lapse", groups, step=frame.step, columns=SAMPLES, upscale=2, width=230)


def moments(frame: Frame, by: str) -> list[list[Any]]:
    """MOMENTS pictures of every run, evenly spaced from the start to the moment shown, in steps or in CPU time."""

    def clock(shot: Any) -> float:
        return shot.step if by == "steps" else shot.seconds

    wanted = np.linspace(0, max(clock(run.snapshot) for run in frame.runs), MOMENTS)

    def of(run: RunFrame) -> list[Any]:
        past = [shot for shot in run.snapshots if shot.step < run.snapshot.step] + [run.snapshot]
        return [min(past, key=lambda shot: abs(clock(shot) - when)) for when in wanted]

    return [of(run) for run in frame.runs]


def _table(frame: Frame, names: Sequence[str], k: int, by: str) -> live.Table:
    from gan_core.studies.critic import accuracy, jsd_bound

    rows: dict[str, list[str]] = {"estimate": [], "accuracy": [], "jsd": []}
    for run in frame.runs:
        shot = points.of_players(run.snapshot)
        real, fake = (a[k].astype(float) for a in (shot.real_logits, shot.fake_logits))
        loss = run.config.train.loss
        estimate = real.mean() - fake.mean() if LOSSES[loss].kind == "critic" else np.nan
        rows["estimate"].append(spread(np.array([estimate]), number))
        rows["accuracy"].append(spread(np.array([accuracy(loss, real, fake)]), "{:.0%}".format))
        rows["jsd"].append(spread(np.array([jsd_bound(loss, real, fake)]), "{:.3f}".format))
    cells = [[t(f"wgan.row_{name}"), *row, *BESIDE[name]] for name, row in rows.items()]
    head = [t("wgan.fair_by", by=t(f"wgan.fair_{by}")), *names, t("panel.perfect"), t("wgan.nothing_alike")]
    return live.Table(head, [*([*row, "–", "–"] for row in costs(frame.runs)), *cells])
