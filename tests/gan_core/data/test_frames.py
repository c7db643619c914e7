"""Excel's and Parquet's files: read where a library reads them, else a sentence; nothing large is unpacked."""

from __future__ import annotations

import importlib.util
import io
import zipfile

import numpy as np
import pytest

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


def test_a_parquet_file_that_would_unpack_to_much_is_refused() -> None:
    with pytest.raises(TableError, match="100,000 rows"):
        read_points(parquet(x=np.zeros(100_000)))
    with pytest.raises(TableError, match="Unpacked"):
        read_points(parquet(x=["0" * 1_000_000 + str(i) for i in range(60)]))


def test_an_excel_file_is_read_or_the_missing_package_is_named() -> None:
    out = io.BytesIO()
    if importlib.util.find_spec("openpyxl"):
        pandas.DataFrame(XY, columns=["x", "y"]).to_excel(out, index=False)
        np.testing.assert_allclose(read_points(out.getvalue())[1].values, XY)
        return
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(TableError, match="openpyxl is installed"):
        read_points(out.getvalue())


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
