"""How both players move, against loops written by hand: consensus, extragradient, lookahead and optimistic Adam.

The reference is lists of tensors, autograd and the published update rules, in float64; it shares nothing with the
engine but the first weights and the batches, which it takes from a copy of the engine's streams. The smallest GAN shows
the same rules on a game whose path `gan_core.theory` has in closed form.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from gan_core.config import LOSSES, UPDATES, ConfigError, RunConfig
from gan_core.engine import consensus
from gan_core.engine.ensemble import STEPS, Ensemble
from gan_core.engine.game import both_gradients
from gan_core.run.trainer import Trainer
from gan_core.theory import dirac

F64 = torch.float64
SMALL = {"batch": 16, "latent_dim": 3, "g_layers": (7, 6), "d_layers": (8, 5), "g_activation": "tanh", "std": 0.3}
Lists = list[Tensor]


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Averages:
    """Adam's of one player; `move` gives −Δθ."""

    def __init__(self, like: Lists, lr: float, betas: tuple[float, float], *, optimistic: bool) -> None:
        self.m, self.v, self.u = ([torch.zeros_like(p) for p in like] for _ in range(3))
        self.t, self.lr, self.betas, self.optimistic = 0, lr, betas, optimistic

    def move(self, gradients: Lists) -> Lists:
        self.t += 1
        (one, two), before = self.betas, self.u
        self.m = [one * m + (1 - one) * g for m, g in zip(self.m, gradients, strict=True)]
        self.v = [two * v + (1 - two) * g**2 for v, g in zip(self.v, gradients, strict=True)]
        self.u = [
            (m / (1 - one**self.t)) / ((v / (1 - two**self.t)).sqrt() + 1e-8)
            for m, v in zip(self.m, self.v, strict=True)
        ]
        if not self.optimistic:
            return [self.lr * u for u in self.u]
        return [2 * self.lr * u - self.lr * old for u, old in zip(self.u, before, strict=True)]


class Plain:
    def __init__(self, lr: float) -> None:
        self.lr = lr

    def move(self, gradients: Lists) -> Lists:
        return [self.lr * g for g in gradients]


class Reference:
    """One run, the long way."""

    def __init__(self, trainer: Trainer) -> None:
        self.t, ours = trainer.config.train, trainer.ensembles[0]
        self.random = copy.deepcopy(ours.random)
        self.g, self.d = (
            [part[0].clone() for pair in zip(net.weights, net.biases, strict=True) for part in pair]
            for net in (ours.generator, ours.discriminator)
        )
        self.movers = [self.mover(self.g, self.t.g_lr), self.mover(self.d, self.t.d_lr)]
        self.slow, self.steps = (self.g, self.d), 0

    def mover(self, player: Lists, lr: float) -> Any:
        if self.t.optimiser == "sgd":
            return Plain(lr)
        optimistic = self.t.optimiser == "optimistic_adam"
        return Averages(player, lr, (self.t.beta1, self.t.beta2), optimistic=optimistic)

    def net(self, parameters: Lists, x: Tensor, *, tanh: bool) -> Tensor:
        for i in range(0, len(parameters) - 2, 2):
            h = x @ parameters[i] + parameters[i + 1]
            x = torch.tanh(h) if tanh else torch.where(h > 0, h, 0.2 * h)
        return x @ parameters[-2] + parameters[-1]

    def v(self, g: Lists, d: Lists, batch: tuple[Tensor, Tensor]) -> tuple[Lists, Lists]:
        """Both gradients at (g, d), with γ ∂½‖v‖² of all of both."""
        z, x = batch
        g, d = ([p.detach().clone().requires_grad_() for p in player] for player in (g, d))
        fake, real = (self.net(d, rows, tanh=False) for rows in (self.net(g, z, tanh=True), x))
        if self.t.loss == "wasserstein":
            l_d, l_g = fake.mean() - real.mean(), -fake.mean()
        elif self.t.loss == "hinge":
            l_d, l_g = relu(1 - real).mean() + relu(1 + fake).mean(), -fake.mean()
        elif self.t.loss == "relativistic":
            l_d, l_g = softplus(fake - real).mean(), softplus(real - fake).mean()
        else:
            l_d, l_g = softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean()
        v_d = torch.autograd.grad(l_d, d, create_graph=True)
        v_g = torch.autograd.grad(l_g, g, create_graph=True)
        if self.t.consensus:
            size = sum((part**2).sum() for part in (*v_d, *v_g)) / 2
            more = torch.autograd.grad(size, [*d, *g], allow_unused=True)
            more = [torch.zeros_like(p) if m is None else m for m, p in zip(more, [*d, *g], strict=True)]
            v_d = [a + self.t.consensus * b for a, b in zip(v_d, more[: len(d)], strict=True)]
            v_g = [a + self.t.consensus * b for a, b in zip(v_g, more[len(d) :], strict=True)]
        return [p.detach() for p in v_g], [p.detach() for p in v_d]

    def batch(self) -> tuple[Tensor, Tensor]:
        return self.random.latent()[0], self.random.real()[0]

    def step(self) -> None:
        batch = self.batch()
        if self.t.update == "alternating":
            self.d = minus(self.d, self.movers[1].move(self.v(self.g, self.d, batch)[1]))
            self.g = minus(self.g, self.movers[0].move(self.v(self.g, self.d, batch)[0]))
        else:
            there = self.g, self.d
            if self.t.update == "extragradient":
                v = self.v(*there, batch)
                there = tuple(minus(p, mover.move(part)) for p, mover, part in zip(there, self.movers, v, strict=True))
                batch = self.batch()
            v = self.v(*there, batch)
            self.g, self.d = (
                minus(p, mover.move(part)) for p, mover, part in zip((self.g, self.d), self.movers, v, strict=True)
            )
        self.steps += 1
        if self.t.lookahead and self.steps % self.t.lookahead == 0:
            self.slow = tuple(
                [(old + new) / 2 for old, new in zip(*pair, strict=True)]
                for pair in zip(self.slow, (self.g, self.d), strict=True)
            )
            self.g, self.d = self.slow


def minus(parameters: Lists, moves: Lists) -> Lists:
    return [p - move for p, move in zip(parameters, moves, strict=True)]


METHODS: list[dict[str, Any]] = [
    {"consensus": 0.7},
    {"consensus": 0.7, "update": "simultaneous", "loss": "hinge"},
    {"consensus": 0.3, "update": "simultaneous", "loss": "wasserstein", "optimiser": "sgd", "d_lr": 0.05, "g_lr": 0.02},
    {"consensus": 0.3, "loss": "relativistic"},
    {"update": "extragradient"},
    {"update": "extragradient", "optimiser": "sgd", "loss": "wasserstein", "d_lr": 0.05, "g_lr": 0.02},
    {"update": "extragradient", "optimiser": "optimistic_adam", "beta1": 0.0, "loss": "relativistic"},
    {"optimiser": "optimistic_adam"},
    {"optimiser": "optimistic_adam", "update": "simultaneous", "beta1": 0.0, "beta2": 0.9},
    {"lookahead": 3},
    {"lookahead": 3, "update": "extragradient", "consensus": 0.4, "optimiser": "optimistic_adam"},
]


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_run_is_that_of_a_loop_by_hand(method: dict[str, Any]) -> None:
    trainer = Trainer(RunConfig.of(**SMALL | method), dtype=F64)
    reference = Reference(trainer)
    for _ in range(8):
        trainer.step()
        reference.step()
    ours = trainer.ensembles[0]
    for net, theirs in ((ours.generator, reference.g), (ours.discriminator, reference.d)):
        mine = [part[0] for pair in zip(net.weights, net.biases, strict=True) for part in pair]
        for a, b in zip(mine, theirs, strict=True):
            torch.testing.assert_close(a, b.view_as(a), rtol=1e-9, atol=1e-11)


def test_every_order_of_updates_has_its_step() -> None:
    assert STEPS.keys() == UPDATES.keys()


# ── in an ensemble ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "method", [METHODS[-1], METHODS[0], {"lookahead": 2, "spectral_norm": True, "ema": 0.9}], ids=str
)
def test_a_member_beside_others_has_the_bits_that_it_has_alone(method: dict[str, Any]) -> None:
    config = RunConfig.of(**SMALL | method, members=3)
    together = Trainer(config)
    together.step(7)
    for k, beside in enumerate(together.ensembles):
        alone = Trainer(config.member(k))
        alone.step(7)
        for mine, other in ((beside.generator, "generator"), (beside.discriminator, "discriminator")):
            assert torch.equal(mine.theta, getattr(alone.ensembles[0], other).theta)


def test_lookahead_moves_w_behind_normalised_weights() -> None:
    """The network computes with W̄ of the W that was set halfway back."""
    ensemble = Trainer(RunConfig.of(**SMALL, spectral_norm=True, lookahead=1), dtype=F64).ensembles[0]
    before = ensemble.spectral.theta.clone()
    fast = Trainer(RunConfig.of(**SMALL, spectral_norm=True), dtype=F64).ensembles[0]
    fast.step()
    ensemble.step()
    torch.testing.assert_close(ensemble.spectral.theta, (before + fast.spectral.theta) / 2, rtol=1e-12, atol=1e-14)
    biases = [columns for name, columns in ensemble.discriminator.names if name.startswith("bias")]
    for columns in biases:  # they are not normalised
        assert torch.equal(ensemble.discriminator.theta[:, columns], ensemble.spectral.theta[:, columns])
    assert not torch.equal(ensemble.discriminator.theta, ensemble.spectral.theta)


@pytest.mark.parametrize("loss", [name for name, facts in LOSSES.items() if not facts.features])
def test_what_is_differentiated_are_the_gradients_that_the_players_have(loss: str) -> None:
    """Of every loss, with packs, noise and a scale on D's input."""
    config = RunConfig.of(**SMALL, loss=loss, packing=2, d_input_scale=0.5, update="simultaneous")
    ensemble = Trainer(config, dtype=F64).ensembles[0]
    z, real = ensemble._draw()
    noise = 0.1 * torch.randn_like(real), 0.2 * torch.randn_like(real)
    game = ensemble.game
    with torch.enable_grad():
        players = [p.theta.clone().requires_grad_() for p in (game.discriminator, game.generator)]
        found = consensus.gradients(game, *players, z, real, noise)
    both_gradients(game, z, real, noise)
    for mine, player in zip(found, (game.discriminator, game.generator), strict=True):
        torch.testing.assert_close(mine.detach(), player.grad, rtol=1e-9, atol=1e-12)


IMAGES = {"data": "mnist", "batch": 4, "latent_dim": 4}


@pytest.mark.parametrize(
    "changes",
    [
        {"g_layers": (8,), "d_layers": (8,)},
        {"g_layers": (8,), "d_layers": (8,), "g_norm": "batch", "d_norm": "batch", "minibatch_std": True},
        {"architecture": "dcgan", "g_norm": "batch", "pixels": "unit"},
        {"architecture": "multi_scale"},
        {"architecture": "progressive"},
    ],
    ids=str,
)
def test_modules_are_differentiated_as_they_play_and_remember_nothing_of_it(changes: dict[str, Any]) -> None:
    ensemble = Trainer(RunConfig.of(**IMAGES, **changes, consensus=1.0), dtype=F64).ensembles[0]
    z, real = ensemble._draw()
    game = ensemble.game
    both_gradients(game, z, real)
    before = {name: tensor.clone() for name, tensor in ensemble.state().items()}
    with torch.enable_grad():
        players = [p.theta.clone().requires_grad_() for p in (game.discriminator, game.generator)]
        found = consensus.gradients(game, *players, z, real, (None, None))
    for mine, player in zip(found, (game.discriminator, game.generator), strict=True):
        torch.testing.assert_close(mine.detach(), player.grad, rtol=1e-8, atol=1e-11)
    assert all(torch.equal(tensor, before[name]) for name, tensor in ensemble.state().items())


@pytest.mark.parametrize(
    "changes",
    [
        {"r1": 1.0}, {"wgan_gp": 1.0}, {"lecam": 0.1}, {"spectral_norm": True}, {"d_dropout": 0.1}, {"unrolled": 1},
        {"loss": "feature_matching"}, {"data": "mnist", "labels": "conditional"},
        {"data": "mnist", "architecture": "dcgan", "precision": "bfloat16"},
    ],
    ids=str,
)  # fmt: skip
def test_what_consensus_is_not_built_for_is_refused_in_a_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="differentiates both players' gradients once more"):
        RunConfig.of(consensus=1.0, **changes)


@pytest.mark.parametrize("changes", [{"d_steps": 2}, {"unrolled": 2}], ids=str)
def test_a_step_ahead_is_one_of_both_players(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="move from the same point only with one D step"):
        RunConfig.of(update="extragradient", **changes)


# ── on the smallest GAN ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Tape:
    x: Tensor
    output: Tensor


class Scalar:
    """A player with one parameter."""

    def __init__(self, at: float) -> None:
        self.theta = torch.tensor([[at]], dtype=F64)
        self.grad = torch.zeros_like(self.theta)
        self.names, self.shapes = [("at", slice(0, 1))], [("at", (1,))]

    def share(self, tape: Tape) -> None:
        """Nothing to share."""


class Point(Scalar):
    """G: all its samples are θ."""

    def evaluate(self, theta: Tensor, z: Tensor, *, parts: int = 1) -> Tensor:
        return theta.unsqueeze(1).expand(-1, z.shape[1], -1)

    def forward(self, z: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Tape]:
        y = self.evaluate(self.theta, z)
        return y, Tape(z, y)

    def vjp(self, tape: Tape, dy: Tensor) -> None:
        self.grad.copy_(dy.sum(1))


class Slope(Scalar):
    """D(x) = ψx."""

    def evaluate(self, theta: Tensor, x: Tensor, *, parts: int = 1) -> Tensor:
        return theta.unsqueeze(1) * x

    def forward(self, x: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Tape]:
        y = self.evaluate(self.theta, x)
        return y, Tape(x, y)

    def vjp(self, tape: Tape, dy: Tensor) -> None:
        self.grad.copy_((dy * tape.x).sum(1))

    def vjp_input(self, tape: Tape, dy: Tensor) -> Tensor:
        return dy * self.theta.unsqueeze(1)


def path(config: RunConfig, steps: int) -> np.ndarray:
    """(steps + 1, 2): (θ, ψ) with ψ as `theory.dirac` counts it, from (1, 1)."""
    g, d = Point(1.0), Slope(-1.0)
    ensemble = Ensemble([config], lambda n, _: torch.zeros(n, 1), F64, generator=g, discriminator=d)
    found = [[float(g.theta), -float(d.theta)]]
    for _ in range(steps):
        ensemble.step()
        found.append([float(g.theta), -float(d.theta)])
    return np.array(found)


@pytest.mark.parametrize(
    ("changes", "variant", "settings"),
    [
        ({"update": "simultaneous", "loss": "minimax"}, "gan", {}),
        ({"update": "extragradient", "loss": "minimax"}, "gan", {"update": "extragradient"}),
        ({"update": "extragradient", "loss": "wasserstein"}, "wgan", {"update": "extragradient"}),
        ({"update": "extragradient", "loss": "non_saturating"}, "non_saturating", {"update": "extragradient"}),
        ({"update": "simultaneous", "loss": "minimax", "consensus": 0.8}, "consensus", {"gamma": 0.8}),
        ({"loss": "minimax", "consensus": 0.8}, "consensus", {"gamma": 0.8, "update": "alternating", "d_first": 1}),
        (
            {"update": "extragradient", "loss": "minimax", "consensus": 0.8},
            "consensus",
            {"gamma": 0.8, "update": "extragradient"},
        ),
    ],
    ids=str,
)  # fmt: skip
def test_the_engine_moves_the_smallest_gan_as_theory_says(
    changes: dict[str, Any], variant: str, settings: dict[str, Any]
) -> None:
    config = RunConfig.of(batch=4, optimiser="sgd", g_lr=0.2, d_lr=0.2, **changes)
    expected = dirac.simulate(variant, start=(1.0, 1.0), step_size=0.2, steps=60, **settings)
    np.testing.assert_allclose(path(config, 60), expected, rtol=1e-9, atol=1e-11)


def test_what_circles_comes_to_rest() -> None:
    """The WGAN of two numbers: simultaneous steps run away from the equilibrium, alternating ones circle, and each of
    the others comes nearer."""

    def distance(**changes: Any) -> float:
        config = RunConfig.of(batch=4, loss="wasserstein", update="simultaneous", optimiser="sgd", g_lr=0.2, d_lr=0.2)
        return float(np.linalg.norm(path(config.replace(**changes), 200)[-1]))

    start = 2**0.5
    assert distance() > 10 * start and 0.5 * start < distance(update="alternating") < 2 * start
    assert distance(update="extragradient") < 0.1 * start
    assert distance(consensus=0.5) < 0.1 * start
    assert distance(lookahead=5) < 0.1 * start
    adam = {"optimiser": "adam", "beta1": 0.0, "beta2": 0.9999, "g_lr": 0.02, "d_lr": 0.02}
    assert distance(**adam | {"optimiser": "optimistic_adam"}) < distance(**adam)
