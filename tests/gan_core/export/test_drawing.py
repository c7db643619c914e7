"""Marks: what is not finite breaks a line and is no dot."""

import numpy as np

from gan_core.export.drawing import Box, Drawing, finite, pieces


def test_a_line_is_broken_where_it_is_not_finite():
    line = np.array([[0, 0], [1, 1], [np.nan, 0], [2, 2], [3, np.inf], [4, 4], [5, 5], [6, 6]], float)
    assert [piece.tolist() for piece in pieces(line)] == [[[0, 0], [1, 1]], [[4, 4], [5, 5], [6, 6]]]
    assert list(pieces(np.empty((0, 2)))) == []
    assert finite(line).tolist() == [[0, 0], [1, 1], [2, 2], [4, 4], [5, 5], [6, 6]]


def test_marks_are_added_behind_the_others():
    first, second = Box(0, 0, 1, 1, "#000000"), Box(0, 0, 2, 2, "#000000")
    assert Drawing(10, 10, (first,)).with_marks(second).marks == (first, second)
