"""Excel's and Parquet's files: read where a library reads them, else a sentence; nothing large is unpacked."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gan_core.data import frames
from gan_core.data.points import read_points
from gan_core.data.tables import FILES
from gan_core.errors import TableError

pandas = pytest.importorskip("pandas")
XY = np.random.default_rng(0).normal(size=(40, 2))


def parquet(**columns: object) -> bytes:
    pytest.importorskip("pyarrow")
    out = io.BytesIO()
    pandas.DataFrame(columns).to_parquet(out, compression="zstd")
    return out.getvalue()


def test_a_parquet_file_is_a_table() -> None:
    x, y = XY.T.copy()
    x[3] = np.nan
    table, picked = read_points(parquet(kind=["a", "b"] * 20, x=x, y=y, n=range(40)))
    np.testing.assert_array_equal(picked.values, np.delete(XY, 3, axis=0))
    assert [c.name for c in table.columns] == ["x", "y", "n"] and table.words[0][0] == "kind"


def lying(content: bytes, claim: int) -> bytes:
    """The file, saying in its footer of everything that it has more bytes than `claim` that it has so many."""
    from pyarrow import parquet

    def written(n: int) -> bytes:  # as the footer has it: zigzag, seven bits a byte, the lowest first
        groups = [2 * n >> 7 * i & 127 for i in range(-(-(2 * n).bit_length() // 7))]
        return bytes([group | 128 for group in groups[:-1]] + groups[-1:])

    group = parquet.ParquetFile(io.BytesIO(content)).metadata.row_group(0)
    sizes = {group.total_byte_size, *(group.column(i).total_uncompressed_size for i in range(group.num_columns))}
    footer = -8 - int.from_bytes(content[-8:-4], "little")
    said = content[footer:]
    for size in sizes:
        if size > claim:
            assert len(written(size)) == len(written(claim))
            said = said.replace(written(size), written(claim))
    return content[:footer] + said


def test_of_a_parquet_file_what_is_read_is_counted_and_not_what_its_footer_says() -> None:
    large = parquet(x=["0" * 1_000_000 + str(i) for i in range(60)])
    with pytest.raises(TableError, match="MB"):
        read_points(lying(large, 20_000_000))
    with pytest.raises(TableError, match="MB"):
        read_points(large)


def test_a_page_that_is_larger_than_its_footer_says_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kilobyte of zstd may say a page of gigabytes, for which a reader makes room before anything is counted."""
    content = parquet(x=["0" * 30_000_000, "1" * 30_000_000], y=[1.0, 2.0])
    assert len(content) < 20_000
    monkeypatch.setattr(frames, "_batches", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(TableError, match="Unpacked, the file would have"):
        read_points(lying(content, 20_000_000))


def test_a_long_text_that_a_page_says_anew_for_every_row_is_read_a_few_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is the one before and nothing more: a thousand bytes make 200 MB here, of 20,000 rows 20 GB."""
    pyarrow, parquets = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    n, out, read = 200, io.BytesIO(), []
    long = pyarrow.array([b"0" * 1_000_000] * n, pyarrow.binary(1_000_000))
    parquets.write_table(
        pyarrow.table({"x": long, "y": np.arange(n) / 7}), out, use_dictionary=False,
        column_encoding={"x": "DELTA_BYTE_ARRAY", "y": "PLAIN"}, compression="zstd", write_statistics=False,
    )  # fmt: skip
    usual = parquets.ParquetFile.iter_batches

    def counted(file: Any, *args: Any, **options: Any) -> Iterator[Any]:
        for batch in usual(file, *args, **options):
            read.append(batch.nbytes)
            yield batch

    monkeypatch.setattr(parquets.ParquetFile, "iter_batches", counted)
    assert len(out.getvalue()) < 2_000
    with pytest.raises(TableError, match="Unpacked"):
        read_points(out.getvalue())
    assert 0 < max(read) <= frames.UNPACKED


def test_a_list_in_a_cell_is_refused() -> None:
    """A few bytes may say one of millions."""
    with pytest.raises(TableError, match="Parquet"):
        read_points(parquet(x=[[1.0, 2.0]] * 20, y=[1.0] * 20))


def test_a_text_that_comes_often_is_held_once() -> None:
    """A few bytes may say a text of a megabyte for every row."""
    n, word = 1500, "0" * 1_000_000
    x, y = np.random.default_rng(0).normal(size=(2, n))
    content = parquet(kind=pandas.Categorical.from_codes(np.zeros(n, int), [word]), x=x, y=y)
    assert len(content) < 200_000
    table, _ = read_points(content)
    assert {column.name for column in table.columns} >= {"x", "y"}


def test_a_parquet_file_that_would_unpack_to_much_is_refused() -> None:
    with pytest.raises(TableError, match="100,000 rows"):
        read_points(parquet(x=np.zeros(100_000)))
    with pytest.raises(TableError, match="Unpacked"):
        read_points(parquet(x=["0" * 1_000_000 + str(i) for i in range(60)]))


# as small as a workbook can be: written out, so that it is not what reads it that has made it
WORKBOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="data" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(rows: list[list[object]]) -> bytes:
    """Of strings and numbers; None is an empty cell."""

    def cell(value: object, place: str) -> str:
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        return "" if value is None else f'<c r="{place}"><v>{value!r}</v></c>'

    lines = [
        f'<row r="{i}">{"".join(cell(value, f"{chr(65 + k)}{i}") for k, value in enumerate(row))}</row>'
        for i, row in enumerate(rows, start=1)
    ]
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(lines)}'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (WORKBOOK | {"xl/worksheets/sheet1.xml": f"{sheet}</sheetData></worksheet>"}).items():
            archive.writestr(name, content)
    return out.getvalue()


def test_an_excel_file_is_a_table() -> None:
    pytest.importorskip("openpyxl")
    rows: list[list[object]] = [["Messung vom 3. Mai"], ["kind", "x", "y"]]
    rows += [["ab"[i % 2], float(x), float(y)] for i, (x, y) in enumerate(XY)]
    rows[5][1] = None
    table, picked = read_points(workbook(rows))
    np.testing.assert_array_equal(picked.values, np.delete(XY, 3, axis=0))
    assert [c.name for c in table.columns] == ["x", "y"] and table.words[0][0] == "kind"
    said = str(picked.sentence())
    assert "xlsx" in said and "2 lines skipped" in said and "1 of 40 rows left out" in said and "line 6" in said


def test_without_a_reader_of_excel_the_missing_package_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(TableError, match="openpyxl is installed"):
        read_points(workbook([["x", "y"], [1, 2]]))


def test_a_zip_bomb_is_refused_unopened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(60_000_000))
    with pytest.raises(TableError, match="Unpacked, the file would have 60 MB"):
        read_points(out.getvalue())


@pytest.mark.parametrize("magic", FILES)
def test_a_file_of_that_kind_that_is_none_is_refused_with_a_sentence(magic: bytes) -> None:
    with pytest.raises(TableError) as caught:
        read_points(magic + bytes(range(256)))
    assert str(caught.value).endswith(".")
