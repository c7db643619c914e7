"""Numbers for a cloud of generated points, each beside its floor: what a perfect generator would score.

A finite sample of the real distribution never scores 0 against another one. That floor depends on the data and on both
sample sizes. Here only samples are known, so it is guessed from the real one, never from the fake one: a bad run cannot
move its own yardstick. Where the data can be drawn from, `gan_core.metrics.scores.yardstick` draws.
A run that has nothing to show (no samples, NaN, everything out of sight) scores worst, never better.
All divergences are in nats. Samples are anything `np.asarray` takes: (n, 2), or (n,) and (n, 1) for numbers.
NumPy and SciPy only; nothing here is random: sub-samples and splits are drawn with a fixed seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist, pdist
from scipy.special import rel_entr

from gan_core.metrics.divergences import (
    Divergence,
    assignment_distance,
    cdf_distance,
    cells,
    histogram_divergence,
    histogram_floor,
    transport_floor,
    window,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LN2 = math.log(2)
POINTS_PER_CELL = 5  # Cochran's rule: the histogram has at most one cell for so many real points
MAX_BINS = {1: 100, 2: 40}  # along one axis, by the number of axes


class Estimate(NamedTuple):
    """A measured value, and the value that a perfect sampler gets from samples of the same sizes."""

    value: float
    floor: float


# --- Modes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ModeCoverage:
    """`captured` modes; `high_quality` share of all samples in [0, 1]; `counts` (m,) high-quality samples a mode."""

    captured: int
    high_quality: float
    counts: Ints


def mode_coverage(
    samples: ArrayLike, centres: ArrayLike, std: float, threshold: float = 3.0, min_share: float = 0.0
) -> ModeCoverage:
    """The metric of VEEGAN and PacGAN for a mixture of Gaussians.

    A sample is of high quality if it lies within `threshold` · `std` of its nearest centre. A mode is captured if it is
    the nearest one of at least one high-quality sample; with `min_share` above 0, of high-quality samples that are at
    least this share of all samples. A sample that is not finite counts as a sample, and nowhere else. Real data reaches
    a high quality of `expected_high_quality(threshold)` and not 1: more than that is a generator that is too narrow.

    samples (n, d), centres (m, d), std in the units of the samples.
    Source: Srivastava et al. 2017 (VEEGAN), section 4.1; Lin et al. 2018 (PacGAN), section 4.1.
    """
    if not (std > 0 and threshold > 0):
        raise ValueError(
            f"std = {std} and threshold = {threshold} have to be above 0, or no sample can be near a mode."
        )
    counts, n = counts_within(samples, centres, threshold * std)
    high_quality = float(counts.sum() / n) if n else 0.0
    return ModeCoverage(captured_of(counts, n, min_share), high_quality, counts)


def near_modes(samples: ArrayLike, centres: ArrayLike, radius: float, min_share: float = 0.01) -> int:
    """How many modes have at least `min_share` of all samples within `radius` (and no other centre nearer).

    For short runs, in which few samples are yet within 3σ; a page that shows it states the radius.
    """
    return captured_of(*counts_within(samples, centres, radius), min_share)


def near_radius(centres: ArrayLike, std: float, threshold: float = 3.0) -> float:
    """A third of the smallest gap between two centres (.51 for the ring of radius 2), but at least threshold · std."""
    gaps = pdist(as_samples(centres, "centres"))
    return max(threshold * std, float(gaps.min()) / 3 if len(gaps) else 0.0)


def mode_shares(samples: ArrayLike, centres: ArrayLike) -> Floats:
    """(m,) share of all samples whose nearest centre it is; they add up to 1 unless samples are not finite."""
    counts, n = counts_within(samples, centres, math.inf)
    return counts / max(n, 1)


def share_entropy(shares: ArrayLike) -> float:
    """H = −Σ s ln s of the shares, which are first divided by their sum; 0 when they are all 0."""
    s = np.asarray(shares, float)
    total = s.sum()
    return float(-np.sum(s / total * np.log(np.where(s > 0, s / total, 1.0)))) if total > 0 else 0.0


def effective_modes(shares: ArrayLike) -> float:
    """exp H: m for m equal shares, 1 when one mode has everything, 0 when there is nothing."""
    return math.exp(share_entropy(shares)) if np.sum(shares) > 0 else 0.0


def reverse_kl_modes(counts: ArrayLike, weights: ArrayLike | None = None) -> Estimate:
    """KL(generated ‖ real) between the shares of the modes, and its floor (M − 1)/2N.

    counts (m,): generated samples in each mode. weights (m,): the real shares, up to a factor; equal ones when None.
    The floor is the mean of a perfect sampler's score for N samples well above the number M of modes.
    Nothing generated, or something where the real data has nothing, is inf.
    """
    c = np.asarray(counts, float)
    w = np.ones_like(c) if weights is None else np.asarray(weights, float)
    if c.ndim != 1 or w.shape != c.shape or not (w >= 0).all() or not w.sum() > 0:
        raise ValueError("Give one count and one weight, not below 0, for each mode, and some weight above 0.")
    n = c.sum()
    if n == 0:
        return Estimate(math.inf, math.inf)
    value = float(rel_entr(c / n, w / w.sum()).sum())
    return Estimate(max(value, 0.0), (int(np.count_nonzero(w)) - 1) / (2 * float(n)))


def expected_high_quality(threshold: float = 3.0) -> float:
    """1 − exp(−t²/2): the share of a 2-D Gaussian within t standard deviations of its centre; 98.889 % for 3."""
    return -math.expm1(-(threshold**2) / 2)


# --- A histogram on the window of the real data -----------------------------------------------------------------------


def jensen_shannon(
    real: ArrayLike, fake: ArrayLike, bins: int | None = None, extent: Sequence[float] | None = None
) -> Estimate:
    """JSD = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q)/2, between two histograms: from 0 to ln 2 nats.

    real (n, 2) or (n,), fake of the same kind. `bins` along each axis; None takes as many as leave five real points a
    cell. `extent` (xmin, xmax[, ymin, ymax]); None takes the window of the real data. What lies outside shares one more
    cell, so that it counts. Without a single fake sample in the window the value is ln 2.

    The floor is the mean over 16 random splits of the real sample: one part plays the fake sample, with as many samples
    as that has, or half of all. From there 1/floor follows the straight line in 1/(1/n₁ + 1/n₂), through this split and
    its halves, to the true sizes n₁ and n₂. Unlike the usual (K − 1)/4N for K cells and N samples it holds also where N
    does not exceed K. From 200 samples on it is good to a tenth, and with twice as many real samples as fake ones to a
    twentieth; with far fewer it is a guess (KL: up to a quarter too high).
    """
    return _histogram_divergence(real, fake, bins, extent, "jsd")


def kl_divergence(
    real: ArrayLike, fake: ArrayLike, bins: int | None = None, extent: Sequence[float] | None = None
) -> Estimate:
    """KL(real ‖ fake) between two histograms, at least 0 nats; arguments and floor as in `jensen_shannon`.

    A cell with real samples and without fake ones makes the plain estimate infinite even between two samples of one
    distribution, so each cell that holds any sample gets half a sample more on both sides (Krichevsky and Trofimov
    1981; Jeffreys' prior). Hence a mode that is never generated, whose true divergence is infinite, costs about
    w ln(2wN) for a share w of N samples. Without a single fake sample in the window the value is inf.
    """
    return _histogram_divergence(real, fake, bins, extent, "kl")


def default_bins(points: int, axes: int) -> int:
    """Bins along each axis that leave about `POINTS_PER_CELL` points a cell, at least 2 and at most MAX_BINS[axes]."""
    return min(max(round((points / POINTS_PER_CELL) ** (1 / axes)), 2), MAX_BINS[axes])


# --- Optimal transport ------------------------------------------------------------------------------------------------


def wasserstein1(real: ArrayLike, fake: ArrayLike, max_points: int = 1000) -> Estimate:
    """W1, the least mean distance that turns one sample into the other, exact for the points used.

    Two dimensions and more: min over pairings π of the mean of ‖xᵢ − y_π(i)‖, by linear assignment, for the same number
    of points on both sides: n = min(n_real, n_fake, max_points). Whoever has more gives a sub-sample. The time grows
    with n³, and a collapsed sample is the slowest: 15 ms at 250 points, up to .6 s at 1000.
    Numbers: ∫|F − G| over all of them; for equal sizes this is sorting both and averaging the gaps.
    Units of the samples; inf if the fake sample is empty or not finite.

    The floor is the mean over 8 to 64 random splits of the real sample into two of the size n. When the real sample is
    too small for that, into halves of the size h, times √(h/n), the rate at which W1 falls: in two dimensions up to a
    logarithm, so that the floor of a continuous distribution comes out up to 8 % too low.
    """
    x, y = pair(real, fake)
    value, sizes = transport_value(x, y, max_points)
    return Estimate(value, transport_floor(x.tobytes(), x.shape[1], *sizes))


def transport_value(x: Floats, y: Floats, max_points: int) -> tuple[float, tuple[int, int]]:
    """W1 and how many points of each were used."""
    if max_points < 1:
        raise ValueError(f"max_points = {max_points} has to be at least 1.")
    usable = len(y) > 0 and bool(np.isfinite(y).all())
    if x.shape[1] == 1:
        return cdf_distance(x[:, 0], y[:, 0]) if usable else math.inf, (len(x), len(y) or len(x))
    n = min(len(x), len(y) or len(x), max_points)
    return assignment_distance(_subsample(x, n), _subsample(y, n)) if usable else math.inf, (n, n)


# --- A collapsed generator, in closed form ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Collapsed:
    """What an otherwise perfect generator scores that keeps k of M equal, well separated modes. Nats.

    `ring_w1` is W1 on a ring of evenly spaced modes for k = 1 and k = M, and None between: there it depends on which
    modes are kept.
    """

    reverse_kl: float
    forward_kl: float
    jsd: float
    ring_w1: float | None


def collapsed_values(kept: int, modes: int, radius: float = 1.0) -> Collapsed:
    """The exact scores of a generator that keeps `kept` of `modes` equal modes, c = k/M.

    KL(g ‖ d) = ln(M/k);  KL(d ‖ g) = ∞ for k < M;  JSD = ½ [c ln(2c/(1+c)) + (1−c) ln 2 + ln(2/(1+c))];
    all mass on one mode of a ring of radius R: W1 = (2R/M) cot(π/2M), the mean distance from a mode to all modes.
    """
    if not 1 <= kept <= modes:
        raise ValueError(
            f"kept = {kept} of modes = {modes} is not possible: keep at least one and at most all of them."
        )
    c = kept / modes
    jsd = 0.5 * (c * math.log(2 * c / (1 + c)) + (1 - c) * LN2 + math.log(2 / (1 + c)))
    if kept == modes:
        return Collapsed(0.0, 0.0, 0.0, 0.0)
    one = 2 * radius / (modes * math.tan(math.pi / (2 * modes))) if kept == 1 else None
    return Collapsed(-math.log(c), math.inf, jsd, one)


# --- How --------------------------------------------------------------------------------------------------------------


def as_samples(values: ArrayLike, name: str) -> Floats:
    """(n, d) float64; numbers become (n, 1)."""
    x = np.asarray(values, np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2:
        raise ValueError(f"{name} has the shape {x.shape}: give one row for each sample, as in (n, 2).")
    return np.ascontiguousarray(x)


def pair(real: ArrayLike, fake: ArrayLike) -> tuple[Floats, Floats]:
    """Both samples as (n, d); the real one has to be good data, the fake one may be anything."""
    x, y = as_samples(real, "real"), as_samples(fake, "fake")
    if not len(x) or not np.isfinite(x).all():
        raise ValueError(
            "The real sample is empty or has values that are not finite: there is nothing to compare with."
        )
    if not y.size:
        y = np.empty((0, x.shape[1]))
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"real has {x.shape[1]} numbers a sample and fake has {y.shape[1]}: they have to be the same.")
    return x, y


def counts_within(samples: ArrayLike, centres: ArrayLike, radius: float) -> tuple[Ints, int]:
    """(m,) samples whose nearest centre it is, not further than `radius`; and the number of all samples."""
    y = pair(_centres(centres), samples)[1]
    return counts_of_members(y[None], centres, radius)[0], len(y)


def counts_of_members(samples: NDArray, centres: ArrayLike, radius: float) -> Ints:
    """(K, m): `counts_within` of K generators at once, samples (K, n, d). What is not finite is near nothing."""
    c = _centres(centres)
    members, n, d = samples.shape
    distance = cdist(samples.reshape(-1, d), c)
    nearest = distance.argmin(axis=1)
    least = distance[np.arange(members * n), nearest]
    within = np.isfinite(least) & (least <= radius)
    of = np.repeat(np.arange(members), n) * len(c) + nearest
    return np.bincount(of[within], minlength=members * len(c)).reshape(members, len(c))


def _centres(centres: ArrayLike) -> Floats:
    if not len(c := as_samples(centres, "centres")):
        raise ValueError("There are no centres: data without modes has no mode coverage.")
    return c


def captured_of(counts: Ints, n: int, min_share: float) -> int:
    # the small number keeps 7 of 100 at .07, which is 7.000000000000001 in floating point
    return int(np.count_nonzero(counts >= max(1.0, min_share * n - 1e-9)))


def _histogram_divergence(
    real: ArrayLike, fake: ArrayLike, bins: int | None, extent: Sequence[float] | None, divergence: Divergence
) -> Estimate:
    x, y = pair(real, fake)
    value, x_cells = histogram_value(x, y, bins, extent, divergence)
    occupied = np.unique(x_cells, return_inverse=True)[1].astype(np.int32)
    return Estimate(value, histogram_floor(occupied.tobytes(), len(y) or len(x), divergence))


def histogram_value(
    x: Floats, y: Floats, bins: int | None, extent: Sequence[float] | None, divergence: Divergence
) -> tuple[float, Ints]:
    """The divergence, and the cell of each real point."""
    axes = x.shape[1]
    if axes not in MAX_BINS:
        raise ValueError(f"A histogram of {axes} axes stays empty: give samples of one or two numbers.")
    bins = default_bins(len(x), axes) if bins is None else bins
    if bins < 1:
        raise ValueError(f"bins = {bins} has to be at least 1.")
    low, high = window(x, extent)
    x_cells, y_cells = cells(x, low, high, bins), cells(y, low, high, bins)
    outside = bins**axes
    value = LN2 if divergence == "jsd" else math.inf
    if (y_cells != outside).any():
        counts = np.bincount(x_cells, minlength=outside + 1), np.bincount(y_cells, minlength=outside + 1)
        value = float(histogram_divergence(*counts, divergence))
    return value, x_cells


def _subsample(samples: Floats, n: int) -> Floats:
    """n of the samples, always the same ones; drawn, since uploaded data may be sorted."""
    return samples if len(samples) == n else np.random.default_rng(0).permutation(samples)[:n]
