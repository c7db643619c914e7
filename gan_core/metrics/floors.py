"""What a number is compared with: the same number of a perfect sampler, and of generators without skill.

    perfect(statistic, draw, n)                       its distribution when the samples are the data's own
    NO_SKILL["uniform"](real, n, rng)                 samples of a generator that knows only where the data lie

A finite sample of the data never scores perfectly: of 64 modes a perfect sampler covers 52 with 512 samples. So a
floor is the distribution of the very statistic, for *these* data and *this* number of samples, by Monte Carlo: samples
are drawn anew many times, from generators of random numbers that are always the same. And a number that a uniform
square reaches as well is no skill, however good it looks. NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Draw = Callable[[int, np.random.Generator], Floats]  # (n, generator) → (n, d) samples of the data
NoSkill = Callable[[Floats, int, np.random.Generator], Floats]  # (real sample, n, generator) → (n, d)

Why = Literal["narrow", "even", "wide", "sure", "chance"]
# Why a score is better than those of nine perfect samplers in ten, where one can be: a share of good samples above
# theirs is of samples too close to what is common; a count of what is found above theirs, of samples more even than the
# data; a recall above theirs, of samples so far off that their neighbourhoods are wide; of a confidence above theirs, a
# few clear shapes, and some noise, are enough; a distance below theirs is a lucky pair of samples.
FLATTERED: dict[str, Why] = {
    **dict.fromkeys(("high_quality", "precision", "density"), "narrow"),
    **dict.fromkeys(("near", "captured", "captured_share", "effective_modes", "coverage"), "even"),
    "recall": "wide",
    "confidence": "sure",
    **dict.fromkeys(("reverse_kl", "reverse_kl_3sigma", "jsd", "w1"), "chance"),
    **dict.fromkeys(("fid", "fid_infinite", "kid", "class_kl"), "chance"),
}

REPEATS = 200  # samples of the data that a floor is made of
TAIL = 0.05  # left out of its range on either side


class Range(NamedTuple):
    """Median of a statistic, and its 5 and 95 % quantiles: values that it has had, never means of two."""

    median: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether nine perfect samples in ten lie where this value does. Rounding does not count."""
        slack = 1e-9 * max(abs(self.low), abs(self.high), 1.0)
        return self.low - slack <= value <= self.high + slack


def flatters(statistic: str, value: float, perfect: Range) -> Why | None:
    """Why a score is better than those of nine perfect samplers in ten; None where it is not, or none can be."""
    why = FLATTERED.get(statistic)
    if why is None or perfect.holds(value):
        return None
    return why if (value < perfect.low if why == "chance" else value > perfect.high) else None


def ranges(found: list[Mapping[str, float]]) -> dict[str, Range]:
    """The distribution of each statistic over samples."""
    quantiles = (0.5, TAIL, 1 - TAIL)
    return {
        name: Range(*map(float, np.quantile([one[name] for one in found], quantiles, method="inverted_cdf")))
        for name in found[0]
    }


def perfect(
    statistics: Callable[[Floats], Mapping[str, float]], draw: Draw, n: int, repeats: int = REPEATS
) -> dict[str, Range]:
    """The distribution of statistics of n samples where these come from the data themselves.

    The standard error of a median over the 200 repetitions is .09 of the statistic's own standard deviation.
    """
    return ranges([statistics(draw(n, np.random.default_rng([0, i]))) for i in range(repeats)])


# --- Without skill ----------------------------------------------------------------------------------------------------

REACH = 1.2  # of the square, in half widths of the data: a radius and a fifth for the ring
BLOB = 2.0  # of the blob, in standard deviations of the data


def uniform(real: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Uniform on a square around the data, a fifth wider than they are."""
    low, high = real.min(axis=0), real.max(axis=0)
    half = REACH * (high - low).max() / 2
    return (low + high) / 2 + half * rng.uniform(-1, 1, size=(n, real.shape[1]))


def gaussian(real: Floats, n: int, rng: np.random.Generator) -> Floats:
    """One Gaussian with the mean and the covariance of the data: the best fit of a generator that knows one mode."""
    return rng.multivariate_normal(real.mean(axis=0), np.atleast_2d(np.cov(real.T, ddof=0)), size=n)


def blob(real: Floats, n: int, rng: np.random.Generator) -> Floats:
    """One round Gaussian around the middle of the data, twice as wide as they are."""
    width = BLOB * np.sqrt(real.var(axis=0).mean())
    return real.mean(axis=0) + width * rng.standard_normal((n, real.shape[1]))


NO_SKILL: dict[str, NoSkill] = {"uniform": uniform, "gaussian": gaussian, "blob": blob}


def without_skill(
    statistics: Callable[[Floats], Mapping[str, float]], real: Floats, n: int, repeats: int
) -> dict[str, dict[str, Range]]:
    """The distribution of the same statistics for every generator of NO_SKILL."""
    return {
        name: ranges([statistics(sample(real, n, np.random.default_rng([1, i]))) for i in range(repeats)])
        for name, sample in NO_SKILL.items()
    }
