"""Gaussians on a line against published values, numerical integration and finite differences."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import rel_entr

from gan_core import theory

LN2 = math.log(2)


def integral(f, low=-40.0, high=60.0, points=None):
    return integrate.quad(f, low, high, epsabs=1e-13, epsrel=1e-13, limit=400, points=points)[0]


def normal(m, s=1.0):
    return stats.norm(m, s).pdf


@pytest.mark.parametrize(
    "d, jsd, non_saturating, saturating",
    [(1, 0.111421, 0.602027, 0.397973), (2, 0.336831, 1.550400, 0.449600), (6, 0.689298, 5.987547, 0.012453)],
)
def test_reference_values_of_two_gaussians(d, jsd, non_saturating, saturating):
    assert theory.gaussian_jsd(d) == pytest.approx(jsd, abs=1e-6)
    assert theory.gaussian_gradients(d) == pytest.approx((non_saturating, saturating), abs=1e-6)


@pytest.mark.parametrize("d", [1e-3, 0.1, 0.7, 1.0, 3.3, 6.0, 9.0])
def test_gaussian_jsd_equals_numerical_integration(d):
    p, q = normal(0), normal(d)

    def half(f, g):
        return integral(
            lambda x: f(x) * math.log(2 * f(x) / (f(x) + g(x))) if f(x) else 0.0, -12, d + 12, [0, d / 2, d]
        )

    assert theory.gaussian_jsd(d) == pytest.approx((half(p, q) + half(q, p)) / 2, abs=1e-9)


def test_gaussian_jsd_at_the_ends():
    assert theory.gaussian_jsd(0.0) == 0
    assert theory.gaussian_jsd(1e-2) == pytest.approx(1e-4 / 8, rel=1e-4)  # d²/8 + O(d⁴)
    np.testing.assert_allclose(theory.gaussian_jsd([15.0, 40.0, 1e3, -1e3]), LN2, atol=1e-12)
    distances = np.linspace(0, 20, 201)
    assert (np.diff(theory.gaussian_jsd(distances)) >= -1e-15).all()
    np.testing.assert_allclose(theory.gaussian_jsd(-distances), theory.gaussian_jsd(distances), atol=1e-14)


@given(st.floats(-60, 60))
def test_the_two_gradients_add_up_to_the_distance(d):
    assert sum(theory.gaussian_gradients(d)) == pytest.approx(d, abs=1e-10)


@pytest.mark.parametrize("d", [0.3, 1.0, 2.0, 4.5])
def test_gradients_equal_those_of_the_loss_with_the_discriminator_frozen(d):
    h = 1e-5

    def logit(x):
        return d**2 / 2 - d * x  # of D* for q = N(d, 1)

    def derivative(loss):
        at = [integral(lambda x, m=m: normal(m)(x) * float(loss(logit(x))), -12, d + 12) for m in (d - h, d + h)]
        return (at[1] - at[0]) / (2 * h)

    expected = derivative(theory.non_saturating_loss), derivative(theory.minimax_loss)
    assert theory.gaussian_gradients(d) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("d", [0.3, 1.0, 2.0, 4.5])
def test_theorem_of_arjovsky_and_bottou_about_gradients_and_not_values(d):
    """∇E_q[−log D*] = ∇(KL(q ‖ p) − 2 JSD), and the value itself is ln 2 + KL(q ‖ p) − KL(q ‖ m)."""
    h = 1e-4
    target = [theory.gaussian_kl(t) - 2 * theory.gaussian_jsd(t) for t in (d - h, d + h)]
    assert theory.gaussian_gradients(d)[0] == pytest.approx((target[1] - target[0]) / (2 * h), abs=1e-6)
    x = np.linspace(-12, d + 12, 8001)
    p, q = normal(0)(x), normal(d)(x)
    value = np.trapezoid(q * theory.non_saturating_loss(d**2 / 2 - d * x), x)
    assert value == pytest.approx(LN2 + np.trapezoid(rel_entr(q, p) - rel_entr(q, (p + q) / 2), x), abs=1e-9)


def test_saturating_gradient_vanishes_far_away_and_is_not_rounded_to_zero():
    far = theory.gaussian_gradients(20.0)
    assert 0 < far[1] < 1e-19
    assert far[0] == pytest.approx(20, abs=1e-12)


PAIRS = [(0, 1, 1, 2), (1, 2, 0, 1), (0, 1, 3, 1), (0, 1, 0, 0.2), (-2, 0.5, 1.5, 0.9), (0, 1, 0.3, 1.001)]


def test_kl_of_gaussians_is_asymmetric():
    assert theory.kl_gaussians(0, 1, 1, 2) == pytest.approx(0.443147, abs=1e-6)
    assert theory.kl_gaussians(1, 2, 0, 1) == pytest.approx(1.306853, abs=1e-6)
    assert theory.kl_gaussians(0, 1, 3, 1) == theory.gaussian_kl(3) == 4.5


@pytest.mark.parametrize("m1, s1, m2, s2", PAIRS)
def test_gaussians_in_one_dimension_equal_numerical_integration(m1, s1, m2, s2):
    p, q = stats.norm(m1, s1), stats.norm(m2, s2)
    low, high = m1 - 14 * s1, m1 + 14 * s1
    kl = integral(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), low, high, [m1])
    assert theory.kl_gaussians(m1, s1, m2, s2) == pytest.approx(kl, abs=1e-9)
    everything = {"low": min(m1, m2) - 24, "high": max(m1, m2) + 24, "points": [m1, m2, (m1 + m2) / 2]}
    w1 = integral(lambda x: abs(p.cdf(x) - q.cdf(x)), **everything)
    assert theory.w1_gaussians(m1, s1, m2, s2) == pytest.approx(w1, abs=1e-9)
    tv = integral(lambda x: abs(p.pdf(x) - q.pdf(x)), **everything) / 2
    assert theory.tv_gaussians(m1, s1, m2, s2) == pytest.approx(tv, abs=1e-8)
    u = (np.arange(100_000) + 0.5) / 100_000
    w2 = math.sqrt(np.mean((p.ppf(u) - q.ppf(u)) ** 2))
    assert theory.w2_gaussians(m1, s1, m2, s2) == pytest.approx(w2, abs=1e-3)


def test_special_cases_of_gaussians():
    assert theory.w1_gaussians(1, 2, 1, 2) == theory.w2_gaussians(1, 2, 1, 2) == theory.tv_gaussians(1, 2, 1, 2) == 0
    assert theory.w1_gaussians(0, 1, -3, 1) == theory.gaussian_w1(-3) == 3
    for d in (0.0, 0.5, 2.0, 30.0):
        expected = 2 * stats.norm.cdf(d / 2) - 1
        assert theory.gaussian_tv(d) == pytest.approx(expected, abs=1e-12)
        assert theory.tv_gaussians(0, 2, 2 * d, 2) == pytest.approx(expected, abs=1e-12)
    with pytest.raises(ValueError, match="above 0"):
        theory.kl_gaussians(0, 0, 1, 1)
