"""Parallel lines, trained: (0, u) against (θ, u), WGAN paper, example 1. Does G bring θ back to 0?

The exact distances are in `gan_core.theory.parallel_lines`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import LOSSES, RunConfig
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.networks import Network, Tape
from gan_core.engine.optimisers import SGD
from gan_core.studies.critic import jsd_bound

Floats = NDArray[np.float64]

METHODS: dict[str, dict[str, Any]] = {
    "minimax": {"loss": "minimax"},
    "non_saturating": {"loss": "non_saturating"},
    "wgan_clip": {"loss": "wasserstein", "clip": 0.1, "optimiser": "rmsprop"},
    "wgan_gp": {"loss": "wasserstein", "wgan_gp": 1.0, "beta1": 0.0, "beta2": 0.9},
}
LINES = 4  # runs of each method
EVERY = 4  # steps between two records
RATE = 0.1  # of θ, by plain gradient descent: the size of a gradient counts
RETURNED = 0.05  # |θ| below which it is back


@dataclass(frozen=True, eq=False)
class Paths:
    """θ and what D or the critic found at `step` (T,), (T, K) each, by method."""

    step: NDArray[np.int64]
    theta: Mapping[str, Floats]
    found: Mapping[str, Floats]

    def returned(self, method: str) -> int:
        """In how many runs θ is back at 0."""
        return int((np.abs(self.theta[method][-1]) < RETURNED).sum())


class ParallelLinesGame:
    """A work for the pool: a generator with one parameter θ makes (θ, u), real is (0, u), u uniform on [0, 1].

    D or the critic (2-32-32-1, Adam or RMSprop) takes `warm_up` updates before θ moves, then `d_steps` for each of
    its steps. A step_count of warm_up + n means n steps of θ.
    """

    failure = None

    def __init__(self, start: float, *, warm_up: int = 0, d_steps: int = 5, seed: int = 0) -> None:
        self.warm_up, self.step_count = warm_up, 0
        self.games = {name: _game(config, start) for name, config in settings(seed, d_steps).items()}
        heights = torch.linspace(0, 1, 101)
        self.real = torch.stack([torch.zeros_like(heights), heights], dim=1)
        self._rows: list[tuple[int, Floats]] = []
        if not warm_up:
            self._keep()

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            for game in self.games.values():
                game.step_d() if self.step_count < self.warm_up else game.step()
            self.step_count += 1
            steps = self.step_count - self.warm_up
            if steps >= 0 and steps % EVERY == 0:
                self._keep()

    def paths(self) -> Paths:
        steps = np.array([step for step, _ in self._rows], np.int64)
        rows = np.array([row for _, row in self._rows]).reshape(len(steps), len(METHODS), 2, LINES)
        theta, found = ({name: rows[:, i, j] for i, name in enumerate(METHODS)} for j in (0, 1))
        return Paths(steps, theta, found)

    def _keep(self) -> None:
        row = []
        for name, game in self.games.items():
            theta = game.generator.theta
            fake = self.real.expand(LINES, -1, -1).clone()
            fake[..., 0] = theta
            real_logits, fake_logits = (
                game.discriminator.forward(x, training=False)[0].squeeze(-1).double().numpy()
                for x in (self.real.expand(LINES, -1, -1), fake)
            )
            if LOSSES[METHODS[name]["loss"]].kind == "probability":
                found = [jsd_bound("minimax", *pair) for pair in zip(real_logits, fake_logits, strict=True)]
            else:
                found = real_logits.mean(1) - fake_logits.mean(1)
            row.append([theta[:, 0].double().numpy().copy(), np.asarray(found)])
        self._rows.append((self.step_count - self.warm_up, np.array(row)))


def settings(seed: int, d_steps: int = 5) -> dict[str, RunConfig]:
    """How D learns, by method."""
    base = RunConfig.of(
        latent="uniform", latent_dim=1, batch=64, d_layers=(32, 32), d_lr=1e-3, d_steps=d_steps, seed=seed
    )
    return {name: base.replace(**changes) for name, changes in METHODS.items()}


def _game(config: RunConfig, start: float) -> Ensemble:
    def real(n: int, generator: torch.Generator) -> Tensor:
        return torch.cat([torch.zeros(n, 1), torch.rand(n, 1, generator=generator)], dim=1)

    members = [config.replace(seed=config.train.seed + k) for k in range(LINES)]
    line = _Line(start, LINES)
    game = Ensemble(members, real, generator=cast(Network, line))
    game.g_optimiser = SGD([{"params": [line.theta], "lr": RATE, "betas": (0.0, 0.0)}])
    return game


class _Line:
    """G(z) = (θ, u) with u = (z + 1)/2: one parameter a member."""

    def __init__(self, start: float, members: int) -> None:
        self.theta = torch.full((members, 1), float(start))
        self.grad = torch.zeros_like(self.theta)
        self.theta.grad = self.grad
        self.names = [("theta", slice(0, 1))]

    def forward(self, z: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Tape]:
        tape = Tape(z)
        tape.output = torch.cat([self.theta.unsqueeze(1).expand(-1, z.shape[1], -1), (z + 1) / 2], dim=2)
        return tape.output, tape

    def vjp(self, tape: Tape, dy: Tensor) -> None:
        self.grad.copy_(dy[..., 0].sum(1, keepdim=True))
