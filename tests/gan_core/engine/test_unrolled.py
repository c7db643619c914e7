"""The unrolled generator against a plain one: nested lists of weights, autograd, and an Adam written by hand, float64.

The reference shares nothing with the engine but the first weights and the batches, which it takes from a copy of the
engine's streams. It trains a whole run of its own, so an error of one step would grow in the next.
"""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

from gan_core.config import RunConfig
from gan_core.run.trainer import Trainer

F64 = torch.float64
SMALL = {"batch": 16, "latent_dim": 3, "g_layers": (7, 6), "d_layers": (8, 5), "members": 2, "d_input_scale": 0.25,
         "g_lr": 1e-3, "d_lr": 3e-3}  # fmt: skip
EXACT = {"rtol": 1e-10, "atol": 1e-12}


class Adam:
    """Kingma & Ba 2015, algorithm 1, on a list of tensors: every operation can be differentiated."""

    def __init__(self, parameters: list[Tensor], lr: float, beta1: float, beta2: float, tiny: float) -> None:
        self.m = [torch.zeros_like(p) for p in parameters]
        self.v = [torch.zeros_like(p) for p in parameters]
        self.t, self.lr, self.beta1, self.beta2, self.tiny = 0, lr, beta1, beta2, tiny

    def __call__(self, parameters: list[Tensor], gradients: tuple[Tensor, ...]) -> list[Tensor]:
        self.t += 1
        self.m = [self.beta1 * m + (1 - self.beta1) * g for m, g in zip(self.m, gradients, strict=True)]
        self.v = [self.beta2 * v + (1 - self.beta2) * g * g for v, g in zip(self.v, gradients, strict=True)]
        m_hat = [m / (1 - self.beta1**self.t) for m in self.m]
        v_hat = [v / (1 - self.beta2**self.t) for v in self.v]
        return [
            p - self.lr * m / ((v + self.tiny) ** 0.5 + 1e-8) for p, m, v in zip(parameters, m_hat, v_hat, strict=True)
        ]


class Sgd:
    def __init__(self, lr: float) -> None:
        self.lr = lr

    def __call__(self, parameters: list[Tensor], gradients: tuple[Tensor, ...]) -> list[Tensor]:
        return [p - self.lr * g for p, g in zip(parameters, gradients, strict=True)]


def perceptron(parameters: list[Tensor], x: Tensor, activation: str) -> Tensor:
    """Weights and biases in turn; the last layer is linear."""
    for i in range(0, len(parameters), 2):
        x = x @ parameters[i] + parameters[i + 1]
        if i < len(parameters) - 2:
            x = torch.tanh(x) if activation == "tanh" else x.clamp(min=0)
    return x


def d_loss(real: Tensor, fake: Tensor) -> Tensor:
    return -(torch.sigmoid(real).log() + (1 - torch.sigmoid(fake)).log()).mean()


def g_loss(fake: Tensor, name: str) -> Tensor:
    probability = torch.sigmoid(fake)
    return (1 - probability).log().mean() if name == "minimax" else -probability.log().mean()


class Reference:
    """Member k of a run, the long way."""

    def __init__(self, trainer: Trainer, k: int, tiny: float) -> None:
        self.config, ours = trainer.config, trainer.ensembles[k]
        self.random = copy.deepcopy(ours.random)
        self.g, self.d = (
            [part[0].clone() for pair in zip(net.weights, net.biases, strict=True) for part in pair]
            for net in (ours.generator, ours.discriminator)
        )
        t = self.config.train
        if t.optimiser == "sgd":
            self.g_update, self.d_update = Sgd(t.g_lr), Sgd(t.d_lr)
        else:
            # only what is differentiated needs the tiny number that keeps √v smooth
            self.g_update = Adam(self.g, t.g_lr, t.beta1, t.beta2, 0.0)
            self.d_update = Adam(self.d, t.d_lr, t.beta1, t.beta2, 0.0)
        self.tiny = tiny

    def batch(self) -> tuple[Tensor, Tensor]:
        z, real = self.random.latent()[0], self.random.real()[0]
        return z, real

    def scores(self, d: list[Tensor], x: Tensor) -> Tensor:
        return perceptron(d, x * self.config.model.d_input_scale, self.config.model.d_activation)

    def fake(self, g: list[Tensor], z: Tensor) -> Tensor:
        return perceptron(g, z, self.config.model.g_activation)

    def step_d(self) -> tuple[Tensor, Tensor]:
        z, real = self.batch()
        d = [p.requires_grad_() for p in self.d]
        loss = d_loss(self.scores(d, real), self.scores(d, self.fake(self.g, z)))
        updated = self.d_update(d, torch.autograd.grad(loss, d))
        self.d = [p.detach() for p in updated]
        return z, real

    def g_gradient(self, z: Tensor, real: Tensor) -> tuple[Tensor, ...]:
        g = [p.clone().requires_grad_() for p in self.g]
        fake = self.fake(g, z)
        d, update = [p.clone().requires_grad_() for p in self.d], copy.deepcopy(self.d_update)
        if isinstance(update, Adam):
            update.tiny = self.tiny
        for _ in range(self.config.train.unrolled):
            loss = d_loss(self.scores(d, real), self.scores(d, fake))
            d = update(d, torch.autograd.grad(loss, d, create_graph=True))
        return torch.autograd.grad(g_loss(self.scores(d, fake), self.config.train.loss), g)

    def step_g(self, z: Tensor, real: Tensor) -> tuple[Tensor, ...]:
        gradient = self.g_gradient(z, real)
        self.g = [p.detach() for p in self.g_update(self.g, gradient)]
        return gradient


def same(reference: list[Tensor], network, k: int, **tolerance) -> None:
    ours = [part[k] for pair in zip(network.weights, network.biases, strict=True) for part in pair]
    for expected, got in zip(reference, ours, strict=True):
        torch.testing.assert_close(got, expected.detach().view_as(got), **tolerance)


def same_gradient(reference: tuple[Tensor, ...], network, k: int, **tolerance) -> None:
    grads = [part[k] for pair in zip(network.weight_grads, network.bias_grads, strict=True) for part in pair]
    for expected, got in zip(reference, grads, strict=True):
        torch.testing.assert_close(got, expected.view_as(got), **tolerance)


@pytest.mark.parametrize("loss", ["minimax", "non_saturating"])
@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("unrolled", [1, 4])
def test_a_run_equals_the_reference_step_for_step(loss, optimiser, activation, unrolled):
    config = RunConfig.of(
        **SMALL, loss=loss, optimiser=optimiser, g_activation="tanh", d_activation=activation, unrolled=unrolled
    )
    trainer = Trainer(config, dtype=F64)
    references = [Reference(trainer, k, tiny=1e-16) for k in range(2)]
    for _ in range(4):
        trainer.step()
        for ours, reference in zip(trainer.ensembles, references, strict=True):
            same_gradient(reference.step_g(*reference.step_d()), ours.generator, 0, **EXACT)
            same(reference.g, ours.generator, 0, **EXACT)
            same(reference.d, ours.discriminator, 0, **EXACT)


def test_before_the_first_update_of_d_adam_has_no_state():
    trainer = Trainer(RunConfig.of(**SMALL, loss="minimax", d_activation="relu", unrolled=3), dtype=F64)
    references = [Reference(trainer, k, tiny=1e-16) for k in range(2)]
    trainer.step_g()
    for ours, reference in zip(trainer.ensembles, references, strict=True):
        same_gradient(reference.step_g(*reference.batch()), ours.generator, 0, **EXACT)
        same(reference.d, ours.discriminator, 0, rtol=0, atol=0)


def test_the_tiny_number_in_the_root_changes_nothing_that_matters():
    """Adam without it, on tanh units, whose gradients are never exactly 0."""
    trainer = Trainer(RunConfig.of(**SMALL, loss="minimax", d_activation="tanh", unrolled=3), dtype=F64)
    reference = Reference(trainer, 0, tiny=0.0)
    trainer.step()
    same_gradient(reference.step_g(*reference.step_d()), trainer.ensembles[0].generator, 0, rtol=1e-5, atol=1e-10)


def test_a_unit_that_is_never_on_leaves_no_nan():
    """Its gradient is exactly 0, where the slope of √v is infinite."""
    trainer = Trainer(RunConfig.of(**SMALL, loss="minimax", d_activation="relu", unrolled=3), dtype=F64)
    ours = trainer.ensembles[0]
    ours.discriminator.biases[0][:, :, 0] = -1e3
    trainer.step(3)
    assert trainer.alive.all() and torch.isfinite(ours.generator.grad).all()


def test_looking_ahead_by_no_step_is_the_ordinary_gradient():
    """The reference with an empty chain equals the engine without unrolling."""
    trainer = Trainer(RunConfig.of(**SMALL, loss="minimax", d_activation="tanh"), dtype=F64)
    reference = Reference(trainer, 1, tiny=0.0)
    trainer.step()
    same_gradient(reference.step_g(*reference.step_d()), trainer.ensembles[1].generator, 0, **EXACT)
