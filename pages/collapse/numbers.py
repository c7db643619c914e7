"""The scores of the page "Mode collapse": every one beside the perfect one and that of an exact collapse."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pages.collapse.options import named
from pages.shared.play.pushed import pushed
from pages.shared.play.runs import Frame, RunFrame
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from pages.shared.views import live, points, statistics, tables

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

ROOM = 300  # pixels of the table and its note


def value(name: str, scores: Scores) -> float:
    """NaN where the data have no modes."""
    pair = NUMBERS[name][0](scores)
    return float("nan") if pair is None else pair[0]


@pushed
def numbers(page: PageState, frame: Frame) -> None:
    """Each score: of every run the median and range, of a perfect generator, and of one that keeps exactly k modes."""
    runs, run = named(page, frame), frame.runs[0]
    if run.centres is None:
        return
    found = statistics.scored(page, frame)
    blocks: list[live.Block] = [statistics.told_when(frame, found)]
    if found is not None:
        shown = [[of[k] for k in points.members_shown(page, run) if k < len(of)] for of in found.runs]
        first = shown[0][0]
        modes = first.modes or 0
        kept = max(1, min(modes, round(float(np.median([value("near", one) for one in shown[0]])))))
        exact = _exact(kept, run)
        head = ["", *(name or t("collapse.this_run") for name, _ in runs), t("panel.perfect"),
                t("collapse.exactly", k=kept, modes=modes)]  # fmt: skip
        rows = []
        for name, (_, style) in NUMBERS.items():
            write = partial(written, style=style)
            cells = [tables.median_and_range([value(name, one) for one in scores], write) for scores in shown]
            rows.append([t(f"collapse.number_{name}"), *cells, perfect(name, first), written(exact.get(name), style)])
        note = t("collapse.numbers_note", n=first.samples, w1=first.w1_points, radius=f"{first.near_radius:.2g}")
        blocks = [live.Table(head, rows), *blocks, live.Sentence(note, small=True)]
    live.words(f"{page.name}-numbers", blocks, step=frame.step, reserve=ROOM)


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
