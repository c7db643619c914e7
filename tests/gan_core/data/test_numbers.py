"""A visitor's numbers in many spellings, and what cannot be read is said in a sentence."""

import numpy as np
import pytest

from gan_core.data.numbers import NumbersError, parse_numbers


def test_numbers_come_in_many_spellings():
    expected = np.arange(1.0, 7.0)
    for text in ("1 2 3 4 5 6", "1\n2\n3\n4\n5\n6\n", "x\n1,2,3\n\n4;5;6", "1\t2\t3\t4\t5\t6"):
        np.testing.assert_array_equal(parse_numbers(text.encode(), 1)[:, 0], expected)
    table = parse_numbers(b"x,y\n" + b"\n".join(b"%d, %d" % (i, -i) for i in range(6)), 2)
    np.testing.assert_array_equal(table, [[i, -i] for i in range(6)])


@pytest.mark.parametrize(
    "content, columns, said",
    [
        (b"", 1, "0 samples"),
        (b"1 2 3", 1, "3 samples"),
        (b"1 2 3 4 five", 1, "“five”"),
        (b"1 2 3 4 nan", 1, "“nan”"),
        (b"1,2\n3", 2, "Line 2 has 1 entries"),
        (b"1 " * 6000, 1, "6,000 samples"),
        (b"1" * 2_000_000, 1, "2.0 MB"),
        (b"\xff\xfe\x00", 1, "0 samples"),
    ],
)
def test_bad_numbers_are_answered_with_a_sentence(content, columns, said):
    with pytest.raises(NumbersError, match=said):
        parse_numbers(content, columns)
