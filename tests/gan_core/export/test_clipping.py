"""What is drawn of a line or a polygon lies in the frame, and is all that lies in it."""

import numpy as np

from gan_core.export.clipping import polygon, polyline

FRAME = (0.0, 0.0, 10.0, 10.0)


def area(corners):
    x, y = corners.T
    return abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2


def test_a_line_is_cut_where_it_leaves_the_frame():
    found = polyline(np.array([[-5.0, 5], [5, 5], [5, 20], [8, 20], [8, 5]]), FRAME)
    parts = [part for part in np.split(found, np.flatnonzero(np.isnan(found[:, 0])))]
    assert parts[0].tolist() == [[0, 5], [5, 5], [5, 10]] and parts[1][1:].tolist() == [[8, 10], [8, 5]]
    inside = np.random.default_rng(0).uniform(0, 10, (50, 2))
    assert (polyline(inside, FRAME) == inside).all()


def test_gaps_and_infinities_are_gaps():
    line = np.array([[1.0, 1], [2, np.nan], [3, 3], [4, np.inf], [5, 5], [6, 6]])
    found = polyline(line, FRAME)
    assert found[np.isfinite(found).all(1)].tolist() == [[5, 5], [6, 6]]
    assert np.isnan(polyline(line + 100, FRAME)).all()


def test_a_polygon_is_cut_to_the_frame():
    square = np.array([[5.0, 5], [15, 5], [15, 15], [5, 15]])
    assert area(polygon(square, FRAME)) == 25 and not len(polygon(square + 20, FRAME))
    assert area(polygon(np.array([[-90.0, -90], [90, -90], [90, 90], [-90, 90]]), FRAME)) == 100
