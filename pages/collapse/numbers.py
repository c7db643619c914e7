"""The scores of the page "Mode collapse": every one beside a perfect sampler, the best generator without skill, and an
exact collapse."""

from __future__ import annotations

from collections.abc import Sequence
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
    from gan_core.metrics.scores import Scores, Yardstick


# statistic of `Scores` → how it is written
NUMBERS: dict[str, str] = {
    "near": "{:.0f}",
    "captured": "{:.0f}",
    "high_quality": "{:.1%}",
    "reverse_kl": "{:.3f}",
    "jsd": "{:.3f}",
    "w1": "{:.3f}",
}

ROOM = 300  # pixels of the table and its note


def value(name: str, scores: Scores) -> float:
    """NaN where the data have no modes."""
    found = getattr(scores, name)
    return float("nan") if found is None else found


@pushed
def numbers(page: PageState, frame: Frame) -> None:
    """Each score: of every run the median and range, of a perfect generator, and of one that keeps exactly k modes."""
    runs, run = named(page, frame), frame.runs[0]
    if run.centres is None:
        return
    found, beside = statistics.scored(page, frame), statistics.yardsticks(page, frame)[0]
    blocks: list[live.Block] = [statistics.told_when(frame, found)]
    if found is not None:
        shown = [[of[k] for k in points.members_shown(page, run) if k < len(of)] for of in found.runs]
        first = shown[0][0]
        modes = first.modes or 0
        kept = max(1, min(modes, round(tables.middle([value("near", one) for one in shown[0]]))))
        exact = _exact(kept, run)
        head = ["", *(name or t("collapse.this_run") for name, _ in runs), t("panel.perfect"), t("panel.without_skill"),
                t("collapse.exactly", k=kept, modes=modes)]  # fmt: skip
        rows = []
        for name, style in NUMBERS.items():
            write = partial(written, style=style)
            cells = [tables.median_and_range([value(name, one) for one in scores], write) for scores in shown]
            floors = [statistics.perfect(beside, name, write), statistics.without_skill(beside, name, write)]
            rows.append([_called(name), *cells, *floors, written(exact.get(name), style)])
        said = [_explained(name, scores, beside) for (name, _), scores in zip(runs, shown, strict=True)]
        note = t("collapse.numbers_note", n=first.samples, w1=first.w1_points, radius=statistics.near_radius(first))
        sentences = [live.Sentence(words, small=True) for words in (*filter(None, said), note)]
        blocks = [live.Table(head, rows), *blocks, *sentences]
    live.words(f"{page.name}-numbers", blocks, step=frame.step, reserve=ROOM)


def _explained(run: str, scores: Sequence[Scores], beside: Yardstick | None) -> str:
    """Which of a run's median scores chance explains, and which are better than perfect and why, in sentences; ""
    before that is known."""
    if beside is None:
        return ""
    said: dict[str, list[str]] = {"perfect": [], "no_skill": [], "between": []}
    better: dict[str, float] = {}
    for name in NUMBERS:
        middle = tables.middle([value(name, one) for one in scores])
        verdict = beside.verdict(name, middle)
        if verdict == "between" and beside.flatters(name, middle) is not None:
            better[name] = middle
        else:
            said[verdict].append(_called(name))
    parts = [t(f"collapse.verdict_{verdict}", names=", ".join(of)) for verdict, of in said.items() if of]
    parts.append(tables.flattered({"": better}, beside.perfect, _called))
    return " ".join(filter(None, [f"**{run or t('collapse.this_run')}**:", *parts]))


def _called(name: str) -> str:
    return t(f"collapse.number_{name}")


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
