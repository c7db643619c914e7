"""The scores of the page "Mode collapse": every one beside the perfect one and that of an exact collapse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.collapse.options import named
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import points, statistics, tables

if TYPE_CHECKING:
    from gan_core.metrics.points import Scores


def _of_modes(captured: int | None, scores: Scores) -> tuple[float, float] | None:
    return None if captured is None or scores.modes is None else (captured, scores.modes)


# name → its value and floor, and how they are written
NUMBERS: dict[str, tuple[statistics.Read, str]] = {
    "near": (lambda s: _of_modes(s.near, s), "{:.0f}"),
    "captured": (lambda s: _of_modes(s.captured, s), "{:.0f}"),
    "high_quality": (lambda s: s.high_quality, "{:.1%}"),
    "reverse_kl": (lambda s: s.reverse_kl, "{:.3f}"),
    "jsd": (lambda s: s.jsd, "{:.3f}"),
    "w1": (lambda s: s.w1, "{:.3f}"),
}


def value(name: str, scores: Scores) -> float:
    """NaN where the data have no modes."""
    pair = NUMBERS[name][0](scores)
    return float("nan") if pair is None else pair[0]


def numbers(page: PageState, frame: Frame) -> None:
    """Each score: of every run the median and range, of a perfect generator, and of one that keeps exactly k modes."""
    runs = named(page, frame)
    found = [
        [statistics.score(page, i, run, k) for k in points.members_shown(page, run)] for i, (_, run) in enumerate(runs)
    ]
    first, run = found[0][0], frame.runs[0]
    if first.modes is None:
        return
    kept = max(1, min(first.modes, round(float(np.median([value("near", one) for one in found[0]])))))
    exact = _exact(kept, run)
    head = ["", *(name or t("collapse.this_run") for name, _ in runs), t("panel.perfect"),
            t("collapse.exactly", k=kept, modes=first.modes)]  # fmt: skip
    rows = []
    for name, (_, style) in NUMBERS.items():
        cells = [_median_and_range([value(name, one) for one in scores], style) for scores in found]
        rows.append([t(f"collapse.number_{name}"), *cells, perfect(name, first), written(exact.get(name), style)])
    with st.container(key=f"{page.name}-numbers"):
        tables.show(head, rows)
    st.caption(t("collapse.numbers_note", n=first.samples, w1=first.w1_points, radius=f"{first.near_radius:.2g}"))


def perfect(name: str, scores: Scores) -> str:
    """What a perfect generator gets in a score with as many samples."""
    read, style = NUMBERS[name]
    if name == "reverse_kl" and scores.modes:  # its floor is for the samples near a mode, and a perfect generator has
        return style.format((scores.modes - 1) / (2 * scores.samples))  # all of them there
    pair = read(scores)
    return written(None if pair is None else pair[1], style)


def _exact(kept: int, run: RunFrame) -> dict[str, float]:
    """The closed forms of an otherwise perfect generator that keeps so many equal modes; none for unequal ones."""
    from gan_core.metrics.points import collapsed_values, expected_high_quality

    if run.weights is None or np.ptp(weights := run.weights[run.weights > 0]) > 1e-6:
        return {}
    values = collapsed_values(kept, len(weights), run.config.data.radius)
    known: dict[str, float] = {
        "near": kept, "captured": kept, "high_quality": expected_high_quality(), "reverse_kl": values.reverse_kl,
        "jsd": values.jsd,
    }  # fmt: skip
    if run.config.data.data == "ring" and values.ring_w1 is not None:
        known["w1"] = values.ring_w1
    return known


def written(value: float | None, style: str) -> str:
    """A number as it is printed; – for none."""
    return "–" if value is None or np.isnan(value) else "∞" if np.isinf(value) else style.format(value)


def _median_and_range(values: Sequence[float], style: str) -> str:
    if len(values) == 1:
        return written(values[0], style)
    median, low, high = (written(float(of(values)), style) for of in (np.median, np.min, np.max))
    return f"**{median}** ({low}–{high})"
