"""The value of the game, drawn: D and D* over the densities, and the point where D stands now."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from gan_core import theory
from gan_core.figures import style
from gan_core.figures.game import EQUILIBRIUM, game

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
    assert figure.layout.yaxis2.dtick == 0.25  # else Plotly's are level with those of the densities: 1.05, 0.788, 0.525
    assert figure.layout.yaxis.range == pytest.approx((0, 0.525))  # while it plays Plotly had 0 to 4
    assert by_name["best"].line.dash == "dash" and by_name["now"].yaxis == by_name["best"].yaxis == "y2"
    assert np.isnan(by_name["V"].y[0]) and list(by_name["V"].y[1:]) == [-1.2, -1.0]
    mark, read = figure.data[-2:]
    assert (mark.mode, mark.x[0], mark.y[0]) == ("markers", 0.5, -1.2)
    assert (read.mode, read.text[0]) == ("text", f"V = {style.number(-1.2, 4)}")


def test_a_value_of_minus_infinity_has_no_mark() -> None:
    assert {trace.mode for trace in drawn((0.0, -math.inf)).data} == {"lines"}


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
    *_, curve, mark, read = figure.frames[-1].data
    np.testing.assert_array_equal(curve.y, moved[0].y)
    assert (list(mark.x), list(mark.y)) == (list(moved[1].x), list(moved[1].y))
    assert (list(read.x), list(read.y), list(read.text)) == (list(moved[2].x), list(moved[2].y), list(moved[2].text))
    slider = figure.layout.sliders[0]
    assert slider.active == 2  # it opens where it ends
    assert slider.font.color == style.CLEAR != slider.currentvalue.font.color  # ticks would count up and then down


def ways(d: float) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Both ways of D to the optimum of two Gaussians: shares, values and the optimum."""
    x = np.linspace(-8.0, d + 8, 2001)
    log_p, log_q = (-((x - mean) ** 2) / 2 - np.log(2 * np.pi) / 2 for mean in (0.0, d))
    best = log_p - log_q
    optimum = float(theory.optimal_value(float(theory.gaussian_jsd(d))))
    for shares, logit in (
        (np.linspace(0.01, 1, 100), lambda s: np.log(s / (1 - s + np.exp(-best)))),
        (np.linspace(0, 3, 121), lambda s: s * best),
    ):
        worth = [float(theory.value_of_the_game(logit(s), np.exp(log_p), np.exp(log_q), x)) for s in shares]
        yield shares, np.array(worth), optimum


@pytest.mark.parametrize("d", [0.0, 0.25, 0.75, 1.0, 2.0, 3.0, 4.0, 6.0])
def test_no_letters_are_written_over_a_line(d: float) -> None:
    """In pixels of a telephone, where the axis of V(D) is 170 × 80: the number was over its curve, or crossed by a
    level, wherever the point went."""
    for shares, values, optimum in ways(d):
        figure = game(*DENSITIES, np.full(5, 0.6), np.full(5, 0.6), shares, values, (shares[9], values[9]), optimum)
        (low, high), (left, right) = figure.layout.yaxis3.range, figure.layout.xaxis2.range
        assert (left, right) == (shares[0], shares[-1])

        def across(x: np.ndarray, left: float = left, right: float = right) -> np.ndarray:
            return 170 * (np.asarray(x) - left) / (right - left)

        def up(y: np.ndarray, low: float = low, high: float = high) -> np.ndarray:
            return 80 * (np.asarray(y) - low) / (high - low)

        read = figure.data[-1]
        boxes = {read.text[0]: (80.0, 170.0, up(read.y[0]) - 7, up(read.y[0]) + 7)}
        for note, wide, level in zip(figure.layout.annotations, (32, 90), (EQUILIBRIUM, optimum), strict=False):
            start = {"left": 0, "right": 170 - wide}[note.xanchor]
            below = up(level) - 15 if note.yanchor == "top" else up(level) + 1
            boxes[note.text] = (start, start + wide, below, below + 14)
        for name, (start, end, below, above) in boxes.items():
            inside = (across(shares) > start) & (across(shares) < end)
            reached = up(values[inside])
            assert not ((reached > below) & (reached < above)).any(), (name, d)
            assert not [one for one in (EQUILIBRIUM, optimum) if below < up(one) < above and abs(optimum - one) > 0.3]


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        drawn((0.5, -1.2), colour="red")
