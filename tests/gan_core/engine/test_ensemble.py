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
from gan_core.engine import ensemble
from gan_core.engine.modules import Modules, mlp_module
from gan_core.engine.networks import StackedMLP
from gan_core.run.trainer import Trainer

F64 = torch.float64
ACTIVATIONS = {"relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(0.2), "tanh": nn.Tanh}
PENALTIES = [{}, {"r1": 0.7}, {"r1": 0.3, "r2": 0.9}, {"wgan_gp": 2.0}, {"clip": 0.2}]


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
    assert_follows(
        small(
            loss=loss, g_activation=activation, d_activation=activation, update=update, g_lr=3e-3, d_lr=5e-3, **penalty
        )
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"label_smoothing": 0.1},
        {"label_smoothing": 0.2, "loss": "least_squares"},
        {"d_steps": 3},
        {"d_input_scale": 0.25, "r1": 0.5, "d_activation": "tanh"},
        {"d_steps": 2, "loss": "wasserstein", "wgan_gp": 0.1, "d_activation": "tanh"},
        {"latent": "uniform", "init": "orthogonal"},
    ],
    ids=str,
)
def test_tricks_equal_autograd(changes):
    assert_follows(small(**changes))


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "penalty", [{}, {"r1": 0.7, "r2": 0.2}, {"wgan_gp": 2.0}], ids=lambda p: "+".join(p) or "plain"
)
def test_modules_behind_the_protocol_take_the_same_steps(loss, penalty, update, monkeypatch):
    """The same perceptrons once in closed form and once as torch modules: the protocol hides the difference."""
    config = small(loss=loss, update=update, members=2, **penalty)
    closed = Trainer(config, dtype=F64)
    monkeypatch.setattr(ensemble, "build_discriminator", _as_module(closed.ensembles[0].discriminator, "leaky_relu"))
    monkeypatch.setattr(ensemble, "build_generator", _as_module(closed.ensembles[0].generator, "relu"))
    modules = Trainer(config, dtype=F64)
    for trainer in (closed, modules):
        trainer.step(8)
    for player in ("generator", "discriminator"):
        ours, theirs = (getattr(trainer.ensembles[0], player) for trainer in (closed, modules))
        for k in range(2):
            expected = torch.cat([p.detach().t().flatten() for p in theirs.modules[k].parameters()])
            torch.testing.assert_close(flat(ours, k), expected, rtol=0, atol=1e-10)


def _as_module(stack, activation: str):
    """A builder of `Modules` that start where the stack stands now."""
    start = [[tensor.clone() for tensor in layer] for layer in zip(stack.weights, stack.biases, strict=True)]

    def build(config, random, dtype, growth):
        sizes = [start[0][0].shape[1], *(weight.shape[2] for weight, _ in start)]
        made = Modules(lambda g: mlp_module(sizes, activation, g), random.generators("generator"), dtype=dtype)
        for k, module in enumerate(made.modules):
            linears = [layer for layer in module if isinstance(layer, nn.Linear)]
            for linear, (weight, bias) in zip(linears, start, strict=True):
                linear.weight.data.copy_(weight[k].t())
                linear.bias.data.copy_(bias[k, 0])
        return made

    return build


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_pass_over_one_row_leaves_the_weights_alone(activation):
    """As where two samples are packed into one row: W_L, seen as u_L, must not be written into."""
    network = StackedMLP((2, 5, 4, 1), activation, [torch.Generator().manual_seed(3)], dtype=F64)
    before, x = network.theta.clone(), torch.tensor([[[0.3, -0.2], [1.0, 0.5]]], dtype=F64)
    one, two = (network.input_grad(network.forward(rows)[1]) for rows in (x[:, :1], x))
    assert torch.equal(network.theta, before)
    torch.testing.assert_close(one, two[:, :1], rtol=0, atol=1e-15)


def test_half_precision_moves_a_dcgan_nearly_as_float32_does():
    """bfloat16 keeps 8 bits: a rounding is off by at most 2⁻⁸, a gradient through five layers by a few of them."""
    config = RunConfig.of(data="mnist", architecture="dcgan", g_norm="batch", batch=32, init="dcgan")
    grads = {}
    for precision in ("float32", "bfloat16"):
        ensemble = Trainer(config.replace(precision=precision)).ensembles[0]
        ensemble.step()
        grads[precision] = [ensemble.discriminator.grad, ensemble.generator.grad]
        assert all(g.dtype == ensemble.discriminator.theta.dtype == torch.float32 for g in grads[precision])
    for exact, rounded in zip(*grads.values(), strict=True):
        error = torch.linalg.vector_norm(rounded - exact) / torch.linalg.vector_norm(exact)
        assert 0 < error < 0.05
