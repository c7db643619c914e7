"""The statistics of generated digits, each a number of features, and what is looked at for all of them.

    seen = look(images, "mnist_full")     as the judge sees them
    values(seen, "mnist_full")            every score by name; `gan_core.metrics.images` puts them beside real digits

The reference are the 10,000 training digits that come with the app, weighed as the data of the run are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh, eigvalsh
from scipy.spatial.distance import cdist

from gan_core.data.images import SHARES
from gan_core.metrics import classifier
from gan_core.metrics import features as digits
from gan_core.metrics.copying import copying
from gan_core.metrics.points import Estimate, reverse_kl_modes
from gan_core.metrics.scored import Copying

Floats = NDArray[np.float64]

BESIDE = 2000  # at most so many real digits beside the fakes, where every one is compared with every other
NEIGHBOURS = 3  # k of precision and recall, as in the paper
DENSITY_NEIGHBOURS = 5  # k of density and coverage, as in the paper
KID_SUBSETS, KID_SIZE = 30, 500
PARTS = 5  # FD∞ looks at N, N/2, …, N/5 samples
SHUFFLES = 2


class Seen(NamedTuple):
    """N images as the judge sees them: features (N, 64), probabilities (N, 10), and the distance (N,) of each to the
    nearest digit that the run was trained on."""

    features: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    nearest: NDArray[np.float32]


def look(images: NDArray[np.uint8], data: str) -> Seen:
    features, probabilities = classifier.look(images)
    return Seen(features, probabilities, digits.load().nearest(features, data)[1])


def values(seen: Seen, data: str) -> dict[str, float]:
    """All scores by name, of images that were looked at."""
    beside, near, wide = _beside(min(len(seen.features), BESIDE))  # as many real digits as fakes
    fakes = seen.features[: len(beside)]
    across = cdist(beside, fakes)
    precision, recall = _precision_recall(across, near, _reach(fakes, NEIGHBOURS))
    density, coverage = _density_coverage(across, wide, DENSITY_NEIGHBOURS)
    return {
        "fid": _frechet(_moments(seen.features, None), _reference_moments(data)),
        "fid_infinite": _infinite(seen.features, _reference_moments(data)),
        "kid": _kid_to_reference(seen.features, data),
        "class_kl": class_kl(class_histogram(seen.probabilities), data).value,
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
        "confidence": float(seen.probabilities.max(1).mean()),
        "nearest": float(seen.nearest.mean()),
    }


def copies(seen: Seen, data: str) -> Copying:
    """Whether training digits are shown again, beside all 10,000 test digits."""
    known = digits.load()
    return copying(
        seen.nearest, seen.probabilities.argmax(1), known.test_nearest[data],
        known.held_out_probabilities.argmax(1), len(known.searched(data)),
    )  # fmt: skip


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
    return _precision_recall(cdist(real, fake), _reach(real, k), _reach(fake, k))


def _precision_recall(across: Floats, real_reach: Floats, fake_reach: Floats) -> tuple[float, float]:
    inside_real, inside_fake = across <= real_reach[:, None], across <= fake_reach[None, :]
    return float(inside_real.any(0).mean()), float(inside_fake.any(1).mean())


def density_coverage(real: NDArray, fake: NDArray, k: int = DENSITY_NEIGHBOURS) -> tuple[float, float]:
    """(density, coverage) of features (n, d) and (m, d): unlike precision and recall they look only at the balls around
    real samples, so one outlier among the fakes does not make a large ball.

    density   1/(k m) Σ_fakes #{real balls that the fake lies in}; 1 in expectation if both are of one distribution
    coverage  share of real balls with a fake in them; of n = m → ∞ samples of one distribution 1 − 2⁻ᵏ
    Source: Naeem et al. 2020. Raises ValueError below k + 1 real samples.
    """
    if min(len(real), len(fake) + k) <= k:
        raise ValueError(f"the {k}-th neighbour needs {k + 1} real samples and a fake one")
    return _density_coverage(cdist(real, fake), _reach(real, k), k)


def _density_coverage(across: Floats, reach: Floats, k: int) -> tuple[float, float]:
    inside = across <= reach[:, None]
    return float(inside.sum() / (k * inside.shape[1])), float(inside.any(1).mean())


def kernel_distance(a: NDArray, b: NDArray) -> float:
    """Unbiased estimate of the squared maximum mean discrepancy of features (n, d) and (m, d), kernel (x·y/d + 1)³:

    mean_{i≠j} k(a_i, a_j) + mean_{i≠j} k(b_i, b_j) − 2 mean k(a_i, b_j). Source: Bińkowski et al. 2018.
    """

    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return _within(x) + _within(y) - 2 * float(_kernel(x, y).mean())


def _kernel(x: Floats, y: Floats) -> Floats:
    k = x @ y.T / x.shape[1] + 1
    return k * k * k


def _within(x: Floats) -> float:
    """Mean of k(x_i, x_j) over i ≠ j."""
    k = _kernel(x, x)
    return float((k.sum() - np.trace(k)) / (len(x) * (len(x) - 1)))


def frechet_infinite(a: ArrayLike, b: ArrayLike) -> float:
    """The Fréchet distance of a (n, d) and b (m, d) as n → ∞: see `scored.ImageScores`."""
    return _infinite(np.asarray(a, np.float64), _moments(b, None))


def _infinite(x: NDArray, reference: tuple[Floats, Floats]) -> float:
    """Where a line through (1/n, mean distance of n rows) meets 1/n = 0. The rows are shuffled, always alike, and cut
    into 1, 2, …, PARTS parts, so that at every n all of them count."""
    rng, n = np.random.default_rng(0), len(x)
    parts = [k for k in range(1, PARTS + 1) if n // k >= 2]
    sizes = np.array([n // k for k in parts])
    means = np.zeros(len(parts))
    for _ in range(SHUFFLES):
        order = rng.permutation(n)
        for i, (k, size) in enumerate(zip(parts, sizes, strict=True)):
            rows = order[: k * size].reshape(k, size)
            means[i] += np.mean([_frechet(_moments(x[row], None), reference) for row in rows]) / SHUFFLES
    return float(np.polyfit(1 / sizes, means, 1)[1]) if len(parts) > 1 else float(means[0])


def _kid_to_reference(x: NDArray, data: str) -> float:
    """Mean over pairs of subsets, always the same ones."""
    size = min(KID_SIZE, len(x))
    found: list[float] = []
    for real, within in _kid_subsets(data, size):
        fake = x[np.random.default_rng(len(found)).choice(len(x), size, replace=False)].astype(np.float64)
        found.append(_within(fake) + within - 2 * float(_kernel(fake, real).mean()))
    return float(np.mean(found))


@lru_cache(maxsize=4)
def _kid_subsets(data: str, size: int) -> list[tuple[Floats, float]]:
    """KID_SUBSETS sets of training digits (size, 64) with the shares of the data, and the kernel's mean within each."""
    known, rng = digits.load(), np.random.default_rng(0)
    weights = np.array(SHARES[data])[known.train_labels[known.embedded]]
    rows = [rng.choice(len(weights), size, replace=False, p=weights / weights.sum()) for _ in range(KID_SUBSETS)]
    return [(real, _within(real)) for real in (known.reference[row].astype(np.float64) for row in rows)]


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


@lru_cache(maxsize=len(SHARES))
def _reference_moments(data: str) -> tuple[Floats, Floats]:
    known = digits.load()
    return _moments(known.reference, np.array(SHARES[data])[known.train_labels[known.embedded]])


@lru_cache(maxsize=4)
def _beside(n: int) -> tuple[NDArray[np.float32], Floats, Floats]:
    """n training digits, and how far each one's neighbourhood reaches, for precision and for density."""
    real = digits.load().reference[:n]
    return real, _reach(real, NEIGHBOURS), _reach(real, DENSITY_NEIGHBOURS)
