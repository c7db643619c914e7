"""Distributions on a line that somebody shaped: a `GaussianMixture`, a `Histogram` or a `Sample`.

All three know their partial moments ∫ 1, t, t² dP up to x in closed form. Float64, NumPy and SciPy only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, ndtr

Floats = NDArray[np.float64]

LN_2PI = math.log(2 * math.pi)
REACH = 10.0  # standard deviations on each side of a Gaussian that are integrated over: 1e-23 of its mass lies beyond
HALVINGS = 64  # of an interval, down to the last bit
_TICKS = np.linspace(-REACH, REACH, 41)  # pieces of half a standard deviation


class OnLine(Protocol):
    """A distribution on the line.

    `breaks` are ascending points between which it is smooth and outside of which it has no mass; `window` is what a
    picture shows of it; `moments(x)` are (∫ dP, ∫ t dP, ∫ t² dP) over t ≤ x, (3, n) for x (n,).
    """

    @property
    def breaks(self) -> Floats: ...

    @property
    def window(self) -> tuple[float, float]: ...

    def moments(self, x: Floats) -> Floats: ...

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        """Independent samples."""


@runtime_checkable
class WithDensity(OnLine, Protocol):
    def log_pdf(self, x: Floats) -> Floats:
        """Logarithm of the density, −inf where it is 0."""


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """Gaussians with weights, means and stds, (k,) each; the weights are divided by their sum."""

    weights: Floats
    means: Floats
    stds: Floats

    def __post_init__(self) -> None:
        w, m, s = (np.atleast_1d(np.asarray(a, float)) for a in (self.weights, self.means, self.stds))
        if not (w.shape == m.shape == s.shape and w.ndim == 1):
            raise ValueError("Give one weight, one mean and one standard deviation for each Gaussian.")
        if not ((s > 0).all() and np.isfinite([w, m, s]).all()):
            raise ValueError("Standard deviations have to be above 0, and all numbers finite.")
        set_fields(self, weights=shares(w), means=m, stds=s)

    @classmethod
    def gaussian(cls, mean: float, std: float) -> GaussianMixture:
        return cls(np.ones(1), np.array([mean]), np.array([std]))

    @property
    def breaks(self) -> Floats:
        return np.unique(self.means[:, None] + self.stds[:, None] * _TICKS)

    @property
    def window(self) -> tuple[float, float]:
        return float((self.means - 4 * self.stds).min()), float((self.means + 4 * self.stds).max())

    def log_pdf(self, x: Floats) -> Floats:
        z = (np.asarray(x, float)[..., None] - self.means) / self.stds
        with np.errstate(divide="ignore"):  # a weight of 0
            return logsumexp(-(z**2) / 2 - np.log(self.stds) - LN_2PI / 2 + np.log(self.weights), axis=-1)

    def moments(self, x: Floats) -> Floats:
        # of N(m, s²) up to x, with z = (x − m)/s: Φ;  mΦ − sφ;  (m² + s²)Φ − s(x + m)φ
        m, s, x = self.means, self.stds, np.asarray(x, float)[..., None]
        z = (x - m) / s
        below, bell = ndtr(z), np.exp(-(z**2) / 2 - LN_2PI / 2)
        return np.stack([below, m * below - s * bell, (m**2 + s**2) * below - s * (x + m) * bell]) @ self.weights

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        which = rng.choice(len(self.weights), shape, p=self.weights)
        return self.means[which] + self.stds[which] * rng.standard_normal(shape)


@dataclass(frozen=True, eq=False)
class Histogram:
    """Masses (b,) spread evenly over bins with edges (b + 1,); the masses are divided by their sum."""

    edges: Floats
    masses: Floats

    def __post_init__(self) -> None:
        e, w = np.asarray(self.edges, float), np.asarray(self.masses, float)
        if e.ndim != 1 or w.shape != (len(e) - 1,) or not (np.diff(e) > 0).all():
            raise ValueError("Give ascending edges, and one mass for each bin between them.")
        if not ((w >= 0).all() and np.isfinite(w).all() and w.sum() > 0):
            raise ValueError("A histogram needs masses that are at least 0, and one above it.")
        set_fields(self, edges=e, masses=w / w.sum())

    @property
    def breaks(self) -> Floats:
        return self.edges

    @property
    def window(self) -> tuple[float, float]:
        return float(self.edges[0]), float(self.edges[-1])

    @property
    def heights(self) -> Floats:
        return self.masses / np.diff(self.edges)

    def log_pdf(self, x: Floats) -> Floats:
        x = np.asarray(x, float)
        outside = np.array([0.0])
        heights = np.concatenate([outside, self.heights, outside])
        with np.errstate(divide="ignore"):
            return np.log(heights[np.searchsorted(self.edges, x, "right") - (x == self.edges[-1])])

    def moments(self, x: Floats) -> Floats:
        x = np.clip(np.asarray(x, float), self.edges[0], self.edges[-1])
        i = np.clip(np.searchsorted(self.edges, x, "right") - 1, 0, len(self.masses) - 1)
        power = np.arange(1, 4)[:, None]
        parts = self.heights * np.diff(self.edges**power) / power  # ∫ tᵏ⁻¹ over each bin
        before = np.concatenate([np.zeros((3, 1)), np.cumsum(parts, axis=1)], axis=1)[:, i]
        return before + self.heights[i] * (x**power - self.edges[i] ** power) / power

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        which = rng.choice(len(self.masses), shape, p=self.masses)
        return self.edges[which] + np.diff(self.edges)[which] * rng.random(shape)


@dataclass(frozen=True, eq=False)
class Sample:
    """n numbers of equal mass. It has no density: what needs one looks at a histogram of it."""

    values: Floats
    _sums: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        v = np.sort(np.asarray(self.values, float).ravel())
        if not (len(v) and np.isfinite(v).all()):
            raise ValueError("A sample needs at least one number, and only finite ones.")
        sums = np.concatenate([np.zeros((3, 1)), np.cumsum([np.ones_like(v), v, v**2], axis=1)], axis=1)
        set_fields(self, values=v, _sums=sums / len(v))

    @property
    def breaks(self) -> Floats:
        return np.unique(self.values)

    @property
    def window(self) -> tuple[float, float]:
        low, high = float(self.values[0]), float(self.values[-1])
        margin = 0.02 * (high - low) or 0.5
        return low - margin, high + margin

    def moments(self, x: Floats) -> Floats:
        return self._sums[:, np.searchsorted(self.values, np.asarray(x, float), "right")]

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        return rng.choice(self.values, shape)


def binned(d: OnLine, edges: ArrayLike) -> Histogram:
    """The masses of d in the bins between the edges; what lies beyond an end is in the last bin there."""
    e = np.asarray(edges, float)
    below = d.moments(e)[0]
    below[0], below[-1] = 0.0, 1.0
    return Histogram(e, np.maximum(np.diff(below), 0.0))


def quantile(d: OnLine, u: ArrayLike) -> Floats:
    """The least x with F(x) ≥ u, for u (n,) in [0, 1]: the ends of `breaks` for 0 and 1."""
    u = np.asarray(u, float)
    low, high = np.full(u.shape, d.breaks[0]), np.full(u.shape, d.breaks[-1])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        reached = d.moments(middle)[0] >= u
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high


def shares(weights: Floats) -> Floats:
    """The weights divided by their sum. Raises ValueError on one below 0, or on nothing but zeros."""
    if not ((weights >= 0).all() and weights.sum() > 0):
        raise ValueError("Weights have to be at least 0 and one above it.")
    return weights / weights.sum()


def set_fields(of: object, **values: Floats) -> None:
    """What a frozen dataclass does with its fields once they were checked."""
    for name, value in values.items():
        object.__setattr__(of, name, value)
