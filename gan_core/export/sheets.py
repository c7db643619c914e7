"""Sheets of digits, and strips of who makes which mode or digit over the steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_core.export.drawing import Box, Floats, Line, Mark, Picture, Text
from gan_core.export.fonts import width
from gan_core.export.layout import CAPTION, LABEL, TICK, Room, _steps
from gan_core.export.look import Look

PIXEL_GAP = 2  # between the images of a sheet, in their own pixels
CELLS = 600  # of a strip across: more would be finer than a screen


def tiled(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Images (n, h, w) in rows of so many, as (H, W, 4): grey, and clear between them."""
    n, high, wide = images.shape
    rows = -(-n // columns)
    sheet = np.zeros((rows * (high + PIXEL_GAP) - PIXEL_GAP, columns * (wide + PIXEL_GAP) - PIXEL_GAP, 4), np.uint8)
    for i, one in enumerate(images):
        y, x = i // columns * (high + PIXEL_GAP), i % columns * (wide + PIXEL_GAP)
        sheet[y : y + high, x : x + wide, :3] = one[..., None]
        sheet[y : y + high, x : x + wide, 3] = 255
    return sheet


def columns(count: int, room: Room) -> int:
    """In which so many square images are largest."""
    rows = max(range(1, count + 1), key=lambda n: min(room.wide / -(-count // n), room.high / n), default=1)
    return max(1, -(-count // rows))


def images(room: Room, made: NDArray[np.uint8], columns: int) -> list[Mark]:
    """As large as there is room for, in the middle."""
    pixels = tiled(made, columns)
    scale = min(room.wide / pixels.shape[1], room.high / pixels.shape[0])
    wide, high = pixels.shape[1] * scale, pixels.shape[0] * scale
    left, top = room.x + (room.wide - wide) / 2, room.y + (room.high - high) / 2
    return [Picture(pixels, left, top, wide, high)]


def strip(
    room: Room, look: Look, title: str, step: NDArray[np.int64], shares: Floats, right: Floats, first: int = 1
) -> list[Mark]:
    """Shares (T, M) of the samples over the steps (T,), a row for each mode, counted from `first`; `right` (M,) are
    those of the data. The colour says how much of its right share a mode has."""
    colours, modes = look.colours, shares.shape[1]
    head = LABEL * 1.5 if title else 0.0
    names = [str(i + first) for i in range(modes)]
    left = room.x + max(width(name, TICK) for name in names) + 8
    body = Room(left, room.y + head, room.x + room.wide - left, room.high - head - TICK * 1.7)
    drawn: list[Mark] = []
    if title:
        drawn.append(Text(room.x, room.y + LABEL, title, LABEL, colours.ink))
    last = max(int(step[-1]), 1)
    # what was known at each of the cells: the newest look before it
    at = np.searchsorted(step, np.linspace(0, last, CELLS), side="right").clip(1) - 1
    drawn.append(Picture(heat(shares[at].T, right, look), body.x, body.y, body.wide, body.high))
    drawn.append(Box(body.x, body.y, body.wide, body.high, colours.rule, width=1))
    each = body.high / modes
    every = max(1, int(np.ceil(TICK * 1.1 / each)))
    for i in range(0, modes, every):
        drawn.append(Text(left - 6, body.y + (i + 0.5) * each + TICK * 0.35, names[i], TICK, colours.faint, "end"))
    for i in range(1, modes):
        y = body.y + i * each
        drawn.append(Line(np.array([[body.x, y], [body.x + body.wide, y]]), colours.background, 1))
    return drawn + _steps(look, body.x, body.x + body.wide, body.y + body.high, float(last))


def heat(shares: Floats, right: Floats, look: Look) -> NDArray[np.uint8]:
    """(M, T, 4): shares (M, T) as colours; nothing is clear, not finite is grey."""
    scale = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in look.colours.heat], float)
    wanted = np.where(right > 0, right, 1.0)[:, None]
    known = np.isfinite(shares)
    level = np.where(known, np.clip(np.nan_to_num(shares) / wanted / 2, 0, 1), 0.0)
    stops = np.linspace(0, 1, len(scale))
    rgb = np.stack([np.interp(level, stops, scale[:, i]) for i in range(3)], -1)
    rgb[~known] = 128
    alpha = np.where(known & (level == 0), 0, 255)[..., None]
    return np.rint(np.concatenate([rgb, alpha], -1)).astype(np.uint8)


def scale(room: Room, look: Look) -> list[Mark]:
    """What the colours of a strip say, as a bar with three words below it."""
    colours = look.colours
    pixels = heat(np.linspace(0, 2, 200)[None], np.ones(1), look)
    x, wide = room.x, min(room.wide, 260.0)
    drawn: list[Mark] = [
        Picture(pixels, x, room.y, wide, 12),
        Box(x, room.y, wide, 12, colours.rule, width=1),
    ]
    for share, name in ((0.0, "0"), (0.5, look.word("right")), (1.0, "2×")):
        anchor = ("start", "middle", "end")[round(2 * share)]
        drawn.append(Text(x + share * wide, room.y + 26, name, CAPTION, colours.faint, anchor))  # type: ignore[arg-type]
    return drawn
