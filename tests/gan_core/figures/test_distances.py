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


def test_experiments_are_drawn_one_after_the_other_and_the_last_is_the_one_that_is_told() -> None:
    different, same = np.array([0.5, 0.1, 0.2]), np.array([0.0, 0.05, 0.1])
    figure = figures.repeats(different, same, 0.3)
    assert (
        [sum(frame.data[0].y) for frame in figure.frames]
        == [sum(frame.data[1].y) for frame in figure.frames]
        == [1, 2, 3]
    )
    assert [frame.data[2].x[0] for frame in figure.frames] == [0.2, 0.1, 0.5] and figure.data[2].x[0] == 0.5
    assert figure.frames[-1].data[2].name.endswith("0.5")
    for one, last in zip(figure.data, figure.frames[-1].data, strict=True):
        np.testing.assert_array_equal(one.y, last.y)  # it opens at its end
