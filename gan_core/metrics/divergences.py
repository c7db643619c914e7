"""Distances of two samples, and what the real sample alone says of their floors, where nobody knows its distribution.

A finite sample of the real distribution never scores 0 against another one. Where the distribution can be drawn from,
`gan_core.metrics.floors` draws; here only a sample is known, and the floor is measured on random splits of it, which
are always the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.special import rel_entr

from gan_core.theory.loss_curves import LN2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Divergence = Literal["jsd", "kl"]

HISTOGRAM_SPLITS = 16  # how many random splits of the real sample a floor averages
# … of transport, whose scores scatter by half of their mean where modes lie far apart: as many as cost about a
# second, and no fewer than the least
TRANSPORT_SPLITS, LEAST_TRANSPORT_SPLITS, TRANSPORT_WORK = 64, 8, 10_000_000
CACHED_FLOORS = 64


def window(real: Floats, extent: Sequence[float] | None) -> tuple[Floats, Floats]:
    """(low, high), (d,) each: a square around the real data, so that cells are as high as they are wide."""
    if extent is not None:
        limits = np.asarray(extent, float)
        if limits.shape != (2 * real.shape[1],) or not (limits[0::2] < limits[1::2]).all():
            raise ValueError(f"extent = {extent} is not a window: give xmin < xmax, and ymin < ymax for points.")
        return limits[0::2], limits[1::2]
    low, high = real.min(axis=0), real.max(axis=0)
    half = (high - low).max() / 2 or 0.5  # all samples equal: any window around them will do
    centre = (low + high) / 2
    # 5 % of margin on each side: a second sample of the same distribution should not fall out of the window
    return centre - 1.1 * half, centre + 1.1 * half


def cells(samples: Floats, low: Floats, high: Floats, bins: int) -> Ints:
    """(n,) cell of each sample, row by row; the last number, binsᵈ, for what is outside or not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        position = (samples - low) / (high - low)
    axes = samples.shape[1]
    inside = np.abs(position - 0.5).max(axis=1) <= 0.5  # NaN is nowhere inside
    index = np.minimum((np.where(inside[:, None], position, 0.0) * bins).astype(np.int64), bins - 1)
    return np.where(inside, index @ bins ** np.arange(axes), bins**axes)


def histogram_divergence(real: Ints, fake: Ints, divergence: Divergence) -> Floats:
    """Of histograms (..., cells) of counts, along the last axis."""
    if divergence == "jsd":
        p, q = real / real.sum(-1, keepdims=True), fake / fake.sum(-1, keepdims=True)
        m = (p + q) / 2
        return np.clip((rel_entr(p, m) + rel_entr(q, m)).sum(-1) / 2, 0.0, LN2)
    occupied = (real + fake) > 0
    p, q = ((c + 0.5) / (c + 0.5 * occupied).sum(-1, keepdims=True) for c in (real, fake))
    return np.maximum((rel_entr(p, q) * occupied).sum(-1), 0.0)


def assignment_distance(x: Floats, y: Floats) -> float:
    """The least mean distance over all pairings of x (n, d) with y (n, d); inf where a distance is not finite."""
    with np.errstate(over="ignore"):
        cost = cdist(x, y)
    if not np.isfinite(cost).all():
        return math.inf
    # what every pairing of a point costs at least decides between none of them, and takes half of the time where the
    # samples lie nowhere near each other
    beyond = cost - cost.min(0)
    beyond -= beyond.min(1, keepdims=True)
    return float(cost[linear_sum_assignment(beyond)].mean())


def cdf_distance(x: Floats, y: Floats) -> float:
    """∫|F − G| of two samples of numbers."""
    x, y = np.sort(x), np.sort(y)
    every = np.sort(np.concatenate([x, y]))
    left = every[:-1]
    gap = np.searchsorted(x, left, "right") / len(x) - np.searchsorted(y, left, "right") / len(y)
    return float(np.abs(gap) @ np.diff(every))


@lru_cache(CACHED_FLOORS)
def histogram_floor(cells_of_real: bytes, fake_size: int, divergence: Divergence) -> float:
    """Mean divergence of two samples of the real distribution; `cells_of_real` is the cell of each one, int32."""
    x = np.frombuffer(cells_of_real, np.int32)
    n, k = len(x), int(x.max()) + 1
    second = min(fake_size, n // 2)
    first = n - second
    if second < 1:
        return math.nan  # one real sample says nothing about a second one
    shuffled = np.random.default_rng(0).permuted(np.tile(x, (HISTOGRAM_SPLITS, 1)), axis=1)
    shuffled += np.arange(HISTOGRAM_SPLITS, dtype=np.int32)[:, None] * k  # rows apart, for one bincount over all

    def mean_of(*parts: Ints) -> float:
        p, q = (np.bincount(part.ravel(), minlength=HISTOGRAM_SPLITS * k).reshape(-1, k) for part in parts)
        return float(histogram_divergence(p, q, divergence).mean())

    def amount(n_real: int, n_fake: int) -> float:
        return 1 / (1 / n_real + 1 / n_fake)

    whole = mean_of(shuffled[:, :first], shuffled[:, first:])
    if second < 2 or whole == 0:
        return whole * amount(first, second) / amount(n, fake_size)
    part = mean_of(shuffled[:, : first // 2], shuffled[:, first : first + second // 2])
    # 1/floor is a straight line in the amount of samples: steep where they abound (the bias is ∝ 1/n₁ + 1/n₂), level
    # where hardly two of them share a cell
    slope = max(1 / whole - 1 / part, 0.0) / (amount(first, second) - amount(first // 2, second // 2))
    return 1 / (1 / whole + slope * (amount(n, fake_size) - amount(first, second)))


@lru_cache(CACHED_FLOORS)
def transport_floor(points: bytes, axes: int, real_size: int, fake_size: int) -> float:
    """Mean W1 of two samples of the real distribution, of `real_size` and `fake_size` points."""
    x = np.frombuffer(points).reshape(-1, axes)
    h = min(len(x) // 2, max(real_size, fake_size))
    if h < 1:
        return math.nan  # one real sample says nothing about a second one
    rng = np.random.default_rng(0)
    total = 0.0
    splits = transport_repeats(h, axes)
    for _ in range(splits):
        order = rng.permutation(len(x))
        first, second = x[order[:h]], x[order[h : 2 * h]]
        total += cdf_distance(first[:, 0], second[:, 0]) if axes == 1 else assignment_distance(first, second)
    return total / splits * math.sqrt((1 / real_size + 1 / fake_size) * h / 2)


def transport_repeats(points: int, axes: int) -> int:
    """How often transport between so many points can be repeated; numbers are only sorted."""
    affordable = TRANSPORT_WORK // points**2 if axes > 1 else TRANSPORT_SPLITS
    return min(max(affordable, LEAST_TRANSPORT_SPLITS), TRANSPORT_SPLITS)
