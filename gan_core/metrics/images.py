"""Scores of generated digits: how good, how diverse, how much by heart; each beside what real digits score.

The real digits are those that come with the app: 10,000 training digits as the reference and 2,000 test digits, which
no generator and no judge was trained on, as the yardstick: every `floor` is what a sample of them scores in place of
the fakes, at the same number of samples (2,000 at most). A run trained on the whole of MNIST is compared with its
unequal shares of the ten digits, by weighing the reference.

FID here is the Fréchet distance on the features of *our* judge, not of Inception: it orders runs of this app, and no
published value can be compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh, eigvalsh
from scipy.spatial.distance import cdist

from gan_core.data.images import SHARES, load_images
from gan_core.metrics import classifier
from gan_core.metrics.nearest import nearest_rows
from gan_core.metrics.points import Estimate, reverse_kl_modes

Floats = NDArray[np.float64]

SAMPLES = 1000  # of a score that is kept: a second's work, and two sets of test digits to compare with
HELD_OUT = 2000  # test digits that come with the app
NEIGHBOURS = 3  # k of precision and recall, as in the paper
BIAS_DRAWS = 4

ESTIMATES = ("fid", "class_kl", "precision", "recall", "confidence", "nearest_pixel", "nearest_feature")


@dataclass(frozen=True)
class ImageScores:
    """Scores of `samples` generated images. Each `Estimate` has the value, and what held-out real digits score.

    fid              Fréchet distance on the judge's features; 0 is best
    fid_bias         the part of it that `samples` draws from the training digits themselves would score
    class_kl         KL(shares of the digits, as the judge reads them ‖ training labels), nats; floor (10 − 1)/2N
    precision        share of fakes that lie among real digits
    recall           share of real digits that lie among the fakes
    confidence       mean probability of the digit that the judge reads; it is sure of some noise too, so not alone
    nearest_pixel    mean distance to the nearest training digit, ‖x − y‖ over pixels in [0, 1]
    nearest_feature  the same in the judge's features. Far below the floor: learned by heart; far above: off the data
    classes          how many images the judge reads as 0, …, 9
    """

    samples: int
    fid: Estimate
    fid_bias: float
    class_kl: Estimate
    precision: Estimate
    recall: Estimate
    confidence: Estimate
    nearest_pixel: Estimate
    nearest_feature: Estimate
    classes: tuple[int, ...]

    @property
    def estimates(self) -> dict[str, Estimate]:
        """The scores that have a floor, by name."""
        return {name: getattr(self, name) for name in ESTIMATES}


def image_scores(images: NDArray[np.uint8], data: str = "mnist") -> ImageScores:
    """All scores of uint8 images (N, 28, 28), N ≥ 10; `data` is what the run was trained on: mnist or mnist_full.

    Raises ValueError on anything else, CheckpointError without a usable judge.
    """
    if data not in SHARES:
        raise ValueError(f"digits are scored against {' or '.join(SHARES)}, and {data!r} has none")
    if len(images) < 10:
        raise ValueError(f"scores need at least 10 images, and these are {len(images)}")
    observed, floors = _observe(images), _held_out(min(len(images), HELD_OUT), data)
    classes = class_histogram(observed.probabilities)
    return ImageScores(
        samples=len(images),
        fid_bias=_fid_bias(len(images), data),
        class_kl=class_kl(classes, data),
        classes=tuple(classes.tolist()),
        **{name: Estimate(value, floors[name]) for name, value in observed.values(data).items()},
    )


# ── the scores one by one ────────────────────────────────────────────────────────────────────────────────────────────


def frechet_distance(
    a: ArrayLike, b: ArrayLike, a_weights: NDArray | None = None, b_weights: NDArray | None = None
) -> float:
    """Fréchet distance between the Gaussians with the means and covariances of a (n, d) and b (m, d).

    ‖μ_a − μ_b‖² + tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^½). Weights (n,), (m,) count a row more or less often.
    The root's trace is Σ √λ over the eigenvalues λ of Σ_a^½ Σ_b Σ_a^½, which are real and not below 0, unlike those
    that a general square root of Σ_a Σ_b goes through. Source: Heusel et al. 2017; Dowson and Landau 1982.
    """
    return _frechet(_moments(a, a_weights), _moments(b, b_weights))


def class_histogram(probabilities: NDArray) -> NDArray[np.int64]:
    """(10,): how many rows of (N, 10) have their largest probability at each digit."""
    return np.bincount(probabilities.argmax(1), minlength=probabilities.shape[1])


def class_kl(classes: ArrayLike, data: str = "mnist") -> Estimate:
    """KL(shares of the digits ‖ shares in the training data) in nats, and its floor (10 − 1)/2N."""
    return reverse_kl_modes(classes, SHARES[data])


def precision_recall(real: NDArray, fake: NDArray, k: int = NEIGHBOURS) -> tuple[float, float]:
    """(precision, recall) of features (n, d) and (m, d), with the k-nearest-neighbour manifolds of both.

    A manifold is a ball around each sample that reaches its k-th nearest neighbour among its own kind. Precision is the
    share of fakes inside the real one, recall the share of real samples inside that of the fakes. Both depend on the
    numbers of samples: compare like with like. Source: Kynkäänniemi et al. 2019. Raises ValueError below k + 1 samples.
    """
    if min(len(real), len(fake)) <= k:
        raise ValueError(f"the {k}-th neighbour needs {k + 1} samples; these are {len(real)} real and {len(fake)} fake")
    across = cdist(real, fake)
    real_reach, fake_reach = _reach(real, k), _reach(fake, k)
    inside_real, inside_fake = across <= real_reach[:, None], across <= fake_reach[None, :]
    return float(inside_real.any(0).mean()), float(inside_fake.any(1).mean())


def _reach(x: NDArray, k: int) -> Floats:
    """(n,): distance to the k-th nearest other row; the row itself is the 0-th."""
    return np.partition(cdist(x, x), k, axis=1)[:, k]


def _moments(x: ArrayLike, weights: NDArray | None) -> tuple[Floats, Floats]:
    rows = np.asarray(x, np.float64)
    if rows.ndim != 2 or len(rows) < 2 or not np.isfinite(rows).all():
        raise ValueError(f"a covariance needs two rows of finite numbers (n, d), and these are {rows.shape}")
    mean = np.average(rows, axis=0, weights=weights)
    return mean, np.atleast_2d(np.cov(rows, rowvar=False, aweights=weights))


def _frechet(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> float:
    (mean_a, cov_a), (mean_b, cov_b) = a, b
    values, vectors = eigh(cov_a)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    cross = np.sqrt(eigvalsh(root @ cov_b @ root).clip(0)).sum()
    return float(max(0.0, np.square(mean_a - mean_b).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * cross))


# ── the real digits, and what they score ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class _Reference:
    """The embedded training digits as the judge sees them: pixels (10000, 784) uint8, features (10000, 64)."""

    pixels: NDArray[np.uint8]
    features: NDArray[np.float32]
    labels: NDArray[np.int64]


@lru_cache(maxsize=1)
def _reference() -> _Reference:
    images, labels = load_images("mnist", "train")
    return _Reference(images.reshape(len(images), -1), classifier.features(images), labels)


@lru_cache(maxsize=len(SHARES))
def _reference_moments(data: str) -> tuple[Floats, Floats]:
    reference = _reference()
    return _moments(reference.features, np.array(SHARES[data])[reference.labels])


class _Observed(NamedTuple):
    """What does not depend on the shares of the digits: features (n, 64), and for each image what is averaged."""

    features: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    nearest_pixel: NDArray[np.float32]
    nearest_feature: NDArray[np.float32]
    precision: float
    recall: float

    def values(self, data: str, weights: NDArray | None = None) -> dict[str, float]:
        """All scores but class_kl, by name."""
        return {
            "fid": _frechet(_moments(self.features, weights), _reference_moments(data)),
            "precision": self.precision,
            "recall": self.recall,
            "confidence": float(np.average(self.probabilities.max(1), weights=weights)),
            "nearest_pixel": float(np.average(self.nearest_pixel, weights=weights)),
            "nearest_feature": float(np.average(self.nearest_feature, weights=weights)),
        }


def _observe(images: NDArray[np.uint8]) -> _Observed:
    reference, (features, probabilities) = _reference(), classifier.look(images)
    near_pixel = nearest_rows(reference.pixels, images.reshape(len(images), -1))[1] / np.float32(255)
    near_feature = nearest_rows(reference.features, features)[1]
    beside = reference.features[: min(len(images), HELD_OUT)]  # as many real digits as fakes
    return _Observed(
        features, probabilities, near_pixel, near_feature, *precision_recall(beside, features[: len(beside)])
    )


@lru_cache(maxsize=4)
def _observed_held_out(n: int) -> list[tuple[_Observed, NDArray[np.int64]]]:
    images, labels = load_images("mnist", "test")
    parts = [slice(i, i + n) for i in range(0, len(images) - n + 1, n)]
    return [(_observe(images[rows]), labels[rows]) for rows in parts]


def _held_out(n: int, data: str) -> dict[str, float]:
    """What n test digits score, by name: the mean over as many separate sets of n as there are."""
    shares = np.array(SHARES[data])
    measured = [observed.values(data, shares[labels]) for observed, labels in _observed_held_out(n)]
    return {name: float(np.mean([m[name] for m in measured])) for name in measured[0]}


@lru_cache(maxsize=32)
def _fid_bias(n: int, data: str) -> float:
    """Mean FID of n rows drawn from the reference itself, with replacement and a fixed seed: 0 were n infinite."""
    reference, random = _reference(), np.random.default_rng(0)
    weights = np.array(SHARES[data])[reference.labels]
    rows = random.choice(len(weights), (BIAS_DRAWS, n), p=weights / weights.sum())
    moments = [_moments(reference.features[row], None) for row in rows]
    return float(np.mean([_frechet(m, _reference_moments(data)) for m in moments]))
