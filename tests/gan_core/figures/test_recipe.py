"""Twin runs, drawn: a dot a seed, mean and standard error of each, and the floor beside all."""

from __future__ import annotations

import math

import pytest

from gan_core.figures.recipe import twins

RUNS = {"batch norm": [10.0, 20.0], "none": [300.0]}


def test_every_seed_is_a_dot_beside_the_mean_and_the_floor() -> None:
    dots, bars, floor, skill = twins(RUNS, [(15.0, 5.0), (300.0, math.nan)], 6.0, 90.0).data
    assert list(zip(dots.y, dots.x, strict=True)) == [("batch norm", 10), ("batch norm", 20), ("none", 300)]
    assert list(bars.x) == [15, 300] and list(bars.y) == list(RUNS)
    assert list(bars.error_x.array) == [5, 0]  # one seed has no standard error
    assert set(floor.x) == {6} and floor.name == "real digits: 6"
    assert set(skill.x) == {90} and skill.name == "without skill: 90"


def test_the_axis_reaches_from_below_the_floor_to_beyond_the_worst() -> None:
    low, high = twins(RUNS, [(15.0, 5.0), (300.0, 0.0)], 6.0, 90.0).layout.xaxis.range
    assert 10**low == pytest.approx(4) and 10**high == pytest.approx(450)


def test_words_are_replaced_and_unknown_ones_refused() -> None:
    assert twins(RUNS, [(15, 5), (300, 0)], 6.0, 90.0, {"score": "distance"}).layout.xaxis.title.text == "distance"
    with pytest.raises(KeyError, match="colour"):
        twins(RUNS, [(15, 5), (300, 0)], 6.0, 90.0, {"colour": "red"})
