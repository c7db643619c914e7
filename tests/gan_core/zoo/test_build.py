"""How a checkpoint is made: the moments at which it is looked at, and what of its curves is kept."""

from __future__ import annotations

import numpy as np

from gan_core.run.history import CURVES, Curves
from gan_core.zoo.build import CURVE_POINTS, log_spaced, thinned


def test_moments_are_log_spaced() -> None:
    assert log_spaced(5) == [0, 5]
    moments = log_spaced(10_000)
    assert moments[:2] == [0, 10] and moments[-1] == 10_000 and len(moments) == 21
    ratios = np.divide(moments[2:], moments[1:-1])
    assert ratios.max() / ratios.min() < 1.1


def test_thinned_curves_keep_the_ends_and_belong_together() -> None:
    step = np.arange(1, 2001)
    curves = Curves(step, **{name: step[:, None].astype(np.float32) for name in CURVES})
    found = thinned(curves)
    assert len(found.step) == CURVE_POINTS and (found.step[0], found.step[-1]) == (1, 2000)
    for name in CURVES:
        np.testing.assert_array_equal(getattr(found, name)[:, 0], found.step)
    few = thinned(found)
    np.testing.assert_array_equal(few.step, found.step)
