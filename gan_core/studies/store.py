"""Finished runs in a folder, one JSON file each: a file appears whole or not at all, and colleagues may read it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_json(path: Path) -> Any:
    """What the file holds, None if there is none or it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Raises OSError if the folder cannot be written. Its mode is what the umask leaves of rw-rw-rw-."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(part, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
