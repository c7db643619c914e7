"""D against D*: where both densities are Gaussians all is known, and no D has a smaller gap than D*."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.metrics.optimum import cell, densities, gap_floor, optimum

EXTENT = (-4.0, 4.0, -4.0, 4.0)
SIDE = 50
CENTRES, WEIGHTS, STD = np.array([[-1.0, 0.0], [1.0, 0.5]]), np.array([1.0, 3.0]), 0.3
TICKS = np.linspace(-4, 4, SIDE)


def normal(x: np.ndarray, centre: tuple[float, float], std: float) -> np.ndarray:
    squares = np.square(x - np.array(centre)).sum(-1)
    return np.exp(-squares / (2 * std**2)) / (2 * np.pi * std**2)


GRID = np.stack(np.meshgrid(TICKS, TICKS), -1)  # [i, j] = (x_j, y_i)
H = cell(EXTENT, SIDE)


def test_the_blurred_mixture_is_exact_and_the_estimate_unbiased() -> None:
    draws = np.random.default_rng(0)
    fake = draws.normal([0.5, -0.5], 0.6, (200_000, 2))
    p, q = densities(fake, CENTRES, WEIGHTS, STD, EXTENT, SIDE, H)
    blurred = np.hypot(STD, H)
    exact = 0.25 * normal(GRID, (-1, 0), blurred) + 0.75 * normal(GRID, (1, 0.5), blurred)
    np.testing.assert_allclose(p, exact, atol=1e-9)
    np.testing.assert_allclose(q, normal(GRID, (0.5, -0.5), np.hypot(0.6, H)), atol=0.01)
    assert p.sum() * H**2 == pytest.approx(1, abs=1e-6) and q.sum() * H**2 == pytest.approx(1, abs=1e-6)


def test_the_best_d_has_no_gap_and_every_other_has_one() -> None:
    fake = np.random.default_rng(1).normal(0, 1, (512, 2))
    p, q = densities(fake, CENTRES, WEIGHTS, STD, EXTENT, SIDE, H)
    best = np.log(p / q)
    found = optimum(best, fake, CENTRES, WEIGHTS, STD, EXTENT)
    np.testing.assert_allclose(found.discriminator, p / (p + q))
    assert found.gap == pytest.approx(0, abs=1e-6) and found.distance.max() < 1e-9 and found.blur == H
    for other in (best + 0.5, best - 0.5, 0.5 * best, np.zeros_like(best)):
        worse = optimum(other, fake, CENTRES, WEIGHTS, STD, EXTENT)
        assert worse.gap > 0.01 and worse.distance.max() > 0.05


def test_the_gap_of_a_blind_d_is_twice_the_jsd() -> None:
    """V(G, D*) − V(G, ½) = 2 JSD, of distributions that do not overlap 2 ln 2."""
    fake = np.random.default_rng(1).normal([-3, -3], 0.05, (256, 2))
    found = optimum(np.zeros((SIDE, SIDE)), fake, np.array([[3.0, 3.0]]), np.ones(1), 0.05, EXTENT)
    assert found.gap == pytest.approx(2 * np.log(2), rel=1e-4)


def test_a_d_that_is_sure_and_wrong_misses_more_than_a_blind_one() -> None:
    fake = np.random.default_rng(1).normal(-1, 0.3, (256, 2))
    p, q = densities(fake, CENTRES, WEIGHTS, STD, EXTENT, SIDE, H)
    gaps = [optimum(k * np.log(p / q), fake, CENTRES, WEIGHTS, STD, EXTENT).gap for k in (-1e6, -1, 0, 0.5, 1)]
    assert all(np.isfinite(gaps)) and gaps == sorted(gaps, reverse=True)


def test_instance_noise_above_a_cell_is_the_blur() -> None:
    fake = np.zeros((8, 2))
    assert optimum(np.zeros((SIDE, SIDE)), fake, CENTRES, WEIGHTS, STD, EXTENT, blur=0.5).blur == 0.5
    assert optimum(np.zeros((SIDE, SIDE)), fake, CENTRES, WEIGHTS, STD, EXTENT, blur=0.01).blur == H


def test_the_floor_falls_with_the_samples_and_a_perfect_generator_reads_it() -> None:
    few, many = (gap_floor(CENTRES, WEIGHTS, STD, EXTENT, SIDE, n) for n in (128, 2048))
    assert 0 < many.low <= many.median <= many.high < few.low / 3 and many.median < few.median / 4
    draws = np.random.default_rng(5)
    at = CENTRES[draws.choice(2, 512, p=WEIGHTS / 4)] + STD * draws.standard_normal((512, 2))
    found = optimum(np.zeros((SIDE, SIDE)), at, CENTRES, WEIGHTS, STD, EXTENT)
    assert found.gap == pytest.approx(gap_floor(CENTRES, WEIGHTS, STD, EXTENT, SIDE, 512).median, rel=0.5)
