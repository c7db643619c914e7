"""What is known of images that were scored: values beside what real digits score, and whether digits were copied.

Nothing is computed here, so that a page can read a card without torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

SURE = 0.005  # false alarms of either test for copies
ESTIMATES = (
    "fid", "fid_infinite", "kid", "class_kl", "precision", "recall", "density", "coverage", "confidence", "nearest",
)  # fmt: skip
# of them those that are lower the better, and the others; to be near to the training digits is neither
LESS_IS_BETTER = ("fid", "fid_infinite", "kid", "class_kl")


class Score(NamedTuple):
    """A value, and what as many held-out real digits score in its place: the median, and 5 and 95 % of them."""

    value: float
    floor: float
    low: float
    high: float

    @property
    def as_real(self) -> bool:
        """Whether real digits score like this too."""
        return self.low <= self.value <= self.high


@dataclass(frozen=True)
class Copying:
    """What the two tests say of n images.

    c_t, c_t_p   the statistic, and how probable one as low is for a generator that does not copy
    near         how many of the n are nearer than all but 1 % of held-out images of their cell
    near_expected, near_p   how many that would be by chance, and how probable so many are
    same         how many are training images again, at a distance below COPIED
    searched     among how many training images the nearest was looked for
    """

    n: int
    c_t: float
    c_t_p: float
    near: int
    near_expected: float
    near_p: float
    same: int
    searched: int

    @property
    def copies(self) -> bool:
        """Whether one of the tests says so; by chance in at most 2 · SURE of the generators that do not copy."""
        return min(self.c_t_p, self.near_p) < SURE


@dataclass(frozen=True)
class ImageScores:
    """Scores of `samples` generated images; each `Score` has the value, and what held-out real digits score.

    fid             Fréchet distance on the judge's features; 0 is best. Of N samples it is biased upwards, by c/N
    fid_infinite    the same without that bias: a straight line in 1/N through the FID of N, N/2, …, N/5, at 1/N = 0.
                    It can come out below 0. Chong & Forsyth 2020
    kid             squared maximum mean discrepancy, kernel (x·y/d + 1)³, unbiased, so by chance below 0: the mean of
                    random subsets. Bińkowski et al. 2018
    class_kl        KL(shares of the digits, as the judge reads them ‖ training labels), nats
    precision       share of fakes that lie among real digits: a generator that makes one good digit for ever has 1
    recall          share of real digits that lie among the fakes
    density         how many real neighbourhoods a fake lies in, on average, as a multiple of k; about 1 of real digits
    coverage        share of real neighbourhoods with a fake in them. Both: Naeem et al. 2020
    confidence      mean probability of the digit that the judge reads; it is sure of some noise too, so not alone
    nearest         mean distance to the nearest digit that the run was trained on, in the judge's features
    copying         whether training digits are shown again: `gan_core.metrics.copying`, cell = the digit that is read
    classes         how many images the judge reads as 0, …, 9
    """

    samples: int
    fid: Score
    fid_infinite: Score
    kid: Score
    class_kl: Score
    precision: Score
    recall: Score
    density: Score
    coverage: Score
    confidence: Score
    nearest: Score
    copying: Copying
    classes: tuple[int, ...]

    @property
    def estimates(self) -> dict[str, Score]:
        """The scores that have a floor, by name."""
        return {name: getattr(self, name) for name in ESTIMATES}
