"""The statistics of digits against independent implementations, and where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from gan_core.data import load_images
from gan_core.data.images import SHARES
from gan_core.metrics import classifier, features
from gan_core.metrics.image_statistics import (
    class_kl,
    density_coverage,
    frechet_distance,
    frechet_infinite,
    kernel_distance,
    precision_recall,
)
from gan_core.metrics.nearest import nearest_rows

rng = np.random.default_rng(0)


def exact_moments(n: int, mean: np.ndarray, root: np.ndarray) -> np.ndarray:
    """n rows whose sample mean is `mean` and whose sample covariance is root·rootᵀ, up to rounding."""
    x = rng.normal(size=(n, len(mean)))
    x -= x.mean(0)
    white = np.linalg.solve(np.linalg.cholesky(np.cov(x, rowvar=False)), x.T)
    return (root @ white).T + mean


def test_frechet_distance_knows_the_answer() -> None:
    """Commuting covariances have a closed form; the others are compared with SciPy's square root of a matrix."""
    d, diagonal_a, diagonal_b = 6, np.linspace(0.5, 3, 6), np.linspace(2, 0.1, 6)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    shift = rng.normal(size=d)
    a = exact_moments(50, np.zeros(d), turn @ np.diag(diagonal_a))
    b = exact_moments(80, shift, turn @ np.diag(diagonal_b))
    known = shift @ shift + np.square(diagonal_a - diagonal_b).sum()
    assert frechet_distance(a, b) == pytest.approx(known, rel=1e-9)
    assert frechet_distance(b, a) == pytest.approx(known, rel=1e-9)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    for _ in range(5):
        root_a, root_b = rng.normal(size=(2, d, d))
        a, b = exact_moments(40, shift, root_a), exact_moments(40, np.zeros(d), root_b)
        cov_a, cov_b = root_a @ root_a.T, root_b @ root_b.T
        known = shift @ shift + np.trace(cov_a + cov_b - 2 * np.real(sqrtm(cov_a @ cov_b)))
        assert frechet_distance(a, b) == pytest.approx(known, rel=1e-8)


def test_frechet_distance_of_what_is_flat_weighted_or_no_sample() -> None:
    x = rng.normal(size=(30, 4))
    point = np.ones((10, 4))  # no spread at all: a collapsed generator
    known = np.square(x.mean(0) - 1).sum() + np.trace(np.cov(x, rowvar=False))
    assert frechet_distance(x, point) == pytest.approx(known)
    twice = np.array([2.0, 1.0, 1.0])
    shifted = frechet_distance(x[:3], point, twice)
    mean = np.average(x[:3], axis=0, weights=twice)
    assert shifted == pytest.approx(np.square(mean - 1).sum() + np.trace(np.cov(x[:3], rowvar=False, aweights=twice)))
    for bad in (np.ones((1, 4)), np.full((3, 4), np.nan), np.ones(4)):
        with pytest.raises(ValueError, match="two rows"):
            frechet_distance(x, bad)


def test_precision_and_recall_by_brute_force() -> None:
    real, fake, k = rng.normal(size=(40, 3)), 0.5 + 0.6 * rng.normal(size=(30, 3)), 3

    def inside(points: np.ndarray, manifold: np.ndarray) -> float:
        hits = 0
        for point in points:
            for i, centre in enumerate(manifold):
                others = [np.linalg.norm(centre - o) for j, o in enumerate(manifold) if j != i]
                if np.linalg.norm(point - centre) <= sorted(others)[k - 1]:
                    hits += 1
                    break
        return hits / len(points)

    assert precision_recall(real, fake, k) == (inside(fake, real), inside(real, fake))
    assert 0 < inside(real, fake) < inside(fake, real) <= 1
    assert precision_recall(real, real + 100) == (0, 0)
    assert precision_recall(real, real) == (1, 1)
    with pytest.raises(ValueError, match="needs 4 samples"):
        precision_recall(real, fake[:3])


def test_density_and_coverage_by_brute_force() -> None:
    """Naeem et al. 2020, equations 4 and 5, as they stand there."""
    real, fake, k = rng.normal(size=(40, 3)), 0.5 + 0.6 * rng.normal(size=(30, 3)), 5
    reach = [sorted(np.linalg.norm(x - y) for y in real)[k] for x in real]  # the 0-th is x itself
    within = np.array([[np.linalg.norm(y - x) <= r for y in fake] for x, r in zip(real, reach, strict=True)])
    assert density_coverage(real, fake, k) == (within.sum() / (k * 30), within.any(1).mean())
    assert density_coverage(real, real + 100) == (0, 0)
    with pytest.raises(ValueError, match="needs 6 real"):
        density_coverage(real[:5], fake)
    # of one distribution: density 1, coverage 1 − 2⁻ᵏ; both of many samples (Naeem et al., lemmas 1 and 2)
    found = np.mean([density_coverage(*rng.normal(size=(2, 400, 2))) for _ in range(20)], 0)
    assert found[0] == pytest.approx(1, abs=0.05) and found[1] == pytest.approx(1 - 2**-5, abs=0.01)


def test_the_kernel_distance_is_unbiased_and_agrees_with_loops() -> None:
    a, b = rng.normal(size=(7, 3)), 0.3 + rng.normal(size=(9, 3))

    def kernel(x: np.ndarray, y: np.ndarray) -> float:
        return float((x @ y / 3 + 1) ** 3)

    within = [np.mean([kernel(x[i], x[j]) for i in range(len(x)) for j in range(len(x)) if i != j]) for x in (a, b)]
    across = np.mean([kernel(x, y) for x in a for y in b])
    assert kernel_distance(a, b) == pytest.approx(sum(within) - 2 * across, rel=1e-12)
    same = [kernel_distance(*rng.normal(size=(2, 30, 3))) for _ in range(400)]
    assert abs(np.mean(same)) < 4 * np.std(same) / 20  # 0 in expectation, however few the samples
    assert np.mean([kernel_distance(x, 1 + x[::-1]) for x in rng.normal(size=(20, 30, 3))]) > 10 * np.std(same)


def test_the_infinite_frechet_distance_has_no_bias() -> None:
    """Against 100,000 samples of the same Gaussian: 400 of them score 0 + c/N, and without the bias about 0."""
    d = 16
    reference = rng.normal(size=(100_000, d))
    finite, infinite = np.array(
        [(frechet_distance(x, reference), frechet_infinite(x, reference)) for x in rng.normal(size=(30, 400, d))]
    ).T
    assert finite.mean() > 0.1  # c = d(d + 7)/8 + …: .2 here
    assert abs(infinite.mean()) < 0.1 * finite.mean()
    shifted = frechet_infinite(1 + rng.normal(size=(400, d)), reference)
    assert shifted == pytest.approx(d, rel=0.1)


def test_nearest_rows_by_brute_force() -> None:
    rows, queries = rng.random((300, 20), np.float32), rng.random((260, 20), np.float32)
    queries[7] = rows[11]
    distances = np.linalg.norm(rows[None] - queries[:, None], axis=2)
    index, distance = nearest_rows(rows, queries)
    assert (index == distances.argmin(1)).all()
    np.testing.assert_allclose(distance, distances.min(1), rtol=1e-5, atol=1e-7)
    assert index[7] == 11 and distance[7] == 0
    assert [len(a) for a in nearest_rows(rows, queries[:0])] == [0, 0]


def test_class_kl_and_its_floor() -> None:
    assert class_kl([10] * 10) == (0, pytest.approx(9 / 200))
    assert class_kl([100, *[0] * 9]).value == pytest.approx(np.log(10))
    # the shares of the whole of MNIST are unequal: ones are the most frequent, fives the rarest
    shares = np.array(SHARES["mnist_full"])
    assert shares.sum() == pytest.approx(1) and shares.argmax() == 1 and shares.argmin() == 5
    assert class_kl(np.round(shares * 60_000), "mnist_full").value == pytest.approx(0, abs=1e-12)
    draws = [class_kl(rng.multinomial(1000, shares), "mnist_full").value for _ in range(2000)]
    assert np.mean(draws) == pytest.approx(9 / 2000, rel=0.05)


def test_what_real_digits_score_depends_on_how_they_are_cut() -> None:
    """The 2,000 test digits that come with the app: cut at random two halves score 3.2 ± .6, all together 1.34. In file
    order the halves are of different hands and score 7.6: no floor."""
    seen, reference = classifier.features(load_images("mnist", "test")[0]), features.load().reference
    found = []
    for _ in range(15):
        order = rng.permutation(2000)
        found += [frechet_distance(seen[half], reference) for half in (order[:1000], order[1000:])]
    assert np.mean(found) == pytest.approx(3.2, abs=0.3) and np.std(found) == pytest.approx(0.6, abs=0.3)
    assert frechet_distance(seen, reference) == pytest.approx(1.34, abs=0.1)
    assert np.mean([frechet_distance(half, reference) for half in (seen[:1000], seen[1000:])]) > 7
