"""Bytes become text and text becomes cells; what would take long is refused before it is cut up."""

from __future__ import annotations

import pytest

from gan_core.data.texts import MOST_COLUMNS, cut, decode
from gan_core.errors import TableError


@pytest.mark.parametrize(
    ("content", "text", "encoding"),
    [
        ("ä;1".encode(), "ä;1", ""),
        ("ä;1".encode("utf-8-sig"), "ä;1", ""),
        ("ä;1".encode("utf-16"), "ä;1", "UTF-16"),
        ("ä;1".encode("utf-32"), "ä;1", "UTF-32"),
        ("x;1.5\n2;3".encode("utf-16-be"), "x;1.5\n2;3", "UTF-16"),
        ("Größe;1".encode("cp1252"), "Größe;1", "Windows-1252"),
        ("длина;1".encode("cp1251"), "длина;1", "Windows-1251"),
        ("délka;šířka".encode("cp1250"), "délka;šířka", "Windows-1250"),
        (b"1;2\x1a", "1;2", ""),
    ],
)
def test_the_encoding_is_found_and_named(content: bytes, text: str, encoding: str) -> None:
    assert decode(content) == (text, encoding)


@pytest.mark.parametrize("content", [b"\x80\x04\x95\x1e\x00", b"1,2\x00", b"\x89PNG\r\n\x1a\n" + bytes(10)])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(TableError, match="This is no text"):
        decode(content)


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("1,2\n3,4", ","), ("1;2\n3;4", ";"), ("1,5;2,5\n3,5;4,5", ";"), ("1,5\t2,5", "\t"), ("1 2\n3 4", " "),
        ("1.5, 2.5\n3.5, 4.5", ","), ("1|2\n3|4", "|"), ("1\n2", ""), ("wert\n3,5\n4,1", ""), ("x,y\n3,5\n4,1", ","),
    ],
)  # fmt: skip
def test_the_separator_is_the_one_that_leaves_numbers(text: str, separator: str) -> None:
    assert cut(text.encode(), 100).separator == separator


def test_pairs_of_whole_numbers_are_decimals_where_a_column_is_wanted() -> None:
    assert cut(b"3,5\n4,1", 100).separator == "," and cut(b"3,5\n4,1", 100, one_column=True).separator == ""


def test_rows_know_on_which_line_they_begin() -> None:
    rows = cut(b'sep=;\n"a\nb";c\n\n1;2\n', 100).rows
    assert rows == [(2, ["a b", "c"]), (5, ["1", "2"])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"1,2," * 475_000, "950,001 columns"),
        (b"1 2 " * 475_000, "950,000 columns"),
        (b"1,2,\n" * 380_000, "380,000 rows"),
        (b"\n" * 900_000, "900,000 rows"),
        ((b"1," * MOST_COLUMNS)[:-1] + b"\n" + (b"1," * (MOST_COLUMNS - 1) + b"\n") * 1600, "cells"),
    ],
)
def test_what_would_take_long_is_refused_before_it_is_cut_up(content: bytes, said: str, monkeypatch) -> None:
    monkeypatch.setattr(
        "gan_core.data.texts._read", lambda text, *rest: [] if len(text) > 900_000 else [(1, ["1", "2"])]
    )
    with pytest.raises(TableError, match=said):
        cut(content, 20_000)
