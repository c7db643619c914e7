"""Two players in balance, or not: what a run of small networks is called, and the Jacobian of its game.

    trainer.add_callback(watch := BalanceWatch(trainer))
    trainer.step(1500)
    balance = watch.balance()
    verdict(balance, judged(trainer.config.data, balance))     # cycling, converged, diverged, …, with the numbers
    spectrum(trainer.config, balance, -1)                      # eigenvalues at the newest parameters that were kept

The Jacobian is that of the field v = (−∂L_G/∂φ, −∂L_D/∂θ) of both players' parameters on one fixed batch, exactly, by
`torch.func` in float64: what plain small steps of both would follow. An optimiser like Adam follows a rescaled field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_core.config import DataConfig, RunConfig
from gan_core.engine.ensemble import Ensemble
from gan_core.engine.networks import StackedMLP
from gan_core.engine.penalties import PENALTIES
from gan_core.metrics.floors import Range
from gan_core.metrics.points import pair, transport_value
from gan_core.run.balance import POINTS, Balance
from gan_core.run.judging import yardstick_for

Floats = NDArray[np.float64]


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


def spectrum(config: RunConfig, balance: Balance, at: int, member: int = 0) -> NDArray[np.complex128]:
    """(P,): eigenvalues of the Jacobian where one member stood at the parameters of `balance.kept`, on its samples."""
    ensemble = Ensemble([config.member(member)], balance.distribution.sample)
    both = torch.from_numpy(balance.kept[1][at, member])
    with torch.no_grad():
        for player, theta in zip(
            (ensemble.generator, ensemble.discriminator), both.split(list(config.parameter_counts)), strict=True
        ):
            player.theta.copy_(theta[None])
    with torch.inference_mode(False):
        jacobian = game_jacobian(ensemble, torch.from_numpy(balance.z), torch.from_numpy(balance.real))
    return np.linalg.eigvals(jacobian).astype(np.complex128)


# ── what it is called ────────────────────────────────────────────────────────────────────────────────────────────────

FAR = 5.0  # G's points as far from their data as so many times the data's own radius: diverged
SURE = 0.99  # D is right about so much of its batches: it has won
STILL = 0.003  # of the data's radius: G's points move less between two looks
NEAR = 2.0  # so many times the floor of W1: converged
SWING = 0.1  # of the data's radius: the mean of G's points wanders less when it has settled
RHYTHM = 0.4  # autocorrelation at the lag of a cycle


@dataclass(frozen=True, eq=False)
class Distance:
    """W1 (K,) of G's points from the data, at the last look; `perfect`: that of as many samples of the data themselves,
    and `no_skill`: the best median of generators without skill."""

    w1: Floats
    perfect: Range
    no_skill: float


def judged(data: DataConfig, balance: Balance) -> Distance:
    beside = yardstick_for(data, balance.distribution, balance.real, POINTS, POINTS)
    w1 = np.array([transport_value(*pair(balance.real, fake), POINTS)[0] for fake in balance.fake])
    return Distance(w1, beside.perfect["w1"], beside.best_without_skill("w1")[1])


@dataclass(frozen=True)
class Verdict:
    """`name`: diverged, d_won, stuck, cycling, converged or learning; the numbers that it was said for."""

    name: str
    numbers: dict[str, float]


def verdict(balance: Balance, distance: Distance, member: int = 0) -> Verdict:
    """What the last half of a run is called, by the first rule that holds:

    diverged: not finite, or far away · d_won: D is right about all and G's points are not the data's · stuck: they
    hardly move · cycling: their mean swings, in a rhythm · converged: at the floor of W1, where no generator without
    skill comes, with little swing · learning.
    """
    half = slice(len(balance.steps) // 2, None)
    mean, r = balance.mean[half, member].astype(float), balance.radius
    usual, low, high = distance.perfect
    ratio, no_skill = float(distance.w1[member] / usual), distance.no_skill / usual
    if not np.isfinite(balance.mean[:, member]).all() or not np.isfinite(ratio):
        return Verdict("diverged", {})
    away = float(np.hypot(*(mean[-1] - balance.centre)) / r)
    if away > FAR or balance.spread[-1, member] > FAR * r:
        return Verdict("diverged", {"away": away})
    swing, correlation, lag = rhythm(mean)
    accuracy = float(balance.accuracy[half, member].mean())
    moved = float(np.median(balance.moved[half, member]) / r)
    period = float(lag * (balance.steps[-1] - balance.steps[-2]))
    beside = {"low": low / usual, "high": high / usual, "no_skill": no_skill}
    numbers = {"w1": ratio, **beside, "accuracy": accuracy, "moved": moved, "swing": swing / r, "rhythm": correlation,
               "period": period}  # fmt: skip
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
