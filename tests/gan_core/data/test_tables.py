"""Tables as people have them: what is read out of each kind, and that everything assumed is said."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.data import texts
from gan_core.data.numbers import read_numbers
from gan_core.data.points import read_points
from gan_core.data.tables import Table, Wishes, read
from gan_core.errors import TableError

BROUGHT = Path(__file__).parent / "brought"
XY = np.random.default_rng(0).normal((10, 5), 3, (60, 2)).round(2)  # what the neighbours below are written from


class Case(NamedTuple):
    """What a file gives: how many rows, the first of them, and what is said of it."""

    rows: int
    first: tuple[float, ...]
    said: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    columns: int = 2


CASES: dict[str, Case] = {
    "excel_sep_line.csv": Case(60, (10.38, 4.74), ("semicolons", "headings x, y", "decimal comma")),
    "excel_trailing_empty.csv": Case(60, (10.38, 4.74), ("empty columns dropped: 2",)),
    "savetxt_default.txt": Case(60, (10.37719066328018, 4.735790273417396), ("blanks",)),
    "moons_label.csv": Case(200, (1.03613, -0.02997), ("columns x1, x2 taken",)),
    "newline_in_heading.csv": Case(60, (10.38, 4.74), ("Length (cm), Width (cm)",)),
    "units_row.csv": Case(60, (10.377, 4.736), ("2 lines skipped", "Time (s), Voltage (V)")),
    "instrument_3lines.csv": Case(60, (10.377, 4.736), ("3 lines skipped", "x [mm], y [mm]")),
    "pandas_series_index.csv": Case(60, (10.3772, 0.0), ("headings value",)),
    "penguins2_NA.csv": Case(119, (41.8, 18.1), ("1 of 120 rows left out", "line 5 (NA)")),
    "excel_ru_cp1251.csv": Case(60, (10.38, 4.74), ("Windows-1251", "Длина, см, Ширина, см")),
    "unicode_minus.csv": Case(60, (0.38, -5.26), ("decimal comma",)),
    "thousands_us.csv": Case(80, (1118, 870), (), ("1,118 is read as 1118",)),
    "thousands_de.csv": Case(80, (1118, 870), (), ("1.118 is read as 1118",)),
    "year_headings.csv": Case(100, (5.86, 5.35), ("headings 2019, 2020",), ("Line 1 may be headings",)),
    "outlier_999.csv": Case(201, (1.713, 0.394), (), ("One row lies", "line 202")),
    "penguins_mass.csv": Case(119, (41.8, 4350), (), ("The columns differ 166-fold",)),
    "one_column_decimal_comma.csv": Case(7, (3.5,), ("decimal comma",), (), 1),
    "nbsp_trailing.csv": Case(6, (1.5,), (), (), 1),
}


def read_case(content: bytes, columns: int, wishes: Wishes = Wishes()) -> Any:  # noqa: B008
    return read_numbers(content, 1, wishes) if columns == 1 else read_points(content, wishes)


@pytest.mark.parametrize("name", CASES)
def test_a_table_as_people_have_it(name: str) -> None:
    case = CASES[name]
    _, picked = read_case((BROUGHT / name).read_bytes(), case.columns)
    assert len(picked.values) == case.rows
    assert picked.values[0] == pytest.approx(case.first, abs=0)
    sentence = str(picked.sentence())
    assert sentence.startswith("Read: ") and all(part in sentence for part in case.said)
    doubts = [str(doubt.said) for doubt in picked.doubts if not doubt.faint]
    assert len(doubts) == len([*case.doubted]) - (name == "outlier_999.csv")
    assert all(any(part in doubt for doubt in doubts) for part in case.doubted)


def test_no_file_is_without_a_case() -> None:
    assert {path.name for path in BROUGHT.iterdir()} == CASES.keys()


def test_one_click_changes_what_was_assumed() -> None:
    """Each doubt, as it is offered: the other value of its wish gives the other reading."""
    others = {
        "thousands_us.csv": (80, (1.118, 870)),
        "thousands_de.csv": (80, (1.118, 870)),
        "year_headings.csv": (101, (2019, 2020)),
        "outlier_999.csv": (200, (1.713, 0.394)),
        "penguins_mass.csv": (119, (41.8, 4350)),
    }
    for name, (rows, first) in others.items():
        content = (BROUGHT / name).read_bytes()
        doubt = next(d for d in read_points(content)[1].doubts if not d.faint)
        _, picked = read_points(content, Wishes(**{doubt.wish: doubt.instead}))
        assert (len(picked.values), tuple(picked.values[0])) == (rows, first), name
        assert any(d.wish == doubt.wish and d.now == doubt.instead for d in picked.doubts), name


def written(separator: str = ",", decimal: str = ".", before: str = "x,y\n", form: str = "%.2f") -> str:
    return before.replace(",", separator) + "".join(
        separator.join((form % v).replace(".", decimal) for v in row) + "\n" for row in XY
    )


NEIGHBOURS: dict[str, bytes] = {
    "UTF-16 of a spreadsheet": written("\t", ",").replace("\n", "\r\n").encode("utf-16"),
    "UTF-16 without a mark": written("\t", ",").encode("utf-16-le"),
    "UTF-8 with a mark": written(";", ",").encode("utf-8-sig"),
    "old Macintosh": written().replace("\n", "\r").encode(),
    "Excel's sep line": ("sep=\t\n" + written("\t")).encode(),
    "blanks before and between": "".join(f"  {x:8.2f}   {y:8.2f}\n" for x, y in XY).encode(),
    "tabs and a decimal comma": written("\t", ",", "").encode(),
    "bars": written("|").encode(),
    "numpy.savetxt with a header": ("# x y\n" + written(" ", ".", "", "%.18e")).encode(),
    "R's write.table": ('"x" "y"\n' + "".join(f'"{i}" {x} {y}\n' for i, (x, y) in enumerate(XY, 1))).encode(),
    "an inch in the heading": written(before='5" pipe,y\n').encode(),
    "quotes round everything": "".join(f'"{x}","{y}"\n' for x, y in XY).encode(),
    "decimal commas in quotes": "".join(f'"{x}","{y}"\n'.replace(".", ",") for x, y in XY).encode(),
    "a label first": ("kind;x;y\n" + "".join(f"{'ab'[i % 2]};{x};{y}\n" for i, (x, y) in enumerate(XY))).encode(),
    "a class in numbers first": ("class,x,y\n" + "".join(f"{i % 3},{x},{y}\n" for i, (x, y) in enumerate(XY))).encode(),
    "an index first": ("id,x,y\n" + "".join(f"{i},{x},{y}\n" for i, (x, y) in enumerate(XY))).encode(),
    "an index without a heading": "".join(f"{i},{x},{y}\n" for i, (x, y) in enumerate(XY)).encode(),
    "times first": ("t,x,y\n" + "".join(f"2024-03-01 12:00,{x},{y}\n" for x, y in XY)).encode(),
    "a comma as decimal mark and as separator": written(",", ",").encode(),
    "Fortran": "".join(f"  {x:.2f}D+00  {y:.2f}D+00\n" for x, y in XY).encode(),
    "per cent": written(";", ",").replace("\n", " %\n").encode(),
    "an empty column between": "".join(f"{x},,{y}\n" for x, y in XY).encode(),
    "a total below": (written() + "Total,\n").encode(),
    "no-break spaces": written("\u00a0;\u00a0", ",", "").encode(),
    "en dashes": written().replace("-", "–").encode(),
    "a logger's lines of two cells": ("Gerät;Logger 7\nDatum;01.03.2024\n" + written(";", ",")).encode(),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_neighbour_of_those_kinds(name: str) -> None:
    _, picked = read_points(NEIGHBOURS[name])
    np.testing.assert_array_equal(picked.values, XY)


def test_the_sniffer_of_the_standard_library_would_misread_some_of_them() -> None:
    """Why separators are judged by the numbers that they leave."""
    wrong = []
    for name, content in {**{n: (BROUGHT / n).read_bytes() for n in CASES}, **NEIGHBOURS}.items():
        text = texts.decode(content)[0].replace("\r\n", "\n").replace("\r", "\n")
        with suppress(csv.Error):
            if csv.Sniffer().sniff(text).delimiter != texts.cut(content, 20_000).separator:
                wrong.append(name)
    assert {"excel_ru_cp1251.csv", "tabs and a decimal comma", "blanks before and between"} <= set(wrong)


@pytest.mark.parametrize(
    ("encoding", "heading"),
    [("cp1252", "Größe"), ("cp1252", "Température °C"), ("cp1251", "вес"), ("cp1251", "Рост, см"), ("utf-16", "长度")],
)
def test_headings_are_read_in_their_encoding(encoding: str, heading: str) -> None:
    content = (f"{heading};y\n" + written(";", ",", "")).encode(encoding)
    assert read_points(content)[0].columns[0].name == heading


def test_columns_are_offered_with_labels_behind_and_the_index_last() -> None:
    rows = "".join(f"{i},{i % 2},{x},{'ab'[i % 2]},{y}\n" for i, (x, y) in enumerate(XY))
    table, picked = read_points(("id,class,x,kind,y\n" + rows).encode())
    assert [(c.name, c.kind) for c in table.columns] == [
        ("x", "measured"), ("y", "measured"), ("class", "label"), ("id", "index")
    ]  # fmt: skip
    assert picked.names == ("x", "y") and [name for name, _ in table.words] == ["kind"]
    assert table.words[0][1][:3] == ("a", "b", "a")


def test_columns_are_taken_by_name() -> None:
    content = (BROUGHT / "moons_label.csv").read_bytes()
    _, picked = read_points(content, Wishes(columns=("label", "X2")))
    assert picked.names == ("label", "x2") and set(picked.values[:, 0]) == {0, 1}


@pytest.mark.parametrize(
    ("columns", "said"),
    [(("x1", "weight"), "no column weight"), (("x1",), "2 different columns"), (("x1", "x1"), "2 different columns")],
)
def test_columns_that_are_not_there_are_named(columns: tuple[str, ...], said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_points((BROUGHT / "moons_label.csv").read_bytes(), Wishes(columns=columns))


def test_headings_may_be_said_where_nobody_would_guess_them() -> None:
    content = b"1,2\n" + b"".join(b"%d,%d\n" % (i % 7, i * i % 11) for i in range(30))
    table, picked = read_points(content)
    assert len(picked.values) == 31 and all(d.faint for d in table.doubts)
    table, picked = read_points(content, Wishes(headings=True))
    assert len(picked.values) == 30 and [c.name for c in table.columns] == ["1", "2"]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_sentence(content: bytes) -> None:
    try:
        table = read(content, Wishes(), most_bytes=1000, most_rows=50)
    except TableError as error:
        assert str(error).endswith(".") and "\n" not in str(error)
    else:
        assert_whole(table)


lines = st.lists(
    st.sampled_from(
        ["x", "y;z", "1", "-2,5", "3.25", "1.118", "1,118", "NA", "", '"', "a b", "#", "−7", "2019", "\t", " "]
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(lines, max_size=12), st.sampled_from([",", ";", "\t", " ", "|"]), st.booleans(), st.sampled_from([1, 2])
)
def test_anything_like_a_table_is_one_or_a_sentence(
    rows: list[list[str]], separator: str, far: bool, columns: int
) -> None:
    content = "\n".join(separator.join(row) for row in rows).encode()
    for wishes in (Wishes(far=far), Wishes(headings=far, decimal=","), Wishes(headings=True, decimal=".")):
        try:
            table, picked = read_case(content, columns, wishes)
        except TableError as error:
            assert str(error).endswith(".") and "\n" not in str(error)
        else:
            assert_whole(table)
            assert np.isfinite(picked.values).all() and str(picked.sentence())


def assert_whole(table: Table) -> None:
    n = len(table.lines)
    assert n and all(len(c.values) == len(c.cells) == n for c in table.columns)
    assert len({c.name for c in table.columns}) == len(table.columns)
