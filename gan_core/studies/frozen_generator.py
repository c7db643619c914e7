"""G frozen, D trained alone: what is left of G's gradient when D gets as far as it can.

The experiment of Arjovsky & Bottou 2017 (Principled Methods, figures 2 and 3), in small and over several members:

    frozen = FrozenGenerator([config], warm_up=0)   # both players take `warm_up` joint steps first
    frozen.step(2000)                               # then 2,000 rounds in which only D moves
    frozen.curves[0].norms["minimax"]               # (T, K): ‖∂L_G/∂θ_G‖ at fixed latents

Nothing of G moves after the warm-up, so both of G's losses are measured on the very same D and the very same fakes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid

from gan_core.config import RunConfig
from gan_core.engine.game import generator_gradient_norms
from gan_core.engine.losses import LOSSES
from gan_core.engine.networks import StackedMLP
from gan_core.engine.optimisers import Adam
from gan_core.engine.random import generator_for, latents
from gan_core.run.trainer import Failure, Trainer
from gan_core.studies.frozen_curves import FrozenCurves

LATENTS = 1024  # of the measurement: always the same ones
EVERY = 20  # rounds between two measurements
MEASURED = ("minimax", "non_saturating")


class FrozenGenerator:
    """A work for the pool: one GAN or several (K members each), warmed up together, then D alone.

    A step is a joint step while step_count < warm_up, afterwards a round: `d_steps` updates of D. Measured are the
    losses MEASURED and the configuration's own, at rounds 0, EVERY, 2 EVERY, …, on LATENTS latents of each member's own
    and, where D trains with instance noise, with one fixed draw of that noise.
    Raises ConfigError as Trainer does, and ValueError on a loss that cannot be measured on fakes alone.
    """

    def __init__(self, configs: Sequence[RunConfig], *, warm_up: int) -> None:
        self.warm_up, self.step_count = warm_up, 0
        self.trainers = [Trainer(config) for config in configs]
        self._probes = [_Probe(trainer) for trainer in self.trainers]
        if not warm_up:
            self._measure()

    def step(self, n: int = 1) -> None:
        """n steps of every configuration; those that have failed stand still."""
        for _ in range(n):
            for trainer in self.trainers:
                if self.step_count < self.warm_up:
                    trainer.step()
                else:
                    for ensemble in trainer.ensembles:
                        for _ in range(trainer.config.train.d_steps):
                            ensemble.step_d()
            self.step_count += 1
            if self.rounds >= 0 and self.rounds % EVERY == 0:
                self._measure()

    @property
    def rounds(self) -> int:
        """Rounds since G was frozen; below 0 while it still learns."""
        return self.step_count - self.warm_up

    @property
    def failure(self) -> Failure | None:
        """Set when no member of any configuration came through the warm-up."""
        failures = [trainer.failure for trainer in self.trainers]
        return failures[0] if all(failures) else None

    @property
    def curves(self) -> tuple[FrozenCurves, ...]:
        return tuple(probe.curves() for probe in self._probes)

    def _measure(self) -> None:
        for probe in self._probes:
            probe.measure(self.rounds)


class _Probe:
    """Measures one trainer's generator at latents of its own."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        model, train = trainer.config.model, trainer.config.train
        self.names = tuple(dict.fromkeys((*MEASURED, train.loss)))
        self.z: list[Tensor] = []
        self.shift: list[Tensor | float] = []
        for ensemble in trainer.ensembles:
            streams = [generator_for(seed, "picture") for seed in ensemble.random.seeds]
            self.z.append(torch.stack([latents(model.latent, LATENTS, model.latent_dim, g) for g in streams]))
            noise = [torch.randn(LATENTS, 2, generator=g) for g in streams]
            self.shift.append(ensemble.noise * torch.stack(noise))
        self.rounds: list[int] = []
        self.rows: list[NDArray[np.float64]] = []

    def measure(self, rounds: int) -> None:
        losses = [LOSSES[name] for name in self.names]
        parts = [
            generator_gradient_norms(ensemble.game, losses, z, shift)
            for ensemble, z, shift in zip(self.trainer.ensembles, self.z, self.shift, strict=True)
        ]
        self.rounds.append(rounds)
        self.rows.append(torch.cat(parts, dim=1).double().numpy())

    def curves(self) -> FrozenCurves:
        members = len(self.trainer.member_configs)
        rows = np.array(self.rows).reshape(-1, len(self.names), members)
        return FrozenCurves(
            self.trainer.config, np.array(self.rounds, np.int64), {n: rows[:, i] for i, n in enumerate(self.names)}
        )


# ── the same in one dimension, where everything is known ─────────────────────────────────────────────────────────────

DISTANCES = np.linspace(0, 8, 17)
SEEDS = 3
POSITIONS = np.linspace(-4, 12, 641)  # where D is looked at: four σ beyond both ends of the distances
_Z = torch.linspace(-6, 6, 1201, dtype=torch.float64)  # E f(z) by the trapezoidal rule: a measurement without noise
_SHARE = torch.exp(-(_Z**2) / 2) * (_Z[1] - _Z[0]) / (2 * np.pi) ** 0.5


@dataclass(frozen=True, eq=False)
class GaussianCurves:
    """What small trained discriminators say of N(0, 1) against N(d, 1), by seed (S) and distance (n).

    non_saturating, minimax (S, n): ∂/∂d of G's loss through this D; exact for the optimal D: theory.gaussian_gradients
    jsd (S, n)            (V(D) + 2 ln 2)/2, the part of theory.gaussian_jsd that this D has found: never above it
    probability (S, n, m) D(x) at positions (m,)
    """

    step: int
    distances: NDArray[np.float64]
    non_saturating: NDArray[np.float64]
    minimax: NDArray[np.float64]
    jsd: NDArray[np.float64]
    positions: NDArray[np.float64]
    probability: NDArray[np.float64]


class GaussianDiscriminators:
    """A work for the pool: for every distance d and seed an own small D (1-32-32-1) learns N(0, 1) from N(d, 1).

    All learn in lock-step by Adam on fresh batches of BATCH from each side, the same numbers z for every distance.
    """

    BATCH, RATE, WIDTH = 256, 3e-3, 32
    failure = None

    def __init__(self, distances: NDArray[np.float64] = DISTANCES, seed: int = 0) -> None:
        self.distances, self.step_count = distances, 0
        self.shift = torch.from_numpy(distances).float().view(1, -1, 1, 1)  # (1, n, 1, 1)
        self.streams = [generator_for(seed + s, "real") for s in range(SEEDS)]
        weights = [generator_for(seed + s, "discriminator") for s in range(SEEDS) for _ in distances]
        self.discriminator = StackedMLP((1, self.WIDTH, self.WIDTH, 1), "leaky_relu", weights)
        self.discriminator.theta.grad = self.discriminator.grad
        self.optimiser = Adam([{"params": [self.discriminator.theta], "lr": self.RATE, "betas": (0.9, 0.999)}])

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            z = torch.stack([torch.randn(2, 1, self.BATCH, 1, generator=g) for g in self.streams], dim=1)
            real, fake = z[0].expand(-1, len(self.distances), -1, -1), z[1] + self.shift
            x = torch.cat([real, fake], dim=2).flatten(0, 1)
            logits, tape = self.discriminator.forward(x)
            real_logits, fake_logits = logits.squeeze(-1).chunk(2, dim=1)
            grads = LOSSES["minimax"].d_grad(real_logits=real_logits, fake_logits=fake_logits)
            self.discriminator.grad.zero_()
            self.discriminator.vjp(tape, torch.cat(grads, 1).unsqueeze(-1))
            self.optimiser.step()
            self.step_count += 1

    def curves(self) -> GaussianCurves:
        fake, slope = self._logits(_Z + self.shift.double().squeeze(-1))
        real, _ = self._logits(_Z.expand(1, len(self.distances), -1))
        probability = self._logits(torch.from_numpy(POSITIONS).expand(1, len(self.distances), -1))[0].sigmoid()
        # x = z + d, so ∂/∂d E[−log D(x)] = −E[(1 − σ(a)) a′(x)], ∂/∂d E[log(1 − D(x))] = −E[σ(a) a′(x)]
        value = (logsigmoid(real) + logsigmoid(-fake)) @ _SHARE
        return GaussianCurves(
            self.step_count,
            self.distances,
            non_saturating=(-(-fake).sigmoid() * slope @ _SHARE).numpy(),
            minimax=(-fake.sigmoid() * slope @ _SHARE).numpy(),
            jsd=(value / 2 + np.log(2)).numpy(),
            positions=POSITIONS,
            probability=probability.numpy(),
        )

    def _logits(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits a and slopes a′(x) (S, n, m) in float64 at x (1, n, m)."""
        every = x.float().expand(SEEDS, -1, -1).reshape(len(self.discriminator.theta), -1, 1)
        logits, tape = self.discriminator.forward(every)
        slope = self.discriminator.input_grad(tape)
        shape = (SEEDS, len(self.distances), -1)
        return logits.double().view(shape), slope.double().view(shape)
