"""What the page "Vanishing gradients" can be set to, and what its sections share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from gan_core import numerals
from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.studies.frozen_curves import FrozenCurves
from pages.shared.controls.options import Number, OneOf
from pages.shared.shell.i18n import t
from pages.shared.shell.state import Option, PageState
from pages.shared.views import live, tables

LOSSES = ("minimax", "non_saturating")  # the order of everything that is shown twice
PRESETS_SHOWN = ("vanishing", "vanishing_sgd", "vanishing_balanced")
ALIKE = 1.5  # what differs by less than this factor is called alike
_AXIS, _SCALE = ("logit", "probability"), ("linear", "log")
BEGINNING = 40  # of recorded curves one part in so many is shown while a question about them is open
TAB = "tab"  # in the address
TABS = ("twins", "curves", "rescaled", "frozen", "distance", "helps")
OPTIONS: dict[str, Option] = {
    TAB: OneOf(TABS, TABS[0], place=True),
    "axis": OneOf(_AXIS, "logit"),
    "scale": OneOf(_SCALE, "linear"),
    "at": Number(-10.0, 10.0, 0.1, -4.0),  # the logit at which the first section looks
    "over": OneOf(_AXIS, "logit", says="vanishing.axis_"),
    "warm_up": OneOf((0, 200, 1000), 0),
    "rounds": OneOf((1000, 2000, 4000), 2000),
    "far_scale": OneOf(_SCALE, "log", says="vanishing.scale_"),
    "d": Number(0.0, 8.0, 0.5, 3.0),
}


def heading(name: str, **words: Any) -> None:
    """`words` are of its help."""
    st.markdown(f"#### {t(f'vanishing.{name}')}", help=t(f"vanishing.{name}_help", **words))


def times(change: np.ndarray) -> str:
    """A median with its range, as factors: ×0.003 (0.001–0.016)."""
    return f"×{spread(change)}"


def number(value: float) -> str:
    return f"{value:,.0f}" if 100 <= abs(value) < 1e6 else numerals.number(float(value), 2)


def beginning(curves: FrozenCurves, rounds: int) -> FrozenCurves:
    """As much of it as does not say how it goes on; two points at least, which are a line."""
    return curves.until(max(int(curves.rounds[1]), rounds // BEGINNING))


def limits(values: Sequence[np.ndarray]) -> tuple[float, float]:
    """Of a logarithmic axis on which all of them are seen."""
    known = np.concatenate([of.ravel() for of in values])
    known = known[np.isfinite(known) & (known > 0)]
    return (known.min() / 1.5, known.max() * 1.5) if known.size else (0.1, 10.0)


def alike(charts: Sequence[live.Chart]) -> list[live.Chart]:
    """The same charts on one logarithmic scale, so that they can be compared."""
    lines = [line for chart in charts for line in chart.lines]
    edges = [edge.ravel() for line in lines for edge in (line.y, line.low, line.high) if edge is not None]
    values = np.concatenate([*edges, np.empty(0)])
    values = values[np.isfinite(values) & (values > 0)]
    limits = (values.min() / 1.15, values.max() * 1.15) if values.size else None
    return [replace(chart, limits=limits) for chart in charts]


def experiment_config(page: PageState, **changes: Any) -> RunConfig:
    """Equal players on the usual ring, with the page's seed and number of members: the setting that was measured."""
    train = page.config.train
    base = PRESETS["vanishing_balanced"].config
    return base.replace(seed=train.seed, members=max(5, min(train.members, 16)), **changes)


def spread(values: np.ndarray) -> str:
    """Median and range of the members."""
    return tables.median_and_range(values, number, bold=False)


def words(section: str, names: Sequence[str] | dict[str, str]) -> dict[str, str]:
    """The texts of a figure, for the names that the texts have."""
    return {name: t(f"vanishing.{section}.{name}") for name in names}
