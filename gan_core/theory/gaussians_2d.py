"""Gaussians and their mixtures in the plane (closed forms in any number of dimensions): float64, nats, units of x."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from gan_core.theory.distributions_1d import LN_2PI, set_fields, shares

Floats = NDArray[np.float64]


# --- Two Gaussians ----------------------------------------------------------------------------------------------------


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


def _normals(mean1: ArrayLike, cov1: ArrayLike, mean2: ArrayLike, cov2: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """(μ₂ − μ₁, Σ₁, Σ₂)."""
    m1, m2, c1, c2 = (np.asarray(a, float) for a in (mean1, mean2, cov1, cov2))
    if m1.ndim != 1 or m1.shape != m2.shape or c1.shape != c2.shape or c1.shape != (len(m1), len(m1)):
        raise ValueError(
            f"Give two means (d,) and two covariances (d, d); these are {m1.shape}, {m2.shape}, {c1.shape}, {c2.shape}."
        )
    return m2 - m1, c1, c2


# --- Mixtures, integrated on a grid -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Normals:
    """Gaussians in the plane: weights (k,), means (k, 2), covariances (k, 2, 2)."""

    weights: Floats
    means: Floats
    covariances: Floats

    def __post_init__(self) -> None:
        w, m, c = (np.asarray(a, float) for a in (self.weights, self.means, self.covariances))
        if w.ndim != 1 or m.shape != (len(w), 2) or c.shape != (len(w), 2, 2):
            raise ValueError("Give a weight, a mean (2,) and a covariance (2, 2) for each Gaussian.")
        if not (np.linalg.eigvalsh(c) > 0).all():
            raise ValueError("Covariances have to be positive definite.")
        set_fields(self, weights=shares(w), means=m, covariances=c)

    @classmethod
    def gaussian(cls, mean: Sequence[float], stds: Sequence[float], degrees: float = 0.0) -> Normals:
        """One Gaussian with these standard deviations along its axes, turned by an angle."""
        a = math.radians(degrees)
        axes = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]) * np.asarray(stds, float)
        return cls(np.ones(1), np.asarray([mean], float), (axes @ axes.T)[None])

    @classmethod
    def ring(cls, modes: int, kept: int, radius: float, std: float) -> Normals:
        """`kept` neighbours of `modes` equal Gaussians on a ring."""
        angle = 2 * np.pi * np.arange(kept) / modes
        means = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return cls(np.ones(kept), means, np.tile(std**2 * np.eye(2), (kept, 1, 1)))

    def window(self, deviations: float = 4.0) -> tuple[float, float, float, float]:
        """(xmin, xmax, ymin, ymax) of so many standard deviations around every mean."""
        reach = deviations * np.sqrt(np.diagonal(self.covariances, axis1=1, axis2=2))
        (xmin, ymin), (xmax, ymax) = (self.means - reach).min(axis=0), (self.means + reach).max(axis=0)
        return float(xmin), float(xmax), float(ymin), float(ymax)

    def log_pdf(self, x: ArrayLike) -> Floats:
        """(…,) at the points x (…, 2)."""
        x = np.asarray(x, float)
        terms = []
        with np.errstate(divide="ignore"):
            log_weights = np.log(self.weights)
        for log_weight, mean, covariance in zip(log_weights, self.means, self.covariances, strict=True):
            z = (x - mean) @ np.linalg.inv(np.linalg.cholesky(covariance)).T
            terms.append(log_weight - (z**2).sum(-1) / 2 - LN_2PI - np.linalg.slogdet(covariance)[1] / 2)
        return np.logaddexp.reduce(terms)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """(n, 2)."""
        which = rng.choice(len(self.weights), n, p=self.weights)
        roots = np.linalg.cholesky(self.covariances)
        return self.means[which] + np.einsum("nij,nj->ni", roots[which], rng.standard_normal((n, 2)))


@dataclass(frozen=True, eq=False)
class PlaneGrid:
    """Log densities of two distributions on a grid: x (n,), y (m,), log_p and log_q (m, n) at y_i, x_j."""

    x: Floats
    y: Floats
    log_p: Floats
    log_q: Floats

    def integrals(self) -> dict[str, float]:
        """KL both ways, JSD and TV by the trapezoidal rule.

        For smooth integrands it is exact to all digits here. |p − q| is not: where it has a kink, a share t of a step
        away from a point, the rule is off by the slope's jump times h² (t² − t + 1/6)/2 (Euler-Maclaurin).
        """
        p, q = np.exp(self.log_p), np.exp(self.log_q)
        m = (p + q) / 2
        cell = float(self.x[1] - self.x[0]) * float(self.y[1] - self.y[0])
        left, right = (p - q)[:, :-1], (p - q)[:, 1:]
        a, b = np.abs(left), np.abs(right)
        t = a / np.maximum(a + b, 1e-300)
        kink = np.where((left > 0) != (right > 0), (a + b) * (t**2 - t + 1 / 6), 0.0)  # the jump is 2 (a + b)/h
        return {
            "kl_pq": max(float((p * (self.log_p - self.log_q)).sum()) * cell, 0.0),
            "kl_qp": max(float((q * (self.log_q - self.log_p)).sum()) * cell, 0.0),
            "jsd": float((rel_entr(p, m) + rel_entr(q, m)).sum()) * cell / 2,
            "tv": float(((a + b) / 2 + kink).sum()) * cell / 2,
        }


def plane_grid(p: Normals, q: Normals, most: int = 801) -> PlaneGrid:
    """Both, 7 standard deviations beyond every mean, on a grid of four points a standard deviation or `most` a side."""
    windows = np.array([d.window(7.0) for d in (p, q)])
    low, high = windows[:, [0, 2]].min(axis=0), windows[:, [1, 3]].max(axis=0)
    finest = math.sqrt(min(np.linalg.eigvalsh(d.covariances).min() for d in (p, q)))
    x, y = (np.linspace(a, b, min(most, 4 * math.ceil((b - a) / finest) + 1)) for a, b in zip(low, high, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1)
    return PlaneGrid(x, y, p.log_pdf(points), q.log_pdf(points))
