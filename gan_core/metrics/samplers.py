"""Generators that need no training because what they do is known exactly: yardsticks for every score.

Each takes the modes of the data (centres (M, 2), their σ and weights), a number of samples and a generator of random
numbers, and gives (n, 2). What they score has a closed form, so they show what a score can and cannot see.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sampler = Callable[[Floats, float, Floats, int, np.random.Generator], Floats]


def _mixture(
    centres: Floats, std: float, weights: Floats, n: int, rng: np.random.Generator, width: float = 1.0
) -> Floats:
    """Samples of the mixture with σ · width in place of σ."""
    modes = rng.choice(len(centres), size=n, p=weights / weights.sum())
    return centres[modes] + width * std * rng.standard_normal((n, 2))


def perfect(centres: Floats, std: float, weights: Floats, n: int, rng: np.random.Generator) -> Floats:
    """The data themselves."""
    return _mixture(centres, std, weights, n, rng)


def narrow(centres: Floats, std: float, weights: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Every mode half as wide as it should be: 1 − e⁻¹⁸ of the samples, practically all, are within 3σ."""
    return _mixture(centres, std, weights, n, rng, width=0.5)


def wide(centres: Floats, std: float, weights: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Every mode eight times as wide: all modes are captured, with 1 − exp(−(3/8)²/2) = 6.8 % within 3σ."""
    return _mixture(centres, std, weights, n, rng, width=8.0)


def half(centres: Floats, std: float, weights: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Every second mode, exactly; nothing in the others."""
    kept = np.where(np.arange(len(centres)) % 2 == 0, weights, 0.0)
    return _mixture(centres, std, kept, n, rng)


def one(centres: Floats, std: float, weights: Floats, n: int, rng: np.random.Generator) -> Floats:
    """The first mode, exactly."""
    return _mixture(centres[:1], std, np.ones(1), n, rng)


def centre(centres: Floats, std: float, weights: Floats, n: int, rng: np.random.Generator) -> Floats:
    """One blob of the right width in the middle of the data, where on a ring there is nothing."""
    middle = np.average(centres, axis=0, weights=weights)
    return _mixture(middle[None], std, np.ones(1), n, rng)


SAMPLERS: dict[str, Sampler] = {
    "perfect": perfect,
    "narrow": narrow,
    "wide": wide,
    "half": half,
    "one": one,
    "centre": centre,
}
