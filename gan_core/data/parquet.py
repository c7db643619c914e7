"""What the pages of a Parquet file say of their own size, before any of them is unpacked.

    unpacked(content, metadata)        bytes of all pages together

A reader makes room for a page as its own header says, and unpacks no more than fits into it. The footer says how large
the pages are too, but that is for planning: nobody holds it against the pages. So it is the headers that are counted.
They are structs in Thrift's compact protocol (apache/parquet-format: parquet.thrift, PageHeader; apache/thrift:
doc/specs/thrift-compact-protocol.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

UNPACKED_SIZE, PACKED_SIZE = 2, 3  # fields of PageHeader
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)  # types of the protocol
DEEPEST = 8  # structs in structs; a header of pages has three
MOST_PAGES = 10_000


class Malformed(ValueError):
    """What stands there is no header of a page."""


def unpacked(content: bytes, metadata: Any) -> int:
    """Bytes of all pages of a file with this `pyarrow.parquet.FileMetaData` once they are unpacked.

    Raises Malformed where the pages are not to be found.
    """
    size = 0
    for number, page in enumerate(_pages(content, metadata)):
        if number >= MOST_PAGES:
            raise Malformed(f"more than {MOST_PAGES:,} pages")
        size += page
    return size


def _pages(content: bytes, metadata: Any) -> Iterator[int]:
    for i in range(metadata.num_row_groups):
        for k in range(metadata.num_columns):
            chunk = metadata.row_group(i).column(k)
            starts = (chunk.data_page_offset, chunk.dictionary_page_offset or chunk.data_page_offset)
            at = min(starts)
            end = at + chunk.total_compressed_size
            if not 0 <= at <= end <= len(content):
                raise Malformed("a column lies outside of its file")
            while at < end:
                header = _Reader(content, at, end)
                fields = header.struct()
                size, packed = fields.get(UNPACKED_SIZE), fields.get(PACKED_SIZE)
                if size is None or packed is None or size < 0 or packed < 0:
                    raise Malformed("a page has no size")
                yield size
                at = header.at + packed


class _Reader:
    """Reads `content` from `at` to `end`."""

    def __init__(self, content: bytes, at: int, end: int) -> None:
        self.content, self.at, self.end = content, at, end

    def struct(self, depth: int = 0) -> dict[int, int]:
        """The whole numbers among its fields, by their ids; everything else is passed over."""
        if depth > DEEPEST:
            raise Malformed("structs in structs without end")
        found, field = {}, 0
        while (head := self._byte()) != 0:
            step, kind = head >> 4, head & 15
            field = field + step if step else self._whole()
            if kind in (I16, I32, I64):
                found[field] = self._whole()
            elif kind not in (TRUE, FALSE):  # which have said all
                self._pass(kind, depth)
        return found

    def _pass(self, kind: int, depth: int) -> None:
        if kind in (TRUE, FALSE, BYTE):  # in a list a truth value has a byte of its own
            self._skip(1)
        elif kind in (I16, I32, I64):
            self._varint()
        elif kind == DOUBLE:
            self._skip(8)
        elif kind == BINARY:
            self._skip(self._varint())
        elif kind in (LIST, SET):
            head = self._byte()
            for _ in range(head >> 4 if head >> 4 < 15 else self._varint()):
                self._pass(head & 15, depth)
        elif kind == STRUCT:
            self.struct(depth + 1)
        else:  # a map, of which no header has any, or no type at all
            raise Malformed("no header of a page")

    def _byte(self) -> int:
        self._skip(1)
        return self.content[self.at - 1]

    def _skip(self, n: int) -> None:
        self.at += n
        if self.at > self.end:
            raise Malformed("a header ends in the middle")

    def _varint(self) -> int:
        """Seven bits a byte, the lowest first; the highest bit says that more follow."""
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise Malformed("a number without end")

    def _whole(self) -> int:
        """With its sign in the lowest bit."""
        value = self._varint()
        return value >> 1 ^ -(value & 1)
