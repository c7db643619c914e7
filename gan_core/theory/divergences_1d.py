"""Divergences and distances of two distributions that somebody shaped, and what a sample makes of them.

On a line a distribution is a `Mixture` of Gaussians, a `Histogram` or a `Sample`. All three know their partial moments
∫ 1, t, t² dP up to x in closed form. Therefore

    TV = ½ Σ |ΔF − ΔG|              between the points where p − q changes its sign,
    W1 = ∫ |F − G| = Σ |ΔA − ΔB|    between the points where F − G does, with A(x) = xF(x) − ∫ᵡ t dP, so that A' = F,

are exact up to rounding as soon as those points are found, by bisection. KL, JSD and W2 are Gauss-Legendre integrals
over pieces on which the densities are smooth. In the plane, `Normals` are integrated on a grid, and transport needs
samples. Everything is in float64, divergences in nats, distances in the units of x. NumPy and SciPy only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.special import logsumexp, ndtr, rel_entr

from gan_core.theory import loss_curves

Floats = NDArray[np.float64]

LN2 = math.log(2)
LN_2PI = math.log(2 * math.pi)
REACH = 10.0  # standard deviations on each side of a Gaussian that are integrated over: 1e-23 of its mass lies beyond
HALVINGS = 64  # of an interval, down to the last bit
_TICKS = np.linspace(-REACH, REACH, 41)  # pieces of half a standard deviation
_GAUSS_X, _GAUSS_W = np.polynomial.legendre.leggauss(12)


# --- Distributions on a line ------------------------------------------------------------------------------------------


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


class WithDensity(OnLine, Protocol):
    def log_pdf(self, x: Floats) -> Floats:
        """Logarithm of the density, −inf where it is 0."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """Gaussians with weights, means and stds, (k,) each; the weights are divided by their sum."""

    weights: Floats
    means: Floats
    stds: Floats

    def __post_init__(self) -> None:
        w, m, s = (np.atleast_1d(np.asarray(a, float)) for a in (self.weights, self.means, self.stds))
        if not (w.shape == m.shape == s.shape and w.ndim == 1):
            raise ValueError("Give one weight, one mean and one standard deviation for each Gaussian.")
        if not ((w >= 0).all() and w.sum() > 0 and (s > 0).all() and np.isfinite([w, m, s]).all()):
            raise ValueError("Weights have to be at least 0 and one above it, standard deviations above 0.")
        _set(self, weights=w / w.sum(), means=m, stds=s)

    @classmethod
    def gaussian(cls, mean: float, std: float) -> Mixture:
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
        _set(self, edges=e, masses=w / w.sum())

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
        _set(self, values=v, _sums=sums / len(v))

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


def transport(p: OnLine, q: OnLine, quantiles: ArrayLike) -> tuple[Floats, Floats]:
    """Where the mass at these quantiles of p is and where it goes in q: on a line the best plan keeps the order."""
    return quantile(p, quantiles), quantile(q, quantiles)


# --- Their divergences ------------------------------------------------------------------------------------------------


def kl(p: WithDensity, q: WithDensity) -> float:
    """KL(p ‖ q) = ∫ p ln(p/q); inf where q has no mass and p has some."""
    nodes, weights = _gauss(p, q)
    log_p, log_q = p.log_pdf(nodes), q.log_pdf(nodes)
    if (np.isneginf(log_q) & ~np.isneginf(log_p)).any():
        return math.inf
    with np.errstate(invalid="ignore"):  # −inf − (−inf), where p is 0
        ratio = np.where(np.isneginf(log_p), 0.0, log_p - log_q)
    return max(float(weights @ (np.exp(log_p) * ratio)), 0.0)


def jsd(p: WithDensity, q: WithDensity) -> float:
    """JSD = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q)/2; from 0 to ln 2."""
    nodes, weights = _gauss(p, q)
    p_x, q_x = np.exp(p.log_pdf(nodes)), np.exp(q.log_pdf(nodes))
    m_x = (p_x + q_x) / 2
    return min(max(float(weights @ (rel_entr(p_x, m_x) + rel_entr(q_x, m_x))) / 2, 0.0), LN2)


def tv(p: WithDensity, q: WithDensity) -> float:
    """Total variation ½ ∫ |p − q|: the mass in which the two differ, from 0 to 1."""

    def ahead(x: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(p.log_pdf(x) - q.log_pdf(x), posinf=1.0, neginf=-1.0)

    cuts = _sign_changes(ahead, _breaks(p, q))
    gaps = p.moments(cuts)[0] - q.moments(cuts)[0]
    return float(np.abs(np.diff(gaps, prepend=0.0, append=0.0)).sum()) / 2


def w1(p: OnLine, q: OnLine) -> float:
    """W1 = ∫ |F − G|, the least mean distance over which p has to be moved to become q."""
    cuts = _sign_changes(lambda x: p.moments(x)[0] - q.moments(x)[0], _breaks(p, q))
    (f, a, _), (g, b, _) = p.moments(cuts), q.moments(cuts)
    areas = cuts * (f - g) - (a - b)
    beyond = _mean(q) - _mean(p)  # A − B far to the right
    return float(np.abs(np.diff(areas, prepend=0.0, append=beyond)).sum())


def w2(p: OnLine, q: OnLine) -> float:
    """W2, the least root mean square distance: √∫ (x − T(x))² dP with T = G⁻¹ ∘ F, the map that keeps the order."""
    if isinstance(p, Sample):
        return _w2_of_sample(p, q)
    if isinstance(q, Sample):
        return _w2_of_sample(q, p)
    # smooth between the breaks of p and the places that the breaks of q come from
    cuts = np.unique(np.concatenate([p.breaks, quantile(p, q.moments(q.breaks)[0])]))
    nodes, weights = _gauss_pieces(cuts)
    density = np.exp(p.log_pdf(nodes))  # type: ignore[attr-defined]
    moved = nodes - quantile(q, p.moments(nodes)[0])
    return math.sqrt(float(weights @ (density * moved**2)))


def _w2_of_sample(sample: Sample, other: OnLine) -> float:
    """Σ ∫ (xᵢ − y)² dQ over the piece of q, in ascending order, that the mass of xᵢ goes to."""
    n = len(sample.values)
    if isinstance(other, Sample):
        m = len(other.values)
        u = np.unique(np.concatenate([np.arange(n + 1) * m, np.arange(m + 1) * n]))  # in units of 1/nm
        gaps = sample.values[u[:-1] // m] - other.values[u[:-1] // n]
        return math.sqrt(float(np.diff(u) @ gaps**2) / (n * m))
    mass, first, second = np.diff(other.moments(quantile(other, np.arange(n + 1) / n)))
    x = sample.values
    return math.sqrt(max(float((x**2 * mass - 2 * x * first + second).sum()), 0.0))


@dataclass(frozen=True)
class Distances:
    """All of them. `closed` names those that are closed forms; `bins` > 0: KL, JSD and TV are of histograms."""

    kl_pq: float
    kl_qp: float
    jsd: float
    tv: float
    w1: float
    w2: float
    closed: frozenset[str] = frozenset()
    bins: int = 0


def densities(p: OnLine, q: OnLine, bins: int) -> tuple[WithDensity, WithDensity]:
    """p and q themselves, or, if one is a sample, both as histograms over the same `bins` bins."""
    if not (isinstance(p, Sample) or isinstance(q, Sample)):
        return p, q  # type: ignore[return-value]
    edges = np.linspace(min(p.window[0], q.window[0]), max(p.window[1], q.window[1]), bins + 1)
    return binned(p, edges), binned(q, edges)


def compare(p: OnLine, q: OnLine, bins: int = 30) -> Distances:
    """Every distance of two distributions on a line; `bins` count only for samples."""
    first, second = densities(p, q, bins)
    by_bins = bins if first is not p else 0
    if isinstance(p, Mixture) and isinstance(q, Mixture) and len(p.weights) == len(q.weights) == 1:
        forward = (float(p.means[0]), float(p.stds[0]), float(q.means[0]), float(q.stds[0]))
        return Distances(
            loss_curves.kl_gaussians(*forward),
            loss_curves.kl_gaussians(*forward[2:], *forward[:2]),
            jsd(p, q),
            loss_curves.tv_gaussians(*forward),
            loss_curves.w1_gaussians(*forward),
            loss_curves.w2_gaussians(*forward),
            frozenset({"kl_pq", "kl_qp", "tv", "w1", "w2"}),
        )
    return Distances(
        kl(first, second), kl(second, first), jsd(first, second), tv(first, second), w1(p, q), w2(p, q), bins=by_bins
    )


# --- One Gaussian for two modes ---------------------------------------------------------------------------------------

Fitted = Literal["kl_pq", "kl_qp", "jsd"]


@dataclass(frozen=True, eq=False)
class Fit:
    """A Gaussian on its way to the target: its mean, std and divergence at each step, (T,) each, the start included."""

    means: Floats
    stds: Floats
    values: Floats


def fit_gaussian(target: Mixture, divergence: Fitted, start: tuple[float, float], most: int = 80) -> Fit:
    """Descend the divergence of the target p and q = N(μ, s²) in (μ, ln s) from `start` = (μ, s).

    With w = δ/δq of the divergence (p ln(p/q) → −p/q, q ln(q/p) → ln(q/p), JSD → ½ ln(q/m)) and z = (x − μ)/s, the
    gradient is ∫ q w (z/s, z² − 1). It is divided by the Fisher information (1/s², 2), and a step is halved until the
    divergence falls; no step is longer than 0.2 s or 20 % of s, so that the eye can follow. It ends after `most` steps,
    or where the divergence falls no further.
    """
    path = [(start[0], start[1], _divergence_from(target, *start, divergence))]
    for _ in range(most):
        mean, std, value = path[-1]
        d_mean, d_log_std = _natural_gradient(target, mean, std, divergence)
        size = max(abs(d_mean) / std, abs(d_log_std))
        if size < 1e-5:
            break
        for rate in min(0.5, 0.2 / size) * 0.5 ** np.arange(8):
            candidate = (mean - rate * d_mean, std * math.exp(-rate * d_log_std))
            found = _divergence_from(target, *candidate, divergence)
            if found < value:
                path.append((*candidate, found))
                break
        else:
            break
    means, stds, values = np.array(path).T
    return Fit(means, stds, values)


def _divergence_from(target: Mixture, mean: float, std: float, divergence: Fitted) -> float:
    q = Mixture.gaussian(mean, std)
    return {"kl_pq": kl, "jsd": jsd}[divergence](target, q) if divergence != "kl_qp" else kl(q, target)


def _natural_gradient(target: Mixture, mean: float, std: float, divergence: Fitted) -> tuple[float, float]:
    q = Mixture.gaussian(mean, std)
    nodes, weights = _gauss(target, q)
    log_p, log_q = target.log_pdf(nodes), q.log_pdf(nodes)
    if divergence == "kl_pq":
        pull = -np.exp(log_p)
    elif divergence == "kl_qp":
        pull = np.exp(log_q) * (log_q - log_p)
    else:
        pull = np.exp(log_q) * (log_q - np.logaddexp(log_p, log_q) + LN2) / 2
    z = (nodes - mean) / std
    return float(weights @ (pull * z)) * std, float(weights @ (pull * (z**2 - 1))) / 2


# --- What N samples make of them --------------------------------------------------------------------------------------

Measure = Literal["jsd", "kl", "w1"]


def estimates(
    p: OnLine, q: OnLine, n: int, measure: Measure, bins: int = 30, repetitions: int = 60, seed: int = 0
) -> Floats:
    """(repetitions,) estimates from n samples of each: of JSD(p, q), KL(p ‖ q) or W1(p, q).

    JSD and KL compare histograms over the window of both, and what lies outside is in the last bin there. For KL each
    bin that holds any sample gets half a sample more on both sides, or the estimate would be infinite even between two
    samples of one distribution. W1 needs no bins: both samples are sorted and the gaps averaged.
    """
    rng = np.random.default_rng([seed, n])
    x, y = p.draw((repetitions, n), rng), q.draw((repetitions, n), rng)
    if measure == "w1":
        return np.abs(np.sort(x) - np.sort(y)).mean(axis=1)
    low, high = min(p.window[0], q.window[0]), max(p.window[1], q.window[1])
    c, d = (_counts(samples, low, high, bins) for samples in (x, y))
    if measure == "jsd":
        m = (c + d) / 2
        return (rel_entr(c, m) + rel_entr(d, m)).sum(axis=1) / (2 * n)
    seen = (c + d) > 0
    c, d = (counts + 0.5 * seen for counts in (c, d))
    total = c.sum(axis=1)  # of both: the same samples and the same bins
    return rel_entr(c, d).sum(axis=1) / total


def expected_floor(n: int, measure: Measure, bins: int, std: float = 1.0) -> float:
    """What n samples of N(0, std²) against n others score, for n well above the bins: (B − 1)/4n for JSD, (B − 1)/n for
    KL (two samples: half of it from each), 1.78 std/√n for W1.
    """
    return {"jsd": (bins - 1) / (4 * n), "kl": (bins - 1) / n, "w1": 1.78 * std / math.sqrt(n)}[measure]


def _counts(samples: Floats, low: float, high: float, bins: int) -> Floats:
    """(rows, bins) of samples (rows, n)."""
    cell = np.clip(((samples - low) / (high - low) * bins).astype(np.int64), 0, bins - 1)
    rows = np.arange(len(samples))[:, None] * bins
    return np.bincount((cell + rows).ravel(), minlength=len(samples) * bins).reshape(len(samples), bins).astype(float)


# --- In the plane -----------------------------------------------------------------------------------------------------


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
        if not ((w >= 0).all() and w.sum() > 0 and (np.linalg.eigvalsh(c) > 0).all()):
            raise ValueError("Weights have to be at least 0 and one above it, covariances positive definite.")
        _set(self, weights=w / w.sum(), means=m, covariances=c)

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


# --- Transport of samples ---------------------------------------------------------------------------------------------


def matching(x: ArrayLike, y: ArrayLike, power: int = 1) -> tuple[NDArray[np.int64], float]:
    """(which yⱼ each xᵢ goes to, W_power) of two samples (n, d) of equal size: the pairing of least total cost."""
    distance = cdist(np.asarray(x, float), np.asarray(y, float))
    if distance.shape[0] != distance.shape[1]:
        raise ValueError(f"The samples have {distance.shape[0]} and {distance.shape[1]} points: give as many of each.")
    rows, columns = linear_sum_assignment(distance**power)
    return columns, float((distance[rows, columns] ** power).mean()) ** (1 / power)


@dataclass(frozen=True, eq=False)
class Entropic:
    """Entropic transport of two samples.

    `raw` = min ⟨P, C⟩ + ε KL(P ‖ ab), which is not 0 between equal samples; `cost` = ⟨P, C⟩ of its plan P (n, m);
    `debiased` = raw(x, y) − ½ raw(x, x) − ½ raw(y, y), which is; `rounds` that were needed.
    """

    raw: float
    cost: float
    debiased: float
    plan: Floats
    rounds: int


def sinkhorn(x: ArrayLike, y: ArrayLike, epsilon: float, *, tolerance: float = 1e-4, most: int = 2000) -> Entropic:
    """Entropic W1 between two samples (n, d), (m, d): the cost C is the distance, ε = `epsilon` in its units.

    Sinkhorn's iteration on the potentials, f ← −ε ln Σ b exp((g − C)/ε) and the same for g, with logarithms, so that a
    small ε does not underflow; ε falls to its value by halves. It ends when the plan's margins are right to `tolerance`
    (total variation), or after `most` rounds. Cuturi 2013; Feydy et al. 2019 for the debiased value.
    """
    a, b = np.asarray(x, float), np.asarray(y, float)
    if not epsilon > 0:
        raise ValueError(f"epsilon = {epsilon:g} has to be above 0; with 0 it is W1 itself.")
    cost = cdist(a, b)
    f, g, rounds = _potentials(cost, epsilon, tolerance, most)
    plan = np.exp((f[:, None] + g - cost) / epsilon) / cost.size
    raw = float(f.mean() + g.mean())
    own = [float(_self_potential(cdist(z, z), epsilon, tolerance, most).mean()) * 2 for z in (a, b)]
    return Entropic(raw, float((plan * cost).sum()), raw - sum(own) / 2, plan, rounds)


def _potentials(cost: Floats, epsilon: float, tolerance: float, most: int) -> tuple[Floats, Floats, int]:
    f, g = np.zeros(len(cost)), np.zeros(cost.shape[1])
    step, rounds = max(float(cost.max()), epsilon), 0
    while rounds < most:
        f = _softmin(cost - g, step, axis=1)
        g_new = _softmin(cost - f[:, None], step, axis=0)
        rounds += 1
        # the rows are right after f; how wrong the columns were is how far g had to move
        wrong = float(np.abs(np.expm1((g - g_new) / step)).mean())
        g = g_new
        if step > epsilon:
            step = max(step / 2, epsilon)
        elif wrong < tolerance:
            break
    return f, g, rounds


def _self_potential(cost: Floats, epsilon: float, tolerance: float, most: int) -> Floats:
    """Of a sample with itself, f = g: the mean of f and its update converges at once."""
    f, step = np.zeros(len(cost)), max(float(cost.max()), epsilon)
    for _ in range(most):
        new = (f + _softmin(cost - f, step, axis=1)) / 2
        wrong = float(np.abs(np.expm1((f - new) / step)).mean())
        f = new
        if step > epsilon:
            step = max(step / 2, epsilon)
        elif wrong < tolerance / 2:
            break
    return f


def _softmin(costs: Floats, epsilon: float, axis: int) -> Floats:
    """−ε ln mean exp(−costs/ε), the least cost as ε → 0."""
    least = costs.min(axis=axis, keepdims=True)
    return least.squeeze(axis) - epsilon * np.log(np.exp((least - costs) / epsilon).mean(axis=axis))


# --- Pieces -----------------------------------------------------------------------------------------------------------


def _set(of: object, **values: Floats) -> None:
    for name, value in values.items():
        object.__setattr__(of, name, value)


def _breaks(p: OnLine, q: OnLine) -> Floats:
    return np.unique(np.concatenate([p.breaks, q.breaks]))


def _gauss(p: OnLine, q: OnLine) -> tuple[Floats, Floats]:
    return _gauss_pieces(_breaks(p, q))


def _gauss_pieces(cuts: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss-Legendre integration over every piece between the cuts."""
    half = np.diff(cuts)[:, None] / 2
    return (cuts[:-1, None] + half * (1 + _GAUSS_X)).ravel(), (half * _GAUSS_W).ravel()


def _sign_changes(gap: Callable[[Floats], Floats], cuts: Floats) -> Floats:
    """The cuts and the points between them where `gap` changes its sign; it may jump at a cut."""
    low, high = np.nextafter(cuts[:-1], np.inf), np.nextafter(cuts[1:], -np.inf)
    start = gap(low)
    changes = start * gap(high) < 0
    low, high, start = low[changes], high[changes], start[changes]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        before = start * gap(middle) > 0
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return np.sort(np.concatenate([cuts, low]))


def _mean(d: OnLine) -> float:
    return float(d.moments(d.breaks[-1:])[1, 0])


# --- Uploaded numbers -------------------------------------------------------------------------------------------------

MOST_BYTES, MOST_ROWS, FEWEST_ROWS = 1_000_000, 5000, 5


class NumbersError(ValueError):
    """A text that holds no sample: one sentence with what was wrong and what is allowed."""


def parse_numbers(content: bytes, columns: int) -> Floats:
    """(n, columns) from text with one sample a line, numbers separated by blanks, commas, semicolons or tabs.

    A first line without any number is a heading, empty lines are skipped; for one column the numbers may also stand in
    one line. Nothing is scaled: a distance depends on where the samples are. Raises NumbersError.
    """
    if len(content) > MOST_BYTES:
        raise NumbersError(f"The text has {len(content) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:g} MB are allowed.")
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    table = [(i, re.split(r"[\s,;]+", line.strip(" \t,;"))) for i, line in enumerate(lines, 1) if line.strip(" \t,;")]
    if table and not any(_is_number(cell) for cell in table[0][1]):
        table = table[1:]
    if columns == 1:
        table = [(i, [cell]) for i, cells in table for cell in cells]
    for i, cells in table:
        if len(cells) != columns:
            raise NumbersError(f"Line {i} has {len(cells)} entries; {columns} numbers a line are needed.")
        if wrong := next((cell for cell in cells if not _is_number(cell)), None):
            raise NumbersError(f"Line {i} holds “{wrong[:30]}”, which is not a finite number; correct or delete it.")
    if not FEWEST_ROWS <= len(table) <= MOST_ROWS:
        raise NumbersError(f"There are {len(table):,} samples; from {FEWEST_ROWS} to {MOST_ROWS:,} are allowed.")
    return np.array([cells for _, cells in table], dtype=float)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
