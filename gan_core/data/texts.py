"""What visitors bring as bytes, as text and then as cells: the encoding, and what separates the columns.

The encoding is told by its byte-order mark, by being valid UTF-8, or by charset-normalizer; lines are cut up by `csv`.
Which of the usual separators it was is judged by what comes out: the one that leaves the most numbers. `csv.Sniffer`,
which pandas asks, looks for a regular mark, and takes a decimal comma or point for one.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from gan_core.data.cells import clean, is_missing, looks_like_a_number
from gan_core.errors import TableError

BOMS = {  # the longer ones first: that of UTF-32 begins as that of UTF-16 does
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
SHOWN = {"utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32": "UTF-32"}
ONE_BYTE = ["cp1252", "cp1250", "cp1253", "cp1254", "mac_roman"]  # what charset-normalizer chooses among
BLANKS = " "  # the separator of columns that any number of blanks and tabs keep apart
SEPARATORS = (";", "\t", ",", "|", BLANKS)
SAMPLE = 200  # lines by which a separator is judged
MOST_COLUMNS = 256
MOST_CELLS = 200_000  # ten columns of as many rows as points may have; the worst take a second

Row = tuple[int, list[str]]  # the number of its line, and its cells


@dataclass(frozen=True)
class Cut:
    """A text in rows. `encoding` is empty for UTF-8; `separator` is empty where there is one column."""

    rows: list[Row]
    separator: str
    encoding: str


def cut(content: bytes, most_rows: int, one_column: bool = False) -> Cut:
    """The rows of a text, those without any entry left out. `one_column`: 3,5 may be a number. Raises TableError."""
    text, encoding = decode(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (lines := text.count("\n")) > 4 * most_rows:  # however many of them are empty
        raise TableError("table.rows", n=lines, most=most_rows)
    declared = re.match(r'\s*"?sep=(.)"?;*,*[^\S\n]*(?:\n|$)', text)  # Excel's own first line
    skipped = 0
    if declared:
        skipped, text = declared[0].count("\n"), text[declared.end() :]
    separator = declared[1] if declared else _separator(text, one_column)
    _check_widths(text, separator, one_column)
    rows = [(line + skipped, cells) for line, cells in _split(text, separator) if any(c.strip("\"'") for c in cells)]
    if len(rows) > most_rows + 100:  # so many may stand above the numbers
        raise TableError("table.rows", n=len(rows), most=most_rows)
    return Cut(rows, separator, encoding)


def decode(content: bytes) -> tuple[str, str]:
    """The text, and the name of its encoding, empty for UTF-8. Raises TableError on what is no text."""
    text, encoding = _decoded(content)
    text = text.rstrip("\x1a")  # how DOS ended a file
    if strange := re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise TableError("table.no_text", place=strange.start() + 1)
    return text, SHOWN.get(encoding, encoding.replace("cp125", "Windows-125"))


def _decoded(content: bytes) -> tuple[str, str]:
    for bom, name in BOMS.items():
        if content.startswith(bom):
            return content.decode(name, errors="replace"), name.removesuffix("-sig").replace("utf-8", "")
    for name, zeros in (("utf-16-le", content[1::2]), ("utf-16-be", content[::2])):
        if len(zeros) > 1 and zeros.count(0) > 0.8 * len(zeros):  # without a mark: every second byte of a digit is 0
            return content.decode(name, errors="replace"), name
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        name = _one_byte(content)
        return content.decode(name, errors="replace"), name


def _one_byte(content: bytes) -> str:
    """Which of the encodings of a byte a letter. A word of several foreign letters and no other is Cyrillic: the
    libraries want more text than two headings to see that."""
    foreign = b"\n".join(line for line in content[:1_000_000].splitlines() if not line.isascii())[:4000]
    words = re.findall(r"[^\W\d_]+", foreign.decode("cp1251", errors="replace"))
    words = [word for word in words if not word.isascii() and word != "µ"]
    if words and all(len(word) > 1 and not re.search("[a-zA-Z]", word) for word in words):
        return "cp1251"
    from charset_normalizer import from_bytes

    best = from_bytes(foreign, cp_isolation=ONE_BYTE).best()
    name = best.encoding if best is not None and best.encoding in ONE_BYTE else "cp1252"
    same = foreign.decode("cp1252", errors="replace") == foreign.decode(name, errors="replace")
    return "cp1252" if same else name


# ── separators ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _separator(text: str, one_column: bool) -> str:
    lines = text.split("\n", 4 * SAMPLE)[: 4 * SAMPLE]
    sample = "\n".join([line[:4000] for line in lines if line.strip()][:SAMPLE])
    there = {s: re.search(r"\S[ \t]+\S" if s == BLANKS else re.escape(s), sample) for s in SEPARATORS}
    found = {"": 1.0, **{s: 1.0 for s, match in there.items() if match}}
    for separator in found:
        rows = [[c for c in cells if c] for _, cells in _split(sample, separator)]
        found[separator] = _worth([cells for cells in rows if cells])
    best = max(found, key=lambda s: (round(found[s], 3), s != "", -("", *SEPARATORS).index(s)))
    if best == "," and found[""] >= found[","] and _may_be_decimals(sample, one_column):
        return ""
    return best


def _worth(rows: list[list[str]]) -> float:
    """How much of a sample is numbers, in rows that are as wide as most: 1 at best."""
    if not rows:
        return 0.0
    width = Counter(len(cells) for cells in rows).most_common(1)[0][0]
    fitting = [cells for cells in rows if len(cells) == width]
    numbers = sum(looks_like_a_number(c) or is_missing(c) for cells in fitting for c in cells)
    return numbers / (width * len(fitting)) * len(fitting) / len(rows)


def _may_be_decimals(sample: str, one_column: bool) -> bool:
    """Two whole numbers a line with a comma between them, or one number with a decimal comma? The one where a column is
    wanted, or where the heading has no comma."""
    lines = [line.strip() for line in sample.split("\n") if line.strip()]
    pairs = [bool(re.fullmatch(r"[+-]?\d+,\d+", clean(line))) for line in lines]
    one_heading = not pairs[0] and "," not in lines[0]
    return len(pairs) > 1 and all(pairs[1:] if one_heading else pairs) and (one_column or one_heading)


def _check_widths(text: str, separator: str, one_column: bool) -> None:
    """Refuses what would take long to cut up."""
    if not separator:
        return
    widest, cells = (0, 0), 0
    for number, line in enumerate(text.split("\n"), start=1):
        width = (len(line.split()) if separator == BLANKS else line.count(separator) + 1) if line else 0
        widest, cells = max(widest, (width, number)), cells + width
    one_line = one_column and cells - widest[0] < 10 and cells <= MOST_CELLS // 20
    if widest[0] > MOST_COLUMNS and not one_line:
        raise TableError("table.columns", number=widest[1], n=widest[0], most=MOST_COLUMNS)
    if cells > MOST_CELLS:
        raise TableError("table.cells", n=cells, most=MOST_CELLS)


def _split(text: str, separator: str) -> list[Row]:
    """Every row with the number of the line on which it begins."""
    if separator in ("", BLANKS):
        cut_up = (lambda line: re.split(r"[ \t]+", line)) if separator else (lambda line: [line])
        lines = enumerate(text.split("\n"), start=1)
        return [(i, [clean(c.strip('"')) for c in cut_up(line.strip())]) for i, line in lines if line.strip()]
    rows = _read(text, separator, csv.QUOTE_MINIMAL)
    if rows is None or any(cell.count("\n") > 5 for _, cells in rows for cell in cells if len(cell) > 20):
        rows = _read(text, separator, csv.QUOTE_NONE)  # a quotation mark without its partner, as in 5"
    if rows is None:
        raise TableError("table.long_cell")
    return rows


def _read(text: str, separator: str, quoting: Literal[0, 3]) -> list[Row] | None:
    reader = csv.reader(io.StringIO(text), delimiter=separator, quoting=quoting, skipinitialspace=True)
    rows, begins = [], 1
    try:
        for cells in reader:
            rows.append((begins, [clean(cell) for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error:
        return None
    return rows
