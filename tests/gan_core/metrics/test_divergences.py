"""Divergences, and what one real sample says of their floors, against fresh samples and known rates."""

import math

import numpy as np
import pytest

from gan_core import metrics
from gan_core.metrics.divergences import (
    assignment_distance,
    cdf_distance,
    cells,
    histogram_divergence,
    transport_repeats,
    window,
)
from tests.gan_core.metrics.test_points import DATA, RING, gaussian, ring


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("n_real, n_fake, tolerance", [(500, 500, 0.25), (2500, 500, 0.12)])
def test_identical_distributions_score_at_the_floor(name, n_real, n_fake, tolerance):
    """Mean value over fresh samples against the mean floor: a floor that is off by more would mislead a reader."""
    draw = DATA[name]
    pairs = [(draw(n_real, 2 * s), draw(n_fake, 2 * s + 1)) for s in range(16)]
    for measure in (metrics.jensen_shannon, metrics.kl_divergence, lambda x, y: metrics.wasserstein1(x, y, 100)):
        estimates = np.array([measure(*pair) for pair in pairs])
        value, floor = estimates.mean(axis=0)
        noise = 2 * estimates.std(axis=0).sum() / math.sqrt(len(pairs))
        assert abs(value - floor) < tolerance * floor + noise
        assert floor < 0.6 * measure(pairs[0][0], RING[np.zeros(n_fake, int)] + 5).value


@pytest.mark.parametrize("name", ["ring", "gaussian"])
def test_the_floor_holds_where_samples_do_not_outnumber_cells(name):
    """900 cells and 450 samples: the usual formula (K − 1)/4N would say .5 of the Gaussian."""
    estimates = np.array(
        [metrics.jensen_shannon(DATA[name](450, s), DATA[name](450, s + 99), bins=30) for s in range(16)]
    )
    value, floor = estimates.mean(axis=0)
    assert floor == pytest.approx(value, rel=0.25)


def test_the_floor_does_not_depend_on_the_fake_sample():
    real = ring(500, 0)
    for measure in (metrics.jensen_shannon, metrics.kl_divergence, metrics.wasserstein1):
        floors = {measure(real, fake).floor for fake in (ring(500, 1), gaussian(500, 1), np.full((500, 2), np.nan))}
        assert len(floors) == 1


def test_floor_of_w1_of_a_gaussian_is_the_known_rate():
    x = np.random.default_rng(1).normal(size=20_000)
    # E W1 of two samples = ∫ E|F − G| → √(2/n) · √(2/π) · ∫ √(Φ(1 − Φ)) = 1.78/√n
    assert metrics.wasserstein1(x[:1000], x[1000:2000]).floor == pytest.approx(1.78 / math.sqrt(1000), rel=0.4)
    floors = [metrics.wasserstein1(x[i : i + 500], x[:500]).floor for i in range(0, 20_000, 500)]
    assert np.mean(floors) == pytest.approx(1.78 / math.sqrt(500), rel=0.08)


@pytest.mark.slow
def test_w1_of_the_ring_floor_at_256_points():
    floors = [metrics.wasserstein1(ring(1024, s), ring(256, 1), 256).floor for s in range(8)]
    assert np.mean(floors) == pytest.approx(0.21, rel=0.15)


def test_a_window_is_a_square_with_a_margin_or_what_was_asked_for():
    points = np.array([[0.0, 0.0], [4.0, 1.0]])
    low, high = window(points, None)
    np.testing.assert_allclose([low, high], [[-0.2, -1.7], [4.2, 2.7]])
    np.testing.assert_allclose(window(points, (0, 1, 2, 3)), [[0, 2], [1, 3]])
    with pytest.raises(ValueError, match="is not a window"):
        window(points, (0, 1, 3, 2))


def test_cells_are_counted_row_by_row_and_what_is_outside_is_the_last():
    low, high = np.zeros(2), np.ones(2)
    points = np.array([[0.0, 0.0], [0.6, 0.0], [0.0, 0.6], [1.0, 1.0], [1.1, 0.5], [np.nan, 0.5]])
    assert cells(points, low, high, 2).tolist() == [0, 1, 2, 3, 4, 4]


def test_divergences_of_counts_by_hand():
    p, q = np.array([4, 0]), np.array([0, 7])
    assert float(histogram_divergence(p, q, "jsd")) == pytest.approx(math.log(2))
    assert float(histogram_divergence(p, p, "jsd")) == float(histogram_divergence(p, p, "kl")) == 0
    # half a sample is added in every cell that anybody is in: (4.5, .5)/5 against (.5, 7.5)/8
    expected = 0.9 * math.log(0.9 / 0.0625) + 0.1 * math.log(0.1 / 0.9375)
    assert float(histogram_divergence(p, q, "kl")) == pytest.approx(expected)


def test_distances_on_a_line_agree_with_the_assignment():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 1)), rng.normal(size=(40, 1)) + 0.5
    assert cdf_distance(x[:, 0], y[:, 0]) == pytest.approx(assignment_distance(x, y), abs=1e-12)
    assert assignment_distance(np.array([[np.inf]]), np.zeros((1, 1))) == math.inf


def test_transport_is_repeated_as_often_as_a_second_allows():
    assert [transport_repeats(n, 2) for n in (50, 200, 500, 1000, 5000)] == [64, 64, 40, 10, 8]
    assert transport_repeats(100_000, 1) == 64
