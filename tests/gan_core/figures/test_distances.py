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


@pytest.mark.parametrize(
    ("different", "same", "truth", "corner"),
    [((0.6, 0.3, 0.01), (0.6, 0.3, 0.01), 0.0, "top left"), ((0.7, 0.69, 0.69), (0.6, 0.3, 0.01), 0.69, "top right"),
     ((0.1, 0.3, 0.45), (0.5, 0.5, 0.55), 0.4, "top left"), ((0.5, 0.42, 0.41), (0.41, 0.42, 0.5), 0.4, "bottom left")],
)  # fmt: skip
def test_the_name_of_the_true_value_is_written_over_no_curve(
    different: tuple[float, ...], same: tuple[float, ...], truth: float, corner: str
) -> None:
    """Where the estimates come down to it, at the right end, it stood on them."""
    curves = (np.tile(np.array(of)[:, None], 4) for of in (different, same))
    (name,) = figures.over_sizes([10, 100, 1000], *curves, truth, 100).layout.annotations
    side, end = corner.split()
    assert (name.yanchor, name.xanchor) == ({"top": "bottom", "bottom": "top"}[side], end)


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
