"""Floors: what two samples of the real distribution have between them, against fresh samples and known rates."""

import math

import numpy as np
import pytest

from gan_core import metrics
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


def test_w1_of_the_ring_floor_at_256_points():
    floors = [metrics.wasserstein1(ring(1024, s), ring(256, 1), 256).floor for s in range(8)]
    assert np.mean(floors) == pytest.approx(0.21, rel=0.15)
