"""Closed forms: the generator's losses, the optimal discriminator, and divergences that are known exactly.

Everything is in float64 and in nats. A function takes numbers or arrays and gives back the same shape. Losses are
computed from the logit a, with D = σ(a), by softplus and never as log(σ(a)): they stay finite wherever D is sure.

Goodfellow et al. 2014 (GAN); Arjovsky & Bottou 2017 (Principled Methods); Arjovsky et al. 2017 (WGAN).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf, expit, log_expit, ndtr, rel_entr

Floats = NDArray[np.float64]

LN2 = math.log(2)

# (D's loss, G's loss) where the generated distribution is the real one and D cannot tell them apart; the definitions of
# the losses are those of gan_core.losses. None: a constant can be added to D without changing the game.
EQUILIBRIUM: dict[str, tuple[float, float | None]] = {
    "minimax": (2 * LN2, -LN2),  # a = 0, D = ½
    "non_saturating": (2 * LN2, LN2),  # a = 0
    "least_squares": (1 / 4, 1 / 8),  # a = ½, halfway between the targets 0 and 1
    "hinge": (2.0, 0.0),  # any constant a in [−1, 1] is optimal for D; this is the one in the middle
    "wasserstein": (0.0, None),
    "relativistic": (LN2, LN2),  # the same logit for both
}

# The trapezoidal rule converges exponentially for analytic integrands on the whole line: good to 1e-14 on this grid.
_Z = np.linspace(-12.0, 12.0, 2401)
_WEIGHTS = np.exp(-(_Z**2) / 2) * (_Z[1] - _Z[0]) / math.sqrt(2 * math.pi)  # of E f(z), z ~ N(0, 1)


# --- The generator's losses -------------------------------------------------------------------------------------------


def minimax_loss(logit: ArrayLike) -> Floats:
    """log(1 − D) = −softplus(a), the loss that saturates: flat where D is sure that the sample is fake."""
    return log_expit(-np.asarray(logit, float))


def minimax_gradient(logit: ArrayLike) -> Floats:
    """d/da log(1 − D) = −σ(a)."""
    return -expit(np.asarray(logit, float))


def non_saturating_loss(logit: ArrayLike) -> Floats:
    """−log D = softplus(−a)."""
    return -log_expit(np.asarray(logit, float))


def non_saturating_gradient(logit: ArrayLike) -> Floats:
    """d/da (−log D) = −(1 − σ(a)) = −σ(−a)."""
    return -expit(-np.asarray(logit, float))


def gradient_ratio(logit: ArrayLike) -> Floats:
    """e^−a: the non-saturating gradient divided by the saturating one, with respect to anything before the logit.

    inf where it exceeds 1.8e308, below a = −709.
    """
    with np.errstate(over="ignore"):
        return np.exp(-np.asarray(logit, float))


def minimax_loss_of_probability(probability: ArrayLike) -> Floats:
    """log(1 − D) for D in [0, 1]; −inf at 1."""
    with np.errstate(divide="ignore"):
        return np.log1p(-_probability(probability))


def minimax_slope_of_probability(probability: ArrayLike) -> Floats:
    """d/dD log(1 − D) = −1/(1 − D); −inf at 1."""
    with np.errstate(divide="ignore"):
        return -1 / (1 - _probability(probability))


def non_saturating_loss_of_probability(probability: ArrayLike) -> Floats:
    """−log D for D in [0, 1]; inf at 0."""
    with np.errstate(divide="ignore"):
        return -np.log(_probability(probability))


def non_saturating_slope_of_probability(probability: ArrayLike) -> Floats:
    """d/dD (−log D) = −1/D; −inf at 0."""
    with np.errstate(divide="ignore"):
        return -1 / _probability(probability)


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
    fake_seen = expit(d[..., None] ** 2 / 2 + d[..., None] * _Z) @ _WEIGHTS  # E_q[1 − D*]
    real_seen = (
        expit(-(d[..., None] ** 2) / 2 - d[..., None] * _Z) @ _WEIGHTS
    )  # not 1 − fake_seen, which would round to 0
    return d * fake_seen, d * real_seen


# --- Gaussians in general ---------------------------------------------------------------------------------------------


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


def kl_normals(mean1: ArrayLike, cov1: ArrayLike, mean2: ArrayLike, cov2: ArrayLike) -> float:
    """KL(N(μ₁, Σ₁) ‖ N(μ₂, Σ₂)) = ½ [tr(Σ₂⁻¹Σ₁) + δᵀΣ₂⁻¹δ − d + ln(|Σ₂|/|Σ₁|)], δ = μ₂ − μ₁, in d dimensions."""
    delta, first, second = _normals(mean1, cov1, mean2, cov2)
    (sign1, logdet1), (sign2, logdet2) = np.linalg.slogdet(first), np.linalg.slogdet(second)
    if sign1 <= 0 or sign2 <= 0:
        raise ValueError("A covariance matrix is singular: the Kullback-Leibler divergence needs densities.")
    spread = np.trace(np.linalg.solve(second, first))
    return float((spread + delta @ np.linalg.solve(second, delta) - len(delta) + logdet2 - logdet1) / 2)


def w2_normals(mean1: ArrayLike, cov1: ArrayLike, mean2: ArrayLike, cov2: ArrayLike) -> float:
    """W2 of two Gaussians in d dimensions: W2² = ‖δ‖² + tr(Σ₁ + Σ₂ − 2(Σ₁^½ Σ₂ Σ₁^½)^½).

    Its square is the Fréchet distance that FID takes between features. Singular covariances are allowed.
    """
    delta, first, second = _normals(mean1, cov1, mean2, cov2)
    values, vectors = np.linalg.eigh(first)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    overlap = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return math.sqrt(max(float(delta @ delta + np.trace(first) + np.trace(second) - 2 * overlap), 0.0))


# --- Densities on a grid ----------------------------------------------------------------------------------------------


def density_kl(p: ArrayLike, q: ArrayLike, x: ArrayLike) -> Floats:
    """KL(p ‖ q) of densities p, q (…, n) at the points x (n,), scaled to mass 1; inf where q is 0 under p."""
    p, q, x = _densities(p, q, x)
    return np.trapezoid(rel_entr(p, q), x, axis=-1)


def density_jsd(p: ArrayLike, q: ArrayLike, x: ArrayLike) -> Floats:
    """JSD(p, q) = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q)/2, of densities as in `density_kl`."""
    p, q, x = _densities(p, q, x)
    m = (p + q) / 2
    return np.trapezoid(rel_entr(p, m) + rel_entr(q, m), x, axis=-1) / 2


def density_tv(p: ArrayLike, q: ArrayLike, x: ArrayLike) -> Floats:
    """Total variation ½∫|p − q| of densities as in `density_kl`."""
    p, q, x = _densities(p, q, x)
    return np.trapezoid(np.abs(p - q), x, axis=-1) / 2


def density_w1(p: ArrayLike, q: ArrayLike, x: ArrayLike) -> Floats:
    """W1 = ∫|F − G| of densities as in `density_kl`, in the units of x."""
    p, q, x = _densities(p, q, x)
    steps = np.diff(x)
    gap = np.zeros_like(p - q)
    gap[..., 1:] = np.cumsum((p - q)[..., 1:] * steps / 2 + (p - q)[..., :-1] * steps / 2, axis=-1)
    return np.trapezoid(np.abs(gap), x, axis=-1)


# --- Parallel lines ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ParallelLines:
    """Distances between the uniform distributions on two parallel unit segments; `kl` holds in both directions."""

    w1: float
    jsd: float
    kl: float
    tv: float


def parallel_lines(theta: float) -> ParallelLines:
    """(0, u) against (θ, u), u ~ U[0, 1]: only W1 = |θ| tells how far apart they are (Arjovsky et al. 2017, ex. 1)."""
    apart = theta != 0
    return ParallelLines(abs(float(theta)), LN2 if apart else 0.0, math.inf if apart else 0.0, 1.0 if apart else 0.0)


# --- What is checked --------------------------------------------------------------------------------------------------


def _probability(values: ArrayLike) -> Floats:
    d = np.asarray(values, float)
    if ((d < 0) | (d > 1)).any():
        raise ValueError("D is a probability here: give values from 0 to 1, or the function of the logit any number.")
    return d


def _check_std(*stds: float) -> None:
    if not all(s > 0 for s in stds):
        raise ValueError(f"Standard deviations have to be above 0; these are {', '.join(f'{s:g}' for s in stds)}.")


def _normals(mean1: ArrayLike, cov1: ArrayLike, mean2: ArrayLike, cov2: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """(μ₂ − μ₁, Σ₁, Σ₂)."""
    m1, m2, c1, c2 = (np.asarray(a, float) for a in (mean1, mean2, cov1, cov2))
    if m1.ndim != 1 or m1.shape != m2.shape or c1.shape != c2.shape or c1.shape != (len(m1), len(m1)):
        raise ValueError(
            f"Give two means (d,) and two covariances (d, d); these are {m1.shape}, {m2.shape}, {c1.shape}, {c2.shape}."
        )
    return m2 - m1, c1, c2


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
