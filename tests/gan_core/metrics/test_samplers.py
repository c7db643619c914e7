"""Generators of which everything is known score what the closed forms say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gan_core import metrics
from gan_core.data import DISTRIBUTIONS
from gan_core.metrics import samplers

RING = DISTRIBUTIONS["ring"]()


def scored(name: str, n: int = 20_000) -> metrics.Scores:
    centres, weights = RING.centres.numpy().astype(float), np.ones(8)
    real = RING.sample(n, torch.Generator().manual_seed(0)).numpy()
    fake = samplers.SAMPLERS[name](centres, RING.std, weights, n, np.random.default_rng(0))
    return metrics.scores(real, fake, centres, RING.std, extent=RING.extent, w1_points=500)


@pytest.mark.parametrize("name, width", [("perfect", 1.0), ("narrow", 0.5), ("wide", 8.0)])
def test_high_quality_depends_on_the_width_alone(name, width):
    expected = 1 - math.exp(-((3 / width) ** 2) / 2)
    error = math.sqrt(expected * (1 - expected) / 20_000)
    found = scored(name)
    assert found.high_quality == pytest.approx(expected, abs=4 * error + 1e-6)
    assert found.captured == 8


@pytest.mark.parametrize("name, kept", [("half", 4), ("one", 1), ("perfect", 8)])
def test_exact_collapses_score_the_closed_forms(name, kept):
    exact, found = metrics.collapsed_values(kept, 8, radius=2.0), scored(name)
    assert found.captured == found.near == kept
    assert found.effective_modes == pytest.approx(kept, rel=0.01)
    assert found.reverse_kl == pytest.approx(exact.reverse_kl, abs=0.005)
    assert found.jsd == pytest.approx(exact.jsd, abs=0.02)


def test_distance_alone_prefers_the_blur_to_the_exact_mode():
    one, centre = scored("one"), scored("centre")
    # 500 distances of a standard deviation of 1.3 have a mean that is good to .06
    assert one.w1 == pytest.approx(metrics.collapsed_values(1, 8, 2.0).ring_w1, abs=0.18)
    assert centre.w1 == pytest.approx(2.0, rel=0.03)
    assert centre.w1 < one.w1 and centre.near == 0


@pytest.mark.parametrize("name", samplers.SAMPLERS)
def test_a_sampler_gives_as_many_points_as_asked_and_the_same_from_the_same_generator(name):
    centres = RING.centres.numpy().astype(float)
    first, second = (samplers.SAMPLERS[name](centres, 0.1, np.ones(8), 50, np.random.default_rng(3)) for _ in range(2))
    assert first.shape == (50, 2) and np.isfinite(first).all()
    np.testing.assert_array_equal(first, second)


def test_a_mode_without_weight_is_never_drawn():
    centres = np.array([[0.0, 0.0], [10.0, 0.0]])
    for name in ("perfect", "narrow"):
        found = samplers.SAMPLERS[name](centres, 0.1, np.array([1.0, 0.0]), 200, np.random.default_rng(0))
        assert (found[:, 0] < 5).all()
