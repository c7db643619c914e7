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

from gan_core.config import RunConfig
from gan_core.errors import ExportError
from gan_core.export import credits, film
from gan_core.export.drawing import Drawing
from gan_core.export.figures import FIGURES, moment, there
from gan_core.export.flipbook import flipbook
from gan_core.export.look import Look
from gan_core.export.plate import Plate
from gan_core.export.raster import LEAST_WIDTH, MOST_WIDTH, png, scale_for
from gan_core.export.replay import replay
from gan_core.export.svg import svg
from gan_core.export.tables import TABLES, described, table
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
    pictures in pixels. more: figures that are not of the recording, by their names; films and pages to turn are theirs
    where `figures` names one of them. configs: of the runs that those are of. again: the command that makes
    it once more, where the configurations do not say it. Raises ExportError on what there is not."""

    figures: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("svg", "png")
    width: int = 1920
    more: Mapping[str, Plate] = field(default_factory=dict)
    configs: tuple[RunConfig, ...] = ()
    again: str = ""

    @property
    def moving(self) -> dict[str, Plate]:
        """What moves by itself of the figures that are named, or of all."""
        return {name: self.more[name] for name in self.figures or self.more
                if name in self.more and self.more[name].steps}  # fmt: skip

    def __post_init__(self) -> None:
        if unknown := [name for name in self.formats if name not in FORMATS]:
            raise ExportError("export.format", value=unknown[0], options=", ".join(FORMATS))
        if unknown := [name for name in self.figures if name not in {*FIGURES, *self.more}]:
            raise ExportError("export.figure", value=unknown[0], options=", ".join([*FIGURES, *self.more]))
        if not (type(self.width) is int and LEAST_WIDTH <= self.width <= MOST_WIDTH):
            raise ExportError("export.width", value=self.width, least=LEAST_WIDTH, most=MOST_WIDTH)


Makes = Callable[[Recording | None, Look, Wish], Iterator[File | None]]


def _figures(recording: Recording | None, look: Look, wish: Wish) -> Iterator[tuple[str, Drawing]]:
    """Name and drawing of each figure; one of a moment for each step that is asked for."""
    drawable = {} if recording is None else there(recording)
    for name in wish.figures or [*drawable, *wish.more]:
        if name in wish.more:
            yield from _drawn(name, wish.more[name], look)
            continue
        if name not in drawable or recording is None:
            raise ExportError("export.figure", value=name, options=", ".join([*drawable, *wish.more]))
        if name not in OF_A_MOMENT:
            yield name, drawable[name].draw(recording, look)
            continue
        steps = look.steps if look.steps else (moment(recording, look).step,)
        for step in sorted({nearest(recording.moments, step).step for step in steps}):
            yield f"{name}-{step:06d}", drawable[name].draw(recording, replace(look, step=step, steps=()))


def _drawn(name: str, plate: Plate, look: Look) -> Iterator[tuple[str, Drawing]]:
    """A figure that is of no recording; of one that moves, one for each moment that is asked for, else its end."""
    if not plate.steps:
        yield _file_name(name), plate.draw(look)
    elif not look.steps:
        yield _file_name(name), plate.draw(replace(look, step=None))
    else:
        for step in sorted({_nearest(plate.steps, wanted) for wanted in look.steps}):
            yield f"{_file_name(name)}-{step:06d}", plate.draw(replace(look, step=step, steps=()))


def _nearest(steps: Sequence[int], wanted: int) -> int:
    return min(steps, key=lambda step: abs(step - wanted))


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-") or "figure"


def _svgs(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    for name, drawing in _figures(recording, look, wish):
        yield File(f"{name}.svg", svg(drawing))


def _pngs(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    for name, drawing in _figures(recording, look, wish):
        yield File(f"{name}.png", png(drawing, scale_for(drawing, wish.width)))


def _film(kind: str) -> Makes:
    def make(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
        reels = {_file_name(name): (film.turned(plate, look), plate.flat(look)) for name, plate in wish.moving.items()}
        if recording is not None and not (wish.figures and reels):
            reels["film"] = film.frames(recording, look), False
        if not reels:
            raise ExportError("export.no_film")
        for name, (reel, drawn) in reels.items():
            pictures = []
            for picture in reel:
                pictures.append(picture)
                yield None
            yield File(f"{name}.{kind}", film.joined(pictures, kind, drawn))

    return make


def _replay(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    for name, plate in wish.moving.items():
        yield File(f"{_file_name(name)}.html", flipbook(plate, look))
    if recording is not None and not (wish.figures and wish.moving):
        yield File("replay.html", replay(recording, look))
    elif not wish.moving:
        raise ExportError("export.no_film")


def _tables(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    if recording is None:
        raise ExportError("export.no_table")
    made = dict[str, bytes]()
    for name in TABLES:
        content = table(name, recording, look)
        if content is not None:
            made[name] = content
            yield File(f"{name}.csv", content)
    yield File("COLUMNS.txt", described(made, recording.config))


FORMATS: dict[str, Makes] = {
    "svg": _svgs, "png": _pngs, "gif": _film("gif"), "webp": _film("webp"), "html": _replay, "csv": _tables,
}  # fmt: skip
STILLS = ("svg", "png")  # of every figure
MOVING = (*FILMS, "html")  # of what moves


def possible(recording: Recording | None, more: Mapping[str, Plate] | None = None) -> tuple[str, ...]:
    """The formats that a run has: one moment is no film. Without a run those of the other figures."""
    if recording is None:
        return (*STILLS, *(MOVING if any(plate.steps for plate in (more or {}).values()) else ()))
    still = len(recording.moments) < 2
    return tuple(name for name in FORMATS if not (still and name in FILMS))


def files(recording: Recording | None, look: Look, wish: Wish) -> Iterator[File | None]:
    """All that is wanted, then the configurations and whom to name. Raises ExportError before the first file that
    cannot be made."""
    for name in wish.formats:
        yield from FORMATS[name](recording, look, wish)
    configs = wish.configs if recording is None else (recording.config,)
    for i, config in enumerate(configs, start=1):
        yield File("run.json" if len(configs) == 1 else f"run-{i}.json", (config.to_json() + "\n").encode())
    yield File("CITATION.txt", credits.notes(configs, wish.again).encode())


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
