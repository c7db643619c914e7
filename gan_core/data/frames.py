"""Tables that are no text: Excel's and Parquet's, as far as a library that is installed reads them.

pandas is imported only here, when such a file comes. Each reader gives rows of text, as they would stand in a CSV file,
and refuses a file whose contents would be much larger than the file itself before it unpacks them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from gan_core.data.cells import clean
from gan_core.data.parquet import unpacked
from gan_core.errors import TableError

UNPACKED = 50_000_000  # bytes that a packed file may hold

BATCH = 1024  # rows of a Parquet file that are read at a time, at most

Rows = list[tuple[int, list[str]]]


def _excel(content: bytes, most_rows: int, most_columns: int) -> Rows:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size, names = sum(info.file_size for info in archive.infolist()), archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise TableError("table.damaged", kind="xlsx") from error
    if size > UNPACKED:
        raise TableError("table.unpacked", size=size / 1e6, most=UNPACKED / 1e6)
    if not any(name.startswith(("xl/", "content.xml")) for name in names):
        raise TableError("table.packed", kind="zip")
    return _workbook(content, most_rows, most_columns)


def _workbook(content: bytes, most_rows: int, most_columns: int) -> Rows:
    import pandas

    try:
        frame = pandas.read_excel(io.BytesIO(content), header=None, nrows=most_rows + 101)
    except ImportError as error:
        raise TableError("table.no_reader", kind="Excel", package=getattr(error, "name", None) or "openpyxl") from error
    except Exception as error:  # whatever a damaged or hostile file makes of the reader
        raise TableError("table.damaged", kind="Excel") from error
    return _rows(frame, most_rows, most_columns)


def _parquet(content: bytes, most_rows: int, most_columns: int) -> Rows:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise TableError("table.no_reader", kind="Parquet", package="pyarrow") from error
    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        about = file.metadata
        size = unpacked(content, about)
        if size > UNPACKED:
            raise TableError("table.unpacked", size=size / 1e6, most=UNPACKED / 1e6)
        if about.num_rows > most_rows:
            raise TableError("table.rows", n=about.num_rows, most=most_rows)
        if about.num_columns > most_columns:
            raise TableError("table.columns", number=1, n=about.num_columns, most=most_columns)
        columns = [about.schema.column(i) for i in range(about.num_columns)]
        if any(column.max_repetition_level for column in columns):  # lists, of which one cell may hold millions
            raise TableError("table.damaged", kind="Parquet")
        texts = [column.name for column in columns if column.physical_type == "BYTE_ARRAY"]
        file = parquet.ParquetFile(io.BytesIO(content), read_dictionary=texts)  # a text that comes often is held once
        frame = _batches(file, most_rows, size).to_pandas()
    except TableError:
        raise
    except Exception as error:
        raise TableError("table.damaged", kind="Parquet") from error
    titles = [clean(str(name)) for name in frame.columns]
    return [(0, titles), *_rows(frame, most_rows, most_columns)]


def _batches(file: Any, most_rows: int, unpacked: int) -> Any:
    """The table of a Parquet file, read a little at a time and counted: a page may say a long text anew for every row,
    in a byte or two. No row is longer than all pages, so there are never more of them here than fit into UNPACKED.
    Raises TableError."""
    from pyarrow import Table

    batches: list[Any] = []
    rows = size = 0
    for batch in file.iter_batches(batch_size=min(BATCH, max(1, UNPACKED // max(1, unpacked))), use_threads=False):
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if size > UNPACKED:
            raise TableError("table.unpacked", size=size / 1e6, most=UNPACKED / 1e6)
        if rows > most_rows:
            raise TableError("table.rows", n=rows, most=most_rows)
        batches.append(batch)
    return Table.from_batches(batches, None if batches else file.schema_arrow)


def _rows(frame: Any, most_rows: int, most_columns: int) -> Rows:
    if frame.shape[1] > most_columns:
        raise TableError("table.columns", number=1, n=frame.shape[1], most=most_columns)
    if len(frame) > most_rows + 100:
        raise TableError("table.rows", n=len(frame), most=most_rows)
    values = frame.to_numpy(dtype=object)
    return [(i, [_text(cell) for cell in row]) for i, row in enumerate(values, start=1)]


def _text(cell: Any) -> str:
    """A cell as it would be written, shortest and with a decimal point."""
    if cell is None or (isinstance(cell, float | np.floating) and np.isnan(cell)):
        return ""
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell))
    if isinstance(cell, int | float | np.number) and not isinstance(cell, complex | np.complexfloating):
        return repr(cell.item() if isinstance(cell, np.generic) else cell)
    return clean(str(cell)[:200])


def _refused(code: str, kind: str) -> Callable[[bytes, int, int], Rows]:
    def refuse(content: bytes, most_rows: int, most_columns: int) -> Rows:
        raise TableError(code, kind=kind)

    return refuse


READERS: dict[str, Callable[[bytes, int, int], Rows]] = {
    "xlsx": _excel,
    "xls": _workbook,
    "Parquet": _parquet,
    "gzip": _refused("table.packed", "gzip"),
    "npy": _refused("table.array", "npy"),
}
