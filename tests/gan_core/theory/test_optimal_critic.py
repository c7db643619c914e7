"""The optimal discriminator and critic: no other is better, and what they hand on has a closed form."""

import math

import numpy as np
import pytest
from scipy import stats

from gan_core import theory
from gan_core.theory.distributions_1d import GaussianMixture, Histogram
from gan_core.theory.divergences_1d import w1
from gan_core.theory.optimal_critic import exact_duel, kantorovich, pulls

LN2 = math.log(2)

NEAR = (GaussianMixture.gaussian(0, 1), GaussianMixture.gaussian(2, 1))


def test_optimal_discriminator_is_the_share_of_the_real_density():
    x = np.linspace(-5, 7, 101)
    p, q = stats.norm(0, 1), stats.norm(2, 0.7)
    expected = p.pdf(x) / (p.pdf(x) + q.pdf(x))
    np.testing.assert_allclose(theory.optimal_discriminator(p.logpdf(x), q.logpdf(x)), expected, atol=1e-12)
    assert theory.optimal_discriminator(-1e5, -2e5) == 1  # where both densities underflow
    assert theory.optimal_discriminator(0.0, -math.inf) == 1
    assert math.isnan(theory.optimal_discriminator(-math.inf, -math.inf))


@pytest.mark.parametrize("distance", [0.0, 0.5, 1.0, 2.0, 6.0])
def test_the_optimal_discriminator_reaches_the_optimal_value_and_no_other_does(distance):
    x = np.linspace(-12, 18, 6001)
    log_p, log_q = stats.norm(0, 1).logpdf(x), stats.norm(distance, 1).logpdf(x)
    p, q, best = np.exp(log_p), np.exp(log_q), log_p - log_q
    value = theory.value_of_the_game(best, p, q, x)
    assert value == pytest.approx(theory.optimal_value(theory.gaussian_jsd(distance)), abs=1e-9)
    for other in (best + 0.3, 0.8 * best - 0.1, np.full_like(x, -0.4)):
        assert theory.value_of_the_game(other, p, q, x) < value - 1e-5


def test_value_of_the_game_at_the_ends():
    assert theory.optimal_value(0.0) == pytest.approx(-1.386294, abs=1e-6)
    assert theory.optimal_value(LN2) == 0
    x = np.linspace(0, 3, 3001)
    p, q = (x < 1).astype(float), (x > 2).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.log(p) - np.log(q)
    assert np.isnan(best).any()  # between them, where D does not matter
    assert theory.value_of_the_game(best, p, q, x) == 0
    assert theory.value_of_the_game(-best, p, q, x) == -math.inf


@pytest.mark.parametrize(
    "p, x, message",
    [
        ([1.0, -1.0, 1.0], [0, 1, 2], "nowhere below 0"),
        ([0.0, 0.0, 0.0], [0, 1, 2], "above 0 somewhere"),
        ([1.0, np.nan, 1.0], [0, 1, 2], "finite"),
        ([1.0, 1.0, 1.0], [0, 2, 1], "ascending"),
    ],
)
def test_what_is_no_density_is_refused(p, x, message):
    with pytest.raises(ValueError, match=message):
        theory.value_of_the_game(0.0, p, np.ones(3), x)


# --- On a line --------------------------------------------------------------------------------------------------------

PAIRS = {
    "gaussians": NEAR,
    "wider": (GaussianMixture.gaussian(0, 0.5), GaussianMixture.gaussian(1, 2)),
    "modes": (GaussianMixture(np.ones(2), np.array([-2.0, 2.0]), np.full(2, 0.5)), GaussianMixture.gaussian(2, 0.5)),
    "bars": (Histogram(np.arange(4.0), np.array([1.0, 0, 2])), Histogram(np.arange(1.0, 5), np.array([2.0, 1, 1]))),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_optimal_critic_has_slope_one_and_attains_w1(name: str) -> None:
    p, q = PAIRS[name]
    low, high = min(p.breaks[0], q.breaks[0]), max(p.breaks[-1], q.breaks[-1])
    x = np.linspace(low, high, 20_001)
    f, slope = kantorovich(p, q, x)
    assert np.abs(np.diff(f)).max() <= (x[1] - x[0]) * (1 + 1e-9)  # 1-Lipschitz
    assert set(np.unique(slope)) <= {-1.0, 0.0, 1.0}

    def mean(d: GaussianMixture) -> float:  # ∫ f dP with the mass of each small piece at its middle
        return float(np.diff(d.moments(x)[0]) @ (f[1:] + f[:-1]) / 2)

    assert mean(p) - mean(q) == pytest.approx(w1(p, q), abs=1e-4)
    assert mean(p) == pytest.approx(0, abs=2e-3)


def test_the_optimal_discriminator_saturates_where_the_critic_does_not() -> None:
    p, q = GaussianMixture.gaussian(0, 0.5), GaussianMixture.gaussian(4, 0.5)
    x = np.linspace(-1, 5, 601)
    exact = exact_duel(p, q, x)
    # two Gaussians of one width: a = (d²/2 − dx)/s² about the middle, and a' = −d/s²
    logit = (8 - 4 * x) / 0.25
    np.testing.assert_allclose(exact["discriminator"], 1 / (1 + np.exp(-logit)), atol=1e-9)
    np.testing.assert_allclose(exact["minimax"], exact["discriminator"] * -16, atol=1e-6)
    at = np.argmin(np.abs(x - 4))
    assert abs(exact["minimax"][at]) < 1e-9 < 1 == abs(exact["wasserstein"][at])
    assert exact["non_saturating"][at] == pytest.approx(-16)
    assert (exact["wasserstein"] == -1).all()


def test_the_two_pulls_of_d_add_up_to_the_slope_of_its_logit() -> None:
    a, slope = np.linspace(-800, 800, 33), np.linspace(-2, 2, 33)
    found = pulls(a, slope)
    np.testing.assert_allclose(found["minimax"] + found["non_saturating"], slope, atol=1e-12)
    np.testing.assert_array_equal(found["wasserstein"], slope)
