"""The engine against autograd on plain modules, in float64, for every loss × penalty × activation.

The reference below is the textbook step: modules, losses written out from the papers, loss.backward(), Adam. It shares
nothing with the engine but the batches, which it takes from a copy of the engine's streams.
"""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import relu, softplus

from gan_core.config import LOSSES, RunConfig
from gan_core.run.trainer import Trainer

F64 = torch.float64
ACTIVATIONS = {"relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(0.2), "tanh": nn.Tanh}
PENALTIES = [{}, {"r1": 0.7}, {"r1": 0.3, "r2": 0.9}, {"wgan_gp": 2.0}, {"clip": 0.2}]


TOLERANCE = {"mmd": 1e-9}  # a small difference of large sums, whose rounding Adam's division enlarges
# T(a) and f*(T(a)), from the table of Nowozin et al. 2016
F_GAN = {
    "kl": (lambda a: a, lambda a: torch.exp(a - 1)),
    "reverse_kl": (lambda a: -torch.exp(-a), lambda a: a - 1),
    "pearson": (lambda a: a, lambda a: a**2 / 4 + a),
    "hellinger": (lambda a: 1 - torch.exp(-a), lambda a: torch.exp(a) - 1),
}


def squared_mmd(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The mean kernel of different pairs of each sample, less twice that of mixed pairs."""

    def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return sum((1 + (a[:, None] - b[None, :]) ** 2 / (2 * alpha)) ** -alpha for alpha in (0.5, 1, 2))

    def different(k: torch.Tensor) -> torch.Tensor:
        return k[~torch.eye(len(k), dtype=torch.bool)].mean()

    return different(kernel(x, x)) + different(kernel(y, y)) - 2 * kernel(x, y).mean()


def reference_losses(name: str, real: torch.Tensor, fake: torch.Tensor, label: float = 1.0):
    """(d_loss, g_loss) as the papers write them."""
    one, zero = torch.ones_like(fake), torch.zeros_like(fake)
    if name in ("minimax", "non_saturating"):
        d = bce(real, label * one) + bce(fake, zero)
        return d, -bce(fake, zero) if name == "minimax" else bce(fake, one)
    if name == "least_squares":
        return ((real - label) ** 2).mean() / 2 + (fake**2).mean() / 2, ((fake - 1) ** 2).mean() / 2
    if name == "hinge":
        return relu(1 - real).mean() + relu(1 + fake).mean(), -fake.mean()
    if name == "wasserstein":
        return fake.mean() - real.mean(), -fake.mean()
    if name in F_GAN:
        t, conjugate = F_GAN[name]
        return conjugate(fake).mean() - t(real).mean(), -conjugate(fake).mean()
    if name == "mmd":
        distance = squared_mmd(real.flatten(), fake.flatten())
        return -distance, distance
    if name == "feature_matching":  # of D's last hidden layer: Reference.g_backward
        return bce(real, label * one) + bce(fake, zero), real.mean() * 0
    assert name == "relativistic"
    return softplus(-(real - fake)).mean(), softplus(-(fake - real)).mean()


class Reference:
    """One member of a config, by autograd."""

    def __init__(self, trainer: Trainer) -> None:
        self.config, ours = trainer.config, trainer.ensembles[0]
        self.random = copy.deepcopy(ours.random)
        self.generator = self.module(ours.generator, self.config.model.g_activation)
        self.discriminator = self.module(ours.discriminator, self.config.model.d_activation)
        t = self.config.train
        self.g_optimiser = torch.optim.Adam(self.generator.parameters(), lr=t.g_lr, betas=(t.beta1, t.beta2))
        self.d_optimiser = torch.optim.Adam(self.discriminator.parameters(), lr=t.d_lr, betas=(t.beta1, t.beta2))

    @staticmethod
    def module(stack, activation: str) -> nn.Sequential:
        layers: list[nn.Module] = []
        for weight, bias in zip(stack.weights, stack.biases, strict=True):
            linear = nn.Linear(weight.shape[1], weight.shape[2], dtype=F64)
            linear.weight.data.copy_(weight[0].T)
            linear.bias.data.copy_(bias[0, 0])
            layers += [linear, ACTIVATIONS[activation]()]
        return nn.Sequential(*layers[:-1])

    def d(self, x: torch.Tensor) -> torch.Tensor:
        return self.discriminator(x * self.config.model.d_input_scale).squeeze(-1)

    def penalty(self, x: torch.Tensor) -> torch.Tensor:
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)
        return gradient

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.generator(self.random.latent()[0]), self.random.real()[0]

    def d_backward(self, fake: torch.Tensor, real: torch.Tensor) -> None:
        t, fake = self.config.train, fake.detach()
        self.d_optimiser.zero_grad()
        loss = reference_losses(t.loss, self.d(real), self.d(fake), 1 - t.label_smoothing)[0]
        if t.r1:
            loss = loss + t.r1 / 2 * self.penalty(real).square().sum(1).mean()
        if t.r2:
            loss = loss + t.r2 / 2 * self.penalty(fake).square().sum(1).mean()
        if t.wgan_gp:
            epsilon = self.random.uniform(t.batch)[0].unsqueeze(1)
            gradient = self.penalty(epsilon * real + (1 - epsilon) * fake)
            loss = loss + t.wgan_gp * (gradient.norm(dim=1) - 1).square().mean()
        loss.backward()
        self.d_loss = loss.item()

    def g_backward(self, fake: torch.Tensor, real: torch.Tensor) -> None:
        self.g_optimiser.zero_grad()
        loss = reference_losses(self.config.train.loss, self.d(real), self.d(fake))[1]
        if self.config.train.loss == "feature_matching":
            h = self.discriminator[:-1]
            scale = self.config.model.d_input_scale
            loss = (h(scale * real).mean(0) - h(scale * fake).mean(0)).square().sum() / 2
        loss.backward(inputs=list(self.generator.parameters()))
        self.g_loss = loss.item()

    def step(self) -> None:
        t = self.config.train
        if t.update == "simultaneous":
            fake, real = self.batch()
            self.d_backward(fake, real)
            self.g_backward(fake, real)
            self.d_optimiser.step()
            self.clip()
            self.g_optimiser.step()
            return
        for _ in range(t.d_steps):
            fake, real = self.batch()
            self.d_backward(fake, real)
            self.d_optimiser.step()
            self.clip()
        self.g_backward(fake, real)
        self.g_optimiser.step()

    def clip(self) -> None:
        if bound := self.config.train.clip:
            for parameter in self.discriminator.parameters():
                parameter.data.clamp_(-bound, bound)

    def flat(self, player: nn.Module) -> torch.Tensor:
        return torch.cat([p.detach().t().flatten() for p in player.parameters()])


def flat(stack, k: int = 0) -> torch.Tensor:
    layers = zip(stack.weights, stack.biases, strict=True)
    return torch.cat([tensor[k].flatten() for layer in layers for tensor in layer])


def small(**changes) -> RunConfig:
    return RunConfig.of(**{"batch": 16, "g_layers": (9, 7), "d_layers": (8, 6), "latent_dim": 3, "std": 0.3} | changes)


def assert_follows(config: RunConfig, steps: int = 10, tolerance: float = 1e-10) -> None:
    trainer = Trainer(config, dtype=F64)
    reference = Reference(trainer)
    for _ in range(steps):
        trainer.step()
        reference.step()
    ours = trainer.ensembles[0]
    for mine, theirs in (
        (flat(ours.generator), reference.flat(reference.generator)),
        (flat(ours.discriminator), reference.flat(reference.discriminator)),
    ):
        assert torch.isfinite(mine).all()
        assert float((mine - theirs).abs().max()) <= tolerance
    assert abs(float(ours.d_loss) - reference.d_loss) <= tolerance
    assert abs(float(ours.g_loss) - reference.g_loss) <= tolerance


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: "+".join(p) or "plain")
@pytest.mark.parametrize("loss", LOSSES)
def test_ten_steps_equal_autograd(loss, penalty, activation, update):
    config = small(
        loss=loss, g_activation=activation, d_activation=activation, update=update, g_lr=3e-3, d_lr=5e-3, **penalty
    )
    assert_follows(config, tolerance=TOLERANCE.get(loss, 1e-10))


@pytest.mark.parametrize(
    "changes",
    [
        {"label_smoothing": 0.1},
        {"label_smoothing": 0.2, "loss": "least_squares"},
        {"d_steps": 3},
        {"d_input_scale": 0.25, "r1": 0.5, "d_activation": "tanh"},
        {"d_steps": 2, "loss": "wasserstein", "wgan_gp": 0.1, "d_activation": "tanh"},
        {"latent": "uniform", "init": "orthogonal"},
        {"loss": "feature_matching", "d_layers": (8,), "d_input_scale": 0.5},
    ],
    ids=str,
)
def test_tricks_equal_autograd(changes):
    assert_follows(small(**changes))
