"""The memory of this process: how much it is, and what of it goes back to the system.

Where the system is another than Linux with glibc, nothing here but `collect` and `settle` does anything.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
SELDOM = 20.0  # seconds between two times that something is done which costs all visitors milliseconds
# glibc's mallopt: option, value. One heap for all threads; 64 MB may lie free at its top. Blocks larger than MAPPED
# have pages of their own, which go back when a block is freed. What a step or a picture needs is smaller, or it would
# be faulted in anew every time: digits lose a tenth of their speed, convolutions a third. But in a class of thirty the
# heap then holds up to 200 MB that are free and lie between others; with MAPPED_WHEN_SHORT half as much.
MALLOPT = {"M_ARENA_MAX": (-8, 1), "M_TRIM_THRESHOLD": (-1, 2**26)}
M_MMAP_THRESHOLD, MAPPED, MAPPED_WHEN_SHORT = -3, 2**23, 2**20
# a line of /proc/self/smaps that begins a region of code from a file, and the one that tells what of it was written to
CODE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ \S+ +/")
WRITTEN = re.compile(r"Anonymous: +([0-9]+) kB")
MADV_DONTNEED = 4

_done: dict[Callable[..., None], float] = {}  # when that was last done, on time.monotonic


def _due(what: Callable[..., None], after: float) -> bool:
    """Whether it was last done so many seconds ago; it counts as done now."""
    if time.monotonic() - _done.get(what, -math.inf) < after:
        return False
    _done[what] = time.monotonic()
    return True


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def spare() -> None:
    """The C library keeps freed memory for each thread apart, and Streamlit starts a thread for every script run."""
    for option, value in MALLOPT.values():
        _mallopt(option, value)
    map_large()


def map_large(short: bool = False) -> None:
    """Which blocks have pages of their own; where memory is short more of them."""
    _mallopt(M_MMAP_THRESHOLD, MAPPED_WHEN_SHORT if short else MAPPED)


def give_back(after: float = SELDOM) -> None:
    """Freed memory back to the system, if the last time is so many seconds ago. The C library is asked to keep it,
    which makes steps faster; but then the largest picture that any thread ever made would be kept for good, in pieces
    between what is in use: 180 of the 550 MB that a class of fifteen held."""
    if _due(give_back, after):
        with _another_system():
            ctypes.CDLL(None).malloc_trim(0)


def collect(after: float = SELDOM) -> None:
    """What sessions leave in reference cycles goes, if the last time is so many seconds ago: Python alone would look
    for it much later. All that lives and has not `settle`d is looked at, and nothing else happens meanwhile."""
    if _due(collect, after):
        gc.collect()


def settle() -> None:
    """What is here now stays, and collections need not look at it: with the imports of the app that is three quarters
    of what lives in a class, where a whole one takes .2 s."""
    gc.collect()
    gc.freeze()


def forget_code(after: float = SELDOM) -> None:
    """Most code of a library runs once: its pages leave memory, if the last time is so many seconds ago, and what is
    called again comes back from the file. Of torch and all others that is half of 110 MB. Regions that were written to
    stay as they are."""
    if not _due(forget_code, after):
        return
    with _another_system():
        madvise = ctypes.CDLL(None).madvise
        for start, end in _untouched_code(Path("/proc/self/smaps").read_text()):
            madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_DONTNEED)


def _untouched_code(smaps: str) -> Iterator[tuple[int, int]]:
    """Where regions of code begin and end that are in memory as they are in their files."""
    region: re.Match[str] | None = None
    for line in smaps.splitlines():
        if found := CODE.match(line):
            region = found
        elif region is not None and (written := WRITTEN.match(line)):
            if written[1] == "0":
                yield int(region[1], 16), int(region[2], 16)
            region = None


def _mallopt(option: int, value: int) -> None:
    with _another_system():
        ctypes.CDLL(None).mallopt(option, value)


def _another_system() -> contextlib.AbstractContextManager[None]:
    """Around what only Linux and its C library have."""
    return contextlib.suppress(OSError, AttributeError, TypeError)
