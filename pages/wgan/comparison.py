"""What the parts of the page share that play runs side by side: how they are named, compared fairly, and summed up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gan_core.config import LOSSES
from gan_core.numerals import number
from pages.shared.controls import fields
from pages.shared.play import player
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell import layout, stage
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import kept, tables
from pages.wgan.options import ABOVE, DIGITS, chosen, method


def play(
    page: PageState, controls: Callable[[PageState], None], view: player.View,
    ask: Callable[[PageState], bool] | None = None, foresee: Callable[[PageState, None], None] | None = None,
) -> None:  # fmt: skip
    """A part that plays runs; `ask` and `foresee` as in the player."""
    with stage.settings():
        controls(page)
    fields.sidebar(page, without=ABOVE)
    player.stage(page, view, ask=ask, foresee=foresee)
    kept.section(page)
    layout.share(page)


def titles(page: PageState, frame: Frame, part: str) -> list[str]:
    """The names of the runs; none while the frame is still that of older settings."""
    if part == "critic":
        names = [_bound(run) for run in frame.runs]
    else:
        names = [method(name) for name in (chosen(page) if part == "beside" else DIGITS)]
    return names if len(names) == len(frame.runs) else [""] * len(frame.runs)


def _bound(run: RunFrame) -> str:
    """How the slope of this critic is bounded."""
    train = run.config.train
    if train.spectral_norm:
        return t("wgan.normalised")
    if train.clip:
        return t("wgan.clipped", c=number(train.clip, 6))
    return t("wgan.penalised", weight=number(train.wgan_gp, 6))


def fair(frame: Frame, by: str) -> Frame:
    """All runs at the same step, or by "cpu" where each has had as much processor time as the one that has had least.

    Then a run whose step costs more is shown at its last picture within that time.
    """
    if by == "steps":
        return frame
    budget = min(run.snapshot.seconds for run in frame.runs)

    def within(run: RunFrame) -> RunFrame:
        pictures = (s for s in (*run.snapshots, run.snapshot) if s.seconds <= budget)
        return replace(run, snapshot=max(pictures, key=lambda s: s.step))

    return replace(frame, runs=tuple(map(within, frame.runs)))


def spread(values: np.ndarray, write: Callable[[float], str]) -> str:
    """Median and range of what is known of the members."""
    known = values[np.isfinite(values)]
    return tables.median_and_range(known, lambda value: write(value).replace("-", "−"))


def costs(runs: Sequence[RunFrame]) -> list[list[str]]:
    """What every run has spent: the rows that make a comparison fair or not."""
    g = [run.snapshot.step for run in runs]
    d = [step * run.config.train.d_steps for step, run in zip(g, runs, strict=True)]
    return [
        [t("wgan.row_g"), *(f"{n:,}" for n in g)],
        [t("wgan.row_d"), *(f"{n:,}" for n in d)],
        [t("wgan.row_cpu"), *(f"{run.snapshot.seconds:.1f}" for run in runs)],
    ]


def critics(frame: Frame) -> list[int]:
    return [i for i, run in enumerate(frame.runs) if LOSSES[run.config.train.loss].kind == "critic"]
