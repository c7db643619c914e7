"""The balance of two players: the Jacobian against finite differences, and the names of what is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

import gan_core
from benchmarks.balance import FIRST_SEED, RUNS, SEEDS, judge
from gan_core.config import RunConfig
from gan_core.engine.random import generator_for
from gan_core.engine.version import VERSION
from gan_core.metrics.floors import Range
from gan_core.metrics.points import wasserstein1
from gan_core.run.judging import draw
from gan_core.studies import mitigations
from gan_core.studies.balance import LOOK, POINTS, BalanceRun, Record, game_field, game_jacobian, verdict

RECORD = json.loads((Path(gan_core.__file__).parent / "records" / "balance.json").read_text(encoding="utf-8"))
TINY = RunConfig.of(g_layers=(5,), d_layers=(4,), g_activation="tanh", d_activation="tanh", batch=32)


@pytest.mark.parametrize("changes", [{}, {"loss": "minimax"}, {"r1": 0.5}, {"loss": "wasserstein", "r2": 0.3},
                                     {"loss": "feature_matching"}])  # fmt: skip
def test_the_jacobian_is_the_derivative_of_the_field(changes: dict) -> None:
    run = BalanceRun(TINY.replace(**changes), torch.float64)
    run.step(3)
    found = game_jacobian(run.ensemble, run.z, run.real)
    field, here = game_field(run.ensemble, run.z, run.real)
    e = 1e-6
    for i in range(0, len(here), 3):
        step = torch.zeros_like(here)
        step[i] = e
        assert_allclose(found[:, i], ((field(here + step) - field(here - step)) / (2 * e)).numpy(), atol=1e-7)


def test_the_field_is_what_the_trainer_descends() -> None:
    """On the batch of a simultaneous step, the engine's own gradients in closed form."""
    config = TINY.replace(update="simultaneous", r1=0.5, optimiser="sgd", g_lr=0.0, d_lr=0.0)
    run = BalanceRun(config, torch.float64)
    z, real = run.ensemble._draw()
    with mock.patch.object(run.ensemble, "_draw", return_value=(z, real)):
        run.step()
    field, here = game_field(run.ensemble, z[0].clone(), real[0].clone())
    found = torch.cat([run.ensemble.generator.grad[0], run.ensemble.discriminator.grad[0]])
    assert_allclose(field(here).numpy(), -found.numpy(), atol=1e-10)


def test_a_record_has_a_row_for_each_look() -> None:
    run = BalanceRun(TINY.replace(members=3))
    run.step(100)
    record = run.record()
    assert len(record.steps) == 100 // LOOK and record.mean.shape == (20, 3, 2) and record.w1.shape == (3,)
    assert (record.accuracy >= 0).all() and (record.accuracy <= 1).all()
    assert np.isnan(record.g_turn[0]).all() and (np.abs(record.g_turn[1:]) <= 1 + 1e-6).all()
    at, values = record.eigenvalues
    assert at.tolist() == [100] and values.shape == (1, sum(TINY.parameter_counts))
    assert verdict(record, 2).name


def test_the_floor_is_what_fresh_samples_of_the_data_score() -> None:
    """And not what the halves of one sample do, which is a sixth more."""
    run = BalanceRun(TINY)
    run.step(LOOK)
    record, rng = run.record(), np.random.default_rng(7)
    real = run.data.sample(POINTS, generator_for(0, "picture")).numpy()
    found = [wasserstein1(real, draw(run.data, POINTS, rng)).value for _ in range(60)]
    assert record.w1_perfect.median == pytest.approx(np.median(found), rel=0.1)


def made(
    mean: np.ndarray, *, w1: float = 5.0, accuracy: float = 0.7, moved: float = 0.1, spread: float = 1.0
) -> Record:
    """A record of one member whose G's points have this mean (T, 2); the data have radius 1 and W1 the floor 1."""
    count = len(mean)
    row = np.zeros((count, 1))
    return Record(
        steps=np.arange(count), d_loss=row, g_loss=row, accuracy=row + accuracy, mean=mean[:, None],
        spread=row + spread, moved=row + moved, g_norm=row, d_norm=row, g_turn=row, d_turn=row,
        w1=np.array([w1]), w1_perfect=Range(1.0, 0.8, 1.4), w1_no_skill=4.0, centre=np.zeros(2), radius=1.0,
        eigenvalues=(np.empty(0, np.int64), np.empty((0, 4), np.complex128)),
    )  # fmt: skip


T = np.arange(400)
CIRCLE = np.stack([np.cos(T / 8), np.sin(T / 8)], 1)
REST = np.random.default_rng(0).normal(0, 0.02, (400, 2))


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (made(CIRCLE), "cycling"),
        (made(CIRCLE * 0.01, w1=1.2), "converged"),
        (made(REST, w1=1.5), "converged"),
        (made(REST, w1=5.0), "learning"),
        (made(REST, accuracy=1.0), "d_won"),
        (made(REST, moved=1e-5), "stuck"),
        (made(np.stack([T / 20, T / 20], 1)), "diverged"),
        (made(REST, spread=9.0), "diverged"),
        (made(np.where(T[:, None] > 300, np.nan, CIRCLE)), "diverged"),
        (made(np.cumsum(REST, 0)), "learning"),  # a random walk swings, but without a rhythm
        (made(np.stack([T / 100, T / 400], 1)), "learning"),  # drift is no swing
    ],
)
def test_what_is_seen_has_its_name(record: Record, name: str) -> None:
    assert verdict(record).name == name


def test_the_period_of_a_cycle_is_said() -> None:
    assert verdict(made(CIRCLE)).numbers["period"] == pytest.approx(2 * np.pi * 8 * LOOK, rel=0.05)
    assert (
        replace(made(CIRCLE), radius=100.0).radius == 100.0
        and verdict(replace(made(CIRCLE), radius=100.0)).name != "cycling"
    )


def test_the_record_is_of_the_runs_as_they_are_made_by_this_engine() -> None:
    assert RECORD["versions"]["engine"] == VERSION and list(RECORD["runs"]) == list(RUNS)
    for name, (made_for, config) in RUNS.items():
        found = RECORD["runs"][name]
        assert (found["made_for"], found["query"]) == (made_for, config.to_query())
        assert found["seeds"] == [FIRST_SEED, FIRST_SEED + SEEDS - 1] and sum(found["names"].values()) == SEEDS


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_the_record_comes_out_again(name: str) -> None:
    """About a quarter of a minute each; where the same versions compute on the same kind of processor."""
    if RECORD["versions"] != mitigations.versions():
        pytest.skip(f"computed with {RECORD['versions']}")
    assert judge(*RUNS[name])["names"] == RECORD["runs"][name]["names"]
