"""The plane: contours are where a bilinear field crosses, points are where they are, outside is left out."""

from dataclasses import replace

import numpy as np
import pytest

from gan_core.export import plane
from gan_core.export.drawing import Dots, Line
from gan_core.export.layout import Room
from gan_core.export.look import THEMES, Look


def test_a_contour_lies_on_the_circle_that_it_is():
    at = np.linspace(-1, 1, 41)
    field = np.hypot(at[:, None], at[None, :])
    line = plane.contour(field, 0.6)
    points = line[np.isfinite(line).all(1)] / 40 * 2 - 1
    assert np.abs(np.hypot(*points.T) - 0.6).max() < 0.004
    angles = np.sort(np.arctan2(points[:, 1], points[:, 0]))
    assert np.diff(angles).max() < 0.15  # all the way round


def test_a_line_is_found_exactly_and_a_flat_field_has_none():
    field = np.tile(np.arange(5.0), (5, 1))  # f(x, y) = x
    line = plane.contour(field, 1.25)
    assert line[np.isfinite(line).all(1)][:, 0] == pytest.approx(np.full(8, 1.25))
    assert len(plane.contour(np.ones((5, 5)), 2)) == 0
    assert len(plane.contour(np.full((4, 4), np.nan), 0)) == 0


def test_opinion_is_a_probability_or_a_score_around_its_middle():
    logits = np.array([[-100.0, 0], [np.nan, 2]])
    values, level = plane.opinion(logits, True)
    assert level == 0 and values == pytest.approx(np.array([[-1, 0], [0, np.tanh(1)]]))
    values, level = plane.opinion(np.linspace(10, 20, 101).reshape(1, -1), False)
    assert level == pytest.approx(15) and values[0, [0, 50, 100]] == pytest.approx([-1, 0, 1], abs=1e-9)
    assert np.isfinite(plane.opinion(np.full((2, 2), np.nan), False)[0]).all()


def test_shade_is_clear_in_the_middle_and_upright():
    colours = THEMES["light"]
    pixels = plane.shaded(np.array([[-1.0, -1], [1, 1]]), colours)  # generated below, real above
    ends = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours.opinion]
    assert pixels[-1, 0, :3].tolist() == ends[0] and pixels[0, 0, :3].tolist() == ends[1]
    assert pixels[2, 0, 3] == 0 and pixels[0, 0, 3] == 150


def test_points_are_where_they_are_and_missing_modes_are_broken_rings(points):
    shot = points.snapshot
    marks = plane.panel(Room(100, 50, 500, 500), points, shot, 1, Look())
    fake, real = (mark for mark in marks if isinstance(mark, Dots))
    assert real.hollow and not fake.hollow
    x0, x1, y0, y1 = shot.extent
    x, y = shot.fake[1].T
    inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    wanted = np.stack([100 + (x - x0) / (x1 - x0) * 500, 50 + (y1 - y) / (y1 - y0) * 500], 1)
    assert fake.points[inside] == pytest.approx(wanted[inside]) and np.isnan(fake.points[~inside]).all()
    rings = [mark for mark in marks if isinstance(mark, Line) and len(mark.points) == 33]
    assert len(rings) == 8 and any(ring.dash for ring in rings)


def test_panels_share_what_is_drawn(points):
    for panels, most in ((1, 512), (32, 128), (1000, 32)):
        marks = plane.panel(Room(0, 0, 90, 90), points, points.snapshot, 0, Look(), panels)
        assert max(len(mark.points) for mark in marks if isinstance(mark, Dots)) == most


def test_a_halo_lies_round_its_cluster_and_fills_with_its_share(points):
    centres = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    known = replace(points, centres=centres, weights=np.ones(3), std=0.05, stds=np.array([0.05, 0.1, 0.05]))
    fake = np.repeat(centres[:2], [5, 25], axis=0)  # of 30, where each should get 10
    radius, filled = plane.halo(known, fake)
    assert radius == pytest.approx([0.15, 0.3, 0.15]) and filled == pytest.approx([0.5, 1.0, 0.0])


def test_a_part_of_the_window_is_cut_out_as_linearly_as_it_is_drawn():
    at = np.linspace(0, 1, 9)
    grid = 2 * at[None, :] - 3 * at[:, None]  # 2 u − 3 (1 − v), the lowest row first
    window = (0.25, 0.5, 2.0)
    assert plane.part_of((0, 4, -2, 2), window) == (0, 2, -1, 1)
    assert plane.cut(grid, window) == pytest.approx(
        2 * np.linspace(0, 0.5, 9) - 3 * np.linspace(0.25, 0.75, 9)[:, None]
    )
    far = plane.cut(grid, (0.5, 0.5, 1 / 3))
    assert np.isnan(far[0]).all() and np.isfinite(far[3:6, 3:6]).all() and far[4, 4] == pytest.approx(grid[4, 4])


@pytest.mark.parametrize("window", [(0.3, 0.6, 2.5), (0.5, 0.5, 1 / 3)])
def test_what_is_looked_at_of_the_window_is_what_is_drawn(points, window):
    look = Look(window=window, layers=("field", "real", "fake", "arrows", "lattice", "modes", "gap"))
    shot = points.snapshot
    marks = plane.panel(Room(0, 0, 500, 500), points, shot, 1, look)
    fake = next(mark for mark in marks if isinstance(mark, Dots) and not mark.hollow)
    x0, x1, y0, y1 = shot.extent
    u, v = (shot.fake[1, :, 0] - x0) / (x1 - x0), (y1 - shot.fake[1, :, 1]) / (y1 - y0)
    wanted = 500 * ((np.stack([u, v], 1) - window[:2]) * window[2] + 0.5)
    inside = ((wanted >= 0) & (wanted <= 500)).all(1)
    assert fake.points[inside] == pytest.approx(wanted[inside], abs=1e-3) and np.isnan(fake.points[~inside]).all()


def test_real_points_have_the_colours_of_their_words(points):
    shot, colours = points.snapshot, THEMES["light"]
    kinds = (np.arange(len(shot.real)) % 3).astype(np.uint8)
    look = Look(kinds=(("setosa", "virginica", "other"), kinds))
    marks = plane.panel(Room(0, 0, 500, 500), points, shot, 0, look)
    hues = {mark.colour: len(mark.points) for mark in marks if isinstance(mark, Dots) and mark.hollow}
    assert hues == {colours.kinds[i]: int((kinds == i).sum()) for i in range(3)}
    assert [entry.label for entry in plane.legend(look, points)][:4] == ["setosa", "virginica", "other", "generated"]


def test_no_more_arrows_than_can_be_told_apart(points):
    look = replace(Look(), layers=("arrows", "fake"))
    lines = [
        mark
        for mark in plane.panel(Room(0, 0, 500, 500), points, points.snapshot, 0, look)
        if isinstance(mark, Line) and len(mark.points) % 6 == 0 and mark.alpha == 0.85
    ]
    assert points.snapshot.fake.shape[1] > plane.ARROWS
    assert 0 < sum(len(line.points) // 6 for line in lines) <= plane.ARROWS == 60


def test_the_ways_of_samples_fade_into_the_past_and_real_points_lie_on_top(points):
    """A still shows the chase: the older a way, the fainter; a first moment has none."""
    room, look = Room(0, 0, 300, 300), Look()
    shots = points.snapshots
    assert len(shots) > plane.TRAIL

    def drawn(shot):
        marks = plane.panel(room, points, shot, 0, look)
        return marks, [mark for mark in marks if isinstance(mark, Line) and mark.colour == look.colours.fake]

    assert drawn(shots[0])[1] == []
    marks, ways = drawn(shots[-1])
    strength = [way.alpha for way in ways]
    assert len(ways) == plane.TRAIL and strength == sorted(set(strength))
    dots = [mark for mark in marks if isinstance(mark, Dots)]
    fake = next(mark for mark in dots if mark.colour == look.colours.fake)
    real = next(mark for mark in dots if mark.hollow)
    assert marks.index(ways[-1]) < marks.index(fake) < marks.index(real)
