"""A visitor's numbers in many spellings, and what cannot be read is said in a sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.data.numbers import NumbersError, parse_numbers, read_numbers
from gan_core.data.tables import Wishes


def test_numbers_come_in_many_spellings():
    expected = np.arange(1.0, 7.0)
    for text in ("1 2 3 4 5 6", "1\n2\n3\n4\n5\n6\n", "x\n1,2,3\n\n4;5;6", "1\t2\t3\t4\t5\t6", "1,2,3\n4,5,6"):
        np.testing.assert_array_equal(parse_numbers(text.encode(), 1)[:, 0], expected)
    table = parse_numbers(b"x,y\n" + b"\n".join(b"%d, %d" % (i, -i) for i in range(6)), 2)
    np.testing.assert_array_equal(table, [[i, -i] for i in range(6)])


@pytest.mark.parametrize(
    "text", ["3,5\n4,1\n2,9\n3,3\n5,0", "3,5 4,1 2,9 3,3 5,0", "3,5;4,1;2,9;3,3;5,0", "Länge\n3,5\n4,1\n2,9\n3,3\n5,0"]
)
def test_a_comma_in_a_column_of_numbers_is_a_decimal_mark(text):
    np.testing.assert_array_equal(parse_numbers(text.encode(), 1)[:, 0], [3.5, 4.1, 2.9, 3.3, 5.0])


def test_one_of_several_columns_is_picked_and_said():
    content = b"day,rain,wind\n" + b"\n".join(b"%d,%d.5,%d" % (i, i, 7 * i % 5) for i in range(1, 21))
    table, picked = read_numbers(content, 1, Wishes(columns=("wind",)))
    np.testing.assert_array_equal(picked.values[:, 0], [7 * i % 5 for i in range(1, 21)])
    assert "column wind taken" in str(picked.sentence())
    assert [column.name for column in table.columns] == ["rain", "wind", "day"]
    np.testing.assert_array_equal(read_numbers(content, 1)[1].values[:3, 0], [1.5, 2.5, 3.5])


def test_nothing_is_scaled_and_a_far_number_may_go():
    content = b"1\n2\n3\n-999\n4\n5\n6\n"
    np.testing.assert_array_equal(parse_numbers(content, 1)[:, 0], [1, 2, 3, -999, 4, 5, 6])
    _, picked = read_numbers(content, 1, Wishes(far=False))
    np.testing.assert_array_equal(picked.values[:, 0], [1, 2, 3, 4, 5, 6])
    assert "line 4" in str(picked.doubts[-1].said)


@pytest.mark.parametrize(
    "content, columns, said",
    [
        (b"", 1, "no columns of numbers"),
        (b"1 2 3", 1, "3 samples"),
        (b"1 2 3 4 five", 1, "4 samples"),
        (b"1 2 3 4 nan", 1, "4 samples"),
        (b"1,2\n3", 2, "one column of numbers"),
        (b"1 " * 6000, 1, "6,000 rows"),
        (b"1" * 2_000_000, 1, "2.0 MB"),
        (b"\xff\xfe\x00", 1, "no columns of numbers"),
    ],
)
def test_bad_numbers_are_answered_with_a_sentence(content, columns, said):
    with pytest.raises(NumbersError, match=said):
        parse_numbers(content, columns)


@settings(deadline=None)
@given(st.text(alphabet="0123456789eE.,;-+−\u00a0\t\r\n\"' xna_\0", max_size=200), st.sampled_from([1, 2]))
def test_any_text_is_numbers_or_a_sentence(text, columns):
    try:
        values = parse_numbers(text.encode(), columns)
    except NumbersError as error:
        assert str(error).endswith(".")
    else:
        assert values.shape[1] == columns and len(values) >= 5 and np.isfinite(values).all()
