"""The value of the game, drawn: D and D* over the densities, and the point where D stands now."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.figures import style
from gan_core.figures.game import game

X = np.linspace(-1, 1, 5)
SHARES = np.linspace(0, 1, 3)
DENSITIES = (X, np.full(5, 0.5), np.full(5, 0.25))


def drawn(at: tuple[float, float], optimum: float = -1.0, **labels: str):
    values = np.array([-math.inf, -1.2, -1.0])
    return game(*DENSITIES, np.full(5, 0.6), np.full(5, 2 / 3), SHARES, values, at, optimum, labels)


def test_everything_given_is_drawn_and_what_is_infinite_is_left_out() -> None:
    figure = drawn((0.5, -1.2), d="now", optimal_d="best", game="V")
    by_name = {trace.name: trace for trace in figure.data}
    np.testing.assert_array_equal(by_name["now"].y, np.full(5, 0.6))
    np.testing.assert_array_equal(by_name["best"].y, np.full(5, 2 / 3))
    assert by_name["best"].line.dash == "dash" and by_name["now"].yaxis == by_name["best"].yaxis == "y2"
    assert np.isnan(by_name["V"].y[0]) and list(by_name["V"].y[1:]) == [-1.2, -1.0]
    (mark,) = [trace for trace in figure.data if trace.mode == "markers+text"]
    assert (mark.x[0], mark.y[0], mark.text[0]) == (0.5, -1.2, style.number(-1.2, 4))


def test_a_value_of_minus_infinity_has_no_mark() -> None:
    assert not [trace for trace in drawn((0.0, -math.inf)).data if trace.mode == "markers+text"]


@pytest.mark.parametrize(("optimum", "lines"), [(-1.0, 2), (-2 * math.log(2), 1)])
def test_the_optimum_has_a_line_of_its_own_unless_it_is_the_equilibrium(optimum: float, lines: int) -> None:
    heights = [shape.y0 for shape in drawn((0.5, -1.2), optimum).layout.shapes]
    assert len(heights) == lines and heights[0] == pytest.approx(-2 * math.log(2))


def test_a_walk_ends_where_d_is_and_moves_the_curve_and_the_mark() -> None:
    walk = ([0.25, 1.0, 0.5], np.arange(15.0).reshape(3, 5), [-1.4, -1.0, -1.2])
    figure = game(*DENSITIES, walk[1][-1], np.full(5, 2 / 3), SHARES, np.full(3, -1.2), (0.5, -1.2), -1.0, walk=walk)
    p, q, *moved = (figure.data[i] for i in figure.frames[0].traces)
    assert (p.yaxis, q.yaxis) == ("y", "y")  # they vanish if they are in no frame while D moves on an axis above
    assert [frame.name for frame in figure.frames] == ["0.25", "1", "0.5"]
    *_, curve, mark = figure.frames[-1].data
    np.testing.assert_array_equal(curve.y, moved[0].y)
    assert (list(mark.x), list(mark.y), list(mark.text)) == (list(moved[1].x), list(moved[1].y), list(moved[1].text))
    slider = figure.layout.sliders[0]
    assert slider.active == 2  # it opens where it ends
    assert slider.font.color == style.CLEAR != slider.currentvalue.font.color  # ticks would count up and then down


@pytest.mark.parametrize(("value", "side"), [(-0.3, "bottom"), (-1.0, "top"), (-1.15, "top"), (-2.2, "bottom")])
def test_no_level_is_drawn_through_the_number_at_the_mark(value: float, side: str) -> None:
    (mark,) = [trace for trace in drawn((0.5, value), optimum=-0.95).data if trace.mode == "markers+text"]
    assert mark.textposition == f"{side} center"


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        drawn((0.5, -1.2), colour="red")
