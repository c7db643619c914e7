"""D and two critics learn to tell two fixed distributions on a line apart, beside the exact optima.

LineDuel      a work for the pool
trained_duel  what they have learned, as `theory.optimal_critic.exact_duel` gives the optima
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import RunConfig
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.networks import Network, StackedMLP, Tape
from gan_core.engine.random import generator_for
from gan_core.studies.critic import jsd_bound
from gan_core.theory.distributions_1d import OnLine, quantile
from gan_core.theory.optimal_critic import pulls

Floats = NDArray[np.float64]

DUELLISTS = ("discriminator", "penalty", "clip")
SEEDS = 3
TABLE = 4001  # places of a distribution's quantile table: what is drawn from it is interpolated between them
POSITIONS = 161
WIDTH = 64  # of both hidden layers


@dataclass(frozen=True, eq=False)
class Duel:
    """Who has learned what after `updates` (T,): values and slopes (T, S, m) at positions (m,), by duellist.

    `found` (T, S): what each proves of the distance, ln 2 + V/2 of the JSD or the critic's estimate divided by its
    steepest slope, which W1 bounds from above.
    """

    updates: NDArray[np.int64]
    positions: Floats
    values: Mapping[str, NDArray[np.float32]]
    slopes: Mapping[str, NDArray[np.float32]]
    found: Mapping[str, Floats]


class LineDuel:
    """A work for the pool: a small D and two critics, with penalty λ and with clipping ±c, learn p (real) from q.

    Nothing moves but they: q is no generator. SEEDS networks 1-64-64-1 each, in lock-step, on fresh batches. Where all
    slopes are the same s, the critic minimises −W1 s + λ(|s| − 1)²: best at s = 1 + W1/2λ, so a small λ makes it too
    steep; but for λ > W1/2 there is a second minimum at s < 0, and who starts there keeps the wrong sign.
    """

    failure = None

    def __init__(self, p: OnLine, q: OnLine, *, penalty: float = 1.0, clip: float = 0.1, seed: int = 0) -> None:
        self.step_count = 0
        u = (np.arange(TABLE) + 0.5) / TABLE
        self.tables = [torch.from_numpy(quantile(d, u)).float() for d in (p, q)]
        low, high = min(p.window[0], q.window[0]), max(p.window[1], q.window[1])
        self.positions = np.linspace(low, high, POSITIONS)
        self.players = {name: self._ensemble(config) for name, config in settings(penalty, clip, seed).items()}
        self._kept: list[tuple[int, dict[str, tuple[NDArray, NDArray]], dict[str, Floats]]] = []
        self._keep()

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            for ensemble in self.players.values():
                ensemble.step_d()
            self.step_count += 1
            if _due(self.step_count):
                self._keep()

    def duel(self) -> Duel:
        updates, looks, found = zip(*self._kept, strict=True)
        values, slopes = (
            {name: np.array([look[name][i] for look in looks], np.float32) for name in DUELLISTS} for i in (0, 1)
        )
        return Duel(
            np.array(updates), self.positions, values, slopes, {n: np.array([f[n] for f in found]) for n in DUELLISTS}
        )

    def _ensemble(self, config: RunConfig) -> Ensemble:
        members = [config.replace(seed=config.train.seed + s) for s in range(SEEDS)]
        weights = [generator_for(m.train.seed, "discriminator") for m in members]
        real, fake = self.tables
        return Ensemble(
            members,
            lambda n, g: _interpolate(real, torch.rand(n, 1, generator=g)),
            generator=cast(Network, _Fixed(fake, SEEDS)),
            discriminator=StackedMLP((1, WIDTH, WIDTH, 1), "leaky_relu", weights),
        )

    def _keep(self) -> None:
        x = torch.from_numpy(self.positions).float().view(1, -1, 1).expand(SEEDS, -1, -1)
        looks, found = {}, {}
        for name, ensemble in self.players.items():
            logits, tape = ensemble.discriminator.forward(x, training=False)
            slope = ensemble.discriminator.input_grad(tape).squeeze(-1).numpy().copy()
            looks[name] = (logits.squeeze(-1).numpy().copy(), slope)
            real, fake = (self._logits(ensemble, table) for table in self.tables)
            if name == "discriminator":
                found[name] = np.array([jsd_bound("minimax", r, f) for r, f in zip(real, fake, strict=True)])
            else:
                found[name] = (real.mean(1) - fake.mean(1)) / np.maximum(np.abs(slope).max(1), 1e-12)
        self._kept.append((self.step_count, looks, found))

    def _logits(self, ensemble: Ensemble, places: Tensor) -> Floats:
        wide = places.view(1, -1, 1).expand(SEEDS, -1, -1)
        return ensemble.discriminator.forward(wide, training=False)[0].squeeze(-1).double().numpy()


def settings(penalty: float, clip: float, seed: int) -> dict[str, RunConfig]:
    """How each of DUELLISTS learns."""
    adam = {"optimiser": "adam", "beta1": 0.5, "beta2": 0.9, "d_lr": 1e-3}
    changes: dict[str, dict[str, Any]] = {
        "discriminator": {"loss": "minimax"} | adam,
        "penalty": {"loss": "wasserstein", "wgan_gp": penalty} | adam,
        "clip": {"loss": "wasserstein", "clip": clip, "optimiser": "rmsprop", "d_lr": 1e-3},
    }
    base = RunConfig.of(latent="uniform", latent_dim=1, batch=256, seed=seed)
    return {name: base.replace(**of) for name, of in changes.items()}


def trained_duel(duel: Duel, p: OnLine) -> dict[str, Floats]:
    """What `exact_duel` gives, of the trained ones: (T, m) each, the median of the seeds; "penalty" and "clip" for f*.

    A critic is only known up to a constant, and a clipped one up to a factor: both have mean 0 under p (as f* has), and
    the clipped one is divided by its steepest slope.
    """
    mass = np.diff(p.moments(duel.positions)[0], prepend=0.0)
    mass = mass / mass.sum()
    found: dict[str, Floats] = {}
    for name in ("penalty", "clip"):
        f = duel.values[name].astype(float)
        f = f - (f @ mass)[..., None]
        if name == "clip":
            f = f / np.maximum(np.abs(duel.slopes[name]).max(-1, keepdims=True), 1e-12)
        found[name] = np.median(f, axis=1)
    logit = duel.values["discriminator"].astype(float)
    of_d = pulls(logit, duel.slopes["discriminator"])
    found["discriminator"] = np.median(0.5 * (1 + np.tanh(logit / 2)), axis=1)
    found["minimax"] = np.median(of_d["minimax"], axis=1)
    found["non_saturating"] = np.median(of_d["non_saturating"], axis=1)
    found["wasserstein"] = np.median(duel.slopes["penalty"], axis=1).astype(float)
    return found


def _due(update: int) -> bool:
    """1, 2, 4, …, 64, and then every 50th: what an animation shows."""
    return update % 50 == 0 or (update <= 64 and update & (update - 1) == 0)


def _interpolate(table: Tensor, u: Tensor) -> Tensor:
    """The quantiles of a table at u in [0, 1), of any shape."""
    place = (u * len(table) - 0.5).clamp(0, len(table) - 1)
    left = place.floor().long().clamp_max(len(table) - 2)
    return torch.lerp(table[left], table[left + 1], place - left)


# Of a generator, training asks no more than forward and vjp.


class _Fixed:
    """A generator that cannot learn: z uniform on (−1, 1) becomes a sample of the table's distribution."""

    def __init__(self, table: Tensor, members: int) -> None:
        self.table = table
        self.theta = torch.zeros(members, 1)
        self.grad = torch.zeros_like(self.theta)
        self.names = [("nothing", slice(0, 1))]

    def forward(self, z: Tensor, *, training: bool = True, parts: int = 1) -> tuple[Tensor, Tape]:
        tape = Tape(z)
        tape.output = _interpolate(self.table, (z + 1) / 2)
        return tape.output, tape

    def vjp(self, tape: Tape, dy: Tensor) -> None:
        """There is nothing to pull."""
