"""A number is written for people in one way."""

import math

import pytest

from gan_core.numerals import number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.25, "−0.25"),
        (2 / 3, "0.667"),
        (5e-5, "5·10⁻⁵"),
        (1e-5, "10⁻⁵"),
        (4.54e-5, "4.54·10⁻⁵"),
        (-1.2e20, "−1.2·10²⁰"),
        (25_612.3, "25,600"),
        (123_456.78, "1.23·10⁵"),
        (1024, "1,024"),
        (-0.0, "0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
    ],
)
def test_a_number_is_written_as_by_hand(value: float, text: str) -> None:
    assert number(value) == text


def test_a_whole_number_keeps_its_digits_and_another_as_many_as_are_asked_for() -> None:
    assert [number(0.9999, 6), number(0.9999), number(12_345.6, 4)] == ["0.9999", "1", "12,350"]
