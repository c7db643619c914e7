"""The preview of a visitor's file shows every point once, in the colour of its label."""

from __future__ import annotations

import numpy as np

from gan_core.figures.brought import MOST, preview


def test_points_have_the_colours_of_their_labels() -> None:
    values = np.arange(12.0).reshape(6, 2)
    figure = preview(values, ("x", "y"), ["a", "b", "a", "b", "a", "c"])
    assert [trace.name for trace in figure.data] == ["a", "b", "c"]
    np.testing.assert_array_equal(figure.data[0].x, values[[0, 2, 4], 0])
    assert len({trace.marker.color for trace in figure.data}) == 3
    assert figure.layout.xaxis.title.text == "x" and figure.layout.yaxis.title.text == "y"


def test_many_points_are_thinned_and_one_column_is_a_histogram() -> None:
    assert len(preview(np.random.default_rng(0).normal(size=(9000, 2)), ("x", "y")).data[0].x) == MOST
    figure = preview(np.arange(5.0)[:, None], ("x",))
    assert figure.data[0].type == "histogram" and len(figure.data[0].x) == 5
