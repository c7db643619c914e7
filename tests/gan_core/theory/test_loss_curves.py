"""The closed forms against published values, numerical integration, finite differences and large samples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from gan_core import metrics, theory

LN2 = math.log(2)
LOGITS = np.linspace(-50, 50, 401)


def integral(f, low=-40.0, high=60.0, points=None):
    return integrate.quad(f, low, high, epsabs=1e-13, epsrel=1e-13, limit=400, points=points)[0]


def normal(m, s=1.0):
    return stats.norm(m, s).pdf


# --- Losses --------------------------------------------------------------------------------------------------------


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
    np.testing.assert_allclose(theory.minimax_slope_of_probability(d) * chain, theory.minimax_gradient(a), atol=1e-12)
    slope = theory.non_saturating_slope_of_probability(d)
    np.testing.assert_allclose(slope * chain, theory.non_saturating_gradient(a), atol=1e-12)
    assert theory.non_saturating_loss_of_probability(0.0) == math.inf
    assert theory.non_saturating_slope_of_probability(0.0) == -math.inf
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
    }
    g_losses = {
        "minimax": lambda a: -softplus(a),
        "non_saturating": lambda a: softplus(-a),
        "least_squares": lambda a: (a - 1) ** 2 / 2,
        "hinge": lambda a: -a,
        "relativistic": lambda a: softplus(a - a),
    }
    assert theory.EQUILIBRIUM.keys() == d_losses.keys()
    for name, (d_loss, g_loss) in theory.EQUILIBRIUM.items():
        found = optimize.minimize_scalar(d_losses[name], bounds=(-3, 3), method="bounded", options={"xatol": 1e-10})
        assert found.fun == pytest.approx(d_loss, abs=1e-12)
        if name == "wasserstein":
            assert g_loss is None
        else:
            best = found.x if name in ("minimax", "non_saturating", "least_squares") else 0.0
            assert g_losses[name](best) == pytest.approx(g_loss, abs=1e-6)


# --- The optimal discriminator -------------------------------------------------------------------------------------


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


# --- Two unit Gaussians --------------------------------------------------------------------------------------------


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

    def slope(loss):
        at = [integral(lambda x, m=m: normal(m)(x) * float(loss(logit(x))), -12, d + 12) for m in (d - h, d + h)]
        return (at[1] - at[0]) / (2 * h)

    expected = slope(theory.non_saturating_loss), slope(theory.minimax_loss)
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
    assert value == pytest.approx(LN2 + theory.density_kl(q, p, x) - theory.density_kl(q, (p + q) / 2, x), abs=1e-9)


def test_saturating_gradient_vanishes_far_away_and_is_not_rounded_to_zero():
    far = theory.gaussian_gradients(20.0)
    assert 0 < far[1] < 1e-19
    assert far[0] == pytest.approx(20, abs=1e-12)


# --- Gaussians in general ------------------------------------------------------------------------------------------

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


def test_normals_in_several_dimensions():
    first, second = np.diag([1.0, 4.0]), np.diag([2.0, 0.25])
    by_axis = [(0, 1, 1, math.sqrt(2)), (0, 2, -1, 0.5)]
    mean1, mean2 = [0.0, 0.0], [1.0, -1.0]
    kl = sum(theory.kl_gaussians(*axis) for axis in by_axis)
    w2 = math.hypot(*(theory.w2_gaussians(*axis) for axis in by_axis))
    assert theory.kl_normals(mean1, first, mean2, second) == pytest.approx(kl, abs=1e-12)
    assert theory.w2_normals(mean1, first, mean2, second) == pytest.approx(w2, abs=1e-12)
    # turning both changes nothing, and makes the covariances full
    turn = np.array([[math.cos(0.7), -math.sin(0.7)], [math.sin(0.7), math.cos(0.7)]])
    turned = turn @ mean1, turn @ first @ turn.T, turn @ mean2, turn @ second @ turn.T
    assert theory.kl_normals(*turned) == pytest.approx(kl, abs=1e-12)
    assert theory.w2_normals(*turned) == pytest.approx(w2, abs=1e-12)


def test_w2_of_normals_that_do_not_share_axes():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 3))
    first, second = a @ a.T, b @ b.T
    # an independent form: tr (Σ₁Σ₂)^½ is the sum of the roots of the eigenvalues of Σ₁Σ₂
    overlap = np.sqrt(np.linalg.eigvals(first @ second).real).sum()
    expected = math.sqrt(np.trace(first) + np.trace(second) - 2 * overlap)
    assert theory.w2_normals(np.zeros(3), first, np.zeros(3), second) == pytest.approx(expected, abs=1e-9)
    point = np.zeros((3, 3))
    assert theory.w2_normals([0, 0, 0], point, [3, 4, 0], point) == pytest.approx(5)
    with pytest.raises(ValueError, match="singular"):
        theory.kl_normals([0, 0, 0], first, [0, 0, 0], point)
    with pytest.raises(ValueError, match="two means"):
        theory.w2_normals([0, 0], first, [0, 0], second)


# --- Densities on a grid -------------------------------------------------------------------------------------------


def test_densities_on_a_grid_equal_the_closed_forms():
    x = np.linspace(-12, 15, 4001)
    p, q = normal(0)(x), normal(3)(x)
    assert theory.density_kl(p, q, x) == pytest.approx(4.5, abs=1e-9)
    assert theory.density_jsd(p, q, x) == pytest.approx(float(theory.gaussian_jsd(3)), abs=1e-9)
    assert theory.density_tv(p, q, x) == pytest.approx(float(theory.gaussian_tv(3)), abs=1e-4)
    assert theory.density_w1(p, q, x) == pytest.approx(3, abs=1e-6)
    wide = normal(1, 2)(x)
    assert theory.density_kl(7 * p, wide, x) == pytest.approx(0.443147, abs=1e-6)  # a factor does not matter
    stacked = theory.density_jsd(np.stack([p, q]), p, x)
    np.testing.assert_allclose(stacked, [0, theory.gaussian_jsd(3)], atol=1e-9)


def test_densities_without_overlap():
    x = np.linspace(0, 4, 4001)
    p, q = (x < 1).astype(float), ((x > 3) & (x < 4)).astype(float)
    assert theory.density_kl(p, q, x) == math.inf
    assert theory.density_jsd(p, q, x) == pytest.approx(LN2, abs=1e-12)
    assert theory.density_tv(p, q, x) == pytest.approx(1, abs=1e-12)
    assert theory.density_w1(p, q, x) == pytest.approx(3, abs=1e-3)


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
        theory.density_jsd(p, np.ones(3), x)


# --- Parallel lines ------------------------------------------------------------------------------------------------


def test_parallel_lines():
    assert theory.parallel_lines(0.0) == theory.ParallelLines(0, 0, 0, 0)
    for theta in (-2.0, 1e-9, 0.3):
        assert theory.parallel_lines(theta) == theory.ParallelLines(abs(theta), LN2, math.inf, 1)


def test_parallel_lines_agree_with_the_metrics_of_samples():
    rng = np.random.default_rng(0)
    line = np.stack([np.zeros(300), rng.uniform(size=300)], axis=1)
    moved = line + np.array([0.5, 0.0])
    exact = theory.parallel_lines(0.5)
    assert metrics.wasserstein1(line, moved).value == pytest.approx(exact.w1, abs=1e-9)
    assert metrics.jensen_shannon(line, moved, extent=(-1, 1, -0.5, 1.5)).value == pytest.approx(exact.jsd, abs=1e-12)
