"""A run as a film: its recorded moments one after the other, as animated WebP or GIF, with Pillow.

Every picture is one that was recorded; nothing is invented between two of them. They are evenly spaced over the
logarithm of the step, for that is how a run was recorded, and the curves beside it would hardly show its beginning.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from gan_core.errors import ExportError
from gan_core.export.figures import FIGURES, spread
from gan_core.export.look import SHAPES, Look
from gan_core.export.plate import Plate
from gan_core.export.raster import image
from gan_core.run.recording import Recording

SECONDS = 10.0
LAST_SECONDS = 1.5  # that the last picture stays
FRAMES = 80  # at most
LOOKS, RARE = 6, 24  # pictures of which the colours of a GIF are taken; colours of these that few pixels have
NEAR = 8  # levels, as far as Pillow takes one colour for another when it looks for the nearest in a palette
LIMIT = 2_000_000  # bytes
WIDTHS = {"16:9": 720, "4:3": 640, "1:1": 512}  # pixels
LOSSLESS: dict[str, Any] = {"lossless": True, "quality": 20, "method": 1}  # of drawings: sharper, lighter and quicker
SETTINGS: dict[str, tuple[Any, ...]] = {  # of a kind of film, until it is small enough
    "webp": tuple({"quality": quality, "method": 3} for quality in (95, 82, 68, 54, 40, 25)),
    "gif": (128, 64, 32),  # colours
}


def frames(recording: Recording, look: Look, figure: str = "picture") -> Iterator[Image.Image]:
    """The pictures, one at a time: each takes about a tenth of a second to draw. Raises ExportError."""
    shots = spread(recording.moments, FRAMES)
    if len(shots) < 2:
        raise ExportError("export.no_film")
    opaque = replace(look, transparent=False, steps=(shots[0].step,))  # one legend from beginning to end
    scale = WIDTHS[look.shape] / SHAPES[look.shape][0]
    for shot in shots:
        yield image(FIGURES[figure].draw(recording, replace(opaque, step=shot.step)), scale)


def turned(plate: Plate, look: Look) -> Iterator[Image.Image]:
    """The moments of a figure that moves by itself, at most FRAMES of them."""
    scale = WIDTHS[look.shape] / SHAPES[look.shape][0]
    opaque = replace(look, transparent=False, steps=tuple(plate.steps[:1]))
    for step in plate.turned(FRAMES):
        yield image(plate.draw(replace(opaque, step=step)), scale)


def joined(pictures: list[Image.Image], kind: str, drawn: bool = False) -> bytes:
    """The film "webp" or "gif" of LIMIT bytes at most; where that is impossible with all pictures, of every second.
    drawn: of lines and areas alone, which are kept as they are."""
    while True:
        for setting in (*([LOSSLESS] if drawn and kind == "webp" else []), *SETTINGS[kind]):
            made = _joined(pictures, kind, setting)
            if len(made) <= LIMIT:
                return made
        pictures = [*pictures[:-1:2], pictures[-1]]


def palette(pictures: list[Image.Image], colours: int) -> Image.Image:
    """An image with so many colours of the film: most of them as often as they are seen, by the root of their pixels,
    and RARE that lie far apart, for a few points are of a hue that means something. The ground is kept as it is."""
    some = [pictures[i] for i in sorted({round(i * (len(pictures) - 1) / (LOOKS - 1)) for i in range(LOOKS)})]
    pixels = np.concatenate([np.asarray(one.convert("RGB"), np.uint32).reshape(-1, 3) for one in some])
    found, counts = np.unique(pixels @ np.array([1 << 16, 1 << 8, 1], np.uint32), return_counts=True)
    each = np.stack([found >> 16 & 255, found >> 8 & 255, found & 255], 1).astype(np.uint8)
    strip = Image.fromarray(np.repeat(each, np.ceil(np.sqrt(counts)).astype(int), axis=0)[None])
    table = np.concatenate([
        np.array(strip.quantize(count, method).getpalette(), np.uint8).reshape(-1, 3)
        for count, method in ((colours - RARE, Image.Quantize.MEDIANCUT), (RARE, Image.Quantize.MAXCOVERAGE))
    ])  # fmt: skip
    ground = each[counts.argmax()]
    away = np.abs(table.astype(int) - ground).max(1)
    table[(away <= NEAR) | (away == away.min())] = ground
    made = Image.new("P", (1, 1))
    made.putpalette(table.tobytes())
    return made


def _joined(pictures: list[Image.Image], kind: str, setting: Any) -> bytes:
    each = (SECONDS - LAST_SECONDS) / max(1, len(pictures) - 1)
    durations = [round(1000 * each)] * (len(pictures) - 1) + [round(1000 * LAST_SECONDS)]
    out = io.BytesIO()
    if kind == "webp":
        first, *rest = pictures
        how = {"append_images": rest, "duration": durations, "loop": 0, "kmin": 0, "kmax": 0}  # one key frame
        first.save(out, "WEBP", save_all=True, **how, **setting)
    else:
        table = palette(pictures, setting)  # one for all, so that nothing flickers
        first, *rest = (picture.quantize(palette=table, dither=Image.Dither.NONE) for picture in pictures)
        first.save(out, "GIF", save_all=True, append_images=rest, duration=durations, loop=0, optimize=False)
    return out.getvalue()
