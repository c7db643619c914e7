"""Cells of a visitor's table: which lines have an entry, and what is a number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.data.tables import is_empty, is_finite, is_text, lines_of, number


def test_lines_keep_their_numbers_whatever_ends_them_and_separators_are_no_entry() -> None:
    assert lines_of('a\r\n\r\n,;"\n b\rc') == [(1, "a"), (4, " b"), (5, "c")]
    assert lines_of("") == []


@pytest.mark.parametrize(("cell", "value"), [("1.5", 1.5), (" -2e3 ", -2000.0), (np.float32(0.5), 0.5), (7, 7.0)])
def test_what_is_written_as_a_number_is_that_number(cell: object, value: float) -> None:
    assert number(cell) == value and is_finite(cell) and not is_text(cell) and not is_empty(cell)


@pytest.mark.parametrize("cell", ["x", "1_0", True, np.True_, None, [], "", "1,5"])
def test_what_python_alone_would_read_as_a_number_is_none(cell: object) -> None:
    assert is_text(cell) and not is_finite(cell)
    with pytest.raises((ValueError, TypeError)):
        number(cell)


@pytest.mark.parametrize("cell", ["nan", "-inf", math.inf, 10**400])
def test_infinity_and_nan_are_numbers_that_are_not_finite(cell: object) -> None:
    assert not is_text(cell) and not is_finite(cell)


def test_a_cell_without_a_sign_is_empty() -> None:
    assert [is_empty(cell) for cell in (None, "", " \t", 0, "0")] == [True, True, True, False, False]
