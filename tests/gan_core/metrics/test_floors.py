"""Floors are the distribution of the very statistic, and generators without skill know only where the data lie."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.metrics.floors import BLOB, NO_SKILL, REACH, Range, perfect, ranges, without_skill
from tests.gan_core.metrics.test_points import ring


def test_a_range_has_the_median_and_nine_of_ten_values_and_none_between_them():
    found = ranges([{"modes": k % 5, "w1": k / 100} for k in range(1, 101)])
    assert found["w1"] == Range(0.5, 0.05, 0.95)
    assert found["modes"] == (2, 0, 4)
    assert found["w1"].holds(0.05) and found["w1"].holds(0.95) and not found["w1"].holds(0.96)
    assert not found["w1"].holds(float("nan"))


def test_an_infinite_score_is_a_score():
    assert ranges([{"kl": float("inf")}] * 3 + [{"kl": 1.0}])["kl"] == (float("inf"), 1.0, float("inf"))


def test_a_perfect_samplers_statistics_are_those_of_many_samples():
    """The mean of n standard normal numbers: median 0, 90 % within 1.645/√n."""
    found = perfect(lambda x: {"mean": x.mean()}, lambda n, rng: rng.standard_normal((n, 1)), 400, repeats=2000)["mean"]
    assert found.median == pytest.approx(0, abs=0.005)
    assert (found.low, found.high) == pytest.approx((-1.645 / 20, 1.645 / 20), rel=0.08)


def test_the_same_question_has_the_same_answer():
    def draw(n, rng):
        return rng.standard_normal((n, 2))

    first, second = (perfect(lambda x: {"max": x.max()}, draw, 50, repeats=20) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", NO_SKILL)
def test_without_skill_gives_as_many_samples_as_asked_around_the_data(name):
    real = ring(5000, 0) + np.array([3.0, -1.0])
    fake = NO_SKILL[name](real, 20_000, np.random.default_rng(0))
    assert fake.shape == (20_000, 2) and np.isfinite(fake).all()
    np.testing.assert_allclose(fake.mean(0), real.mean(0), atol=0.1)
    again = NO_SKILL[name](real, 20_000, np.random.default_rng(0))
    np.testing.assert_array_equal(fake, again)


def test_what_each_of_them_is():
    real = ring(5000, 0) * [2.0, 1.0]
    square, fitted, wide = (NO_SKILL[name](real, 50_000, np.random.default_rng(0)) for name in NO_SKILL)
    assert np.abs(square).max(0) == pytest.approx([REACH * np.ptp(real[:, 0]) / 2] * 2, rel=0.02)
    np.testing.assert_allclose(np.cov(fitted.T), np.cov(real.T), rtol=0.05, atol=0.05)
    np.testing.assert_allclose(wide.std(0), BLOB * np.sqrt(real.var(0).mean()), rtol=0.02)


def test_all_of_them_are_scored_by_the_same_statistics():
    found = without_skill(lambda x: {"width": x.std()}, ring(500, 0), 300, repeats=5)
    assert set(found) == set(NO_SKILL)
    assert found["blob"]["width"].median > 1.5 * found["gaussian"]["width"].median
