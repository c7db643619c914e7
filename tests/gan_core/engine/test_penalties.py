"""Gradient penalties: their own gradients against autograd, their values by hand."""

from __future__ import annotations

from unittest import mock

import pytest
import torch

from gan_core.config import RunConfig
from gan_core.engine import recorded
from gan_core.engine.game import d_gradient
from gan_core.engine.penalties import PENALTIES, LeCam
from gan_core.run.trainer import Trainer

F64 = torch.float64


@pytest.mark.parametrize("name", PENALTIES)
def test_penalty_slopes_are_the_derivatives_of_the_values(name):
    penalty = PENALTIES[name]
    u0 = torch.randn(3, 10, 2, generator=torch.Generator().manual_seed(1), dtype=F64).requires_grad_()
    (expected,) = torch.autograd.grad(penalty.value(u0).sum(), u0)
    torch.testing.assert_close(penalty.grad(u0.detach()), expected, rtol=0, atol=1e-12)


def test_penalty_values_by_hand():
    u0 = torch.tensor([[[3.0, 4.0], [0.0, 1.0]]])
    assert PENALTIES["r1"].value(u0).tolist() == [(25 + 1) / 2 / 2]  # the γ/2 convention
    assert PENALTIES["wgan_gp"].value(u0).tolist() == [(16 + 0) / 2]
    flat = torch.zeros(1, 2, 2)
    assert torch.isfinite(PENALTIES["wgan_gp"].grad(flat)).all()


SMALL = {"g_layers": (8,), "d_layers": (16,), "batch": 32}


def test_dragan_looks_around_the_real_samples() -> None:
    """λ E(‖∇D(x + ½ s u)‖ − 1)²: its gradient in D's parameters against autograd."""
    ensemble = Trainer(RunConfig.of(**SMALL, dragan=3.0, d_activation="tanh"), dtype=torch.float64).ensembles[0]
    game, network = ensemble.game, ensemble.discriminator
    z, real = ensemble._draw()
    share = ensemble.random.uniform_like(real)
    draws = (None, share)
    scores, _ = d_gradient(game, z, real, (None, None), draws)
    found = network.grad.clone()

    theta = network.theta.clone().requires_grad_()
    moved = (real + 0.5 * real.flatten(1).std(1, correction=0)[:, None, None] * share).requires_grad_()
    (slope,) = torch.autograd.grad(network.evaluate(theta, moved).sum(), moved, create_graph=True)
    penalty = 3 * (slope.norm(dim=-1) - 1).square().mean()
    fake = ensemble.generator.forward(z)[0]
    logits = [network.evaluate(theta, rows).squeeze(-1) for rows in (real, fake)]
    loss = game.loss.d_loss(real_logits=logits[0], fake_logits=logits[1]) + penalty
    (expected,) = torch.autograd.grad(loss, theta)
    torch.testing.assert_close(found, expected)
    assert float(game.penalties.values(scores.u0s)[0]) == pytest.approx(float(penalty))


def test_lecam_is_its_formula_and_remembers() -> None:
    draws = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 6, generator=draws), torch.randn(2, 6, generator=draws)
    averages = torch.randn(2, 2, generator=draws)
    lecam = LeCam(torch.tensor([[0.5], [2.0]]), averages.clone())
    logits = torch.cat([real, fake], 1).requires_grad_()
    gaps = [(logits[:, :6] - averages[:, 1:]).square().mean(1), (logits[:, 6:] - averages[:, :1]).square().mean(1)]
    value = torch.tensor([0.5, 2.0]) * sum(gaps)
    torch.testing.assert_close(lecam.value(real, fake), value.detach())
    (grad,) = torch.autograd.grad(value.sum(), logits)
    torch.testing.assert_close(lecam.grad(real, fake), grad)
    lecam.remember(real, fake)
    torch.testing.assert_close(lecam.averages, 0.99 * averages + 0.01 * torch.stack([real.mean(1), fake.mean(1)], 1))


@pytest.mark.parametrize(
    "changes", [{"dragan": 1.0}, {"lecam": 0.1}, {"dragan": 1.0, "r1": 0.1, "packing": 2}], ids=str
)
def test_recorded_and_unrecorded_steps_are_the_same(changes) -> None:
    trainer, other = Trainer(RunConfig.of(**SMALL, **changes)), Trainer(RunConfig.of(**SMALL, **changes))
    trainer.step(45)
    with mock.patch.object(recorded, "RECORDS", False):
        other.step(45)
    assert trainer.alive.all() and torch.isfinite(trainer.ensembles[0].d_loss).all()
    assert torch.equal(trainer.ensembles[0].discriminator.theta, other.ensembles[0].discriminator.theta)
