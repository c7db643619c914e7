"""Two players in balance, or not: what a run of small networks does, along the run, and what it is called.

    run = BalanceRun(config)            # a work for the pool
    run.step(1500)
    run.record()                        # losses, D's accuracy, where G's points are, how updates turn, eigenvalues
    verdict(run.record())               # cycling, converged, diverged, d_won, stuck or learning, with the numbers

The Jacobian is that of the field v = (−∂L_G/∂φ, −∂L_D/∂θ) of both players' parameters on one fixed batch, exactly, by
`torch.func` in float64: what plain small steps of both would follow. An optimiser like Adam follows a rescaled field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import RunConfig
from gan_core.data import distribution
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.networks import StackedMLP
from gan_core.engine.penalties import PENALTIES
from gan_core.engine.random import generator_for, latents
from gan_core.metrics.floors import Range
from gan_core.metrics.points import pair, transport_value
from gan_core.run.judging import yardstick_for

Floats = NDArray[np.float64]

LOOK = 5  # steps between two looks
SPECTRUM = 100  # … between two Jacobians
POINTS = 256  # fixed latents and real samples that everything is measured on
MOST_PARAMETERS = 400  # of both players together, for a Jacobian


@dataclass(frozen=True, eq=False)
class Record:
    """A run at T looks; K members. A number that is not there is NaN.

    steps (T,). d_loss, g_loss, accuracy (T, K): the share of its batch that D called right, NaN of a D that only
    compares. mean (T, K, 2) and spread (T, K): of G's points at fixed latents. g_norm, d_norm (T, K): of all
    parameters. g_turn, d_turn (T, K): the cosine between the last update (of LOOK steps) and the one before. moved
    (T, K): rms distance of G's points to where they were a look ago. w1 (K,): at the end, w1_perfect: that of as many
    samples of the data themselves, and w1_no_skill: the best median of generators without skill. centre (2,): the
    mean of the data, and radius their rms distance from it.
    eigenvalues: of the first member, (steps (S,), complex (S, P)).
    """

    steps: NDArray[np.int64]
    d_loss: Floats
    g_loss: Floats
    accuracy: Floats
    mean: Floats
    spread: Floats
    moved: Floats
    g_norm: Floats
    d_norm: Floats
    g_turn: Floats
    d_turn: Floats
    w1: Floats
    w1_perfect: Range
    w1_no_skill: float
    centre: Floats
    radius: float
    eigenvalues: tuple[NDArray[np.int64], NDArray[np.complex128]]


class BalanceRun:
    """A work for the pool: plain perceptrons on points in the plane, looked at every LOOK steps."""

    failure = None

    def __init__(self, config: RunConfig, dtype: torch.dtype = torch.float32) -> None:
        self.config, self.step_count = config, 0
        members = [config.member(k) for k in range(config.train.members)]
        self.data = distribution(config.data)
        self.ensemble = Ensemble(members, self.data.sample, dtype)
        self.real = self.data.sample(POINTS, generator_for(config.train.seed, "picture"))
        drawn = generator_for(config.train.seed, "latent")
        self.z = latents(config.model.latent, POINTS, config.model.latent_dim, drawn).to(dtype)
        self.players = {"g": self.ensemble.generator, "d": self.ensemble.discriminator}
        self._theta = {name: player.theta.clone() for name, player in self.players.items()}
        self._update: dict[str, Tensor | None] = {"g": None, "d": None}
        self._fake = self._points()
        self._rows: list[dict[str, NDArray]] = []
        self._spectra: list[tuple[int, NDArray[np.complex128]]] = []
        self.small = sum(config.parameter_counts) <= MOST_PARAMETERS

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            self.ensemble.step()
            self.step_count += 1
            if self.step_count % LOOK == 0:
                self._look()
            if self.small and self.step_count % SPECTRUM == 0:
                with torch.inference_mode(False):
                    found = np.linalg.eigvals(game_jacobian(self.ensemble, self.z, self.real))
                self._spectra.append((self.step_count, found.astype(np.complex128)))

    def _points(self) -> Tensor:
        wide = self.z.expand(self.ensemble.size, *self.z.shape)
        return self.ensemble.generator.forward(wide, training=False)[0].clone()

    def _look(self) -> None:
        ensemble, logits = self.ensemble, self.ensemble.logits
        assert logits is not None
        threshold = ensemble.game.loss.facts.threshold
        right = torch.full((ensemble.size,), torch.nan)
        if threshold is not None:
            real, fake = logits
            right = (real > threshold).float().mean(1) + (fake <= threshold).float().mean(1)
        fake = self._points()
        row: dict[str, Any] = {
            "steps": self.step_count, "d_loss": ensemble.d_loss, "g_loss": ensemble.g_loss, "accuracy": right / 2,
            "mean": fake.mean(1), "spread": (fake - fake.mean(1, keepdim=True)).square().sum(-1).mean(1).sqrt(),
            "moved": (fake - self._fake).square().sum(-1).mean(1).sqrt(),
        }  # fmt: skip
        self._fake = fake
        for name, player in self.players.items():
            theta, last = player.theta.clone(), self._update[name]
            update = theta - self._theta[name]
            turn = torch.full((ensemble.size,), torch.nan)
            row[f"{name}_norm"] = torch.linalg.vector_norm(theta, dim=1)
            row[f"{name}_turn"] = turn if last is None else torch.cosine_similarity(last, update, dim=1)
            self._theta[name], self._update[name] = theta, update
        self._rows.append({key: np.asarray(value, float) for key, value in row.items()})

    def record(self) -> Record:
        """What is known so far; at least one look is needed."""
        series: dict[str, Any] = {name: np.stack([row[name] for row in self._rows]) for name in self._rows[0]}
        series["steps"] = series["steps"].astype(np.int64)
        real = self.real.numpy()
        w1 = np.array([transport_value(*pair(real, fake), POINTS)[0] for fake in self._fake.float().numpy()])
        beside = yardstick_for(self.config.data, self.data, real, POINTS, POINTS)
        perfect, no_skill = beside.perfect["w1"], beside.best_without_skill("w1")[1]
        at = np.array([step for step, _ in self._spectra], np.int64)
        count = sum(self.config.parameter_counts)
        found = np.array([values for _, values in self._spectra], np.complex128).reshape(len(at), count)
        radius = float(np.sqrt(((real - real.mean(0)) ** 2).sum(1).mean()))
        return Record(
            **series, w1=w1, w1_perfect=perfect, w1_no_skill=no_skill, centre=real.mean(0), radius=radius,
            eigenvalues=(at, found),
        )  # fmt: skip


# ── the Jacobian of the game ─────────────────────────────────────────────────────────────────────────────────────────


def game_field(
    ensemble: Ensemble, z: Tensor, real: Tensor, member: int = 0
) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """v(φ, θ) (P,) of one member on a batch z (n, d), real (n, 2), as a function of (φ, θ) as one vector; and where the
    member stands, in float64. Penalties at real and fake samples take part. For players in closed form."""
    g, d = cast(StackedMLP, ensemble.generator), cast(StackedMLP, ensemble.discriminator)
    z, real, loss = z.double()[None], real.double()[None], ensemble.game.loss
    weights = {name: float(w.flatten()[member]) for name, w in ensemble.game.penalties.weights.items()}
    if any(PENALTIES[name].at == "interpolates" for name in weights):
        raise ValueError("the field of a penalty between real and fake samples depends on a draw")
    cut = g.theta.shape[1]

    def logits(theta: Tensor, x: Tensor) -> Tensor:
        return d.evaluate(theta[None], x)[..., 0]

    def g_loss(phi: Tensor, theta: Tensor) -> Tensor:
        if loss.facts.features:
            seen = [d.evaluate(theta[None], x, features=True).mT for x in (real, g.evaluate(phi[None], z))]
        else:
            seen = [logits(theta, x) for x in (real, g.evaluate(phi[None], z))]
        return loss.g_loss(real_logits=seen[0], fake_logits=seen[1], dim=-1).sum()

    def d_loss(theta: Tensor, phi: Tensor) -> Tensor:
        fake = g.evaluate(phi[None], z)
        value = loss.d_loss(real_logits=logits(theta, real), fake_logits=logits(theta, fake))
        for name, weight in weights.items():
            place = real if PENALTIES[name].at == "real" else fake
            u0 = torch.func.grad(lambda x: logits(theta, x).sum())(place)
            value = value + weight * PENALTIES[name].value(u0).sum()
        return value

    def field(both: Tensor) -> Tensor:
        phi, theta = both[:cut], both[cut:]
        return -torch.cat([torch.func.grad(g_loss)(phi, theta), torch.func.grad(d_loss)(theta, phi)])

    return field, torch.cat([g.theta[member], d.theta[member]]).double()


def game_jacobian(ensemble: Ensemble, z: Tensor, real: Tensor, member: int = 0) -> Floats:
    """∂v/∂(φ, θ), (P, P), of `game_field` where the member stands."""
    field, here = game_field(ensemble, z, real, member)
    return torch.func.jacrev(field)(here).detach().numpy()


# ── what it is called ────────────────────────────────────────────────────────────────────────────────────────────────

FAR = 5.0  # G's points as far from their data as so many times the data's own radius: diverged
SURE = 0.99  # D is right about so much of its batches: it has won
STILL = 0.003  # of the data's radius: G's points move less between two looks
NEAR = 2.0  # so many times the floor of W1: converged
SWING = 0.1  # of the data's radius: the mean of G's points wanders less when it has settled
RHYTHM = 0.4  # autocorrelation at the lag of a cycle


@dataclass(frozen=True)
class Verdict:
    """`name`: diverged, d_won, stuck, cycling, converged or learning; the numbers that it was said for."""

    name: str
    numbers: dict[str, float]


def verdict(record: Record, member: int = 0) -> Verdict:
    """What the last half of a run is called, by the first rule that holds:

    diverged: not finite, or far away · d_won: D is right about all and G's points are not the data's · stuck: they
    hardly move · cycling: their mean swings, in a rhythm · converged: at the floor of W1, where no generator without
    skill comes, with little swing · learning.
    """
    half = slice(len(record.steps) // 2, None)
    mean, r = record.mean[half, member], record.radius
    usual, low, high = record.w1_perfect
    ratio, no_skill = float(record.w1[member] / usual), record.w1_no_skill / usual
    if not np.isfinite(record.mean[:, member]).all() or not np.isfinite(ratio):
        return Verdict("diverged", {})
    away = float(np.hypot(*(mean[-1] - record.centre)) / r)
    if away > FAR or record.spread[-1, member] > FAR * r:
        return Verdict("diverged", {"away": away})
    swing, correlation, period = rhythm(mean)
    accuracy = float(record.accuracy[half, member].mean())
    moved = float(np.median(record.moved[half, member]) / r)
    beside = {"low": low / usual, "high": high / usual, "no_skill": no_skill}
    numbers = {"w1": ratio, **beside, "accuracy": accuracy, "moved": moved, "swing": swing / r,
               "rhythm": correlation, "period": float(period * LOOK)}  # fmt: skip
    rules = {
        "d_won": accuracy > SURE and ratio > NEAR,
        "stuck": moved < STILL and ratio > NEAR,
        "cycling": swing / r > SWING and correlation > RHYTHM,
        "converged": ratio <= NEAR and ratio < no_skill and swing / r <= SWING,
    }
    return Verdict(next((name for name, holds in rules.items() if holds), "learning"), numbers)


def rhythm(path: Floats) -> tuple[float, float, int]:
    """Of a path (T, 2) along its longest direction, less its line: standard deviation; the largest autocorrelation
    after the first lag at which it is below 0; and that lag."""
    t = np.arange(len(path))
    level = path - np.stack([np.polyval(np.polyfit(t, axis, 1), t) for axis in path.T], 1)
    longest = np.linalg.svd(level, full_matrices=False)[2][0]
    x = level @ longest
    power = float((x**2).sum())
    if power <= 1e-12:
        return 0.0, 0.0, 0
    lags = np.array([(x[: len(x) - lag] * x[lag:]).sum() / power for lag in range(len(x) // 2)])
    below = np.flatnonzero(lags < 0)
    if not below.size:
        return float(x.std()), 0.0, 0
    lag = int(below[0] + np.argmax(lags[below[0] :]))
    return float(x.std()), float(lags[lag]), lag
