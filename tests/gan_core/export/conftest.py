"""Recordings of small runs, made once: points of two seeds, digits, one at its start, one that diverged."""

from __future__ import annotations

from functools import cache

import pytest

from gan_core.config import RunConfig
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


@pytest.fixture
def points() -> Recording:
    return recorded("points")


@pytest.fixture(params=RUNS)
def each(request) -> Recording:
    return recorded(request.param)


@pytest.fixture
def run():
    return recorded
