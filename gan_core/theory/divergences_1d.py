"""Divergences and distances of two distributions on a line, and what samples make of them.

With the partial moments of `distributions_1d`,

    TV = ½ Σ |ΔF − ΔG|              between the points where p − q changes its sign,
    W1 = ∫ |F − G| = Σ |ΔA − ΔB|    between the points where F − G does, with A(x) = xF(x) − ∫ᵡ t dP, so that A' = F,

are exact up to rounding as soon as those points are found, by bisection. KL, JSD and W2 are Gauss-Legendre integrals
over pieces on which the densities are smooth. Everything is in float64, divergences in nats, distances in the units of
x. NumPy and SciPy only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from gan_core.theory import gaussians_1d
from gan_core.theory.distributions_1d import (
    HALVINGS,
    GaussianMixture,
    OnLine,
    Sample,
    WithDensity,
    binned,
    quantile,
)
from gan_core.theory.loss_curves import LN2

Floats = NDArray[np.float64]

_GAUSS_X, _GAUSS_W = np.polynomial.legendre.leggauss(12)


# --- Two distributions ------------------------------------------------------------------------------------------------


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
    assert isinstance(p, WithDensity)  # whatever is no sample has one
    density = np.exp(p.log_pdf(nodes))
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
    if isinstance(p, WithDensity) and isinstance(q, WithDensity):
        return p, q
    edges = np.linspace(min(p.window[0], q.window[0]), max(p.window[1], q.window[1]), bins + 1)
    return binned(p, edges), binned(q, edges)


def compare(p: OnLine, q: OnLine, bins: int = 30) -> Distances:
    """Every distance of two distributions on a line; `bins` count only for samples."""
    first, second = densities(p, q, bins)
    by_bins = bins if first is not p else 0
    if isinstance(p, GaussianMixture) and isinstance(q, GaussianMixture) and len(p.weights) == len(q.weights) == 1:
        forward = (float(p.means[0]), float(p.stds[0]), float(q.means[0]), float(q.stds[0]))
        return Distances(
            gaussians_1d.kl_gaussians(*forward),
            gaussians_1d.kl_gaussians(*forward[2:], *forward[:2]),
            jsd(p, q),
            gaussians_1d.tv_gaussians(*forward),
            gaussians_1d.w1_gaussians(*forward),
            gaussians_1d.w2_gaussians(*forward),
            frozenset({"kl_pq", "kl_qp", "tv", "w1", "w2"}),
        )
    return Distances(
        kl(first, second), kl(second, first), jsd(first, second), tv(first, second), w1(p, q), w2(p, q), bins=by_bins
    )


def transport(p: OnLine, q: OnLine, quantiles: ArrayLike) -> tuple[Floats, Floats]:
    """Where the mass at these quantiles of p is and where it goes in q: on a line the best plan keeps the order."""
    return quantile(p, quantiles), quantile(q, quantiles)


# --- One Gaussian for two modes ---------------------------------------------------------------------------------------


Fitted = Literal["kl_pq", "kl_qp", "jsd"]


@dataclass(frozen=True, eq=False)
class Fit:
    """A Gaussian on its way to the target: its mean, std and divergence at each step, (T,) each, the start included."""

    means: Floats
    stds: Floats
    values: Floats


def fit_gaussian(target: GaussianMixture, divergence: Fitted, start: tuple[float, float], most: int = 80) -> Fit:
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


def _divergence_from(target: GaussianMixture, mean: float, std: float, divergence: Fitted) -> float:
    q = GaussianMixture.gaussian(mean, std)
    return {"kl_pq": kl, "jsd": jsd}[divergence](target, q) if divergence != "kl_qp" else kl(q, target)


def _natural_gradient(target: GaussianMixture, mean: float, std: float, divergence: Fitted) -> tuple[float, float]:
    q = GaussianMixture.gaussian(mean, std)
    nodes, weights = _gauss(target, q)
    log_p, log_q = target.log_pdf(nodes), q.log_pdf(nodes)
    if divergence == "kl_pq":
        grad = -np.exp(log_p)
    elif divergence == "kl_qp":
        grad = np.exp(log_q) * (log_q - log_p)
    else:
        grad = np.exp(log_q) * (log_q - np.logaddexp(log_p, log_q) + LN2) / 2
    z = (nodes - mean) / std
    return float(weights @ (grad * z)) * std, float(weights @ (grad * (z**2 - 1))) / 2


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
    occupied = (c + d) > 0
    c, d = (counts + 0.5 * occupied for counts in (c, d))
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


# --- Pieces -----------------------------------------------------------------------------------------------------------


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
