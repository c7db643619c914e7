"""Uploaded tables: what is read, and that everything else is refused with a sentence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gan_core.data import PointsError, parse_points, points_digest
from gan_core.data.points import MAX_BYTES, MAX_ROWS, MIN_POINTS, is_empty, is_finite, is_text, number
from gan_core.data.tables import Wishes

ROWS = [[0.5 * i, (i - 4.5) ** 2] for i in range(12)]


def as_csv(rows: list[list[float]], separator: str = ",", newline: str = "\n", decimal: str = ".") -> bytes:
    return newline.join(separator.join(str(v).replace(".", decimal) for v in row) for row in rows).encode()


EXPECTED = parse_points(ROWS)


# --- what is read ---


@pytest.mark.parametrize(
    "content",
    [
        as_csv(ROWS),
        as_csv(ROWS) + b"\n",
        as_csv(ROWS, newline="\r\n"),
        as_csv(ROWS, newline="\r"),
        as_csv(ROWS, separator=";"),
        as_csv(ROWS, separator=";", decimal=","),
        as_csv(ROWS, separator="\t", decimal=","),
        as_csv(ROWS, separator=" , "),
        b"x,y\n" + as_csv(ROWS),
        b'"x";"y"\r\n' + as_csv(ROWS, separator=";", newline="\r\n"),
        b"\xef\xbb\xbfx,y\n" + as_csv(ROWS),
        b"\xef\xbb\xbf" + as_csv(ROWS),
        b"\n\n" + as_csv(ROWS, newline="\n\n") + b"\n,\n;;\n \n",
        as_csv([[f'"{v}"' for v in row] for row in ROWS]),
        as_csv(ROWS, separator=" "),
        as_csv(ROWS, separator="  ", decimal=","),
        as_csv(ROWS, separator="|"),
        ("größe,y\n" + as_csv(ROWS).decode()).encode("latin-1"),
        as_csv(ROWS).decode().encode("utf-16"),
        as_csv([[*row, "a label"] for row in ROWS]),
        as_csv([*ROWS[:6], [1, ""], ["nan", 2], ["inf", 3], ["four", 4], *ROWS[6:]]),
        bytearray(as_csv(ROWS)),
        np.array(ROWS),
        np.array(ROWS, dtype=object),
        [tuple(row) for row in ROWS],
        [[str(v) for v in row] for row in ROWS],
        [*ROWS, [None, None], ["", " "]],
    ],
)
def test_same_table_in_every_spelling(content: object) -> None:
    points = parse_points(content)
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, EXPECTED)


def test_a_data_frame_is_a_table() -> None:
    pandas = pytest.importorskip("pandas")
    np.testing.assert_array_equal(parse_points(pandas.DataFrame(ROWS, columns=["x", "y"])), EXPECTED)


def test_standardised_keeps_the_shape() -> None:
    rows = np.array(ROWS)
    assert EXPECTED.mean(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert (EXPECTED.astype(np.float64) ** 2).mean() == pytest.approx(1, abs=1e-6)
    # one factor for both columns
    factor = np.ptp(EXPECTED, axis=0) / np.ptp(rows, axis=0)
    assert factor[0] == pytest.approx(factor[1], rel=1e-5)


@pytest.mark.parametrize("scale", [1e-300, 1e-5, 1e5, 1e300])
def test_the_unit_of_measurement_does_not_matter(scale: float) -> None:
    np.testing.assert_allclose(parse_points(np.array(ROWS) * scale), EXPECTED, atol=1e-6)


def test_each_column_may_be_scaled_by_itself() -> None:
    points = parse_points(as_csv([[x, 1000 * y] for x, y in ROWS]), Wishes(apart=True)).astype(np.float64)
    assert points.std(axis=0) == pytest.approx([1, 1], abs=1e-6)
    flat = parse_points(as_csv([[i, 3.0] for i in range(10)]), Wishes(apart=True))
    assert (flat[:, 1] == 0).all() and flat[:, 0].std() == pytest.approx(math.sqrt(2))


def test_a_far_row_that_hides_the_rest_can_be_left_out() -> None:
    content = as_csv([*ROWS, [1e30, 0]])
    with pytest.raises(PointsError, match="2 points that can be told apart"):
        parse_points(content)
    np.testing.assert_array_equal(parse_points(content, Wishes(far=False)), EXPECTED)


def test_a_distant_origin_does_not_matter() -> None:
    np.testing.assert_allclose(parse_points(np.array(ROWS) + 1e6), EXPECTED, atol=1e-6)


def test_a_flat_table_is_a_line() -> None:
    points = parse_points([[i, 3.0] for i in range(10)])
    assert (points[:, 1] == 0).all() and points[:, 0].std() == pytest.approx(math.sqrt(2))


def test_the_most_rows_allowed() -> None:
    rows = np.random.default_rng(0).normal(size=(MAX_ROWS, 2))
    assert parse_points(rows).shape == (MAX_ROWS, 2)
    assert parse_points(b"x,y\n" + as_csv(rows.round(3).tolist())).shape == (MAX_ROWS, 2)


def test_digest_is_of_the_values_alone() -> None:
    digest = points_digest(EXPECTED)
    assert len(digest) == 16 and set(digest) <= set("0123456789abcdef")
    assert digest == points_digest(np.asfortranarray(EXPECTED)) == points_digest(EXPECTED.astype(np.float64))
    assert digest != points_digest(EXPECTED[::-1])
    # SHA-256 of eight zero bytes, from its definition
    assert points_digest(np.zeros((1, 2))) == "af5570f5a1810b7a"


# --- what is refused ---

BAD = {
    "too many bytes": (b"1,2\n" * (MAX_BYTES // 4 + 1), "2.0 MB"),
    "too many lines": (b"1,2\n" * (MAX_ROWS + 1), f"{MAX_ROWS + 1:,} rows"),
    "a megabyte in one line": (b"1,2," * 475_000, "Line 1 has 950,001 columns"),
    "a long line without end": (b"1," + b"2" * 1_000_000, "longer than a page"),
    "a megabyte of empty lines": (b"1,2\n" + b"\n" * 1_000_000, "1,000,001 rows"),
    "too many lines under headings": (b"x,y\n" + b"1,2\n" * (MAX_ROWS + 1), f"{MAX_ROWS + 1:,} rows"),
    "too many rows": ([[1, 2]] * 1_000_000, "1,000,000 rows"),
    "too many rows of an array": (np.zeros((1_000_000, 2)), "1,000,000 rows"),
    "nothing": (b"", "no columns of numbers"),
    "blank lines": (b"\n \r\n,\n", "no columns of numbers"),
    "headings only": (b"x,y\n", "no columns of numbers"),
    "no rows": ([], "no rows"),
    "empty rows": ([[None, None]] * 20, "no rows"),
    "text in most rows": (b"x,y\n1,2\n3,four\n5,six\n7,eight\n", "one column of numbers"),
    "code": (b"1,\"__import__('os').system('true')\"\n", "one column of numbers"),
    "formula": (b"=1+1,2\n=3+1,4\n=1+2,5\n", "one column of numbers"),
    "underscore": (b"1_000,2\n", "one column of numbers"),
    "truth": ([[True, 1.0]] * 12, "Row 1 holds True"),
    "an object": ([[{}, 1.0]] * 12, "Row 1 holds {}"),
    "a complex number": ([[1j, 1.0]] * 12, "Row 1 holds 1j"),
    "overflow of a whole number": ([[10**400, 1]], "not finite"),
    "nan in an array": (np.array([*ROWS, [math.nan, 1]]), "Row 13 holds nan, which is not finite"),
    "an empty cell of the editor": ([*ROWS, [1, None]], "Row 13 has an empty cell"),
    "one column of an editor": ([[1], [2]], "Row 1 has one column"),
    "three columns of an array": (np.zeros((20, 3)), "Row 1 has 3 columns"),
    "a flat list": ([1, 2, 3], "Row 1 has one column"),
    "one dimension": (np.zeros(20), "1 dimensions"),
    "three dimensions": (np.zeros((20, 2, 2)), "3 dimensions"),
    "a text": ("1,2\n3,4", "not a table"),
    "a number": (7, "not a table"),
    "nothing at all": (None, "not a table"),
    "few": (as_csv(ROWS[:9]), "9 points"),
    "few different ones": (ROWS[:9] * 10, "9 points"),
    "one outlier hides the rest": ([*ROWS, [1e30, 0]], "2 points"),
    "all the same": (b"0.1,0.2\n" * 50, "are the same"),
    "only what is not finite": (b"1,nan\n3,inf\n5,1e999\n", "have no number in a chosen column"),
    "one column": (b"x\n1\n2\n3\n", "one column of numbers"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "This is no text"),
    "a pickle": (b"\x80\x04\x95\x1e\x00\x00\x00", "This is no text"),
    "a huge cell": (b"1,2\n" + b"3" * 200_000 + b",4\n", "one column of numbers"),
    "all zero": (np.zeros((50, 2)), "are the same"),
}


@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD.keys())
def test_bad_table_is_refused_with_a_sentence(content: object, words: str) -> None:
    with pytest.raises(PointsError) as caught:
        parse_points(content)
    sentence = str(caught.value)
    assert words in sentence
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 250


def check_points_or_sentence(content: object) -> None:
    try:
        points = parse_points(content)
    except PointsError as error:
        assert str(error).endswith(".")
    else:
        assert points.dtype == np.float32 and points.ndim == 2 and points.shape[1] == 2
        assert np.isfinite(points).all() and len(np.unique(points, axis=0)) >= MIN_POINTS
        assert (points.astype(np.float64) ** 2).mean() == pytest.approx(1, abs=1e-4)


cells = st.one_of(
    st.floats(), st.integers(), st.none(), st.text(max_size=8), st.booleans(), st.floats(-5, 5).map(str), st.binary()
)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    check_points_or_sentence(content)


@settings(deadline=None)
@given(st.text(alphabet="0123456789eE.,;-+\t\r\n\"' xnaif_\0", max_size=300))
def test_any_text_that_is_nearly_a_table(text: str) -> None:
    check_points_or_sentence(text.encode())


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(width=64), st.floats(width=64)), max_size=40))
def test_any_numbers_as_csv(rows: list[tuple[float, float]]) -> None:
    check_points_or_sentence("\n".join(f"{x!r},{y!r}" for x, y in rows).encode())


@settings(deadline=None)
@given(st.lists(st.one_of(st.lists(cells, max_size=4), st.tuples(cells, cells), cells), max_size=30))
def test_any_rows(rows: list[object]) -> None:
    check_points_or_sentence(rows)


@settings(deadline=None)
@given(arrays(np.float64, array_shapes(max_dims=3, max_side=30)))
def test_any_array(array: np.ndarray) -> None:
    check_points_or_sentence(array)


@settings(deadline=None)
@given(arrays(np.float64, (20, 2), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_any_finite_table(array: np.ndarray) -> None:
    check_points_or_sentence(array)


# --- cells of a table editor ---


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
