"""`train --save` and `--resume`: a run in a file, written whole or not at all."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gan_core.commands.output import Refused
from gan_core.errors import SavedError

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer


def check(path: Path) -> None:
    """Raises Refused, before anything is computed, if the file cannot be written."""
    if path.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise Refused(f"{path} cannot be written: it is a folder, or its folder is not there or not writable.")


def keep(trainer: Trainer, path: Path) -> None:
    """Raises Refused if the file cannot be written; the one that was there before then stays."""
    from gan_core.run.saved import save

    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(save(trainer))
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(f"{path} cannot be written: {error.strerror or error}.") from error


def resumed(path: Path, steps: int | None) -> Trainer:
    """The run in the file, which may go as far as `steps`. Raises Refused, ConfigError or DataUnavailable."""
    from gan_core.run.saved import read

    try:
        saved = read(path.read_bytes())
        if steps is not None:
            saved = replace(saved, config=saved.config.replace(steps=steps))
        return saved.trainer()
    except (OSError, SavedError) as error:
        raise Refused(f"{path}: {error}") from error
