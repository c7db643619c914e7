"""How far D is from the best D there is against this G, where the density of the data is known: no torch.

    found = optimum(logits, fake, centres, weights, std, extent, blur=0.0)
    found.discriminator, found.gap

D*(x) = p(x) / (p(x) + q(x)) needs q, the density of what G makes, and of that there are only samples. So both sides are
compared after the same blur N(0, h²): p ∗ N(0, h²) is exact for a mixture of Gaussians, and the mean of N(x; G(z), h²)
over samples is an unbiased estimate of q ∗ N(0, h²). The blur is one cell of the grid on which D is known, or the
instance noise where that is larger: then D* is that of the very game. What D misses of the best value is

    V(G, D*) − V(G, D) = ∫ p ln(D*/D) + q ln((1 − D*)/(1 − D)) ≥ 0

with V(G, D) = E ln D(x) + E ln(1 − D(G(z))), summed over the window, outside of which nothing is known of D.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gan_core.metrics.floors import Range, ranges

Floats = NDArray[np.float64]
Extent = tuple[float, float, float, float]

SURE = 30.0  # D's logits count up to here: a D that is wrong and surer than e^−30 misses no more
DRAWS = 20  # perfect generators that the floor is made of


@dataclass(frozen=True, eq=False)
class Optimum:
    """D* (m, m) at y_i, x_j; |D − D*| there; V(G, D*) − V(G, D) in nats; and h."""

    discriminator: Floats
    distance: Floats
    gap: float
    blur: float


def optimum(
    logits: NDArray, fake: NDArray, centres: NDArray, weights: NDArray, std: float, extent: Extent, blur: float = 0.0
) -> Optimum:
    """D's logits (m, m) on a grid from edge to edge of the window, samples (n, 2) of G, and the mixture that is real.

    `blur` is the least h.
    """
    h = max(blur, cell(extent, len(logits)))
    p, q = densities(fake, centres, weights, std, extent, len(logits), h)
    best = p / (p + q)
    a = np.clip(np.asarray(logits, float), -SURE, SURE)
    # ln D = −ln(1 + e^−a), ln(1 − D) = −ln(1 + e^a)
    missed = p * (np.log(best) + np.logaddexp(0, -a)) + q * (np.log1p(-best) + np.logaddexp(0, a))
    distance = np.abs(1 / (1 + np.exp(-a)) - best)
    return Optimum(best, distance, float(missed.sum() * cell(extent, len(logits)) ** 2), h)


def cell(extent: Extent, side: int) -> float:
    """Between neighbouring nodes of the grid."""
    return (extent[1] - extent[0]) / (side - 1)


TINY = 1e-12  # of a density: where there is neither, D* is ½


def densities(
    fake: NDArray, centres: NDArray, weights: NDArray, std: float, extent: Extent, side: int, h: float
) -> tuple[Floats, Floats]:
    """(p ∗ N(0, h²), q ∗ N(0, h²)) on the grid: (m, m) each."""
    p = _gaussians(
        np.asarray(centres, float), np.asarray(weights, float) / np.sum(weights), np.hypot(std, h), extent, side
    )
    samples = np.asarray(fake, float)
    q = _gaussians(samples, np.full(len(samples), 1 / len(samples)), h, extent, side)
    return p + TINY, q + TINY


def _gaussians(at: Floats, weights: Floats, std: float, extent: Extent, side: int) -> Floats:
    """Σ wₖ N(x; atₖ, std²): a Gaussian of two coordinates is the product of two of one."""
    xs, ys = np.linspace(extent[0], extent[1], side), np.linspace(extent[2], extent[3], side)
    scale = 1 / (std * np.sqrt(2 * np.pi))
    along_x, along_y = (
        scale * np.exp(-np.square((ticks - at[:, axis, None]) / std) / 2) for axis, ticks in enumerate((xs, ys))
    )
    return (weights[:, None] * along_y).T @ along_x


def gap_floor(
    centres: NDArray, weights: NDArray, std: float, extent: Extent, side: int, samples: int, blur: float = 0.0
) -> Range:
    """What the gap reads for a perfect G and the best D, which says ½ everywhere: over DRAWS perfect samples.

    It is above 0 because q is estimated from so many `samples`.
    """
    known = tuple(map(tuple, np.asarray(centres, float).tolist())), tuple(np.asarray(weights, float).tolist())
    return _gap_floor(*known, float(std), tuple(map(float, extent)), side, samples, float(blur))


@lru_cache(maxsize=64)
def _gap_floor(
    centres: tuple, weights: tuple, std: float, extent: Extent, side: int, samples: int, blur: float
) -> Range:
    draws = np.random.default_rng(0)
    at, shares = np.array(centres), np.array(weights) / np.sum(weights)
    found: list[Mapping[str, float]] = []
    for _ in range(DRAWS):
        perfect = at[draws.choice(len(at), samples, p=shares)] + std * draws.standard_normal((samples, 2))
        found.append({"gap": optimum(np.zeros((side, side)), perfect, at, shares, std, extent, blur).gap})
    return ranges(found)["gap"]
