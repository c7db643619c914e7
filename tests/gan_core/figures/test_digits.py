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


def test_a_run_is_a_row_with_both_scores_and_the_one_that_covers_most_is_the_uppermost() -> None:
    """Names in the plane of both lay over each other: four of the runs are within a tenth."""
    names = ["D won, on purpose", "DCGAN", "WGAN-GP"]
    lines, precision, coverage = digits.trade_off(names, [0.1, 0.2, 0.3], [0.0, 0.58, 0.54], (0.9, 0.8)).data
    assert list(precision.y) == list(coverage.y) == ["D won, on purpose", "WGAN-GP", "DCGAN"]
    assert list(precision.x) == [0.1, 0.3, 0.2] and list(coverage.x) == [0.0, 0.54, 0.58]
    assert list(lines.x[:2]) == [0.1, 0.0] and np.isnan(lines.x[2]) and len(lines.x) == 9
    figure = digits.trade_off(names, [0.1, 0.2, 0.3], [0.0, 0.58, 0.54], (0.9, 0.8))
    assert [shape.x0 for shape in figure.layout.shapes] == [
        0.9,
        0.8,
    ] and precision.marker.color != coverage.marker.color
