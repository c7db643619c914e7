"""The files of recorded runs that come with the app, and how they are written anew.

header("ring")               # what a file says of itself, its arrays left where they are
content("ring")              # (bytes, their digest), as a server hands them out
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from gan_core.packing import header_of

FOLDER = Path(__file__).parents[1] / "records" / "runs"
MOST = 400_000  # bytes of the file of a page
SMALL = "-small"  # behind the name of the file for the home page


def path(name: str) -> Path:
    return FOLDER / f"{name}.gan"


@cache
def content(name: str) -> tuple[bytes, str]:
    """The bytes of a file and their digest, which makes its address one that may be kept for ever. Raises OSError."""
    found = path(name).read_bytes()
    return found, hashlib.sha256(found).hexdigest()[:16]


@cache
def header(name: str) -> Any:
    """What a file says of itself. Raises OSError, or ValueError on what is no such file."""
    return header_of(content(name)[0])


def sketch(name: str, report: Callable[[str], object] = lambda line: None) -> dict[str, int]:
    """Draw the small picture of a page without a recorded run anew: file → bytes."""
    from gan_core.recordings.sketches import packed

    return _kept(f"{name}{SMALL}", packed(name), report)


def turn(name: str, report: Callable[[str], object] = lambda line: None) -> dict[str, int]:
    """Make the movement of a finished run anew: file → bytes."""
    from gan_core.recordings.turning import packed

    return _kept(name, packed(name), report)


def write(name: str, report: Callable[[str], object] = lambda line: None) -> dict[str, int]:
    """Record the run `name` anew: file → bytes."""
    from gan_core.recordings.record import record

    sizes: dict[str, int] = {}
    for file, found in zip((name, f"{name}{SMALL}"), record(name), strict=False):
        sizes |= _kept(file, found, report)
    return sizes


def _kept(name: str, content: bytes, report: Callable[[str], object]) -> dict[str, int]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = path(name)
    report(f"{file.name}: {file.write_bytes(content):,} bytes")
    return {file.name: len(content)}
