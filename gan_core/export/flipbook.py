"""A figure that moves by itself as one HTML file: its moments to play and to scrub, offline, sharp at any size.

Each page is the drawing that an SVG of that moment is, whose marks have a line each. The file has every line once, and
of each page which lines it has.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from gan_core.export.film import SECONDS
from gan_core.export.look import Look
from gan_core.export.page import page
from gan_core.export.plate import Plate
from gan_core.export.svg import svg

PAGES = 81  # at most
LIMIT = 1_500_000  # bytes of the file


def flipbook(plate: Plate, look: Look) -> bytes:
    """The page, UTF-8. Raises ExportError on what cannot be drawn."""
    opaque = replace(look, transparent=False, steps=tuple(plate.steps[:1]))  # one legend from beginning to end
    pages = [svg(plate.draw(replace(opaque, step=step))) for step in plate.turned(PAGES)]
    while len(made := _bound(pages, plate, look)) > LIMIT and len(pages) > 2:
        pages = [*pages[:-1:2], pages[-1]]
    return made


def _bound(pages: Sequence[bytes], plate: Plate, look: Look) -> bytes:
    lines: dict[str, int] = {}
    turns = [[lines.setdefault(line, len(lines)) for line in page.decode().splitlines()] for page in pages]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    book = json.dumps({"lines": list(lines), "pages": turns}, ensure_ascii=False, separators=(",", ":"))
    packed = packer.compress(book.encode()) + packer.flush()
    words = {name: escape(look.word(name)) for name in ("play", "pause", "step")}
    filled = words | {"seconds": str(SECONDS), "pages": base64.b64encode(packed).decode()}
    return page("flipbook", look, look.title or plate.title, filled)
