"""The balance of two players: the Jacobian against finite differences, and the names of what is seen."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

import gan_core
from benchmarks.balance import FIRST_SEED, RUNS, SEEDS, judge
from gan_core.config import RunConfig
from gan_core.data import distribution
from gan_core.engine.random import generator_for
from gan_core.engine.version import VERSION
from gan_core.metrics.floors import Range
from gan_core.metrics.points import wasserstein1
from gan_core.run.balance import LOOK, POINTS, SPECTRUM, Balance, BalanceWatch
from gan_core.run.judging import draw
from gan_core.run.trainer import Trainer
from gan_core.studies import mitigations
from gan_core.studies.balance import Distance, game_field, game_jacobian, judged, spectrum, verdict

RECORD = json.loads((Path(gan_core.__file__).parent / "records" / "balance.json").read_text(encoding="utf-8"))
TINY = RunConfig.of(g_layers=(5,), d_layers=(4,), g_activation="tanh", d_activation="tanh", batch=32)


def trained(config: RunConfig, steps: int, dtype: torch.dtype = torch.float32) -> tuple[Trainer, Balance]:
    trainer = Trainer(config, dtype=dtype)
    trainer.add_callback(watch := BalanceWatch(trainer))
    trainer.step(steps)
    return trainer, watch.balance()


@pytest.mark.parametrize("changes", [{}, {"loss": "minimax"}, {"r1": 0.5}, {"loss": "wasserstein", "r2": 0.3},
                                     {"loss": "feature_matching"}, {"loss": "relativistic"}])  # fmt: skip
def test_the_jacobian_is_the_derivative_of_the_field(changes: dict) -> None:
    trainer, balance = trained(TINY.replace(**changes), 3, torch.float64)
    batch = trainer.ensembles[0], torch.from_numpy(balance.z), torch.from_numpy(balance.real)
    found = game_jacobian(*batch)
    field, here = game_field(*batch)
    e = 1e-6
    for i in range(0, len(here), 3):
        step = torch.zeros_like(here)
        step[i] = e
        assert_allclose(found[:, i], ((field(here + step) - field(here - step)) / (2 * e)).numpy(), atol=1e-7)


def test_the_field_is_what_the_trainer_descends() -> None:
    """On the batch of a simultaneous step, the engine's own gradients in closed form."""
    config = TINY.replace(update="simultaneous", r1=0.5, optimiser="sgd", g_lr=0.0, d_lr=0.0)
    ensemble = Trainer(config, dtype=torch.float64).ensembles[0]
    z, real = ensemble._draw()
    with mock.patch.object(ensemble, "_draw", return_value=(z, real)):
        ensemble.step()
    field, here = game_field(ensemble, z[0].clone(), real[0].clone())
    found = torch.cat([ensemble.generator.grad[0], ensemble.discriminator.grad[0]])
    assert_allclose(field(here).numpy(), -found.numpy(), atol=1e-10)


def test_the_spectrum_is_that_of_the_players_that_were_kept_and_of_the_member_that_is_asked_for() -> None:
    config = TINY.replace(members=2, r1=0.5)
    trainer, balance = trained(config, SPECTRUM)
    at, theta = balance.kept
    assert at.tolist() == [0, SPECTRUM] and theta.shape == (2, 2, sum(TINY.parameter_counts))
    batch = torch.from_numpy(balance.z), torch.from_numpy(balance.real)
    for k in range(2):
        expected = np.linalg.eigvals(game_jacobian(trainer.ensembles[k], *batch))
        assert_allclose(np.sort_complex(spectrum(config, balance, 1, k)), np.sort_complex(expected), atol=1e-8)


def test_the_floor_is_what_fresh_samples_of_the_data_score() -> None:
    """And not what the halves of one sample do, which is a sixth more."""
    trainer, balance = trained(TINY, LOOK)
    distance, rng = judged(TINY.data, balance), np.random.default_rng(7)
    data = trainer.distribution
    assert data is not None
    real = data.sample(POINTS, generator_for(0, "picture")).numpy()
    found = [wasserstein1(real, draw(data, POINTS, rng)).value for _ in range(60)]
    assert distance.perfect.median == pytest.approx(np.median(found), rel=0.1)
    assert distance.w1 == pytest.approx([wasserstein1(real, balance.fake[0]).value])


def made(
    mean: np.ndarray, *, w1: float = 5.0, accuracy: float = 0.7, moved: float = 0.1, spread: float = 1.0,
    radius: float = 1.0,
) -> tuple[Balance, Distance]:  # fmt: skip
    """One member whose G's points have this mean (T, 2); the data have this radius and W1 the floor 1."""
    row = np.zeros((len(mean), 1))
    balance = Balance(
        steps=LOOK * np.arange(1, len(mean) + 1), accuracy=row + accuracy, mean=mean[:, None], spread=row + spread,
        moved=row + moved, g_norm=row, d_norm=row, g_turn=row, d_turn=row, z=np.zeros((2, 2)),
        fake=np.zeros((1, 2, 2)), real=radius * np.array([[1.0, 0.0], [-1.0, 0.0]]),
        distribution=distribution(TINY.data), kept=(np.empty(0, np.int64), np.empty((0, 1, 0))),
    )  # fmt: skip
    return balance, Distance(np.array([w1]), Range(1.0, 0.8, 1.4), 4.0)


T = np.arange(400)
CIRCLE = np.stack([np.cos(T / 8), np.sin(T / 8)], 1)
REST = np.random.default_rng(0).normal(0, 0.02, (400, 2))


@pytest.mark.parametrize(
    ("run", "name"),
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
def test_what_is_seen_has_its_name(run: tuple[Balance, Distance], name: str) -> None:
    assert verdict(*run).name == name


def test_the_period_of_a_cycle_is_said() -> None:
    assert verdict(*made(CIRCLE)).numbers["period"] == pytest.approx(2 * np.pi * 8 * LOOK, rel=0.05)
    assert verdict(*made(CIRCLE, radius=100.0)).name != "cycling"


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
