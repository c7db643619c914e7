"""A figure that moves by itself as one HTML file: its moments to play and to scrub, offline, sharp at any size.

Each page is the drawing that an SVG of that moment is. They are packed together, so that what all of them share costs
its bytes once.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from string import Template

from gan_core.export.film import SECONDS
from gan_core.export.look import Look
from gan_core.export.plate import Plate
from gan_core.export.svg import svg

FOLDER = Path(__file__).parent
PAGES = 81  # at most
LIMIT = 1_500_000  # bytes of the file
BETWEEN = b"\0"  # two pages; no text has it


def flipbook(plate: Plate, look: Look) -> bytes:
    """The page, UTF-8. Raises ExportError on what cannot be drawn."""
    pages = [svg(plate.draw(replace(look, transparent=False, step=step))) for step in plate.turned(PAGES)]
    while len(page := _bound(pages, plate, look)) > LIMIT and len(pages) > 2:
        pages = [*pages[:-1:2], pages[-1]]
    return page


def _bound(pages: Sequence[bytes], plate: Plate, look: Look) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(BETWEEN.join(pages)) + packer.flush()
    colours = {name: getattr(look.colours, name) for name in ("background", "ink", "faint")} | {"scheme": look.theme}
    words = {name: escape(look.word(name)) for name in ("play", "pause", "step")}
    page = Template((FOLDER / "flipbook.html").read_text(encoding="utf-8")).substitute(
        words, title=escape(look.title or plate.title), seconds=SECONDS,
        colours=" ".join(f"--{name}: {value};" for name, value in colours.items()),
        js=(FOLDER / "flipbook.js").read_text(encoding="utf-8"), pages=base64.b64encode(packed).decode(),
    )  # fmt: skip
    return page.encode()
