"""Text in drawings: how wide it is, how it is broken into lines, and what of a visitor's words can be drawn.

The font lies beside the code, so that a picture is the same on every machine. An SVG asks for it by name and is shown
in another one where it is not installed; it is a wide one, so what fits in it fits in those too.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).parent / "font"
FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
FAMILY = "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif"
MEASURED = 100  # points at which text is measured: widths are proportional
LONGEST = 400  # characters of a text that anybody brings; the rest is not drawn


@lru_cache(maxsize=64)
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FOLDER / FILES[bold]), size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: float, bold: bool = False) -> float:
    return font(MEASURED, bold).getlength(text) * size / MEASURED


def tidy(text: str) -> str:
    """A visitor's text as one line that any file can hold: no control characters, no more than LONGEST letters."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text[: 4 * LONGEST])
    kept = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST and len(text) <= 4 * LONGEST else line[: LONGEST - 1] + "…"


def wrapped(text: str, size: float, room: float, lines: int, bold: bool = False) -> list[str]:
    """The text in at most so many lines of the width `room`, broken between words; what is too much ends in …"""
    left = text.split()
    found: list[str] = []
    while left and len(found) < lines:
        count = 1
        while count < len(left) and width(" ".join(left[: count + 1]), size, bold) <= room:
            count += 1
        line, left = " ".join(left[:count]), left[count:]
        cut = fitted(line, size, room, bold)
        if cut != line and len(found) < lines - 1:  # one word that is longer than a line
            head = cut.removesuffix("…")
            cut, left = head, [line[len(head) :], *left]
        found.append(cut)
    if left and found:
        found[-1] = fitted(f"{found[-1].removesuffix('…')} …", size, room, bold)
    return found


def fitted(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text, or as much of its beginning as there is room for, and …"""
    if width(text, size, bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", size, bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip().removesuffix("…").rstrip() + "…"
