"""What a command says, and how it ends: output arrives whatever the terminal's encoding, and what goes wrong on the way
is a sentence.

    with guarded() as ending:
        say(text)
    return ending.status
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType

from gan_core.errors import Refusal

OUTPUT_FAILED, REFUSED, INTERRUPTED, TERMINATED = 1, 2, 130, 143  # exit statuses


class Refused(Exception):
    """A request that cannot be met, in a sentence."""


class Terminated(KeyboardInterrupt):
    """The process was told to end: the same as Ctrl-C."""


class _OutputFailed(Exception):
    """What was to be said could not be written."""


def say(text: str, end: str = "\n") -> None:
    """Write to stdout, at once: an output that cannot be written is known here and not when the process ends."""
    try:
        sys.stdout.write(text + end)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise _OutputFailed("Nobody reads the output any more; it was not written.") from error
    except OSError as error:
        full = "there is no space left where it goes" if error.errno == errno.ENOSPC else str(error.strerror or error)
        raise _OutputFailed(f"The output could not be written: {full}.") from error


def tell(text: str) -> None:
    """A sentence on stderr, if anybody still reads it."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


class guarded:
    """Sentences in place of tracebacks; `status` is what the process ends with."""

    status = 0

    def __enter__(self) -> guarded:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        self._before = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGTERM, _terminate)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)
        if error is None:
            return False
        if isinstance(error, _OutputFailed):
            _drop_stdout()
            self.status = OUTPUT_FAILED
        elif isinstance(error, Refusal | Refused):
            self.status = REFUSED
        elif isinstance(error, KeyboardInterrupt):
            self.status = TERMINATED if isinstance(error, Terminated) else INTERRUPTED
            tell(f"Stopped. {error}".strip())
            return True
        else:
            return False
        tell(str(error))
        return True


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _drop_stdout() -> None:
    """What is left in the buffer goes nowhere, or the interpreter would try it again at its end and complain."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def check_folder(folder: Path) -> None:
    """Raises Refused, before anything is computed, if files cannot be written there."""
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise Refused(f"{folder} is no folder that can be written: {there} is a file, or belongs to somebody else.")


@contextlib.contextmanager
def kept(where: object) -> Iterator[list[str]]:
    """Whoever is stopped inside hears where the finished part is, if there is one: what is put into the list."""
    found: list[str] = []
    try:
        yield found
    except KeyboardInterrupt as stop:
        if found:
            stop.args = (f"What is finished is kept in {where}: the same command goes on from there.",)
        raise
