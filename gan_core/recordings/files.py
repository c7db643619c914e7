"""The files of recorded runs that come with the app, as they are read; `shipped` writes them anew.

header("ring")               # what a file says of itself, its arrays left where they are
content("ring")              # (bytes, their digest), as a server hands them out
"""

from __future__ import annotations

import hashlib
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
