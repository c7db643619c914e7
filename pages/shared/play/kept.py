"""The runs of this visit, side by side: what is kept of each once it rests or makes room for another.

    kept.remember(page)        by the player before runs end, and by every script run: no script run per step
    kept.unscored(app().kept)  those whose scores a worker has yet to find
    kept.rows(app().kept)      the newest first

A row has settings, the samples of its last moment, thinned curves and a thumbnail: at most ROW_BYTES. MOST rows are
kept, in the session: under a megabyte a visitor. Its scores are those that the page showed, or are worked out when
somebody looks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_core.config import RunConfig
from pages.shared.play.runs import RunFrame, Show
from pages.shared.shell.state import PageState
from pages.shared.views.points import WALL

if TYPE_CHECKING:
    from gan_core.metrics.floors import Range
    from gan_core.metrics.scores import Scores, Yardstick

MOST, ROW_BYTES = 12, 80_000
MEMBERS, SAMPLES, POINTS = 4, 512, 160  # kept of a run: members, samples of each, points of a curve
YARDSTICKS = "yardsticks"  # in Show.answers: what scores are compared with, of each run, by its data
SCORES = "scores"  # in Show.memories: those of the first WALL members of each run, one run after the other
OPEN = "kept_open"  # in PageState.choices: whether the visitor looks at them
CURVES = ("d_loss", "g_loss", "d_real", "d_fake", "d_grad", "g_grad")
Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Row:
    """One run. `page`, `words`: where it was, and what its address said beside the configuration `base`, of which the
    runs side by side were `variants`; `number`: of this visit. `real` (n, 2), `fake` (K, m, 2) of points, None of
    images; `digits`: how many of the ten it made, KL and its floor. `changed`: rates were, on the way. `scores`: of
    each member that is kept, none of images; None where nobody has worked them out."""

    number: int
    page: str
    default: RunConfig
    base: RunConfig
    variants: tuple[Mapping[str, Any], ...]
    words: Mapping[str, str]
    config: RunConfig
    step: int
    picture: bytes
    steps: np.ndarray
    curves: Mapping[str, np.ndarray]
    real: np.ndarray | None = None
    fake: np.ndarray | None = None
    extent: tuple[float, ...] = ()
    modes: tuple[Any, Any, Any] = (None, None, None)  # centres, σ, weights
    digits: tuple[float, float, Range] | None = None
    changed: bool = False
    failed: bool = False
    yardstick: Yardstick | None = None
    scores: tuple[Scores, ...] | None = None

    def score(self) -> tuple[Scores, ...]:
        """`scores`, by a worker: it takes ten milliseconds a member."""
        from gan_core.metrics.scores import scores

        if self.real is None or self.fake is None:
            return ()
        centres, std, weights = self.modes
        return tuple(scores(self.real, one, centres, std, weights, extent=self.extent) for one in self.fake)

    @property
    def nbytes(self) -> int:
        arrays = [self.steps, *self.curves.values(), *(a for a in (self.real, self.fake) if a is not None)]
        return len(self.picture) + sum(array.nbytes for array in arrays)


def remember(page: PageState, rows: MutableMapping[Key, Row], yardsticks: tuple[Yardstick | None, ...] = ()) -> bool:
    """The page's runs as they stand, if they have begun: a row each, in place of the one of the same run. Whether any
    was others than those there are."""
    show = page.show
    frame = None if show is None else show.job.frame
    if show is None or frame is None or not frame.runs[0].curves.step.size:
        return False
    newer = False
    measured = yardsticks or show.known(YARDSTICKS, tuple(run.config.data for run in frame.runs)) or ()
    base = _base(show.configs, page.variants)
    for i, (run, config) in enumerate(zip(frame.runs, show.configs, strict=False)):
        if not run.snapshot.step:
            continue
        key = page.name, json.dumps(dict(config.replace(steps=1).flat()), default=list)
        known, measure = rows.get(key), measured[i] if i < len(measured) else None
        if known is not None and known.step == run.snapshot.step:
            if measure is not None and known.yardstick is None:
                rows[key] = replace(known, yardstick=measure)
            continue
        number = known.number if known else 1 + max((row.number for row in rows.values()), default=0)
        newer = True
        rows.pop(key, None)  # the last one is the newest
        rows[key] = _row(page, run, config, base, number, measure, _scores_of(show, i, run))
    while len(rows) > MOST:
        rows.pop(next(iter(rows)))
    return newer


def _base(configs: Sequence[RunConfig], variants: Sequence[Mapping[str, Any]]) -> RunConfig:
    """What runs side by side have in common: a field that some variants decide, as a run of the others has it."""
    free = {
        name: dict(config.flat())[name]
        for config, variant in zip(configs, variants, strict=False)
        for name in {name for one in variants for name in one} - variant.keys()
    }
    return configs[0].replace(**free)


def _scores_of(show: Show, i: int, run: RunFrame) -> tuple[Scores, ...] | None:
    """What a worker has found of run i at this very moment, if the page shows scores."""
    known = show.memories[SCORES].known if SCORES in show.memories else None
    if known is None or known.of[i] is not run.snapshot:
        return None
    before = sum(len(shot.fake[:WALL]) for shot in known.of[:i])
    return tuple(known.parts[before : before + min(MEMBERS, len(run.snapshot.fake))])


def _row(
    page: PageState, run: RunFrame, config: RunConfig, base: RunConfig, number: int, measure: Yardstick | None,
    scores: tuple[Scores, ...] | None,
) -> Row:  # fmt: skip
    from gan_core.figures import kept as pictures
    from gan_core.run.history import PointSnapshot

    now, past = run.snapshot, run.curves
    at = np.unique(np.linspace(0, len(past.step) - 1, POINTS).astype(int))
    curves = {name: np.median(getattr(past, name)[at], axis=1).astype(np.float32) for name in CURVES}
    own: dict[str, Any] = {}
    if isinstance(now, PointSnapshot):
        own = {
            "real": now.real[:SAMPLES].copy(), "fake": now.fake[:MEMBERS, :SAMPLES].copy(), "extent": now.extent,
            "modes": (run.centres, run.std, run.weights), "scores": scores,
        }  # fmt: skip
        picture = pictures.thumbnail(now.real, now.fake[0], now.extent)
    else:
        own["scores"] = ()
        picture = pictures.sheet(now.fake[0])
        if run.classes is not None and len(run.classes.step):
            last = (run.classes.made[-1], run.classes.kl[-1])
            own["digits"] = (float(np.median(last[0])), float(np.median(last[1])), run.classes.perfect)
    return Row(
        number, page.name, page.default, base, page.variants,
        dict(page.words), config, now.step, picture, past.step[at].copy(), curves,
        changed=any(mark.what.code == "run.rate" for mark in run.marks), failed=bool(run.failures), yardstick=measure,
        **own,
    )  # fmt: skip


def lend(rows: MutableMapping[Key, Row]) -> None:
    """What the scores of a run stand beside, to those of the same data that made room before a worker had found out."""
    known = {row.config.data: row.yardstick for row in rows.values() if row.yardstick is not None}
    for key, row in rows.items():
        if row.yardstick is None and row.config.data in known:
            rows[key] = replace(row, yardstick=known[row.config.data])


def unscored(rows: Mapping[Key, Row]) -> dict[tuple[Key, int], Row]:
    """The rows whose scores nobody has worked out, by their keys and steps."""
    return {(key, row.step): row for key, row in rows.items() if row.scores is None}


def take_scores(rows: MutableMapping[Key, Row], found: Mapping[tuple[Key, int], tuple[Scores, ...]]) -> None:
    """To those of `unscored` that are still there."""
    for (key, step), scores in found.items():
        if key in rows and rows[key].step == step:
            rows[key] = replace(rows[key], scores=scores)


def rows(kept: Mapping[Key, Row]) -> list[Row]:
    """The newest first."""
    return list(kept.values())[::-1]
