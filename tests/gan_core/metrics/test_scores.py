"""All scores of a sample at once, and what explains them: the right values of a perfect sampler and of none."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from gan_core import metrics
from gan_core.metrics.scores import STATISTICS
from tests.gan_core.metrics.test_points import RING, line, mixture, ring


def of_mixture(centres, std, weights=None, n=512, **settings):
    """The yardstick of a mixture for n samples against n real ones."""
    w = np.ones(len(centres)) if weights is None else np.asarray(weights, float)

    def draw(size, rng):
        return centres[rng.choice(len(centres), size, p=w / w.sum())] + std * rng.normal(size=(size, 2))

    return metrics.yardstick(draw(n, np.random.default_rng(7)), draw, n, centres, std, w, **settings)


def around(modes, radius=2.0):
    angle = 2 * np.pi * np.arange(modes) / modes
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


# --- Scores -----------------------------------------------------------------------------------------------------------


def test_scores_bundle_the_single_functions():
    real, fake = ring(500, 0), np.concatenate([mixture(RING[:3], 0.02, 495, 1), np.zeros((5, 2))])
    found = metrics.scores(real, fake, RING, 0.02)
    assert (found.samples, found.modes, found.captured, found.near, found.w1_points) == (500, 8, 3, 3, 200)
    assert found.jsd == metrics.jensen_shannon(real, fake).value
    assert found.w1 == metrics.wasserstein1(real, fake, 200).value
    assert found.high_quality == metrics.mode_coverage(fake, RING, 0.02).high_quality
    assert found.effective_modes == pytest.approx(3, abs=0.05)
    assert found.reverse_kl == pytest.approx(math.log(8 / 3), abs=0.02)


def test_the_papers_reverse_kl_looks_at_samples_within_three_sigma_and_ours_at_those_that_are_near():
    """Half of the samples of one mode lie 10 σ off: near to it, and of no quality."""
    fake = np.repeat(RING, 100, axis=0)
    fake[:50] += 0.2
    found = metrics.scores(ring(800, 0), fake, RING, 0.02)
    assert found.reverse_kl == pytest.approx(0, abs=1e-12)
    shares = np.array([50, *[100] * 7]) / 750
    assert found.reverse_kl_3sigma == pytest.approx(float(np.sum(shares * np.log(8 * shares))), abs=1e-12)


def test_scores_without_centres_and_with_weights():
    found = metrics.scores(line(500, 0), line(500, 1))
    assert found.modes is None and found.high_quality is None
    assert set(found.flat()) == {"samples", "jsd", "w1", "w1_points"} and set(found.numbers()) == {"jsd", "w1"}
    real = mixture(RING[:4], 0.02, 500, 0)
    weighted = metrics.scores(real, ring(500, 1), RING, 0.02, weights=[1, 1, 1, 1, 0, 0, 0, 0])
    assert weighted.modes == weighted.captured == 4
    assert weighted.high_quality == pytest.approx(0.5, abs=0.1)  # the other half lies where no data is


def test_float32_and_lists_are_taken():
    real, fake = ring(200, 0), ring(200, 1)
    arrays32 = [a.astype(np.float32) for a in (real, fake, RING)]
    assert metrics.scores(*arrays32, 0.02) == metrics.scores(*(a.tolist() for a in arrays32), 0.02)


def test_flat_puts_the_floor_behind_its_score():
    found, beside = metrics.scores(ring(512, 0), ring(512, 1), RING, 0.02), of_mixture(RING, 0.02)
    table = json.loads(json.dumps(found.flat(beside)))
    assert table["w1"] == found.w1
    assert tuple(table[f"w1_{part}"] for part in ("floor", "floor_low", "floor_high")) == beside.perfect["w1"]
    assert {f"{name}_floor" for name in STATISTICS} <= set(table)


# --- The right values of a perfect sampler ----------------------------------------------------------------------------


SQUARE = np.stack(np.meshgrid(np.linspace(-4, 4, 8), np.linspace(-4, 4, 8)), -1).reshape(-1, 2)


@pytest.mark.parametrize("centres, std", [(around(64), 0.02), (SQUARE, 0.05)], ids=["ring", "grid"])
def test_of_64_modes_a_perfect_sampler_covers_52_with_512_samples(centres, std):
    """1 % of 512 are 6 samples; 8 are expected: 64 · P(Poisson(8) ≥ 6) = 51.8."""
    found = of_mixture(centres, std).perfect["near"]
    assert found.median == 52 and found.low >= 46 and found.high <= 57


@pytest.mark.parametrize("weights, expected", [((1,) * 7 + (600,), 1.0), ((1,) * 4 + (50,) * 4, 4.2)])
def test_of_unequal_modes_a_perfect_sampler_covers_the_heavy_ones(weights, expected):
    found = of_mixture(RING, 0.02, weights).perfect["near"]
    assert found.median == round(expected) and abs(found.high - expected) <= 1


@pytest.mark.parametrize("std", [0.5, 1.0])
def test_where_modes_overlap_more_is_of_high_quality_than_in_one_gaussian(std):
    found = of_mixture(RING, std, n=2500, w1_points=50).perfect["high_quality"]
    assert 0.9955 <= found.median <= 0.998 and found.low > metrics.expected_high_quality()


def test_transport_of_two_gaussians_and_of_a_line():
    """As measured with the real sample at hand and hundreds of fresh ones: .2 and .17, with tails to twice as much."""
    from gan_core.data import DISTRIBUTIONS
    from gan_core.engine.random import generator_for
    from gan_core.run.judging import draw

    for data, expected in (
        (DISTRIBUTIONS["two_gaussians"](std=0.2, weights=(1.0, 3.0)), 0.214),
        (DISTRIBUTIONS["line"](), 0.173),
    ):
        real = data.sample(512, generator_for(0, "picture")).numpy()
        found = metrics.yardstick(real, lambda n, rng, data=data: draw(data, n, rng), 512).perfect["w1"]
        assert found.median == pytest.approx(expected, rel=0.12) and found.low < expected < found.high


def test_nine_perfect_samples_in_ten_lie_within_their_range():
    """The range is calibrated: fresh samples, which it was not made of, fall into it as often as it says."""
    beside, rng = of_mixture(RING, 0.02), np.random.default_rng(99)
    inside = {name: 0 for name in ("near", "high_quality", "effective_modes", "reverse_kl")}
    for _ in range(200):
        found = metrics.scores(ring(512, 0), RING[rng.choice(8, 512)] + 0.02 * rng.normal(size=(512, 2)), RING, 0.02,
                               w1_points=0)  # fmt: skip
        for name in inside:
            inside[name] += beside.perfect[name].holds(getattr(found, name))
    assert all(count >= 170 for count in inside.values()), inside


# --- Verdicts ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_ring():
    return of_mixture(RING, 0.02, n=2500, w1_points=200)


def test_a_uniform_square_finds_all_modes_and_so_nobody_is_said_to(of_ring):
    """The scores that were printed as a cure: near 8, reverse KL .006, JSD .619, HQ .4 %, captured 5.7."""
    square = of_ring.no_skill["uniform"]
    assert square["near"].median == 8 and of_ring.verdict("near", 8) == "no_skill"
    assert square["captured"].median == pytest.approx(5.7, abs=1) and square["high_quality"].median < 0.006
    assert square["reverse_kl"].median < 0.01 and square["jsd"].median == pytest.approx(0.619, abs=0.01)
    assert square["w1"].median == pytest.approx(0.73, abs=0.06)


def test_the_shipped_cures_of_2000_steps_were_no_better_than_noise_where_it_counts(of_ring):
    assert of_ring.verdict("w1", 0.873707) == "no_skill"  # unrolled
    assert of_ring.verdict("high_quality", 0.00272) == "no_skill"


def test_a_number_between_noise_and_perfection_is_called_neither(of_ring):
    assert of_ring.verdict("high_quality", 0.4) == "between"
    assert of_ring.verdict("high_quality", 0.989) == "perfect"
    assert of_ring.verdict("high_quality", 0.9999) == "between"  # too narrow
    assert of_ring.verdict("captured", 8) == "perfect"
    assert of_ring.verdict("reverse_kl_3sigma", math.inf) == "no_skill"
    assert of_ring.verdict("w1", math.nan) == "no_skill"


def test_a_number_that_one_square_in_twenty_reaches_is_no_skill(of_ring):
    """Also where half of the squares do not: their median is not the bar, nor is it where their range holds the
    perfect one, as that of a Gaussian fitted to a single Gaussian does."""
    square = of_ring.no_skill["uniform"]["captured"]
    assert square.median < square.high == 7 and of_ring.verdict("captured", 7) == "no_skill"
    assert not of_ring.beyond("captured", 8) and of_ring.beyond("captured_share", 2)
    assert not of_ring.beyond("captured_share", 1) and of_ring.verdict("captured_share", 1) == "between"
    assert of_ring.beyond("high_quality", 0.01) and not of_ring.beyond("high_quality", square_high(of_ring))
    alone = of_mixture(np.zeros((1, 2)), 0.5)
    assert alone.verdict("high_quality", alone.perfect["high_quality"].median) == "no_skill"
    assert not alone.beyond("high_quality", alone.perfect["high_quality"].median)


def square_high(beside):
    return max(of["high_quality"].high for of in beside.no_skill.values())


def test_more_modes_than_a_perfect_sampler_covers_are_no_better():
    beside = of_mixture(RING, 0.02, (1,) * 4 + (50,) * 4)
    assert beside.no_skill["uniform"]["near"].median == 8
    assert beside.verdict("near", 8) == "no_skill"


def test_every_statistic_has_a_yardstick(of_ring):
    assert set(of_ring.perfect) == set(STATISTICS)
    assert all(set(of) == set(STATISTICS) for of in of_ring.no_skill.values())
    found = metrics.scores(ring(2500, 0), ring(2500, 3), RING, 0.02)
    verdicts = of_ring.verdicts(found)
    assert set(verdicts) == set(STATISTICS) and verdicts["high_quality"] == "perfect"


def test_what_is_better_than_perfect_is_too_narrow_or_by_chance(of_ring):
    perfect = of_ring.perfect
    assert of_ring.flatters("high_quality", 1.0) == "narrow" and of_ring.flatters("high_quality", 0.5) is None
    assert of_ring.flatters("w1", perfect["w1"].low / 2) == "chance" and of_ring.flatters("w1", 1.0) is None
    assert all(of_ring.flatters(name, found.median) is None for name, found in perfect.items())
