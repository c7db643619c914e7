"""What of this process goes back to the system, and what stays."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pages.shared.play import process

SMAPS = """7f0000000000-7f0000002000 r-xp 00001000 08:01 11                         /usr/lib/libtorch_cpu.so
Rss:                   8 kB
Anonymous:             0 kB
7f0000010000-7f0000011000 r-xp 00001000 08:01 12                         /usr/lib/written to.so
Anonymous:             4 kB
7f0000020000-7f0000021000 r--p 00002000 08:01 11                         /usr/lib/libtorch_cpu.so
Anonymous:             0 kB
7f0000030000-7f0000031000 r-xp 00000000 00:00 0                          [vdso]
Anonymous:             0 kB
7f0000040000-7f0000041000 rwxp 00000000 00:00 0
Anonymous:             0 kB
7f0000050000-7f0000053000 r-xp 00001000 08:01 13                         /usr/lib/with a space.so
Anonymous:             0 kB
"""


def test_only_code_that_is_as_in_its_file_may_leave_memory() -> None:
    found = [(start & 0xFFFFF, end - start) for start, end in process._untouched_code(SMAPS)]
    assert found == [(0x00000, 0x2000), (0x50000, 0x3000)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says what is in memory")
def test_code_that_has_left_memory_comes_back_when_it_is_called() -> None:
    import torch

    def of_files() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssFile"))

    x = torch.arange(12.0).view(3, 4)
    wanted, before = x @ x.T, of_files()
    process.forget_code(0)
    assert of_files() < before and torch.equal(x @ x.T, wanted)
    assert process.resident() > 0


def test_on_another_system_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: object) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(process.ctypes, "CDLL", absent)
    process.spare()
    process.map_large(short=True)
    process.give_back(0)
    process.forget_code(0)


def test_what_is_done_seldom_is_done_once_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, done = [100.0], []
    monkeypatch.setattr(process, "_done", {})
    monkeypatch.setattr(process.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(process.gc, "collect", lambda: done.append(now[0]))
    for now[0] in (100.0, 119.0, 120.0, 121.0):
        process.collect()
    assert done == [100.0, 120.0]
    process.collect(1.0)
    assert done == [100.0, 120.0, 121.0]
