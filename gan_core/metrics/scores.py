"""All numbers about one cloud of generated points at once, and what explains them without any learning.

    found = scores(real, fake, centres, std, weights)                  # Scores
    beside = yardstick(real, draw, len(fake), centres, std, weights)   # Yardstick: perfect ranges, no-skill scores
    beside.verdict("w1", found.w1)                                     # "perfect", "no_skill" or "between"

Scores are fast enough to follow a live run. A yardstick takes about a second, depends on the data alone and on how many
samples there are, and is made once for both.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_core.metrics.divergences import transport_repeats
from gan_core.metrics.floors import REPEATS, Draw, Range, Why, flatters, perfect, without_skill
from gan_core.metrics.points import (
    as_samples,
    captured_of,
    counts_within,
    effective_modes,
    histogram_value,
    mode_coverage,
    near_radius,
    pair,
    reverse_kl_modes,
    transport_value,
)

Floats = NDArray[np.float64]
Verdict = Literal["perfect", "no_skill", "between"]

# What a yardstick knows. No direction is the better one: of modes with unequal weights a perfect sampler covers fewer
# than a uniform square does, and more high quality than a perfect sampler's is too narrow.
STATISTICS = (
    "near",
    "captured",
    "captured_share",
    "high_quality",
    "effective_modes",
    "reverse_kl",
    "reverse_kl_3sigma",
    "jsd",
    "w1",
)
COUNTS = ("near", "captured", "captured_share")  # of them, of modes: one more or less is chance
SKILL_REPEATS = 20  # of the generators without skill, whose scores scatter little
SKILL_TRANSPORTS = 5  # … and of these so many are transported, which takes longest where nothing fits


@dataclass(frozen=True)
class Scores:
    """What a page and the command line print about one cloud of fake samples.

    The mode scores are None for data without known centres. `captured` has at least one high-quality sample a mode,
    `captured_share` at least 1 % of all samples, `near` at least 1 % of all samples within `near_radius`.
    `effective_modes` and `reverse_kl` look at the samples within `near_radius`, `reverse_kl_3sigma` only at those of
    high quality, as the PacGAN paper does. `w1_points` points were transported.
    """

    samples: int
    jsd: float
    w1: float
    w1_points: int
    modes: int | None = None
    captured: int | None = None
    captured_share: int | None = None
    near: int | None = None
    near_radius: float | None = None
    high_quality: float | None = None
    effective_modes: float | None = None
    reverse_kl: float | None = None
    reverse_kl_3sigma: float | None = None

    def numbers(self) -> dict[str, float]:
        """Those of STATISTICS that these data have."""
        found = {name: getattr(self, name) for name in STATISTICS}
        return {name: value for name, value in found.items() if value is not None and not math.isnan(value)}

    def flat(self, beside: Yardstick | None = None) -> dict[str, float | int]:
        """Names to numbers, without what is not known. With a yardstick each statistic is followed by what a perfect
        sampler scores: NAME_floor (median), NAME_floor_low and NAME_floor_high."""
        table: dict[str, float | int] = {}
        for field in dataclasses.fields(self):
            if (value := getattr(self, field.name)) is None:
                continue
            table[field.name] = value
            if beside is not None and field.name in beside.perfect:
                parts = zip(("floor", "floor_low", "floor_high"), beside.perfect[field.name], strict=True)
                table |= {f"{field.name}_{part}": number for part, number in parts}
        return table


@dataclass(frozen=True)
class Yardstick:
    """What scores are compared with: the range of each statistic for a perfect sampler, and what every generator of
    `floors.NO_SKILL` scores."""

    perfect: Mapping[str, Range]
    no_skill: Mapping[str, Mapping[str, Range]]

    def best_without_skill(self, name: str) -> tuple[str, float]:
        """The generator without skill that comes nearest to the perfect median, and its own."""
        medians = {who: of[name].median for who, of in self.no_skill.items()}
        best = min(medians, key=lambda who: self._off(name, medians[who]))
        return best, medians[best]

    def verdict(self, name: str, value: float) -> Verdict:
        """Whether chance explains the number: it is no nearer to the perfect median than one in twenty samples of a
        generator without skill, or it lies within the range of perfect samplers. Where both hold it shows no skill."""
        if not self._off(name, value) < self._nearest_without_skill(name):
            return "no_skill"
        return "perfect" if self.perfect[name].holds(value) else "between"

    def flatters(self, name: str, value: float) -> Why | None:
        """Why a score is better than those of nine perfect samplers in ten; None where it is not."""
        return flatters(name, value, self.perfect[name])

    def beyond(self, name: str, value: float) -> bool:
        """Whether one run of several is nearer to the perfect median than the samples of any generator without skill,
        but for one in twenty; a count of modes by more than one."""
        return self._off(name, value) + (name in COUNTS) < self._nearest_without_skill(name)

    def verdicts(self, found: Scores) -> dict[str, Verdict]:
        """The verdict on each of its numbers."""
        return {name: self.verdict(name, value) for name, value in found.numbers().items()}

    @property
    def medians_without_skill(self) -> dict[str, dict[str, float]]:
        """Generator → statistic → median."""
        return {who: {name: of.median for name, of in found.items()} for who, found in self.no_skill.items()}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, which has no word for infinity: `from_json` reads it again."""

        def plain(found: Mapping[str, Range]) -> dict[str, list[float | str]]:
            return {name: [x if math.isfinite(x) else str(x) for x in of] for name, of in found.items()}

        return {"perfect": plain(self.perfect), "no_skill": {who: plain(of) for who, of in self.no_skill.items()}}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Yardstick:
        def ranges(found: Mapping[str, Any]) -> dict[str, Range]:
            return {name: Range(*map(float, of)) for name, of in found.items()}

        no_skill = {who: ranges(of) for who, of in content["no_skill"].items()}
        return cls(ranges(content["perfect"]), no_skill)

    def _off(self, name: str, value: float) -> float:
        return abs(value - self.perfect[name].median)

    def _nearest_without_skill(self, name: str) -> float:
        """How near to the perfect median a generator without skill comes at the nearer end of its range; 0 where this
        range holds the median."""
        perfect = self.perfect[name].median
        ranges = [of[name] for of in self.no_skill.values()]
        return min(0.0 if of.holds(perfect) else min(map(partial(self._off, name), of)) for of in ranges)


def scores(
    real: ArrayLike,
    fake: ArrayLike,
    centres: ArrayLike | None = None,
    std: float | None = None,
    weights: ArrayLike | None = None,
    *,
    threshold: float = 3.0,
    min_share: float = 0.01,
    radius: float | None = None,
    bins: int | None = None,
    extent: Sequence[float] | None = None,
    w1_points: int = 200,
) -> Scores:
    """All scores of a fake sample (n, 2) against a real one (k, 2), fast enough to follow a live run.

    centres (m, 2), std and weights (m,) describe the modes, if there are any; a mode of weight 0 is not one.
    `radius` of "near": None takes `near_radius`. For a report rather than a live number raise `w1_points`; 0 leaves W1
    out, as NaN.
    """
    x, y = pair(real, fake)
    jsd, _ = histogram_value(x, y, bins, extent, "jsd")
    w1, sizes = transport_value(x, y, w1_points) if w1_points else (math.nan, (0, 0))
    if centres is None or std is None:
        return Scores(len(y), jsd, w1, min(sizes))
    c = as_samples(centres, "centres")
    w = np.ones(len(c)) if weights is None else np.asarray(weights, float)
    c, w = c[w > 0], w[w > 0]
    coverage = mode_coverage(y, c, std, threshold)
    radius = near_radius(c, std, threshold) if radius is None else radius
    near, _ = counts_within(y, c, radius)
    return Scores(
        len(y),
        jsd,
        w1,
        min(sizes),
        modes=len(c),
        captured=coverage.captured,
        captured_share=captured_of(coverage.counts, len(y), min_share),
        near=captured_of(near, len(y), min_share),
        near_radius=radius,
        high_quality=coverage.high_quality,
        effective_modes=effective_modes(near),
        reverse_kl=reverse_kl_modes(near, w).value,
        reverse_kl_3sigma=reverse_kl_modes(coverage.counts, w).value,
    )


def yardstick(
    real: ArrayLike,
    draw: Draw,
    n: int,
    centres: ArrayLike | None = None,
    std: float | None = None,
    weights: ArrayLike | None = None,
    *,
    extent: Sequence[float] | None = None,
    w1_points: int = 200,
) -> Yardstick:
    """What n samples score against this real sample if they are drawn from the data, or by a generator without skill.

    Arguments as in `scores`; `draw` gives samples of the data. Always the same for the same arguments.
    """
    x = as_samples(real, "real")

    def judged(fake: Floats) -> dict[str, float]:
        return scores(x, fake, centres, std, weights, extent=extent, w1_points=0).numbers()

    def transported(fake: Floats) -> dict[str, float]:
        return {"w1": transport_value(x, as_samples(fake, "fake"), w1_points)[0]}

    repeats = transport_repeats(min(len(x), n, w1_points), x.shape[1])
    moved = without_skill(transported, x, n, SKILL_TRANSPORTS)
    counted = without_skill(judged, x, n, SKILL_REPEATS)
    return Yardstick(
        perfect(judged, draw, n, REPEATS) | perfect(transported, draw, n, repeats),
        {name: found | moved[name] for name, found in counted.items()},
    )
