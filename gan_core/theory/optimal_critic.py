"""The best that D and a critic can be against a fixed generator, in closed form: values, slopes and what they hand on.

Everything is in float64 and in nats. Goodfellow et al. 2014 (GAN); Villani 2009 (Kantorovich's dual).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit

from gan_core.theory.distributions_1d import OnLine, WithDensity
from gan_core.theory.loss_curves import LN2

Floats = NDArray[np.float64]


# --- The optimal discriminator and the value of the game --------------------------------------------------------------


def optimal_discriminator(log_p: ArrayLike, log_q: ArrayLike) -> Floats:
    """D*(x) = p/(p + q) = σ(log p − log q), from log densities of the real (p) and the generated (q) distribution.

    NaN where neither has any mass: there the game does not say what D is.
    """
    with np.errstate(invalid="ignore"):  # −inf − (−inf)
        return expit(np.asarray(log_p, float) - np.asarray(log_q, float))


def value_of_the_game(logit: ArrayLike, p: ArrayLike, q: ArrayLike, x: ArrayLike) -> Floats:
    """V(D, G) = E_p log D + E_q log(1 − D), which D maximises and G minimises, by the trapezoidal rule.

    D = σ(logit) (…, n); the densities p (real) and q (generated) (…, n) at the points x (n,). What D says where there
    is no mass does not matter. At most `optimal_value(jsd)`, reached by the logit log p − log q.
    """
    a = np.asarray(logit, float)
    p, q, x = _densities(p, q, x)
    with np.errstate(invalid="ignore"):  # 0 · −inf, which counts as 0
        reward = np.where(p > 0, p * log_expit(a), 0.0) + np.where(q > 0, q * log_expit(-a), 0.0)
    return np.trapezoid(reward, x, axis=-1)


def optimal_value(jsd: ArrayLike) -> Floats:
    """V(D*, G) = −2 ln 2 + 2 JSD(p, q): −1.386 at the equilibrium, 0 for supports that do not meet."""
    return -2 * LN2 + 2 * np.asarray(jsd, float)


def _densities(p: ArrayLike, q: ArrayLike, x: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """p and q with mass 1 on the grid, and the grid."""
    x = np.asarray(x, float)
    if x.ndim != 1 or len(x) < 2 or not (np.diff(x) > 0).all():
        raise ValueError("The grid x has to be a list of at least two ascending numbers.")
    scaled = []
    for density in (np.asarray(p, float), np.asarray(q, float)):
        mass = np.trapezoid(density, x, axis=-1)[..., None]
        if not ((density >= 0).all() and (mass > 0).all() and np.isfinite(mass).all()):
            raise ValueError("A density has to be finite, nowhere below 0, and above 0 somewhere on the grid.")
        scaled.append(density / mass)
    return scaled[0], scaled[1], x


# --- On a line, beside the optimal critic -----------------------------------------------------------------------------


def kantorovich(p: OnLine, q: OnLine, x: NDArray) -> tuple[Floats, Floats]:
    """(f, f′) of an optimal critic at the ascending points x (m,), with mean 0 under p: f′ = sign(G − F).

    E_p f − E_q f = ∫ f′ (G − F) dx, so a slope of ±1 everywhere is best, and W1 = ∫ |F − G|. Where F = G the critic is
    free; there the slope is 0.
    """
    gap = q.moments(x)[0] - p.moments(x)[0]
    slope = np.where(np.abs(gap) > 1e-12, np.sign(gap), 0.0)
    f = np.concatenate([[0.0], np.cumsum((slope[1:] + slope[:-1]) / 2 * np.diff(x))])
    mass = np.diff(p.moments(x)[0], prepend=0.0)
    return f - float(mass @ f / mass.sum()), slope


def optimal_logit(p: WithDensity, q: WithDensity, x: NDArray) -> tuple[Floats, Floats]:
    """(a, a′) of the optimal discriminator's logit a = log p − log q at x (m,), the slope by differences."""
    a = p.log_pdf(x) - q.log_pdf(x)
    return a, np.gradient(a, x)


def pulls(logit: NDArray, slope: NDArray) -> dict[str, NDArray]:
    """−∂L_G/∂x that each loss hands to a sample with this logit (or critic's value) and its slope, by loss.

    saturating: σ(a) a′, non-saturating: (1 − σ(a)) a′, critic: f′.
    """
    chance = 0.5 * (1 + np.tanh(np.asarray(logit, float) / 2))
    return {"minimax": chance * slope, "non_saturating": (1 - chance) * slope, "wasserstein": np.asarray(slope, float)}


def exact_duel(p: WithDensity, q: WithDensity, x: NDArray) -> dict[str, Floats]:
    """At x (m,): the "discriminator" D*, the "critic" f*, and the `pulls` of both, each exact."""
    logit, logit_slope = optimal_logit(p, q, x)
    f, f_slope = kantorovich(p, q, x)
    of_d = pulls(logit, logit_slope)
    return {
        "discriminator": 0.5 * (1 + np.tanh(logit / 2)),
        "critic": f,
        "minimax": of_d["minimax"],
        "non_saturating": of_d["non_saturating"],
        "wasserstein": f_slope,
    }
