"""Parallel lines: only W1 says how far apart they are."""

import math

import numpy as np
import pytest

from gan_core import metrics, theory

LN2 = math.log(2)


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
