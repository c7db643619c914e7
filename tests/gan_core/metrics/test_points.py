"""The metrics against closed forms, brute force, and the ways in which other projects' metrics were seen to fail."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_core import metrics
from gan_core.metrics.points import counts_of_members, counts_within

LN2 = math.log(2)
ANGLES = 2 * np.pi * np.arange(8) / 8
RING = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
GRID = np.array(list(itertools.product((-4.0, -2.0, 0.0, 2.0, 4.0), repeat=2)))


def mixture(centres, std, n, seed):
    rng = np.random.default_rng(seed)
    return centres[rng.integers(len(centres), size=n)] + std * rng.normal(size=(n, 2))


def ring(n, seed):
    return mixture(RING, 0.02, n, seed)


def grid(n, seed):
    return mixture(GRID, 0.05, n, seed)


def gaussian(n, seed):
    return np.random.default_rng(seed).normal(size=(n, 2))


def line(n, seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(size=(n, 1)) * np.array([-0.75, 0.3]) + 0.01 * rng.normal(size=(n, 2))


DATA = {f.__name__: f for f in (ring, grid, gaussian, line)}
BROKEN = {
    "empty": np.empty((0, 2)),
    "empty list": [],
    "nan": np.full((500, 2), np.nan),
    "infinite": np.full((500, 2), np.inf),
    "far away": np.full((500, 2), 1e30),
    "far and spread": 1e6 * RING[np.arange(500) % 8],
}


# --- Modes ---------------------------------------------------------------------------------------------------------


def test_a_perfect_sampler_reaches_the_expected_high_quality_and_not_more():
    n = 200_000
    expected = 1 - math.exp(-4.5)
    assert metrics.expected_high_quality() == pytest.approx(expected, abs=1e-15)
    assert expected == pytest.approx(0.98889, abs=1e-5)
    coverage = metrics.mode_coverage(ring(n, 1), RING, 0.02)
    assert coverage.captured == 8
    assert coverage.high_quality == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / n))
    assert coverage.counts.sum() == round(coverage.high_quality * n)
    two = metrics.mode_coverage(ring(n, 1), RING, 0.02, threshold=2.0).high_quality
    assert two == pytest.approx(metrics.expected_high_quality(2.0), abs=0.004)


def test_high_quality_means_within_threshold_std_of_the_nearest_centre():
    samples = [[2.0, 0.0], [2.0, 0.0599], [2.0, 0.0601], [0.0, 0.0], [-2.0, 0.0]]
    coverage = metrics.mode_coverage(samples, RING, 0.02)
    assert coverage.counts.tolist() == [2, 0, 0, 0, 1, 0, 0, 0]
    assert (coverage.captured, coverage.high_quality) == (2, 3 / 5)
    assert metrics.mode_coverage(samples, RING, 0.02, threshold=3.01).counts[0] == 3


def test_a_mode_needs_one_high_quality_sample_or_the_minimal_share_of_all_samples():
    samples = np.repeat(RING[:3], [93, 6, 1], axis=0)
    assert metrics.mode_coverage(samples, RING, 0.02).captured == 3
    for share, captured in ((0.01, 3), (0.0100001, 2), (0.06, 2), (0.061, 1), (0.93, 1), (0.94, 0)):
        assert metrics.mode_coverage(samples, RING, 0.02, min_share=share).captured == captured
    # .07 · 100 is 7.000000000000001: seven of a hundred are seven per cent all the same
    assert metrics.mode_coverage(np.repeat(RING[:2], [7, 93], axis=0), RING, 0.02, min_share=0.07).captured == 2


def test_near_modes_and_shares():
    samples = RING + np.array([0.3, 0.0])
    assert metrics.mode_coverage(samples, RING, 0.02).captured == 0
    assert metrics.near_modes(samples, RING, 0.31) == 8
    assert metrics.near_modes(samples, RING, 0.29) == 0
    assert metrics.near_modes(np.repeat(RING[:2], [199, 1], axis=0), RING, 0.5) == 1  # half a per cent is too few
    assert metrics.near_radius(RING, 0.02) == pytest.approx(4 * math.sin(math.pi / 8) / 3)
    assert metrics.near_radius(RING, 1.0) == 3.0  # never stricter than high quality
    assert metrics.near_radius([[0.0, 0.0]], 0.1) == pytest.approx(0.3)
    np.testing.assert_allclose(metrics.mode_shares(np.repeat(RING, 5, axis=0), RING), np.full(8, 1 / 8))
    half_nan = np.concatenate([RING, np.full((8, 2), np.nan)])
    assert metrics.mode_shares(half_nan, RING).sum() == pytest.approx(0.5)


def test_effective_modes_is_the_exponential_of_the_entropy():
    assert metrics.effective_modes([5, 5, 5, 5]) == pytest.approx(4)
    assert metrics.effective_modes([7, 0, 0]) == 1
    assert metrics.effective_modes([0, 0]) == 0
    assert metrics.share_entropy([0.5, 0.25, 0.25]) == pytest.approx(1.5 * LN2)


def test_reverse_kl_of_modes():
    for k, m in ((1, 8), (4, 8), (1, 25), (25, 25)):
        counts = np.zeros(m)
        counts[:k] = 100
        estimate = metrics.reverse_kl_modes(counts)
        assert estimate.value == pytest.approx(math.log(m / k), abs=1e-12)
        assert estimate.floor == pytest.approx((m - 1) / (200 * k))
    assert metrics.reverse_kl_modes([30, 10], [3, 1]).value == pytest.approx(0, abs=1e-12)
    assert metrics.reverse_kl_modes([10, 1], [1, 0]).value == math.inf
    assert metrics.reverse_kl_modes([0, 0]).value == math.inf
    with pytest.raises(ValueError, match="one weight"):
        metrics.reverse_kl_modes([1, 2], [1, 2, 3])


def test_floor_of_the_reverse_kl_is_the_mean_of_perfect_samplers():
    draws = np.random.default_rng(0).multinomial(500, np.full(25, 1 / 25), size=2000)
    values = [metrics.reverse_kl_modes(counts).value for counts in draws]
    assert metrics.reverse_kl_modes(draws[0]).floor == 24 / 1000
    assert np.mean(values) == pytest.approx(24 / 1000, rel=0.03)


# --- Divergences ---------------------------------------------------------------------------------------------------


def naive_jsd(real, fake, bins, extent):
    window = [extent[:2], extent[2:]]
    p, q = (np.histogram2d(*s.T, bins=bins, range=window)[0].ravel() for s in (real, fake))
    p, q = np.append(p, len(real) - p.sum()) / len(real), np.append(q, len(fake) - q.sum()) / len(fake)
    total = 0.0
    for a, b in zip(p, q, strict=True):
        total += a / 2 * math.log(2 * a / (a + b)) if a else 0.0
        total += b / 2 * math.log(2 * b / (a + b)) if b else 0.0
    return total


def test_jensen_shannon_equals_a_plain_loop_over_cells():
    real, fake = gaussian(700, 1), gaussian(300, 2) * [1.5, 0.5]
    extent = (-2.0, 2.0, -1.5, 2.5)  # both samples spill over it
    value = metrics.jensen_shannon(real, fake, 9, extent).value
    assert value == pytest.approx(naive_jsd(real, fake, 9, extent), abs=1e-12)


@pytest.mark.parametrize("k, m, jsd", [(1, 8, 0.496929), (4, 8, 0.215762), (1, 25, 0.608375), (8, 8, 0.0)])
def test_exact_collapse_gives_the_closed_forms(k, m, jsd):
    centres = RING if m == 8 else GRID
    real, fake = np.repeat(centres, 40, axis=0), np.repeat(centres[:k], 40 * m // k, axis=0)
    exact = metrics.collapsed_values(k, m)
    assert exact.jsd == pytest.approx(jsd, abs=1e-6)
    assert metrics.jensen_shannon(real, fake).value == pytest.approx(exact.jsd, abs=1e-12)
    assert exact.reverse_kl == pytest.approx(math.log(m / k), abs=1e-15)
    assert exact.forward_kl == (0 if k == m else math.inf)


def test_collapse_on_the_ring_in_transport_and_the_blur_that_beats_it():
    one = metrics.collapsed_values(1, 8, radius=2.0)
    assert one.ring_w1 == pytest.approx(2.51366, abs=1e-5)
    real = np.repeat(RING, 25, axis=0)
    assert metrics.wasserstein1(real, np.tile(RING[3], (200, 1))).value == pytest.approx(one.ring_w1, abs=1e-9)
    assert metrics.wasserstein1(real, np.zeros((200, 2))).value == pytest.approx(2.0, abs=1e-9)
    assert metrics.collapsed_values(8, 8).ring_w1 == 0
    assert metrics.collapsed_values(2, 8).ring_w1 is None
    for kept, modes in ((0, 8), (9, 8)):
        with pytest.raises(ValueError, match="not possible"):
            metrics.collapsed_values(kept, modes)


def test_kl_is_real_given_fake_and_converges_to_the_closed_form():
    rng = np.random.default_rng(3)
    narrow, wide = rng.normal(0, 1, 200_000), rng.normal(1, 1.25, 200_000)
    # KL(N(m₁, s₁²) ‖ N(m₂, s₂²)) = ln(s₂/s₁) + (s₁² + (m₁ − m₂)²)/(2 s₂²) − ½
    forward, backward = math.log(1.25) + 2 / (2 * 1.25**2) - 0.5, -math.log(1.25) + (1.25**2 + 1) / 2 - 0.5
    assert metrics.kl_divergence(narrow, wide, 60, (-6, 7)).value == pytest.approx(forward, abs=0.01)
    assert metrics.kl_divergence(wide, narrow, 60, (-6, 7)).value == pytest.approx(backward, abs=0.03)
    assert metrics.jensen_shannon(narrow, narrow + 2, 60, (-8, 10)).value == pytest.approx(0.336831, abs=0.004)


def test_a_dropped_mode_costs_what_the_documentation_says():
    n = 800
    real, fake = np.repeat(RING, n // 8, axis=0), np.repeat(RING[:7], [115] * 5 + [112, 113], axis=0)
    assert metrics.kl_divergence(real, fake).value == pytest.approx(math.log(2 * n / 8) / 8, rel=0.2)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_run_scores_worst(name):
    real, fake = ring(500, 0), BROKEN[name]
    coverage = metrics.mode_coverage(fake, RING, 0.02)
    assert (coverage.captured, coverage.high_quality, coverage.counts.sum()) == (0, 0.0, 0)
    assert metrics.jensen_shannon(real, fake).value == LN2
    assert metrics.kl_divergence(real, fake).value == math.inf
    assert metrics.wasserstein1(real, fake, 100).value > 1e5
    assert metrics.near_modes(fake, RING, 0.5) == 0
    found = metrics.scores(real, fake, RING, 0.02)
    assert (found.captured, found.captured_share, found.near, found.effective_modes) == (0, 0, 0, 0.0)
    assert found.reverse_kl == math.inf


def test_what_falls_out_of_the_window_counts_against_the_run():
    real, fake = ring(500, 0), ring(500, 1)
    scores = []
    for lost in (0, 100, 300, 499):
        part = fake.copy()
        part[:lost] = np.nan
        scores.append((metrics.jensen_shannon(real, part).value, -metrics.mode_coverage(part, RING, 0.02).high_quality))
    assert scores == sorted(scores)
    assert scores[-1][0] < LN2


@pytest.mark.parametrize("point", [(0.0, 0.0), (2.0, 0.0), (-1.0, 1.5)])
def test_a_constant_run_scores_worse_than_a_real_sample(point):
    real, constant = ring(500, 0), np.tile(point, (500, 1))
    ours, perfect = metrics.scores(real, constant, RING, 0.02), metrics.scores(real, ring(500, 1), RING, 0.02)
    assert ours.captured <= 1 and perfect.captured == 8
    assert ours.jsd > 0.48 > perfect.jsd
    assert ours.w1 > 1.8 > perfect.w1
    assert metrics.kl_divergence(real, constant).value > 2.5 > metrics.kl_divergence(real, ring(500, 1)).value


def test_the_same_sample_twice_is_exactly_zero():
    real = gaussian(300, 0)
    for measure in (metrics.jensen_shannon, metrics.kl_divergence, metrics.wasserstein1):
        assert measure(real, real).value == 0
        assert measure(real[:, 0], real[:, 0]).value == 0


def test_a_real_sample_without_extent_or_with_one_point():
    same = np.ones((10, 2))
    assert metrics.jensen_shannon(same, same) == (0, 0)
    assert metrics.jensen_shannon(same, np.zeros((10, 2))).value == LN2
    single = metrics.jensen_shannon([[0.0, 0.0]], [[0.0, 0.0]])
    assert single.value == 0 and math.isnan(single.floor)
    assert metrics.wasserstein1([[0.0, 0.0]], [[3.0, 4.0]]).value == 5


# --- Transport -----------------------------------------------------------------------------------------------------


def test_w1_equals_the_best_of_all_pairings():
    rng = np.random.default_rng(4)
    for axes in (2, 3):
        x, y = rng.normal(size=(6, axes)), rng.normal(size=(6, axes)) + 0.5
        best = min(np.linalg.norm(x - y[list(p)], axis=1).mean() for p in itertools.permutations(range(6)))
        assert metrics.wasserstein1(x, y).value == pytest.approx(best, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(arrays(float, (40, 2), elements=st.floats(-10, 10)), st.floats(-5, 5), st.floats(-5, 5))
def test_w1_of_a_shift_is_its_length(x, dx, dy):
    assert metrics.wasserstein1(x, x + np.array([dx, dy])).value == pytest.approx(math.hypot(dx, dy), abs=1e-9)
    assert metrics.wasserstein1(x[:, 0], x[:, 0] + dx).value == pytest.approx(abs(dx), abs=1e-9)


def test_w1_of_numbers_for_unequal_sizes():
    # F − G integrated by hand: 0 and 1 against 0, 1 and 3 → |1/2 − 1/3|·1 + |1 − 2/3|·2
    assert metrics.wasserstein1([0.0, 1.0], [3.0, 0.0, 1.0]).value == pytest.approx(1 / 6 + 2 / 3, abs=1e-12)
    x = np.random.default_rng(0).normal(size=300)
    assert metrics.wasserstein1(x, np.repeat(x, 3)).value == pytest.approx(0, abs=1e-12)
    assert metrics.wasserstein1(x[:, None], x + 2).value == pytest.approx(2, abs=1e-12)


def test_a_larger_sample_gives_a_sub_sample_that_does_not_depend_on_its_order_alone():
    real = np.sort(np.random.default_rng(0).uniform(size=(2000, 2)), axis=0)  # sorted, as an uploaded table may be
    estimate = metrics.wasserstein1(real, real[::-1], max_points=200)
    assert estimate.value < 0.2  # the first 200 of both would be a distance of about 1.3 apart
    assert estimate == metrics.wasserstein1(real, real[::-1], max_points=200)


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: metrics.jensen_shannon([], [[0.0, 0.0]]), "nothing to compare"),
        (lambda: metrics.jensen_shannon([[math.nan, 0.0]], [[0.0, 0.0]]), "nothing to compare"),
        (lambda: metrics.wasserstein1(np.zeros((3, 2)), np.zeros((3, 3))), "have to be the same"),
        (lambda: metrics.jensen_shannon(np.zeros((3, 3)), np.zeros((3, 3))), "one or two numbers"),
        (lambda: metrics.jensen_shannon(np.zeros((3, 2, 2)), np.zeros((3, 2))), "one row for each sample"),
        (lambda: metrics.jensen_shannon(np.zeros((3, 2)), np.zeros((3, 2)), 0), "at least 1"),
        (lambda: metrics.jensen_shannon(np.zeros((3, 2)), np.zeros((3, 2)), 5, (0, 1)), "not a window"),
        (lambda: metrics.jensen_shannon(np.zeros(3), np.zeros(3), 5, (1, 0)), "not a window"),
        (lambda: metrics.wasserstein1(np.zeros((3, 2)), np.zeros((3, 2)), 0), "at least 1"),
        (lambda: metrics.mode_coverage(np.zeros((3, 2)), np.empty((0, 2)), 0.1), "no centres"),
        (lambda: metrics.mode_coverage(np.zeros((3, 2)), RING, 0.0), "above 0"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_several_generators_are_counted_as_each_of_them_is_and_what_is_not_finite_is_near_nothing() -> None:
    rng = np.random.default_rng(3)
    samples = rng.normal(size=(5, 40, 2))
    samples[1, :7], samples[2, 3] = np.inf, np.nan
    centres = rng.normal(size=(6, 2))
    for radius in (0.5, math.inf):
        together = counts_of_members(samples, centres, radius)
        for member, counts in zip(samples, together, strict=True):
            gaps = np.linalg.norm(member[:, None] - centres, axis=-1)
            near = [int(np.argmin(row)) for row in gaps if np.isfinite(row).all() and row.min() <= radius]
            assert counts.tolist() == [near.count(mode) for mode in range(6)]
            assert counts_within(member, centres, radius)[0].tolist() == counts.tolist()
