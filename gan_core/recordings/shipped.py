"""Every recorded file that comes with the app: what it is of, and what makes it anew.

SOURCES["ring"].make()       # the bytes of its files
write("ring")                # … put where they belong; `python -m gan_core record`
origin("ring-small")         # what a file has to be of; `current` says whether it is
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from gan_core.errors import CheckpointError
from gan_core.recordings import files, record, sketches, turning
from gan_core.recordings.origin import Origin
from gan_core.recordings.registry import RECORDED, THUMBS
from gan_core.recordings.sketches import SKETCHES
from gan_core.recordings.turning import TURNING


@dataclass(frozen=True)
class Source:
    """files: their names. origin: what all of them are of; raises CheckpointError without the weights. make: the bytes
    of each."""

    files: tuple[str, ...]
    origin: Callable[[], Origin]
    make: Callable[[], tuple[bytes, ...]]


def _small(name: str) -> str:
    return f"{name}{files.SMALL}"


def _alone(make: Callable[[str], bytes], name: str) -> tuple[bytes, ...]:
    return (make(name),)


SOURCES: Mapping[str, Source] = {
    **{
        name: Source((name, _small(name)) if name in THUMBS else (name,), partial(getattr, recorded, "origin"),
                     partial(record.record, name))
        for name, recorded in RECORDED.items()
    },
    **{
        name: Source((_small(name),), partial(sketches.origin, name), partial(_alone, sketches.packed, name))
        for name in SKETCHES
    },
    **{
        name: Source((name,), partial(getattr, moving, "origin"), partial(_alone, turning.packed, name))
        for name, moving in TURNING.items()
    },
}  # fmt: skip
FILES: Mapping[str, Source] = {file: source for source in SOURCES.values() for file in source.files}


def origin(file: str) -> Origin:
    """What the file is of, as the app is now. Raises CheckpointError where its run is not there."""
    return FILES[file].origin()


def current(file: str) -> bool:
    """Whether the file is of what is there: a run that was trained anew has another past."""
    try:
        return files.header(file)["digest"] == origin(file).digest
    except CheckpointError:
        return False


def write(name: str, report: Callable[[str], object] = lambda line: None) -> dict[str, int]:
    """Make the files of `name` anew: file → bytes. Raises CheckpointError where its run is not there."""
    source, sizes = SOURCES[name], {}
    for file, content in zip(source.files, source.make(), strict=True):
        files.FOLDER.mkdir(parents=True, exist_ok=True)
        path = files.path(file)
        sizes[path.name] = path.write_bytes(content)
        report(f"{path.name}: {len(content):,} bytes")
    return sizes
