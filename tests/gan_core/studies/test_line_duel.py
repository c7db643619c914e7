"""D and two critics on a line come near the exact optima, and never above what bounds them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gan_core.studies import line_duel
from gan_core.studies.line_duel import LineDuel
from gan_core.theory.distributions_1d import GaussianMixture
from gan_core.theory.divergences_1d import jsd, w1

NEAR = (GaussianMixture.gaussian(0, 1), GaussianMixture.gaussian(2, 1))
UPDATES = 200


@pytest.fixture(scope="module")
def duel() -> LineDuel:
    game = LineDuel(*NEAR)
    game.step(UPDATES)
    return game


def test_the_trained_ones_come_near_the_exact_ones_and_never_above(duel: LineDuel) -> None:
    found = duel.duel()
    assert found.updates[0] == 0 and found.updates[-1] == UPDATES
    exact = {"discriminator": jsd(*NEAR), "penalty": w1(*NEAR), "clip": w1(*NEAR)}
    for name, limit in exact.items():
        assert (found.found[name][-1] <= 1.01 * limit).all(), name  # 1 %: slopes and means are taken on grids
    assert (found.found["discriminator"][-1] > 0.9 * exact["discriminator"]).all()
    assert (found.found["penalty"][-1] > 0.6 * exact["penalty"]).all()


def test_what_is_drawn_of_the_trained_ones_is_what_they_are(duel: LineDuel) -> None:
    found = duel.duel()
    p = NEAR[0]
    drawn = line_duel.trained_duel(found, p)
    shape = (len(found.updates), line_duel.POSITIONS)
    assert all(values.shape == shape for values in drawn.values())
    chance = 1 / (1 + np.exp(-found.values["discriminator"].astype(float)))
    np.testing.assert_allclose(drawn["discriminator"], np.median(chance, axis=1), atol=1e-6)
    rise = np.abs(np.diff(drawn["clip"][-1]) / np.diff(found.positions))
    assert rise.max() <= 1 + 1e-3
    slope = np.gradient(found.values["penalty"][-1, 0].astype(float), found.positions)
    assert np.median(np.abs(slope - found.slopes["penalty"][-1, 0])) < 0.02  # differences against the exact slope


def test_a_large_penalty_keeps_a_wrong_sign_and_a_small_one_does_not() -> None:
    """−W1 s + λ(|s| − 1)² has a second minimum at s = W1/2λ − 1 < 0 for λ > W1/2."""
    for weight, minima in ((0.5, 1), (10.0, 2)):
        s = np.linspace(-3, 5, 8001)
        cost = -2 * s + weight * (np.abs(s) - 1) ** 2
        lows = s[1:-1][(cost[1:-1] < cost[:-2]) & (cost[1:-1] < cost[2:])]
        assert len(lows) == minima and lows[-1] == pytest.approx(1 + 1 / weight, abs=2e-3)


def test_the_clipped_critic_keeps_its_weights_and_q_stands_still(duel: LineDuel) -> None:
    assert float(duel.players["clip"].discriminator.theta.abs().max()) <= np.float32(0.1)
    first, last = LineDuel(*NEAR).duel(), duel.duel()
    for name in line_duel.DUELLISTS:
        np.testing.assert_array_equal(first.values[name][0], last.values[name][0])  # the same start, every time


def test_what_is_drawn_from_the_tables_has_the_distribution() -> None:
    p = GaussianMixture(np.ones(2), np.array([-2.0, 2.0]), np.full(2, 0.5))
    table = LineDuel(p, p).tables[0]
    u = torch.linspace(0, 1, 100_001)[:-1]
    drawn = line_duel._interpolate(table, u).double().numpy()
    for t in (-3.0, -2.0, 0.0, 1.5, 2.5):
        assert (drawn <= t).mean() == pytest.approx(p.moments(np.array([t]))[0, 0], abs=2e-3)
