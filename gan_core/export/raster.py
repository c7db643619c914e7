"""A drawing as pixels, with Pillow: in horizontal bands of four times the pixels, so that edges are smooth and a large
picture needs hardly more memory than itself.

See-through pictures are drawn on white and on black. Where a pixel of opacity α and colour c is drawn on b, one sees
αc + (1 − α)b; so α = 1 − (white's − black's), and αc is what is seen on black.
"""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from gan_core.export import fonts
from gan_core.export.drawing import Area, Box, Dots, Drawing, Line, Mark, Picture, Text, finite, pieces

FINER = 2  # pixels drawn along each side of one that is kept
BAND = 256  # rows of the picture drawn at once
PAD = 4  # rows above a band that are drawn too: Pillow rounds what is above its first row in another way
LEAST_WIDTH, MOST_WIDTH = 160, 7680  # pixels
ROUNDED = 8  # finer pixels that a line may be longer than was measured: small letters are as wide as whole ones


def png(drawing: Drawing, scale: float = 2.0) -> bytes:
    out = io.BytesIO()
    image(drawing, scale).save(out, "PNG", compress_level=7)
    return out.getvalue()


def image(drawing: Drawing, scale: float = 2.0) -> Image.Image:
    """RGB, or RGBA where there is no background, `scale` pixels a point."""
    size = round(drawing.width * scale), round(drawing.height * scale)
    whole = Image.new("RGB" if drawing.background is not None else "RGBA", size)
    for top in range(0, size[1], BAND):
        rows = min(BAND, size[1] - top)

        def band(background: str, top: int = top, rows: int = rows) -> Image.Image:
            return _band(drawing, background, scale, size[0], top, rows)

        see_through = drawing.background is None
        part = _clear(band("#ffffff"), band("#000000")) if see_through else band(drawing.background or "")
        whole.paste(part, (0, top))
    return whole


def _band(drawing: Drawing, background: str, scale: float, width: int, top: int, rows: int) -> Image.Image:
    """So many rows from row `top` on."""
    fine = Image.new("RGB", (width * FINER, (rows + PAD) * FINER), background)
    pen = _Pen(fine, scale * FINER, (top - PAD) * FINER)
    for mark in drawing.marks:
        pen.draw(mark)
    return fine.reduce(FINER, (0, PAD * FINER, *fine.size))


def _clear(on_white: Image.Image, on_black: Image.Image) -> Image.Image:
    """RGBA of what was drawn on both."""
    white, black = (np.asarray(one, np.int32) for one in (on_white, on_black))
    alpha = np.clip(255 - (white - black).min(-1, keepdims=True), 0, 255)
    colour = np.clip(np.rint(black * 255 / np.maximum(alpha, 1)), 0, 255)
    return Image.fromarray(np.concatenate([colour, alpha], -1).astype(np.uint8))


def scale_for(drawing: Drawing, width: int) -> float:
    """Pixels a point, for a picture that is so many pixels wide."""
    return width / drawing.width


class _Pen:
    """Draws marks on one band, whose first row is row `top` of the whole."""

    def __init__(self, band: Image.Image, scale: float, top: int) -> None:
        self.band, self.scale, self.top = band, scale, top
        self.on = ImageDraw.Draw(band, "RGBA")  # in this mode Pillow mixes colours by their opacity

    def draw(self, mark: Mark) -> None:
        match mark:
            case Line():
                for piece in pieces(mark.points):
                    self._line(self._pixels(piece), mark)
            case Area():
                corners = self._pixels(finite(mark.points))
                if len(corners) > 2 and self._meets(corners[:, 1].min(), corners[:, 1].max()):
                    self.on.polygon([tuple(p) for p in corners.tolist()], fill=_colour(mark.colour, mark.alpha))
            case Dots():
                self._dots(mark)
            case Picture():
                self._picture(mark)
            case Box():
                self._box(mark)
            case Text():
                self._text(mark)

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        return points * self.scale - [0, self.top]

    def _meets(self, low: float, high: float) -> bool:
        return high >= 0 and low <= self.band.height

    def _line(self, points: np.ndarray, mark: Line) -> None:
        width = max(1, round(mark.width * self.scale))
        if not self._meets(points[:, 1].min() - width, points[:, 1].max() + width):
            return
        lines = _dashes(points, np.multiply(mark.dash, self.scale)) if mark.dash else [points]
        for line in lines:
            self.on.line([tuple(p) for p in line.tolist()], _colour(mark.colour, mark.alpha), width, joint="curve")

    def _dots(self, mark: Dots) -> None:
        if mark.below is not None:
            self._dots(mark.below)
        points, r = self._pixels(finite(mark.points)), mark.radius * self.scale
        points = points[(points[:, 1] > -2 * r) & (points[:, 1] < self.band.height + 2 * r)]
        fill = None if mark.hollow else _colour(mark.colour, mark.alpha)
        outline, width = (None, 0)
        if mark.hollow:
            outline, width = _colour(mark.colour, mark.alpha), max(1, round(mark.pen * self.scale))
            r += width / 2
        elif mark.edge is not None:
            outline, width = _colour(mark.edge, 1), max(1, round(mark.pen * self.scale))
            r += width / 2
        for x, y in points.tolist():
            self.on.ellipse((x - r, y - r, x + r, y + r), fill, outline, width)

    def _picture(self, mark: Picture) -> None:
        left, right = (round(x * self.scale) for x in (mark.x, mark.x + mark.width))
        top, bottom = (round(y * self.scale) - self.top for y in (mark.y, mark.y + mark.height))
        if right <= left or bottom <= top or not self._meets(top, bottom):
            return
        how = Image.Resampling.BILINEAR if mark.smooth else Image.Resampling.NEAREST
        first, last = max(top, 0), min(bottom, self.band.height)
        pixels = Image.fromarray(np.ascontiguousarray(mark.pixels))
        if last > first:
            each = pixels.height / (bottom - top)  # rows of the picture for a row that is drawn
            beyond = math.ceil(2 / each)  # rows that are drawn too, because those of the band lie between them
            above, below = max(top, first - beyond), min(bottom, last + beyond)
            part = (0, (above - top) * each, pixels.width, (below - top) * each)
            drawn = pixels.resize((right - left, below - above), how, box=part)
            drawn = drawn.crop((0, first - above, right - left, last - above))
            self.band.paste(drawn, (left, first), drawn)

    def _box(self, mark: Box) -> None:
        left, right = mark.x * self.scale, (mark.x + mark.wide) * self.scale
        top, bottom = mark.y * self.scale - self.top, (mark.y + mark.high) * self.scale - self.top
        width = round(mark.width * self.scale)
        if not self._meets(top - width, bottom + width):
            return
        colour = _colour(mark.colour, mark.alpha)
        if not mark.width:
            self.on.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=colour)
            return
        half = width / 2
        self.on.rectangle((left - half, top - half, right + half, bottom + half), outline=colour, width=max(1, width))

    def _text(self, mark: Text) -> None:
        x, y = mark.x * self.scale, mark.y * self.scale - self.top
        size = max(2, round(mark.size * self.scale))
        face = fonts.font(size, mark.bold)
        long = face.getlength(mark.text)
        if long - fonts.width(mark.text, mark.size, mark.bold) * self.scale > ROUNDED:  # it would leave the sheet
            face = fonts.font(size - 1, mark.bold)
            long = face.getlength(mark.text)
        reach = long if mark.turned else 2 * mark.size * self.scale
        if not mark.text or not self._meets(y - reach, y + reach):
            return
        colour, back = _colour(mark.colour, mark.alpha), {"start": 0.0, "middle": long / 2, "end": long}[mark.anchor]
        if not mark.turned:
            self.on.text((x - back, y), mark.text, fill=colour, font=face, anchor="ls")
            return
        high, deep = face.getmetrics()
        shape = Image.new("L", (round(long) + 2, high + deep))
        ImageDraw.Draw(shape).text((0, high), mark.text, fill=255, font=face, anchor="ls")
        shape = shape.rotate(90, expand=True).point(lambda v: round(v * mark.alpha))
        at = round(x - high), round(y + back - shape.height)
        self.band.paste(colour[:3], (at[0], at[1], at[0] + shape.width, at[1] + shape.height), shape)


def _colour(name: str, alpha: float) -> tuple[int, int, int, int]:
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue, round(255 * alpha)


def _dashes(points: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
    """A line (n, 2) cut into what is drawn of it: lengths drawn and left out in turn."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    period = float(lengths.sum())
    if not period > 0 or along[-1] / period > 5000:
        return [points]
    found = []
    for start in np.arange(0.0, along[-1], period):
        stop = min(start + float(lengths[0]), along[-1])
        inner = (along > start) & (along < stop)
        at = np.concatenate([[start], along[inner], [stop]])
        found.append(np.stack([np.interp(at, along, points[:, i]) for i in (0, 1)], 1))
    return found
