"""A drawing as SVG: plain marks that browsers, slide programs and Inkscape know, no scripts, no styles, no links."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
from PIL import Image

from gan_core.export.drawing import Area, Box, Dots, Drawing, Line, Mark, Picture, Text, finite, pieces
from gan_core.export.fonts import FAMILY

ANCHORS = {"start": "", "middle": ' text-anchor="middle"', "end": ' text-anchor="end"'}


def svg(drawing: Drawing) -> bytes:
    """UTF-8. The sheet's size is its size in CSS pixels; it scales to any other."""
    w, h = _number(drawing.width), _number(drawing.height)
    said = escape(drawing.description)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" '
        f'aria-label="{said}" font-family="{FAMILY}">',
        f"<title>{said}</title>",
    ]
    if drawing.background is not None:
        lines.append(f'<rect width="{w}" height="{h}" fill="{drawing.background}"/>')
    lines += map(_mark, drawing.marks)
    return "\n".join([*lines, "</svg>\n"]).encode()


def _mark(mark: Mark) -> str:
    match mark:
        case Line():
            d = "".join(f"M{_points(piece)}" for piece in pieces(mark.points))
            dash = f' stroke-dasharray="{" ".join(map(_number, mark.dash))}"' if mark.dash else ""
            return (
                f'<path d="{d}" fill="none" stroke="{mark.colour}" stroke-width="{_number(mark.width)}" '
                f'stroke-linejoin="round"{_alpha("stroke-opacity", mark.alpha)}{dash}/>'
            )
        case Area():
            alpha = _alpha("fill-opacity", mark.alpha)
            return f'<polygon points="{_points(finite(mark.points))}" fill="{mark.colour}"{alpha}/>'
        case Dots():
            r = _number(mark.radius)
            circles = "".join(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{r}"/>' for x, y in finite(mark.points))
            below = "" if mark.below is None else _mark(mark.below)
            return f"{below}<g{_of_dots(mark)}>{circles}</g>"
        case Picture():
            how = "" if mark.smooth else ' style="image-rendering:pixelated"'
            box = f'x="{_number(mark.x)}" y="{_number(mark.y)}" width="{_number(mark.width)}"'
            return (
                f'<image {box} height="{_number(mark.height)}" preserveAspectRatio="none"{how} '
                f'href="data:image/png;base64,{_png(mark.pixels)}"/>'
            )
        case Box():
            box = f'x="{_number(mark.x)}" y="{_number(mark.y)}" width="{_number(mark.wide)}"'
            paint = (
                f'fill="none" stroke="{mark.colour}" stroke-width="{_number(mark.width)}"'
                f"{_alpha('stroke-opacity', mark.alpha)}"
                if mark.width
                else f'fill="{mark.colour}"{_alpha("fill-opacity", mark.alpha)}'
            )
            return f'<rect {box} height="{_number(mark.high)}" {paint}/>'
        case Text():
            x, y = _number(mark.x), _number(mark.y)
            turn = f' transform="rotate(-90 {x} {y})"' if mark.turned else ""
            weight = ' font-weight="bold"' if mark.bold else ""
            return (
                f'<text x="{x}" y="{y}" font-size="{_number(mark.size)}" fill="{mark.colour}"{weight}'
                f"{ANCHORS[mark.anchor]}{_alpha('fill-opacity', mark.alpha)}{turn}>{escape(mark.text)}</text>"
            )


def _of_dots(mark: Dots) -> str:
    if mark.hollow:
        return (
            f' fill="none" stroke="{mark.colour}" stroke-width="{_number(mark.pen)}"'
            f"{_alpha('stroke-opacity', mark.alpha)}"
        )
    edge = "" if mark.edge is None else f' stroke="{mark.edge}" stroke-width="{_number(mark.pen)}"'
    return f' fill="{mark.colour}"{_alpha("fill-opacity", mark.alpha)}{edge}'


def _alpha(name: str, alpha: float) -> str:
    return "" if alpha >= 1 else f' {name}="{alpha:.3g}"'


def _number(value: float) -> str:
    """A hundredth of a point is finer than any screen."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _points(points: np.ndarray) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _png(pixels: np.ndarray) -> str:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG", compress_level=9)
    return base64.b64encode(out.getvalue()).decode()
