"""How a checkpoint is made: the moments at which it is looked at, and what of its curves is kept."""

from __future__ import annotations

import numpy as np

from gan_core.zoo.build import log_spaced


def test_moments_are_log_spaced() -> None:
    assert log_spaced(5) == [0, 5]
    moments = log_spaced(10_000)
    assert moments[:2] == [0, 10] and moments[-1] == 10_000 and len(moments) == 21
    ratios = np.divide(moments[2:], moments[1:-1])
    assert ratios.max() / ratios.min() < 1.1
