"""Scores of digits against independent implementations, and on digits whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from gan_core.data import load_images
from gan_core.metrics.images import (
    ESTIMATES,
    SHARES,
    class_kl,
    frechet_distance,
    image_scores,
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


def test_real_digits_score_their_floors() -> None:
    """1,000 test digits are the yardstick itself; training digits are their own nearest neighbours."""
    test, train = load_images("mnist", "test")[0], load_images("mnist", "train")[0]
    halves = [image_scores(part) for part in (test[:1000], test[1000:])]
    for name in ESTIMATES:
        if name != "class_kl":
            mean = np.mean([s.estimates[name].value for s in halves])
            assert mean == pytest.approx(halves[0].estimates[name].floor, rel=0.01)
    assert halves[0].classes[3] == pytest.approx(100, abs=3) and sum(halves[0].classes) == 1000
    assert halves[0].fid_bias < halves[0].fid.floor
    # balanced digits are off the shares of the whole of MNIST, by little
    weighed = image_scores(test[:1000], "mnist_full")
    assert 0 < abs(weighed.fid.value - halves[0].fid.value) < 1
    assert weighed.class_kl.value > halves[0].class_kl.value
    learned = image_scores(train[-500:])
    assert learned.nearest_pixel.value == learned.nearest_feature.value == 0
    assert learned.nearest_pixel.floor > 1
    assert learned.fid.value < learned.fid.floor * 2


def test_bad_samples_score_badly() -> None:
    digits, labels = load_images("mnist", "train")
    ones = image_scores(digits[labels == 1][:200])
    assert ones.class_kl.value > 2 and ones.recall.value < 0.6 and ones.fid.value > 20 * ones.fid.floor
    noise = image_scores(rng.integers(0, 256, (200, 28, 28)).astype(np.uint8))
    assert noise.nearest_pixel.value > 2 * noise.nearest_pixel.floor and noise.fid.value > 20 * noise.fid.floor
    black = image_scores(np.zeros((200, 28, 28), np.uint8))
    assert black.fid.value > 20 * black.fid.floor and np.isfinite(list(black.estimates.values())).all()
    with pytest.raises(ValueError, match="at least 10"):
        image_scores(digits[:9])
    with pytest.raises(ValueError, match="mnist or mnist_full"):
        image_scores(digits[:10], "ring")
