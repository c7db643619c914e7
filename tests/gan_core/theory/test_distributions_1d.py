"""Distributions on a line: moments, quantiles and draws are of one and the same; bad shapes are refused."""

import math

import numpy as np
import pytest

from gan_core.theory.distributions_1d import GaussianMixture, Histogram, Sample, binned, quantile
from tests.gan_core.theory.test_divergences_1d import LINE, ONE, numbers


@pytest.mark.parametrize("p", [*LINE.values(), numbers(50, 5)], ids=[*LINE, "sample"])
def test_moments_quantiles_and_draws_are_of_the_same_distribution(p):
    x = p.draw((40_000,), np.random.default_rng(0))
    mass, mean, square = p.moments(p.breaks[-1:])[:, 0]
    assert mass == pytest.approx(1, abs=1e-12)
    assert x.mean() == pytest.approx(mean, abs=0.03) and (x**2).mean() == pytest.approx(square, rel=0.03)
    places = np.array([-1.2, 0.1, 1.9])
    np.testing.assert_allclose(p.moments(places)[0], [(x <= at).mean() for at in places], atol=0.01)
    np.testing.assert_allclose(p.moments(places)[1], [(x * (x <= at)).mean() for at in places], atol=0.02)
    u = np.array([0.05, 0.33, 0.8])
    assert (p.moments(quantile(p, u))[0] >= u).all()
    assert (p.moments(np.nextafter(quantile(p, u), -np.inf) - 1e-9)[0] <= u + 1e-12).all()


def test_bins_hold_all_the_mass_and_what_lies_beyond_is_in_the_last_ones():
    found = binned(GaussianMixture.gaussian(0.0, 1.0), [-1.0, 0.0, 1.0])
    np.testing.assert_allclose(found.masses, [0.5, 0.5], atol=1e-12)
    np.testing.assert_allclose(binned(Sample([-3.0, 0.5, 7.0, 8.0]), [0.0, 1.0, 2.0]).masses, [0.5, 0.5])


def test_densities_by_hand():
    bars = Histogram([0.0, 1.0, 3.0], [1.0, 1.0])
    np.testing.assert_allclose(np.exp(bars.log_pdf([-0.1, 0.5, 1.0, 3.0, 3.1])), [0, 0.5, 0.25, 0.25, 0])
    assert float(ONE.log_pdf(0.4)) == pytest.approx(-math.log(1.3 * math.sqrt(2 * math.pi)), abs=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda: GaussianMixture(np.ones(2), np.zeros(1), np.ones(1)),
        lambda: GaussianMixture.gaussian(0.0, 0.0),
        lambda: Histogram(np.array([0.0, 1.0]), np.array([0.0])),
        lambda: Histogram(np.array([1.0, 0.0]), np.array([1.0])),
        lambda: Sample(np.array([])),
        lambda: Sample(np.array([1.0, np.nan])),
    ],
)
def test_wrong_shapes_are_answered_with_a_sentence(make):
    with pytest.raises(ValueError, match=r"[a-z].*\."):
        make()
