"""Rooms do not overlap, axes have round numbers, charts survive what is not finite."""

import numpy as np
import pytest

from gan_core.export.drawing import Area, Line, Text
from gan_core.export.labels import box, shared
from gan_core.export.layout import Curve, Entry, Room, chart, sheet, short, span, ticks
from gan_core.export.look import SHAPES, Look
from gan_core.export.plane import SIGNS, of_modes


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 32])
@pytest.mark.parametrize("room", [Room(10, 20, 900, 400), Room(0, 0, 300, 700)])
def test_a_grid_stays_in_its_room_and_its_cells_apart(count, room):
    cells = room.grid(count, head=12)
    assert len(cells) == count and len({(round(c.wide, 6), round(c.high, 6)) for c in cells}) == 1
    for i, one in enumerate(cells):
        assert one.x >= room.x - 1e-6 and one.x + one.wide <= room.x + room.wide + 1e-6
        assert one.y - 12 >= room.y - 1e-6 and one.y + one.high <= room.y + room.high + 1e-6
        assert one.wide == pytest.approx(one.high)
        for other in cells[:i]:
            assert other.y + other.high < one.y - 11 or other.x + other.wide < one.x + 1e-6


def test_ticks_are_one_two_or_five():
    assert ticks(0, 1, 5) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert ticks(-2.7, 2.7, 5) == pytest.approx([-2, 0, 2]) and ticks(3, 3, 5) == [3]
    assert [short(x) for x in (0, 1500, 2e6, -0.5, 1e-5)] == ["0", "1.5k", "2M", "−0.5", "10⁻⁵"]


def test_span():
    assert span([np.array([np.nan, np.inf])]) == (0, 1) and span([np.array([0.0, -1])], log=True) == (0.1, 1)
    low, high = span([np.array([1.0, 3])], extra=[5])
    assert low < 1 and high > 5 and span([np.array([2.0])])[0] < 2


@pytest.mark.parametrize("shape", SHAPES)
def test_title_legend_and_caption_leave_room(shape):
    wide, high = SHAPES[shape]
    legend = [Entry(f"a long entry {i}", "#000000", "line") for i in range(9)]
    marks, room = sheet(Look(shape=shape, title="w " * 5000), "", "c " * 2000, legend)
    assert room.high > 0.4 * high and room.x + room.wide <= wide
    assert all(0 <= mark.y <= high for mark in marks if isinstance(mark, Text))


def test_members_are_a_median_and_a_band_broken_where_none_is_finite():
    x = np.arange(6)
    values = np.stack([np.arange(6.0), np.arange(6.0) + 2], 1)
    values[3] = np.nan
    values[4, 0] = np.inf
    marks = chart(Room(0, 0, 600, 300), Look(), x, [Curve("D", "#112233", values)], title="losses")
    assert sum(isinstance(mark, Area) for mark in marks) == 2
    line = next(mark for mark in marks if isinstance(mark, Line) and mark.colour == "#112233")
    assert np.isnan(line.points[3, 1]) and np.isfinite(np.delete(line.points[:, 1], 3)).all()
    assert line.points[4, 1] == pytest.approx(line.points[5, 1] + (line.points[0, 1] - line.points[1, 1]) * 0)


@pytest.mark.parametrize("values", [[], [np.nan], [1e38, -1e38], [0.0, 0.0]])
def test_any_values_make_a_chart(values):
    curve = Curve("D", "#112233", np.array(values, np.float32))
    for log in (False, True):
        marks = chart(Room(0, 0, 600, 300), Look(), np.arange(len(values)), [curve], log=log, references=[(0.5, "½")])
        for mark in marks:
            if isinstance(mark, Line):
                good = mark.points[np.isfinite(mark.points).all(1)]
                assert (good >= -1).all() and (good <= 601).all()


@pytest.mark.parametrize("level", [0.5, 0.45])
def test_a_level_without_a_tick_is_named_among_the_ticks_and_not_over_the_lines(level):
    curve = Curve("D", "#000000", np.full(9, level))
    marks = chart(Room(0, 0, 400, 200), Look(), np.arange(9), [curve], limits=(0.0, 1.0),
                  references=[(level, str(level))])  # fmt: skip
    names = [box(mark) for mark in marks if isinstance(mark, Text)]
    axis = min(mark.points[0, 0] for mark in marks if isinstance(mark, Line))
    (named,) = (mark for mark in marks if isinstance(mark, Text) and mark.text == str(level))
    assert box(named)[2] <= axis
    assert not any(shared(a, b) for i, a in enumerate(names) for b in names[:i])


def test_each_sign_of_the_legend_of_a_plane_looks_like_no_other():
    """A contour and arrows are both of the ink's colour, and were both a line."""
    look = Look()
    signs = [SIGNS[name](look.colours) for name in SIGNS] + [of_modes(look, missing=False)[1:]]
    assert len(set(signs)) == len(signs)


def test_a_long_title_of_a_chart_takes_a_second_line_and_room_from_the_chart():
    room, x, curve = Room(0, 0, 300, 200), np.arange(3), Curve("a", "#000000", np.arange(3.0))
    title = "a title that is longer than the chart below it, and said whole"
    one, two = (chart(room, Look(), x, [curve], title=t) for t in ("short", title))
    lines = [mark.text for mark in two if isinstance(mark, Text) and mark.text in title]
    assert " ".join(lines) == title and len(lines) == 2

    def top(marks):
        return min(mark.points[:, 1].min() for mark in marks if isinstance(mark, Line))

    assert top(two) > top(one)
