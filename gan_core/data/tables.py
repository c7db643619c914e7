"""The one reader of what visitors bring: a file in, a table out, with everything that was assumed on the way.

    table = read(content, Wishes(), most_bytes=2_000_000, most_rows=20_000)
    table.columns                          measured numbers first, then labels in numbers, an index last
    table.assumed, table.doubts            sentences, and what would change them

`picking` takes rows of some columns out of it; `points` and `numbers` say what those have to be.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_core.data import texts
from gan_core.data.cells import COMMA, POINT, Floats, Mark, is_missing, judge, looks_like_a_number, numbers
from gan_core.errors import Sentence, TableError

FEW_KINDS = 12  # values that a column of labels in numbers may have
MOST_LABELS = 20  # words that may colour points
YEARS = (1900, 2100)
INDEX_NAMES = {
    "",
    "index",
    "idx",
    "id",
    "nr",
    "nr.",
    "no",
    "no.",
    "row",
    "row.names",
    "rownames",
    "unnamed: 0",
    "#",
    "№",
}
LABEL_NAMES = {"label", "labels", "class", "classes", "target", "cluster", "group", "y_true", "category", "species"}
UNITS = {"mm", "cm", "m", "km", "µm", "μm", "nm", "s", "sec", "ms", "µs", "min", "h", "v", "mv", "a", "ma", "hz", "khz",
         "k", "°c", "°f",
         "g", "kg", "mg", "pa", "kpa", "bar", "n", "j", "w", "%", "deg", "°", "rad", "l", "ml", "-"}  # fmt: skip

Kind = Literal["measured", "label", "index"]
ORDER: tuple[Kind, ...] = ("measured", "label", "index")  # in which columns are offered


@dataclass(frozen=True)
class Wishes:
    """What a person has said; what is None is left to the reader.

    columns   their names, or their numbers from 1
    headings  whether the first line is one of headings; decimal: which mark is the decimal one
    far       whether rows that lie far out stay in; apart: whether each column is scaled by itself
    """

    columns: tuple[str, ...] = ()
    headings: bool | None = None
    decimal: Mark | None = None
    far: bool = True
    apart: bool = False

    def command(self) -> str:
        """The same for `python -m gan_core train --points FILE`."""
        said = [f"--columns {shlex.quote(','.join(self.columns))}"] if self.columns else []
        said += [{True: "--headings", False: "--no-headings"}[self.headings]] if self.headings is not None else []
        said += [{POINT: "--decimal point", COMMA: "--decimal comma"}[self.decimal]] if self.decimal else []
        said += ["--without-far"] if not self.far else []
        return " ".join([*said, *(["--scale-columns"] if self.apart else [])])


class Doubt(NamedTuple):
    """Something that might be meant otherwise: what is said of it, the field of `Wishes`, its value now and instead.

    `faint`: nothing speaks for it, but it can be changed.
    """

    said: Sentence
    wish: Literal["headings", "decimal", "far", "apart"]
    now: bool | str
    instead: bool | str
    faint: bool = False


@dataclass(frozen=True, eq=False)
class Column:
    """A column that is numbers: `values` (n,), NaN where a cell was none. `cells` are as written."""

    name: str
    kind: Kind
    values: Floats
    cells: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """n rows. `lines` (n,): where in the file each begins; `words`: columns of few words, which may colour points."""

    columns: tuple[Column, ...]
    words: tuple[tuple[str, tuple[str, ...]], ...]
    lines: NDArray[np.int64]
    assumed: tuple[Sentence, ...]
    doubts: tuple[Doubt, ...]


def read(
    content: bytes, wishes: Wishes, *, most_bytes: int, most_rows: int, columns: int = 2, fewest: int = 1
) -> Table:
    """The table in a file. Raises TableError.

    `columns`: how many are wanted; where it is one and fewer than `fewest` rows are there, all numbers are one column.
    """
    if len(content) > most_bytes:
        raise TableError("table.bytes", size=len(content) / 1e6, most=most_bytes / 1e6)
    for magic, kind in FILES.items():
        if content.startswith(magic):
            from gan_core.data import frames

            rows = frames.READERS[kind](content, most_rows, texts.MOST_COLUMNS)
            return _table(texts.Cut(rows, "", ""), wishes, most_rows, columns, (Sentence("table.file", kind=kind),))
    cut = texts.cut(content, most_rows, columns == 1)
    if columns == 1 and (column := _one_column(cut.rows, fewest)):
        cut = texts.Cut(column, "", cut.encoding)
    return _table(cut, wishes, most_rows, columns, _of_text(cut))


# what a file begins with → the key of its reader
FILES: dict[bytes, str] = {
    b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xls", b"PAR1": "Parquet", b"\x1f\x8b": "gzip", b"\x93NUMPY": "npy",
}  # fmt: skip


def _one_column(rows: list[texts.Row], fewest: int) -> list[texts.Row]:
    """The numbers of a few lines, one after the other, if there are several in a line."""
    cells_of = [(line, " ".join(cells)) for line, cells in rows]
    parts = [(line, re.split(r"[;\s]+", text.strip("; "))) for line, text in cells_of]
    parts = [
        (line, [p for c in cells for p in ([c] if looks_like_a_number(c) else c.split(","))]) for line, cells in parts
    ]
    data = [(line, cells) for line, cells in parts if any(map(looks_like_a_number, cells))]
    if len(data) >= fewest or not any(len(cells) > 1 for _, cells in data):
        return []
    return [(line, [cell]) for line, cells in data for cell in cells]


SEPARATED: dict[str, Sentence] = {
    ";": Sentence("table.semicolon"), "\t": Sentence("table.tab"), ",": Sentence("table.comma"),
    "|": Sentence("table.bar"), texts.BLANKS: Sentence("table.blanks"),
}  # fmt: skip


def _of_text(cut: texts.Cut) -> tuple[Sentence, ...]:
    said = [Sentence("table.encoding", name=cut.encoding)] if cut.encoding else []
    if cut.separator:
        said.append(SEPARATED.get(cut.separator) or Sentence("table.separator", mark=cut.separator))
    return tuple(said)


# ── from rows to columns ─────────────────────────────────────────────────────────────────────────────────────────────


def _table(cut: texts.Cut, wishes: Wishes, most_rows: int, wanted: int, assumed: tuple[Sentence, ...]) -> Table:
    rows = [(line, _without_sign(cells)) for line, cells in cut.rows]
    rows = _decimals_joined([(line, cells) for line, cells in rows if cells], cut.separator)
    width = max((len(cells) for _, cells in rows), default=0)
    if width * len(rows) > 2 * texts.MOST_CELLS:  # one long line would make all of them long
        raise TableError("table.cells", n=width * len(rows), most=texts.MOST_CELLS)
    rows, dropped = _without_empty_columns([(i, cells + [""] * (width - len(cells))) for i, cells in rows])
    numeric = _numeric_columns(rows)
    if not numeric:
        raise TableError("table.no_numbers")
    head, data = _head(rows, numeric)
    titles, doubts = _titles(head), []
    if data and not head:
        likely = _headings(data, numeric)
        taken = likely == "clear" if wishes.headings is None else wishes.headings
        line, cells = data[0]
        shown = ", ".join(cells[k] for k in numeric[:3])
        doubt = Sentence("table.numbers_as_headings" if taken else "table.maybe_headings", number=line, shown=shown)
        doubts.append(Doubt(doubt, "headings", taken, not taken, faint=not taken and not likely))
        if taken:
            titles, data = cells, data[1:]
    if len(data) > most_rows:
        raise TableError("table.rows", n=len(data), most=most_rows)
    if not data:
        raise TableError("table.no_numbers")
    said = list(assumed)
    if len(head) > (1 if titles else 0):
        said.append(Sentence("table.skipped", n=len(head)) if len(head) > 1 else Sentence("table.skipped_one"))
    if titles:
        said.append(Sentence("table.headings", shown=", ".join(title for title in titles if title)[:80]))
    if dropped:
        said.append(Sentence("table.dropped", n=dropped))
    lines = np.array([line for line, _ in data], np.int64)
    names = _names(titles, len(data[0][1]))
    columns_of_cells = list(zip(*(cells for _, cells in data), strict=True))
    filled = [[c for c in columns_of_cells[k] if not is_missing(c)] for k in numeric]
    judged = judge(filled, cut.separator == ",")
    decimals = judged.decimals if wishes.decimal is None else (wishes.decimal,) * len(numeric)
    if judged.doubt is not None:
        k, cell = judged.doubt
        mark, other = decimals[k], "," if decimals[k] == "." else "."
        read = numbers([cell], mark)[0]
        doubt = Sentence("table.marks", cell=cell, column=names[numeric[k]], value=f"{read:.10g}")
        doubts.append(Doubt(doubt, "decimal", mark, other))
    if any(d == "," and any("," in c for c in filled[i]) for i, d in enumerate(decimals)):
        said.append(Sentence("table.decimal_comma"))
    columns = []
    for k, decimal in zip(numeric, decimals, strict=True):
        values = numbers(columns_of_cells[k], decimal)
        kind = _kind(titles[k] if titles else None, values, k == 0, len(numeric) > wanted)
        columns.append(Column(names[k], kind, values, columns_of_cells[k]))
    if len(columns) > 1 and all(column.kind == "index" for column in columns):
        columns = [Column(c.name, "measured" if i else "index", c.values, c.cells) for i, c in enumerate(columns)]
    words = tuple(
        (names[k], cells)
        for k, cells in enumerate(columns_of_cells)
        if k not in numeric and 1 < len({c for c in cells if not is_missing(c)}) <= MOST_LABELS
    )
    ordered = sorted(columns, key=lambda column: ORDER.index(column.kind))
    return Table(tuple(ordered), words, lines, tuple(said), tuple(doubts))


def _decimals_joined(rows: list[texts.Row], separator: str) -> list[texts.Row]:
    """Where a comma is decimal mark and separator, x,y stands above 3,5,4,1: two whole numbers for each heading."""
    if separator != "," or len(rows) < 2 or any(map(looks_like_a_number, rows[0][1])):
        return rows
    width, data = 2 * len(rows[0][1]), rows[1:]
    if any(len(cells) != width or not all(re.fullmatch(r"[+-]?[0-9]+", cell) for cell in cells) for _, cells in data):
        return rows
    return [rows[0], *((i, [f"{a},{b}" for a, b in zip(c[::2], c[1::2], strict=True)]) for i, c in data)]


def _without_sign(cells: list[str]) -> list[str]:
    """Without the # that numpy.savetxt puts before its headings."""
    return [c for c in (cells[0].lstrip("#%").strip(), *cells[1:]) if c] if cells[0][:1] in ("#", "%") else cells


def _without_empty_columns(rows: list[texts.Row]) -> tuple[list[texts.Row], int]:
    """The rows without columns in which nothing stands under a heading, and how many those are."""
    width = len(rows[0][1]) if rows else 0
    filled = [k for k in range(width) if sum(bool(cells[k]) for _, cells in rows) > (1 if len(rows) > 2 else 0)]
    return [(line, [cells[k] for k in filled]) for line, cells in rows], width - len(filled)


def _numeric_columns(rows: Sequence[texts.Row]) -> list[int]:
    """Those in which most cells that are filled are numbers."""
    width = len(rows[0][1]) if rows else 0
    found = []
    for k in range(width):
        filled = [cells[k] for _, cells in rows if not is_missing(cells[k])]
        if 2 * sum(map(looks_like_a_number, filled)) >= max(1, len(filled)):
            found.append(k)
    return found


def _head(rows: list[texts.Row], numeric: list[int]) -> tuple[list[texts.Row], list[texts.Row]]:
    """The lines above the numbers, and the rest."""

    def is_data(cells: list[str]) -> bool:
        here = [cells[k] for k in numeric]
        return any(map(looks_like_a_number, here)) and all(looks_like_a_number(c) or is_missing(c) for c in here)

    begin = next((i for i, (_, cells) in enumerate(rows) if is_data(cells)), len(rows))
    return rows[:begin], rows[begin:]


def _titles(head: list[texts.Row]) -> list[str]:
    """Of the lines above the numbers, the last that names every column, with the units that may stand below it."""
    if not head:
        return []
    last = head[-1][1]
    if len(head) > 1 and all(head[-2][1]) and all(map(_is_unit, last)):
        return [f"{name} {unit}" for name, unit in zip(head[-2][1], last, strict=True)]
    if len(last) > 1 and not last[-1] and all(last[:-1]):  # as R writes it: the names of the rows have no heading
        return ["", *last[:-1]]
    return last if sum(map(bool, last)) >= max(1, len(last) - 1) else []


def _is_unit(cell: str) -> bool:
    return not cell or bool(re.fullmatch(r"[\[(].*[\])]", cell)) or cell.lower() in UNITS


def _headings(data: list[texts.Row], numeric: list[int]) -> Literal["clear", "maybe", ""]:
    """May the first line of numbers be headings? Clearly, if its numbers are years, or in order, and lie far from all
    that follow; maybe, if they alone are whole and in order."""
    if len(data) < 4 or len(numeric) < 2:
        return ""
    top = [data[0][1][k] for k in numeric]
    if not all(re.fullmatch(r"[0-9]{1,4}", cell) for cell in top):
        return ""
    heads = [int(cell) for cell in top]
    steps = {b - a for a, b in pairwise(heads)}
    in_order = len(steps) == 1 and 0 < min(steps) <= 10
    years = all(YEARS[0] <= n <= YEARS[1] for n in heads)
    below = [[cells[k] for _, cells in data[1:]] for k in numeric]
    far, whole = True, True
    for n, cells in zip(heads, below, strict=True):
        decimal: Mark = "," if any("," in cell for cell in cells) else "."
        values = numbers(cells, decimal)
        values = values[np.isfinite(values)]
        if not len(values):
            return ""
        low, high = values.min(), values.max()
        far &= bool(not low - 3 * (high - low) <= n <= high + 3 * (high - low))
        whole &= bool((values == values.round()).mean() < 0.5)
    if (in_order or years) and far:
        return "clear"
    return "maybe" if in_order and whole else ""


def _names(titles: list[str], width: int) -> list[str]:
    """A name for every column, all different; its number where it has none."""
    found: list[str] = []
    for k in range(width):
        name = (titles[k] if k < len(titles) else "")[:40] or str(k + 1)
        found.append(name if name not in found else f"{name} ({k + 1})")
    return found


def _kind(title: str | None, values: Floats, first: bool, spare: bool) -> Kind:
    """`title` is None where no column has one; `spare`: there are more columns than wanted."""
    known = values[np.isfinite(values)]
    whole = len(known) > 0 and bool((known == known.round()).all())
    counts = whole and len(known) > 2 and bool((np.diff(known) == 1).all())
    name = None if title is None else title.lower().strip("_ ")
    if (counts and first and (spare or name == "")) or (
        name in INDEX_NAMES and whole and len(np.unique(known)) == len(known)
    ):
        return "index"
    kinds = len(np.unique(known))
    few = whole and kinds <= FEW_KINDS and kinds < len(known) / 5
    return "label" if few and (name in LABEL_NAMES or kinds <= 5) else "measured"
