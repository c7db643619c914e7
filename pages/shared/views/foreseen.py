"""The curve that a page lets one sketch before its run: of a quantity of which theory knows where it should end.

foreseen.show(page, frame)          frame: None as long as there is no run
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gan_core.config import LOSSES, ConfigError, DataConfig, RunConfig
from pages.shared.play import recorded
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, statistics

Curve = tuple[np.ndarray, np.ndarray]  # steps (T,) and the median of the members (T,)


class Axis(NamedTuple):
    """The vertical axis, and the value on it that theory knows, with its name."""

    limits: tuple[float, float]
    level: tuple[float, str]


class Asked(NamedTuple):
    axis: Callable[[RunConfig], Axis | None]  # None: nothing is known of such a run
    curve: Callable[[RunFrame], Curve]


def _opinion(config: RunConfig) -> Axis | None:
    """D of generated points: D* = ½ where they are as dense as the data (Goodfellow et al. 2014)."""
    if LOSSES[config.train.loss].kind != "probability":
        return None
    return Axis((0.0, 1.0), statistics.undecided(config))


def _opinions(run: RunFrame) -> Curve:
    return _middle(run.curves.step, run.curves.d_fake)


def _modes(config: RunConfig) -> Axis | None:
    """Modes covered: Σₖ P(Binomial(n, wₖ) ≥ n/100) of a perfect sampler."""
    known = _modes_of(config.data)
    return None if known is None else Axis((0.0, float(known[0])), (known[1], t("panel.perfect")))


@lru_cache(maxsize=32)
def _modes_of(data: DataConfig) -> tuple[int, float] | None:
    """How many modes there are, and how many a perfect sampler covers; None where nobody knows."""
    from gan_core.data import distribution
    from gan_core.run.modes import expected_covered

    with suppress(ConfigError):  # a visitor's own table
        weights = getattr(distribution(data), "weights", None)
        if weights is not None:
            return len(weights), expected_covered(weights.numpy())
    return None


def _covered(run: RunFrame) -> Curve:
    known = run.diversity
    return (np.empty(0), np.empty(0)) if known is None else _middle(known.step, known.covered)


def _middle(step: np.ndarray, values: np.ndarray) -> Curve:
    """The median of values (T, K) at as many steps as are sent."""
    rows = np.linspace(0, len(step) - 1, min(len(step), live.MOST_ROWS)).round().astype(int)
    return step[rows], np.nanmedian(values[rows], axis=1) if values.shape[1] > 1 else values[rows, 0]


CURVES: Mapping[str, Asked] = {
    "play_2d": Asked(_opinion, _opinions),
    "collapse": Asked(_modes, _covered),
    "vanishing": Asked(_opinion, _opinions),
    "wgan": Asked(_modes, _covered),
}


def show(page: PageState, frame: Frame | None) -> None:
    """The chart to draw on, and then the run's curve over it; nothing where nothing is known to compare it with."""
    if frame is None:
        _sketch(page, recorded.trained(page)[-1], np.empty(0), np.empty(0))
    else:
        _of_run(page, frame)


@pushed
def _of_run(page: PageState, frame: Frame) -> None:
    run = frame.runs[-1]
    _sketch(page, run.config, *CURVES[page.name].curve(run), step=frame.step)


def _sketch(page: PageState, config: RunConfig, x: np.ndarray, y: np.ndarray, step: int | None = None) -> None:
    axis = CURVES[page.name].axis(config)
    if axis is None:
        return
    steps = config.train.steps
    live.sketch(
        f"{page.name}-sketch", t(f"sketch.{page.name}"), x, y, run=str(config.to_query()), until=steps,
        limits=axis.limits, level=axis.level, step=step,
        labels={label: t(f"sketch.{label}") for label in live.SKETCH_LABELS},
    )  # fmt: skip
