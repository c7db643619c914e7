"""The pictures of the page Digits: what was put in is what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.figures import digits


def test_a_class_has_its_share_and_the_range_of_real_ones() -> None:
    figure = digits.classes([50, 0, 50, *[100] * 7], np.ones(10))
    bars, real = figure.data
    assert bars.y[0] == pytest.approx(6.25) and sum(bars.y) == pytest.approx(100)
    assert real.y == pytest.approx([10] * 10) and real.error_y.array[0] == pytest.approx(196 * np.sqrt(0.09 / 800))


def test_walks_truncation_and_coordinates_draw_their_numbers_and_floors() -> None:
    place = np.linspace(0, 1, 3)
    walked = digits.walks(place, {"straight": ([0.9, 0.5, 0.9], [0.1] * 3)}, 0.99, labels={"straight": "Linie"})
    assert walked.data[0].name == "Linie" and walked.data[0].error_y.array[0] == pytest.approx(0.196)
    cut = digits.truncation([0.5, np.inf], {"recall": ([0.1, 0.8], 0.9)})
    assert list(cut.data[0].x) == ["0.5", "no limit"] and list(cut.data[1].y) == [0.9, 0.9]
    both = digits.coordinates([0.1, 0.4], [0.3, 0.2, 0.1])
    assert list(both.data[1].y) == [40, 10] and list(both.data[1].x) == [25, 75]


def test_agreement_and_trade_off() -> None:
    shares = np.eye(10)
    shares[4, [4, 9]] = 0.9, 0.1
    heat, numbers = digits.agreement(shares).data
    assert heat.z[4][4] == 0.9 and len(numbers.text) == 11
    assert dict(zip(zip(numbers.y, numbers.x, strict=True), numbers.text, strict=True))["4", "9"] == "10"
    runs, real = digits.trade_off(["a", "b"], [0.1, 0.2], [0.3, 0.4], (0.9, 0.8)).data
    assert list(runs.text) == ["a", "b"] and (real.x[0], real.y[0]) == (0.9, 0.8)


def test_names_of_near_points_do_not_lie_over_each_other() -> None:
    x, y = np.array([0.66, 0.65, 0.6, 0.595]), np.array([0.58, 0.54, 0.46, 0.405])
    figure = digits.trade_off(["DCGAN, non-saturating", "DCGAN, minimax", "WGAN-GP", "R1 and R2"], x, y, (0.88, 0.95))
    places = list(figure.data[0].textposition)
    assert len(set(places[:2])) == 2 and len(set(places[2:])) == 2 and set(places) <= set(digits.BESIDE)
