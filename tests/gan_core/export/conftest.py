"""Recordings of small runs, made once: points of two seeds, digits, one at its start, one that diverged."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.export import layout
from gan_core.export.layout import Entry
from gan_core.export.sight import ENOUGH, apart
from gan_core.figures.style import Pen
from gan_core.run.recording import Recording, record, watch
from gan_core.run.trainer import Trainer

SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,)}
RUNS: dict[str, tuple[RunConfig, int]] = {
    "points": (RunConfig.of(**SMALL, members=2, seed=3), 70),
    "digits": (RunConfig.of(**SMALL, data="mnist"), 4),
    "critic": (RunConfig.of(**SMALL, data="moons", loss="wasserstein", clip=0.1), 5),
    "fresh": (RunConfig.of(**SMALL), 0),
    "diverged": (RunConfig.of(**SMALL, optimiser="sgd", g_lr=1.0, d_lr=1.0, loss="least_squares"), 400),
    "many": (RunConfig.of(**SMALL, members=128), 2),
}


@cache
def recorded(name: str) -> Recording:
    config, steps = RUNS[name]
    trainer = Trainer(config)
    watch(trainer)
    trainer.step(steps)
    return record(trainer)


def legends(monkeypatch: pytest.MonkeyPatch) -> list[list[Entry]]:
    """Of whatever is drawn from now on."""
    found: list[list[Entry]] = []
    usual = layout._legend
    monkeypatch.setattr(layout, "_legend", lambda some, *where: (found.append(list(some)), usual(some, *where))[1])
    return found


def taken_for(signs: Iterable[Pen | Entry]) -> list[tuple[Pen | Entry, Pen | Entry]]:
    """Those of different colours that somebody takes for each other: their dash and kind are the same."""
    return [
        (one, other) for one, other in combinations(signs, 2)
        if one.colour != other.colour and one.dash == other.dash
        and getattr(one, "kind", "") == getattr(other, "kind", "") and apart(one.colour, other.colour) < ENOUGH
    ]  # fmt: skip


@pytest.fixture
def points() -> Recording:
    return recorded("points")


@pytest.fixture(params=RUNS)
def each(request) -> Recording:
    return recorded(request.param)


@pytest.fixture
def run():
    return recorded


def seen(drawn: np.ndarray, ground: np.ndarray, places: np.ndarray, reach: float) -> np.ndarray:
    """(n,) of dots at `places` (n, 2) in pixels of pictures (h, w, 3) with and without them: the contrast (WCAG 2.2) to
    what they lie on, of the strongest pixel in each of sixteen directions as far as `reach`, which three quarters of
    these have."""
    light, below = (np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722] + 0.05
                    for v in (drawn / 255, ground / 255))  # fmt: skip
    ratio = np.maximum(light, below) / np.minimum(light, below)
    turn = np.arange(16) * np.pi / 8
    rays = np.stack([np.cos(turn), np.sin(turn)], -1)[:, None] * np.arange(0.0, reach, 0.25)[:, None]
    x, y = np.moveaxis((places[:, None, None] + rays).astype(int), -1, 0)
    return np.quantile(ratio[y, x].max(-1), 0.25, axis=-1)
