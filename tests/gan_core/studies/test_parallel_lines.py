"""Parallel lines, trained: whether θ comes back, and whether its gradient is the right one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gan_core.studies import parallel_lines
from gan_core.studies.parallel_lines import ParallelLinesGame

LN2 = math.log(2)


@pytest.fixture(scope="module")
def warmed() -> ParallelLinesGame:
    game = ParallelLinesGame(1.0, warm_up=200)
    assert game.paths().step.size == 0
    game.step(200 + 20)
    return game


def test_theta_waits_for_the_warm_up_and_starts_where_it_should(warmed: ParallelLinesGame) -> None:
    paths = warmed.paths()
    assert paths.step[0] == 0 and paths.step[-1] == 20
    for theta in paths.theta.values():
        assert theta.shape == (len(paths.step), parallel_lines.LINES) and (theta[0] == 1.0).all()


def test_the_saturating_loss_stands_still_where_the_others_move(warmed: ParallelLinesGame) -> None:
    paths = warmed.paths()
    way = {name: np.abs(theta[-1] - 1.0) for name, theta in paths.theta.items()}
    assert way["minimax"].max() < 0.5 * min(way[name].min() for name in ("non_saturating", "wgan_gp"))
    assert (paths.found["minimax"] <= LN2 + 1e-9).all()
    assert (paths.found["minimax"][0] > 0.9 * LN2).all()  # D knows that they are apart, not how far


def test_the_gradient_of_theta_is_that_of_autograd() -> None:
    game = ParallelLinesGame(0.7)
    ensemble = game.games["wgan_gp"]
    ensemble.step_d()
    z = ensemble.batch.z
    theta = torch.full((parallel_lines.LINES, 1), 0.7, requires_grad=True)
    u = (z + 1) / 2
    x = torch.cat([theta.unsqueeze(1).expand(-1, z.shape[1], -1), u], 2)
    weights, biases = ensemble.discriminator.weights, ensemble.discriminator.biases
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        x = x @ weight.clone() + bias.clone()
        x = torch.nn.functional.leaky_relu(x, 0.2) if i < len(weights) - 1 else x
    (-x.mean(1).sum()).backward()
    ensemble.step_g()
    moved = ensemble.generator.theta - 0.7
    assert torch.allclose(moved, -parallel_lines.RATE * theta.grad, atol=1e-6)


def test_returned_counts_the_runs_that_are_back() -> None:
    theta = {name: np.array([[1.0, 1.0], [0.049, -0.06]]) for name in parallel_lines.METHODS}
    assert parallel_lines.Paths(np.array([0, 4]), theta, theta).returned("minimax") == 1
