"""Gaussians on a line: divergences and distances that are known exactly. Float64, nats, the units of x.

Arjovsky & Bottou 2017 (Principled Methods) for the gradients of the generator's losses.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf, expit, ndtr

from gan_core.theory.loss_curves import LN2

Floats = NDArray[np.float64]

# The trapezoidal rule converges exponentially for analytic integrands on the whole line: good to 1e-14 on this grid.
_Z = np.linspace(-12.0, 12.0, 2401)
_WEIGHTS = np.exp(-(_Z**2) / 2) * (_Z[1] - _Z[0]) / math.sqrt(2 * math.pi)  # of E f(z), z ~ N(0, 1)


# --- Two unit Gaussians at a distance d: p = N(0, 1) is real, q = N(d, 1) generated -----------------------------------


def gaussian_jsd(distance: ArrayLike) -> Floats:
    """JSD(N(0, 1), N(d, 1)), to better than 1e-12.

    JSD = E_m [ln 2 − H(D*)] with the entropy H of a coin. The two halves of m = (p + q)/2 mirror each other, so this is
    E_p, and with a = |log p − log q|, H = log(1 + e^−a) + a σ(−a).
    """
    d = np.asarray(distance, float)[..., None]
    a = np.abs(d * _Z - d**2 / 2)
    return (LN2 - np.log1p(np.exp(-a)) - a * expit(-a)) @ _WEIGHTS


def gaussian_kl(distance: ArrayLike) -> Floats:
    """KL between N(0, 1) and N(d, 1), the same in both directions: d²/2."""
    return np.asarray(distance, float) ** 2 / 2


def gaussian_w1(distance: ArrayLike) -> Floats:
    """W1 between N(0, 1) and N(d, 1): |d|, every point moves by d."""
    return np.abs(np.asarray(distance, float))


def gaussian_tv(distance: ArrayLike) -> Floats:
    """Total variation between N(0, 1) and N(d, 1): 2Φ(|d|/2) − 1."""
    return erf(gaussian_w1(distance) / math.sqrt(8))


def gaussian_gradients(distance: ArrayLike) -> tuple[Floats, Floats]:
    """(non-saturating, saturating): derivative of G's loss with respect to d, with D frozen at its optimum for d.

    Moving the sample x = z + d changes log D*(x) through a = d²/2 − dx with slope −d:
    ∂/∂d E_q[−log D*] = d E_q[1 − D*],  ∂/∂d E_q[log(1 − D*)] = d E_q[D*].  They add up to d. The second one is what
    vanishes when the two are far apart.
    """
    d = np.asarray(distance, float)
    called_fake = expit(d[..., None] ** 2 / 2 + d[..., None] * _Z) @ _WEIGHTS  # E_q[1 − D*]
    called_real = (
        expit(-(d[..., None] ** 2) / 2 - d[..., None] * _Z) @ _WEIGHTS
    )  # not 1 − called_fake, which would round to 0
    return d * called_fake, d * called_real


# --- Two Gaussians in general -----------------------------------------------------------------------------------------


def kl_gaussians(m1: float, s1: float, m2: float, s2: float) -> float:
    """KL(N(m₁, s₁²) ‖ N(m₂, s₂²)) = ln(s₂/s₁) + (s₁² + (m₁ − m₂)²)/(2s₂²) − ½."""
    _check_std(s1, s2)
    return math.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


def w1_gaussians(m1: float, s1: float, m2: float, s2: float) -> float:
    """W1 of two Gaussian numbers. The best map is affine, so this is E|y| for y ~ N(μ, s²), μ = m₂ − m₁, s = |s₂ − s₁|:

    s √(2/π) exp(−μ²/2s²) + μ erf(μ/(s√2)), the mean of a folded normal distribution.
    """
    _check_std(s1, s2)
    mu, s = m2 - m1, abs(s2 - s1)
    if s == 0:
        return abs(mu)
    return s * math.sqrt(2 / math.pi) * math.exp(-((mu / s) ** 2) / 2) + mu * math.erf(mu / (s * math.sqrt(2)))


def w2_gaussians(m1: float, s1: float, m2: float, s2: float) -> float:
    """W2 of two Gaussian numbers: √((m₁ − m₂)² + (s₁ − s₂)²)."""
    _check_std(s1, s2)
    return math.hypot(m1 - m2, s1 - s2)


def tv_gaussians(m1: float, s1: float, m2: float, s2: float) -> float:
    """Total variation ½∫|p − q| of two Gaussian numbers: p − q changes its sign at most twice, so it is summed over the
    intervals between the roots of log p − log q. For equal s it is 2Φ(|m₁ − m₂|/2s) − 1.
    """
    _check_std(s1, s2)
    # log p − log q = αx² + βx + γ with x measured from m₁, in units of s₁
    m, s = (m2 - m1) / s1, s2 / s1
    coefficients = [(1 / s**2 - 1) / 2, -m / s**2, m**2 / (2 * s**2) + math.log(s)]
    roots = np.roots(coefficients)
    edges = np.concatenate([[-np.inf], np.sort(roots[np.isreal(roots)].real), [np.inf]])
    return float(np.abs(np.diff(ndtr(edges)) - np.diff(ndtr((edges - m) / s))).sum() / 2)


def _check_std(*stds: float) -> None:
    if not all(s > 0 for s in stds):
        raise ValueError(f"Standard deviations have to be above 0; these are {', '.join(f'{s:g}' for s in stds)}.")
