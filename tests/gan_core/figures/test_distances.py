"""The pictures of distances: what is drawn is what was put in, and nothing drawn is infinite."""

import numpy as np
import pytest

from gan_core.figures import distances as figures


def test_an_infinite_divergence_is_drawn_as_a_stretch_and_nothing_drawn_is_infinite():
    x = np.linspace(0, 1, 11)
    log_p, log_q = np.zeros(11), np.where(x < 0.5, np.log(2), -np.inf)
    figure = figures.log_ratio(x, log_p, log_q)
    assert any(shape.x0 == pytest.approx(0.5) and shape.x1 == pytest.approx(1.0) for shape in figure.layout.shapes)
    for trace in figure.data:
        assert not np.isinf(np.asarray(trace.y, float)).any()
