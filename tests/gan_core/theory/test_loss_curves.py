"""The generator's losses against their definition, finite differences and their limits."""

import math

import numpy as np
import pytest
from scipy import optimize

from gan_core import theory
from gan_core.config import LOSSES

LN2 = math.log(2)

LOGITS = np.linspace(-50, 50, 401)


def test_losses_equal_their_definition_where_that_can_be_computed():
    a = np.linspace(-15, 15, 301)
    d = 1 / (1 + np.exp(-a))
    np.testing.assert_allclose(theory.minimax_loss(a), np.log(1 - d), atol=1e-9)
    np.testing.assert_allclose(theory.non_saturating_loss(a), -np.log(d), atol=1e-9)
    np.testing.assert_allclose(theory.minimax_gradient(a), -d, atol=1e-15)
    np.testing.assert_allclose(theory.non_saturating_gradient(a), -(1 - d), atol=1e-12)
    assert theory.minimax_loss(0.0) == pytest.approx(-LN2)
    assert theory.non_saturating_loss(0.0) == pytest.approx(LN2)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_gradients_are_the_slopes_of_the_losses(name):
    loss, gradient = getattr(theory, f"{name}_loss"), getattr(theory, f"{name}_gradient")
    h = 1e-5
    np.testing.assert_allclose((loss(LOGITS + h) - loss(LOGITS - h)) / (2 * h), gradient(LOGITS), atol=1e-8)


def test_no_overflow_wherever_the_discriminator_is_sure():
    extreme = np.array([-1e4, -750.0, -50.0, 0.0, 50.0, 750.0, 1e4])
    at_zero = LN2 * (extreme == 0)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(theory.minimax_loss(extreme), -np.maximum(extreme, 0) - at_zero, atol=1e-20)
        np.testing.assert_allclose(theory.non_saturating_loss(extreme), np.maximum(-extreme, 0) + at_zero, atol=1e-20)
        assert theory.minimax_loss(-50.0) == pytest.approx(-math.exp(-50), rel=1e-12)  # not rounded to 0
        np.testing.assert_allclose(theory.minimax_gradient(extreme), [0, 0, -math.exp(-50), -0.5, -1, -1, -1], atol=0)
        np.testing.assert_allclose(theory.non_saturating_gradient(extreme)[[0, 4]], [-1, -math.exp(-50)])


def test_ratio_of_the_gradients_is_exactly_exp_minus_a():
    ratio = theory.non_saturating_gradient(LOGITS) / theory.minimax_gradient(LOGITS)
    np.testing.assert_allclose(theory.gradient_ratio(LOGITS), ratio, rtol=1e-12)
    assert -theory.minimax_gradient(-10.0) == pytest.approx(4.54e-5, rel=1e-3)
    assert -theory.non_saturating_gradient(-10.0) == pytest.approx(0.99995, abs=1e-5)
    assert theory.gradient_ratio(-1000.0) == math.inf


def test_losses_and_slopes_of_the_probability():
    d = np.linspace(0.001, 0.999, 200)
    a = np.log(d / (1 - d))
    np.testing.assert_allclose(theory.minimax_loss_of_probability(d), theory.minimax_loss(a), atol=1e-12)
    np.testing.assert_allclose(theory.non_saturating_loss_of_probability(d), theory.non_saturating_loss(a), atol=1e-12)
    # the chain rule: d/da = d/dD · D(1 − D)
    chain = d * (1 - d)
    np.testing.assert_allclose(
        theory.minimax_gradient_of_probability(d) * chain, theory.minimax_gradient(a), atol=1e-12
    )
    slope = theory.non_saturating_gradient_of_probability(d)
    np.testing.assert_allclose(slope * chain, theory.non_saturating_gradient(a), atol=1e-12)
    assert theory.non_saturating_loss_of_probability(0.0) == math.inf
    assert theory.non_saturating_gradient_of_probability(0.0) == -math.inf
    assert theory.minimax_loss_of_probability(1.0) == -math.inf
    with pytest.raises(ValueError, match="probability"):
        theory.minimax_loss_of_probability(1.5)


def test_equilibrium_values_are_the_optimum_of_a_discriminator_that_sees_no_difference():
    """D's loss as a function of one constant output for both sides: the table has its minimum, and G's loss there."""
    softplus = lambda a: np.logaddexp(0, a)  # noqa: E731
    d_losses = {
        "minimax": lambda a: softplus(-a) + softplus(a),
        "non_saturating": lambda a: softplus(-a) + softplus(a),
        "least_squares": lambda a: ((a - 1) ** 2 + a**2) / 2,
        "hinge": lambda a: max(0, 1 - a) + max(0, 1 + a),
        "wasserstein": lambda a: a - a,
        "relativistic": lambda a: softplus(-(a - a)),
        "kl": lambda a: np.exp(a - 1) - a,
        "reverse_kl": lambda a: a - 1 + np.exp(-a),
        "pearson": lambda a: a**2 / 4 + a - a,
        "hellinger": lambda a: np.exp(a) + np.exp(-a) - 2,
        "mmd": lambda a: a - a,
        "feature_matching": lambda a: softplus(-a) + softplus(a),
    }
    g_losses = {
        "minimax": lambda a: -softplus(a),
        "non_saturating": lambda a: softplus(-a),
        "least_squares": lambda a: (a - 1) ** 2 / 2,
        "hinge": lambda a: -a,
        "relativistic": lambda a: softplus(a - a),
        "kl": lambda a: -np.exp(a - 1),
        "reverse_kl": lambda a: 1 - a,
        "pearson": lambda a: -(a**2) / 4 - a,
        "hellinger": lambda a: 1 - np.exp(a),
        "mmd": lambda a: a - a,
        "feature_matching": lambda a: a - a,  # of D's features, which a constant D has the same of on both sides
    }
    assert LOSSES.keys() == d_losses.keys()
    for name, (d_loss, g_loss) in ((name, facts.equilibrium) for name, facts in LOSSES.items()):
        found = optimize.minimize_scalar(d_losses[name], bounds=(-3, 3), method="bounded", options={"xatol": 1e-10})
        assert found.fun == pytest.approx(d_loss, abs=1e-12)
        if name == "wasserstein":
            assert g_loss is None
        else:
            free = name in ("hinge", "relativistic", "mmd")  # any output is as good, or any of a range
            best = 0.0 if free else found.x
            assert g_losses[name](best) == pytest.approx(g_loss, abs=1e-6)


def test_hinge_is_the_sum_of_the_two_and_never_flat() -> None:
    a = np.linspace(-20, 20, 41)
    np.testing.assert_allclose(theory.hinge_loss(a), theory.minimax_loss(a) + theory.non_saturating_loss(a), atol=1e-12)
    np.testing.assert_array_equal(theory.hinge_gradient(a), -np.ones(41))
    np.testing.assert_allclose(theory.hinge_gradient(a), theory.minimax_gradient(a) + theory.non_saturating_gradient(a))
