"""The Dirac-GAN through the losses, penalties and optimisers of the trainer: a G and a D of one parameter each.

What theory says of a path, the trainer has to do, and the other way round.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import Tensor, nn

from gan_core.config import RunConfig
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.modules import Modules
from gan_core.engine.networks import Network, StackedMLP, Tape
from gan_core.engine.random import generator_for
from gan_core.theory import dirac

START, STEPS = (1.0, 0.6), 60


class Point:
    """G(z) = θ."""

    def __init__(self, theta: float) -> None:
        self.theta = torch.tensor([[theta]], dtype=torch.float64)
        self.grad = torch.zeros_like(self.theta)
        self.names = [("θ", slice(0, 1))]

    def forward(self, z: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Tape]:
        tape = Tape(z)
        tape.output = self.theta.view(1, 1, 1).expand(1, z.shape[1], 1).clone()
        return tape.output, tape

    def vjp(self, tape: Tape, dy: Tensor) -> None:
        self.grad.copy_(dy.sum(1))


def slope(psi: float) -> Network:
    """D(x) = −ψx. The paper's D scores fakes high, ours real samples."""
    network = Modules(
        lambda generator: nn.Linear(1, 1, bias=False), [generator_for(0, "discriminator")], dtype=torch.float64
    )
    network.theta.fill_(-psi)
    return network


class Stacked(StackedMLP):
    """The same for unrolling, which asks for a D that is a function of its parameters: a layer whose bias rests."""

    def __init__(self, psi: float) -> None:
        super().__init__((1, 1), "relu", [generator_for(0, "discriminator")], dtype=torch.float64)
        self.weights[0].fill_(-psi)

    def forward(self, x: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Tape]:
        tape = Tape(x)
        tape.output = self.evaluate(self.theta, x)
        return tape.output, tape

    def evaluate(self, theta: Tensor, x: Tensor) -> Tensor:
        return x * theta[:, :1].unsqueeze(-1) + 0 * theta[:, 1:].unsqueeze(-1)

    def vjp(self, tape: Tape, dy: Tensor) -> None:
        self.grad[:, 0] = (tape.input * dy).sum((1, 2))


def trained(discriminator: Network, **changes: object) -> np.ndarray:
    """The path that the trainer takes, (STEPS + 1, 2)."""
    usual = {"optimiser": "sgd", "g_lr": 0.2, "d_lr": 0.2, "batch": 2, "latent_dim": 1, "update": "simultaneous"}
    ensemble = Ensemble(
        [RunConfig.of(**usual | changes)],
        lambda n, generator: torch.zeros(n, 1),
        torch.float64,
        generator=Point(START[0]),  # type: ignore[arg-type]  # training asks no more of G than forward and vjp
        discriminator=discriminator,
    )
    path = [START]
    for _ in range(STEPS):
        ensemble.step()
        path.append((float(ensemble.generator.theta[0, 0]), -float(ensemble.discriminator.theta[0, 0])))
    return np.array(path)


def expected(variant: str, **settings: object) -> np.ndarray:
    return dirac.simulate(variant, **{"start": START, "step_size": 0.2, "steps": STEPS} | settings)


ALTERNATING = {"update": "alternating", "d_first": 1}
PAIRS: list[tuple[str, dict, dict]] = [
    ("gan", {}, {"loss": "minimax"}),
    ("non_saturating", {}, {"loss": "non_saturating"}),
    ("wgan", {}, {"loss": "wasserstein"}),
    ("wgan_clip", {"clip": 0.4}, {"loss": "wasserstein", "clip": 0.4}),
    ("wgan_gp", {"gamma": 0.7, "target": 1.0}, {"loss": "wasserstein", "wgan_gp": 0.35}),  # λ = γ/2
    ("r1", {"gamma": 0.3}, {"loss": "minimax", "r1": 0.3}),
    ("r1", {"gamma": 1.3}, {"loss": "minimax", "r1": 1.3}),
    ("r1_r2", {"gamma": 0.3}, {"loss": "minimax", "r1": 0.3, "r2": 0.3}),
]


@pytest.mark.parametrize(("variant", "settings", "changes"), PAIRS)
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("update", ["simultaneous", "alternating", "three to one"])
def test_the_trainer_takes_the_path_of_the_theory(
    variant: str, settings: dict, changes: dict, optimiser: str, update: str
) -> None:
    beta = {"optimiser": optimiser} | ({"beta1": 0.5, "beta2": 0.9} if optimiser == "adam" else {})
    d_steps = 3 if update == "three to one" else 1
    how = {} if update == "simultaneous" else ALTERNATING | {"n_d": d_steps}
    told = {"update": "simultaneous" if update == "simultaneous" else "alternating", "d_steps": d_steps}
    found = trained(slope(START[1]), **changes | beta | told)
    assert_allclose(found, expected(variant, **settings | beta | how), rtol=0, atol=1e-9)
    assert np.hypot(*np.diff(found, axis=0).T).max() > 0.01  # it has moved


def test_unrolling_of_the_trainer_is_that_of_the_theory() -> None:
    """The trainer looks ahead with D's own optimiser and its rate, so η = h; and it moves D first."""
    found = trained(Stacked(START[1]), loss="minimax", unrolled=5, update="alternating")
    assert_allclose(found, expected("unrolled", unroll_steps=5, unroll_rate=0.2, **ALTERNATING), rtol=0, atol=1e-9)


def test_instance_noise_of_the_trainer_is_that_of_the_theory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same two-point noise ±σ for both, so that the mean over a batch of two is the mean over all noise."""
    monkeypatch.setattr(dirac, "_NODES", np.array([-1.0, 1.0]))
    monkeypatch.setattr(dirac, "_WEIGHTS", np.array([0.5, 0.5]))
    signs = torch.tensor([[[-1.0], [1.0]]], dtype=torch.float64)
    monkeypatch.setattr(Ensemble, "_draw_noise", lambda self, rows: self.noise * signs)
    found = trained(slope(START[1]), loss="minimax", instance_noise=0.7)
    assert_allclose(found, expected("instance_noise", sigma=0.7), rtol=0, atol=1e-9)
