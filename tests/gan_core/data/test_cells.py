"""A number as people write it, and what its marks mean by the whole column."""

from __future__ import annotations

import math

import pytest

from gan_core.data.cells import clean, is_missing, judge, looks_like_a_number, numbers, value


@pytest.mark.parametrize(
    ("cell", "decimal", "read"),
    [
        ("3.5", ".", 3.5), ("3,5", ",", 3.5), (".5", ".", 0.5), (",5", ",", 0.5), ("5.", ".", 5.0), ("+7", ".", 7.0),
        ("1,118", ".", 1118.0), ("1,118", ",", 1.118), ("1.118", ",", 1118.0), ("1,118,000.5", ".", 1118000.5),
        ("1.118.000,5", ",", 1118000.5), ("1 118,5", ",", 1118.5), ("1'118.5", ".", 1118.5), 
        ("1,23,456", ".", 123456.0),
        ("-1.2e-3", ".", -0.0012), ("1,2E+2", ",", 120.0), ("- 3", ".", -3.0),
        ("1.5D+02", ".", 150.0), ("45 %", ".", 45.0), ("$1,118.50", ".", 1118.5), ("1.118,50 €", ",", 1118.5),
    ],
)  # fmt: skip
def test_a_cell_is_a_number(cell: str, decimal: str, read: float) -> None:
    assert value(cell, decimal) == pytest.approx(read, rel=1e-15) and looks_like_a_number(cell)


@pytest.mark.parametrize(
    "cell", ["", "x", "1_0", "nan", "inf", "0x10", "1,2,3", "01.02.2024", "1.2.3", "True", "1 2", "--1"]
)
def test_a_cell_is_none(cell: str) -> None:
    assert value(cell, ".") is None and value(cell, ",") is None and not looks_like_a_number(cell)


def test_signs_of_typography_become_plain() -> None:
    assert clean("\u221215,5\u00a0 ") == "-15,5" and clean("1\u202f118") == "1 118" and clean("a\n b") == "a b"


def test_what_is_missing_has_many_names() -> None:
    assert all(map(is_missing, ["", "NA", "n/a", "NaN", "null", "-", "#N/A"])) and not is_missing("0")


@pytest.mark.parametrize(
    ("columns", "quoted", "decimal", "doubted"),
    [
        ([["1.5", "2"]], False, ".", False),
        ([["1,5", "2"]], False, ",", False),
        ([["10.377", "4.736"]], False, ".", False),  # as %.3f writes them
        ([["10,377", "4,736"]], False, ",", True),
        ([["10,377", "4,736"]], True, ".", True),
        ([["1,118", "870", "1,127", "990"]], True, ".", True),
        ([["1.118", "870", "1.127", "990"]], False, ",", True),
        ([["1.118", "2.5"], ["1", "2"]], False, ".", False),  # one cell settles it
        ([["1.118", "1.127.000"]], False, ",", False),
        ([["1,118", "1250"]], True, ",", True),  # with 1250 nothing stands between thousands
        ([["1,118", "1,120"], ["0.5", "0.25"]], True, ".", False),  # another column settles it
        ([["1", "2"]], False, ".", False),
        ([[]], False, ".", False),
    ],
)
def test_marks_are_judged_by_the_whole_column(columns, quoted, decimal, doubted) -> None:
    judged = judge(columns, quoted)
    assert set(judged.decimals) == {decimal} and (judged.doubt is not None) == doubted


def test_columns_of_two_countries_are_each_read_in_their_way() -> None:
    assert judge([["1,5", "2,25"], ["1.5", "2.25"]], False).decimals == (",", ".")


def test_what_is_no_finite_number_is_nan() -> None:
    read = numbers(["1", "x", "1e999", ""], ".")
    assert read[0] == 1 and all(map(math.isnan, read[1:]))
