"""Records that outlive the program: in memory, and as lines of one file in the user's cache, which the next one reads.

    kept = Kept(cache_folder() / "map.jsonl", valid)
    kept["cell-….json"] = record
    kept.get("cell-….json")

A line is a name and its record. Lines that are cut off or hold something else are passed over, and a file that cannot
be read or written is done without: then the records last as long as the program.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

MB = 1 << 20


class Kept:
    """At most `most` records, the least recently used go first. Threads may share it. The file is read when the first
    record is asked for, and written anew, with what is kept, once it has grown beyond `bytes_`."""

    def __init__(self, path: Path, valid: Callable[[Any], bool], *, most: int = 20_000, bytes_: int = 32 * MB) -> None:
        self.path, self.valid, self.most, self.bytes = path, valid, most, bytes_
        self._lock = threading.Lock()
        self._records: OrderedDict[str, dict[str, Any]] | None = None

    def get(self, name: str) -> dict[str, Any] | None:
        with self._lock:
            records = self._read()
            if name in records:
                records.move_to_end(name)
            return records.get(name)

    def __setitem__(self, name: str, record: dict[str, Any]) -> None:
        with self._lock:
            records = self._read()
            records[name] = record
            records.move_to_end(name)
            while len(records) > self.most:
                records.popitem(last=False)
            with contextlib.suppress(OSError):
                self._append(name, record)

    def _read(self) -> OrderedDict[str, dict[str, Any]]:
        if self._records is not None:
            return self._records
        self._records = OrderedDict()
        with contextlib.suppress(OSError), open(self.path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 2 * self.bytes))  # no file is too large to be read
            for line in file:
                with contextlib.suppress(ValueError, TypeError, RecursionError):
                    name, record = json.loads(line)
                    if isinstance(name, str) and self.valid(record):
                        self._records[name] = record
                        self._records.move_to_end(name)
        while len(self._records) > self.most:
            self._records.popitem(last=False)
        return self._records

    def _append(self, name: str, record: dict[str, Any]) -> None:
        """One line, whole, after the others. The line break before it ends one that was cut off."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab") as file:
            file.write(f"\n{json.dumps([name, record])}\n".encode())
            large = file.tell() > self.bytes
        if large:
            self._rewrite()

    def _rewrite(self) -> None:
        """The newest records, in half of the room."""
        lines: list[str] = []
        room = self.bytes // 2
        for name, record in reversed((self._records or {}).items()):
            lines.append(f"{json.dumps([name, record])}\n")
            room -= len(lines[-1])
            if room < 0:
                break
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        part.write_text("".join(reversed(lines)), encoding="utf-8")
        os.replace(part, self.path)
