"""The figure of two players along a run."""

import numpy as np
import pytest

from gan_core.figures.balance import WORDS, balance

T = 10


def drawn(eigenvalues, **more):
    steps, row, pair = np.arange(T), np.linspace(0, 1, T), np.zeros((T, 2))
    return balance(steps, row, pair, pair, pair, (steps, row, row), eigenvalues, **more)


def test_it_has_a_chart_for_each_word_and_lines_where_the_players_balance():
    found = drawn((np.array([100, 200]), np.array([[1 + 1j, 1 - 1j], [-1.0, 0.5]])), equilibrium=[("d", 1.386)])
    titles = [annotation.text for annotation in found.layout.annotations]
    assert titles == [WORDS[name] for name in ("losses", "accuracy", "mean", "norms", "turns", "spectrum")]
    spectrum = found.data[-1]
    assert list(spectrum.x) == [1, 1, -1, 0.5] and list(spectrum.marker.color) == [100, 100, 200, 200]
    assert [shape.y0 for shape in found.layout.shapes][:2] == [1.386, 0.5]


def test_without_a_jacobian_it_says_so():
    found = drawn((np.empty(0), np.empty((0, 4), complex)), labels={"none": "too large"})
    assert found.layout.annotations[-1].text == "too large"
    with pytest.raises(KeyError):
        drawn((np.empty(0), np.empty((0, 4), complex)), labels={"title": "?"})
