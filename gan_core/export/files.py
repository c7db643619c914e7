"""An export as files: which there are, what they are called, and all of them as one zip.

    for made in files(recording, look, Wish(formats=("svg", "html"))): …    # None between two pieces of work

The work comes in pieces of at most some tenths of a second, so that others have their turn.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from gan_core.errors import ExportError
from gan_core.export import credits, film
from gan_core.export.drawing import Drawing
from gan_core.export.figures import FIGURES, moment, there
from gan_core.export.look import Look
from gan_core.export.raster import LEAST_WIDTH, MOST_WIDTH, png, scale_for
from gan_core.export.replay import replay
from gan_core.export.svg import svg
from gan_core.export.tables import TABLES, table
from gan_core.run.recording import Recording, nearest

OF_A_MOMENT = ("picture", "slide", "opinions")  # figures that there is one of for each step that is asked for
FILMS = ("gif", "webp")
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in a zip: the same files make the same zip


class File(NamedTuple):
    name: str
    content: bytes


@dataclass(frozen=True)
class Wish:
    """What is wanted. figures: of FIGURES and `more`, () for all that there are. formats: of FORMATS. width: of
    pictures in pixels. more: figures that are not of the recording, charts say, by their names. Raises ExportError on
    what there is not."""

    figures: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("svg", "png")
    width: int = 1920
    more: Mapping[str, Callable[[Look], Drawing]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := [name for name in self.formats if name not in FORMATS]:
            raise ExportError("export.format", value=unknown[0], options=", ".join(FORMATS))
        if unknown := [name for name in self.figures if name not in {*FIGURES, *self.more}]:
            raise ExportError("export.figure", value=unknown[0], options=", ".join([*FIGURES, *self.more]))
        if not (type(self.width) is int and LEAST_WIDTH <= self.width <= MOST_WIDTH):
            raise ExportError("export.width", value=self.width, least=LEAST_WIDTH, most=MOST_WIDTH)


Makes = Callable[[Recording, Look, Wish], Iterator[File | None]]
Draws = Callable[[Recording | None, Look, Wish], Iterator[File | None]]


def _figures(recording: Recording | None, look: Look, wish: Wish) -> Iterator[tuple[str, Drawing]]:
    """Name and drawing of each figure; one of a moment for each step that is asked for."""
    drawable = {} if recording is None else there(recording)
    for name in wish.figures or [*drawable, *wish.more]:
        if name in wish.more:
            yield _file_name(name), wish.more[name](look)
            continue
        if name not in drawable or recording is None:
            raise ExportError("export.figure", value=name, options=", ".join([*drawable, *wish.more]))
        if name not in OF_A_MOMENT:
            yield name, drawable[name].draw(recording, look)
            continue
        steps = look.steps if look.steps else (moment(recording, look).step,)
        for step in sorted({nearest(recording.moments, step).step for step in steps}):
            yield f"{name}-{step:06d}", drawable[name].draw(recording, replace(look, step=step))


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-") or "figure"


def _svgs(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    for name, drawing in _figures(recording, look, wish):
        yield File(f"{name}.svg", svg(drawing))


def _pngs(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    for name, drawing in _figures(recording, look, wish):
        yield File(f"{name}.png", png(drawing, scale_for(drawing, wish.width)))


def _film(kind: str) -> Makes:
    def make(recording: Recording, look: Look, wish: Wish) -> Iterator[File | None]:
        pictures = []
        for picture in film.frames(recording, look):
            pictures.append(picture)
            yield None
        yield File(f"film.{kind}", film.joined(pictures, kind))

    return make


def _replay(recording: Recording, look: Look, wish: Wish) -> Iterator[File | None]:
    yield File("replay.html", replay(recording, look))


def _tables(recording: Recording, look: Look, wish: Wish) -> Iterator[File | None]:
    for name in TABLES:
        content = table(name, recording, look)
        if content is not None:
            yield File(f"{name}.csv", content)


STILLS: dict[str, Draws] = {"svg": _svgs, "png": _pngs}  # of figures, which need no run
FORMATS: dict[str, Makes] = {
    **STILLS, "gif": _film("gif"), "webp": _film("webp"), "html": _replay, "csv": _tables,
}  # fmt: skip


def possible(recording: Recording | None) -> tuple[str, ...]:
    """The formats that a run has: one moment is no film. Without a run there are figures."""
    if recording is None:
        return tuple(STILLS)
    still = len(recording.moments) < 2
    return tuple(name for name in FORMATS if not (still and name in FILMS))


def files(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    """All that is wanted, then the configuration and whom to name. Raises ExportError before the first file that cannot
    be made."""
    for name in wish.formats:
        if name in STILLS:
            yield from STILLS[name](recording, look, wish)
        elif recording is None:
            raise ExportError("export.no_picture")
        else:
            yield from FORMATS[name](recording, look, wish)
    if recording is None:
        yield File("CITATION.txt", (credits.PROGRAM + "\n").encode())
        return
    yield File("run.json", (recording.config.to_json() + "\n").encode())
    yield File("CITATION.txt", credits.note(recording.config).encode())


def zipped(made: Sequence[File]) -> bytes:
    """The same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for name, content in made:
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o644 << 16
            info.create_system = 3  # wherever it is made
            info.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(info, content)
    return out.getvalue()
