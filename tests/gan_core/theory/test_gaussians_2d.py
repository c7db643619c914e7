"""Gaussians in the plane and in more dimensions: against sums over axes, independent forms, SciPy and a grid."""

import math

import numpy as np
import pytest
from scipy import stats

from gan_core import metrics, theory
from gan_core.theory.gaussians_2d import Normals, plane_grid


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


def test_the_grid_agrees_with_the_closed_forms_in_the_plane():
    p, q = (
        Normals.gaussian((0, 0), (1.0, 0.3), 30),
        Normals.gaussian((1, 0.5), (0.8, 0.8)),
    )
    found = plane_grid(p, q).integrals()
    a, b = (p.means[0], p.covariances[0]), (q.means[0], q.covariances[0])
    assert found["kl_pq"] == pytest.approx(theory.kl_normals(*a, *b), abs=1e-8)
    assert found["kl_qp"] == pytest.approx(theory.kl_normals(*b, *a), abs=1e-8)
    shifted = plane_grid(Normals.gaussian((0, 0), (1, 1)), Normals.gaussian((2, 0), (1, 1))).integrals()
    assert shifted["jsd"] == pytest.approx(float(theory.gaussian_jsd(2.0)), abs=1e-8)
    assert shifted["tv"] == pytest.approx(float(theory.gaussian_tv(2.0)), abs=1e-4)
    turned = plane_grid(Normals.gaussian((0, 0), (1, 1)), Normals.gaussian((1.1, 1.3), (1, 1))).integrals()
    assert turned["tv"] == pytest.approx(float(theory.gaussian_tv(math.hypot(1.1, 1.3))), abs=1e-4)


@pytest.mark.parametrize("kept", [1, 4, 7])
def test_a_ring_that_lost_modes_scores_the_closed_form(kept):
    found = plane_grid(Normals.ring(8, 8, 2.0, 0.1), Normals.ring(8, kept, 2.0, 0.1)).integrals()
    exact = metrics.collapsed_values(kept, 8)
    assert found["jsd"] == pytest.approx(exact.jsd, abs=1e-6)
    assert found["kl_qp"] == pytest.approx(exact.reverse_kl, abs=1e-6)
    assert found["tv"] == pytest.approx(1 - kept / 8, abs=1e-4)


def test_densities_in_the_plane_are_those_of_scipy_and_draws_follow_them():
    p = Normals(
        np.array([1.0, 3.0]), np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([np.eye(2), [[0.5, 0.2], [0.2, 0.3]]])
    )
    x = np.random.default_rng(0).normal(size=(20, 2))
    expected = sum(
        w * stats.multivariate_normal(m, c).pdf(x) for w, m, c in zip(p.weights, p.means, p.covariances, strict=True)
    )
    np.testing.assert_allclose(p.log_pdf(x), np.log(expected), rtol=1e-10)
    drawn = p.draw(40_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=0), p.weights @ p.means, atol=0.03)


def test_a_covariance_that_is_none_is_answered_with_a_sentence():
    with pytest.raises(ValueError, match=r"[a-z].*\."):
        Normals(np.ones(1), np.zeros((1, 2)), -np.eye(2)[None])
