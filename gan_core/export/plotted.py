"""A chart that was made with Plotly, as a drawing: title, caption and letters as in every other figure that is kept,
and no browser.

    drawing = plotted(figure.to_dict(), look, caption)

It knows what the charts of this program are made of: lines, areas, markers, numbers and error bars, bars, histograms,
heatmaps, contours at one level, reference lines and notes, several axes. An animation is drawn at its last moment. What
it does not know is an ExportError, never a chart with something missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gan_core.errors import ExportError
from gan_core.export import axes as axis_of
from gan_core.export.axes import Axis, errors, plain, values
from gan_core.export.clipping import polygon, polyline
from gan_core.export.drawing import Anchor, Area, Box, Dots, Drawing, Floats, Line, Mark, Picture, Text
from gan_core.export.fonts import wrapped
from gan_core.export.labels import Label, apart
from gan_core.export.layout import CAPTION, LABEL, LEADING, TICK, Entry, Kind, Room, finished, sheet, short
from gan_core.export.look import Look
from gan_core.export.plane import contour
from gan_core.export.sight import DASHES, told
from gan_core.figures import style

Chart = Mapping[str, Any]  # of Plotly, as its to_dict gives it
LINE, DOT = 2.6, 0.5  # points: of a line; of a marker's radius for a pixel of its size
INVISIBLE = 0.05  # an opacity that only the mouse sees
NAMED = {"white": "#ffffff", "black": "#000000", "gray": "#808080", "grey": "#808080"}
ANCHORS: dict[str, Anchor] = {"left": "start", "center": "middle", "right": "end"}
BARS = 75  # points that a scale of colours takes


def plotted(chart: Chart, look: Look, caption: str, title: str = "") -> Drawing:
    """`title`: where the look has none; without either, the chart is called by its axes. Raises ExportError."""
    layout: Mapping[str, Any] = chart.get("layout") or {}
    data = _told([_counted(trace) for trace in _last(chart) if trace.get("visible", True) is True], layout, look)
    if unknown := [str(one.get("type")) for one in data if one.get("type", "scatter") not in TRACES]:
        raise ExportError("export.trace", value=unknown[0], options=", ".join(TRACES))
    title = title or named(chart)
    marks, room = sheet(look, title, caption, list(_legend(data, layout, look)))
    scale = next((one for one in data if one["type"] == "heatmap" and one.get("showscale", True)), None)
    if scale is not None:
        body = Room(room.x, room.y, room.wide - BARS, room.high)
        marks += _scale(scale, Room(room.x + room.wide - BARS + 24, room.y + 38, 16, room.high - 72), look)
        room = body
    placed = axis_of.placed(axis_of.read(layout, data), room)
    for name, axis in placed.items():
        other = axis.says("anchor") or ("y" if axis.side == "x" else "x")
        if name in ("x", "y") or any(one.get(f"{axis.side}axis", axis.side) == name for one in data):
            marks += axis_of.drawn(axis, placed.get(other, placed["y" if axis.side == "x" else "x"]), look)
    marks += _shapes(layout, placed, look)
    before: Mapping[str, Any] | None = None
    for i, trace in enumerate(data):
        x, y = placed[trace.get("xaxis", "x")], placed[trace.get("yaxis", "y")]
        marks += TRACES[trace.get("type", "scatter")](trace, x, y, _colour(trace, i, layout), look, before)
        before = trace
    marks += _notes(layout, placed, room, look)
    return finished(look, apart(marks, look.size), f"{look.title or title}. {caption}")


def named(chart: Chart) -> str:
    """A chart by what stands along its axes, else by its lines: "W₁, JSD over θ"."""
    layout: Mapping[str, Any] = chart.get("layout") or {}

    def along(side: str) -> list[str]:
        found = (plain((v.get("title") or {}).get("text")) for k, v in sorted(layout.items())
                 if re.fullmatch(rf"{side}axis\d*", k) and v.get("visible", True) is not False)  # fmt: skip
        return list(dict.fromkeys(filter(None, found)))

    up = along("y") or list(dict.fromkeys(plain(one.get("name")) for one in chart.get("data") or () if one.get("name")))
    across = along("x")
    return ", ".join(up) + (f" – {across[-1]}" if across and up else ", ".join(across))


def _last(chart: Chart) -> list[dict[str, Any]]:
    """The traces; of an animation those of its last frame."""
    data = [dict(one) for one in chart.get("data") or ()]
    frames = chart.get("frames") or ()
    if frames:
        for i, change in zip(frames[-1].get("traces") or range(len(data)), frames[-1]["data"], strict=False):
            data[i] |= change
    return data


# ── colours ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def rgba(colour: object, look: Look) -> tuple[str, float]:
    """#rrggbb and opacity. The hues that mean real and nothing are those of the theme."""
    text = NAMED.get(str(colour), str(colour))
    if found := re.fullmatch(r"rgba?\(([^)]*)\)", text):
        parts = [float(v) for v in found[1].split(",")]
        return "#" + "".join(f"{round(v):02x}" for v in parts[:3]), parts[3] if len(parts) > 3 else 1.0
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return look.colours.ink, 1.0
    known = {style.REAL.lower(): look.colours.real, style.NEUTRAL: look.colours.faint}
    return known.get(text.lower(), text), 1.0


def _colour(trace: Chart, i: int, layout: Chart) -> object:
    """Of a trace that says none: the next of the theme's."""
    said = (trace.get("line") or {}).get("color") or (trace.get("marker") or {}).get("color")
    return style.PALETTE[i % len(style.PALETTE)] if said is None else said


def _told(data: Sequence[Chart], layout: Chart, look: Look) -> list[dict[str, Any]]:
    """The traces, with another dash where two would look alike in grey, or without some kind of cones: lines, and
    the rims of areas and bars, of those that have a name."""

    pens = [style.Pen(rgba(_each(_colour(trace, i, layout), 1)[0], look)[0],
                      (trace.get("line") or {}).get("dash", "solid")) for i, trace in enumerate(data)]  # fmt: skip
    named = [(pen, _area(trace)) for trace, pen in zip(data, pens, strict=True)
             if trace.get("name") and (_area(trace) or _lined(trace))]  # fmt: skip
    drawn = {area: told(pen for pen, filled in named if filled == area) for area in (False, True)}
    return [
        {**trace, "line": {**(trace.get("line") or {}), "dash": drawn[_area(trace)].get(pen, pen).dash}}
        for trace, pen in zip(data, pens, strict=True)
    ]


def _area(trace: Chart) -> bool:
    return trace.get("type") in ("bar", "histogram") or trace.get("fill") == "tozeroy"


def _lined(trace: Chart) -> bool:
    """Whether it is drawn with a line."""
    lines = "lines" in str(trace.get("mode") or "lines") and trace.get("type", "scatter") in ("scatter", "contour")
    return lines and bool((trace.get("line") or {}).get("width", 2))


def _each(said: object, n: int) -> list[Any]:
    return list(said) if isinstance(said, (list, tuple, np.ndarray)) else [said] * n


# ── traces ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _scatter(trace: Chart, x: Axis, y: Axis, colour: object, look: Look, before: Chart | None) -> Iterator[Mark]:
    points = np.stack([x.at(x.numbers(trace.get("x"))), y.at(y.numbers(trace.get("y")))], 1)
    mode = str(trace.get("mode") or ("lines+markers" if len(points) < 20 else "lines"))
    alpha, line = float(trace.get("opacity", 1)), trace.get("line") or {}
    if fill := trace.get("fill"):
        tone, strength = rgba(trace.get("fillcolor") or colour, look)
        strength = strength if trace.get("fillcolor") else 0.5  # as Plotly has it
        corners = _filled(str(fill), points, x, y, before)
        for piece in corners:
            yield Area(polygon(piece, _frame(x, y)), tone, strength * alpha)
    one = _each(colour, 1)[0]
    if "lines" in mode and line.get("width", 2):
        tone, strength = rgba(one, look)
        wide = LINE * float(line.get("width", style.LINE_WIDTH)) / style.LINE_WIDTH
        drawn = polyline(points, _frame(x, y))
        yield Line(drawn, tone, wide, strength * alpha, DASHES.get(line.get("dash", "solid"), ()))
    yield from _errors(trace, points, x, y, one, look)
    if "markers" in mode:
        yield from _markers(trace, points, x, y, colour, look)
    if "text" in mode:
        yield from _labels(trace, points, look)


def _filled(fill: str, points: Floats, x: Axis, y: Axis, before: Chart | None) -> Iterator[Floats]:
    """The corners of what is filled, for each stretch that is finite."""
    if fill == "tonexty" and before is not None:
        other = np.stack([x.at(x.numbers(before.get("x"))), y.at(y.numbers(before.get("y")))], 1)
        yield np.concatenate([points, other[::-1]])
    elif fill == "toself":
        yield points
    else:
        ground = max(0.0, min(y.low, y.high)) if not y.log else 10.0 ** min(y.low, y.high)
        level = float(y.at(0.0 if not y.log else ground))
        good = np.isfinite(points).all(1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(int), [0]])))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            yield np.concatenate([[[points[a, 0], level]], points[a:b], [[points[b - 1, 0], level]]])


def _frame(x: Axis, y: Axis) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    return min(x.start, x.end), min(y.start, y.end), max(x.start, x.end), max(y.start, y.end)


def _inside(points: Floats, x: Axis, y: Axis) -> np.ndarray:
    left, top, right, foot = _frame(x, y)
    with np.errstate(invalid="ignore"):
        inside = ((points >= [left - 1, top - 1]) & (points <= [right + 1, foot + 1])).all(1)
    return np.asarray(inside)


def _errors(trace: Chart, points: Floats, x: Axis, y: Axis, colour: object, look: Look) -> Iterator[Mark]:
    for axis, side in ((x, 0), (y, 1)):
        if (bars := errors(trace, axis.side)) is None:
            continue
        middle, (below, above) = axis.numbers(trace.get(axis.side)), bars
        tone, strength = rgba(trace[f"error_{axis.side}"].get("color") or colour, look)
        for i in np.flatnonzero((below > 0) | (above > 0)):
            ends = np.repeat(points[i : i + 1], 2, axis=0)
            ends[:, side] = axis.at(np.array([middle[i] - below[i], middle[i] + above[i]]))
            yield Line(polyline(ends, _frame(x, y)), tone, 1.8, strength)


def _markers(trace: Chart, points: Floats, x: Axis, y: Axis, colour: object, look: Look) -> Iterator[Mark]:
    marker = trace.get("marker") or {}
    alpha = float(marker.get("opacity", 1)) * float(trace.get("opacity", 1))
    if alpha < INVISIBLE:
        return
    radius, symbol = max(1.5, float(marker.get("size", 6)) * DOT), str(marker.get("symbol", "circle"))
    tones = [rgba(one, look) for one in _each(marker.get("color") or colour, len(points))]
    kept = _inside(points, x, y)
    for tone, strength in dict.fromkeys(tones):
        some = points[[bool(k) and own == (tone, strength) for k, own in zip(kept, tones, strict=False)]]
        if symbol in SYMBOLS:
            for at in some:
                shape = np.array(SYMBOLS[symbol], float) * radius * 1.3 + at
                yield Line(shape, tone, 3, alpha) if len(shape) == 2 else Area(shape, tone, strength * alpha)
        elif len(some):
            yield Dots(some, radius, tone, strength * alpha, hollow=symbol.endswith("-open"))


SIGNS: dict[str, Kind] = {"circle-open": "ring", "diamond": "diamond"}  # in the legend
SYMBOLS = {"diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)), "line-ew-open": ((-1, 0), (1, 0)),
           "square": ((-1, -1), (1, -1), (1, 1), (-1, 1))}  # fmt: skip


def _labels(trace: Chart, points: Floats, look: Look) -> Iterator[Mark]:
    n = len(points)
    tones = _each((trace.get("textfont") or {}).get("color"), n)
    places = _each(trace.get("textposition") or "middle center", n)
    for at, text, place, tone in zip(points, _each(trace.get("text"), n), places, tones, strict=False):
        if not text or not np.isfinite(at).all():
            continue
        up, across = place.split(" ")
        dx, dy = {"left": -9.0, "center": 0.0, "right": 9.0}[across], {"top": -8.0, "middle": 5.0, "bottom": 19.0}[up]
        anchor = {"left": "end", "center": "middle", "right": "start"}[across]
        colour = look.colours.ink if tone is None else rgba(tone, look)[0]
        yield Label(at[0] + dx, at[1] + dy, plain(text), TICK, colour, anchor, px=at[0], py=at[1])  # type: ignore[arg-type]


def _bars(trace: Chart, x: Axis, y: Axis, colour: object, look: Look, before: Chart | None) -> Iterator[Mark]:
    middle, height = x.numbers(trace.get("x")), y.numbers(trace.get("y"))
    wide = values(trace["width"]).astype(float) if trace.get("width") is not None else np.full(len(middle), 0.8)
    marker = trace.get("marker") or {}
    tone, strength = rgba(colour, look)
    dash = DASHES[(trace.get("line") or {}).get("dash", "solid")]
    left, top, right, foot = _frame(x, y)
    for at, h, w in zip(middle, height, np.broadcast_to(wide, middle.shape), strict=True):
        xs = np.clip(np.sort(x.at(np.array([at - w / 2, at + w / 2]))), left, right)
        ys = np.clip(np.sort(y.at(np.array([0.0, h]))), top, foot)
        if np.isfinite([*xs, *ys]).all() and h:
            alpha = strength * float(marker.get("opacity", 1))
            yield Box(xs[0], ys[0], max(0.2, xs[1] - xs[0]), ys[1] - ys[0], tone, alpha)
            if dash:
                yield Line(np.stack([xs[[0, 0, 1, 1]], ys[[1, 0, 0, 1]]], 1), tone, 2.2, dash=dash)


def _counted(trace: Chart) -> dict[str, Any]:
    """A histogram as the bars that it is drawn with."""
    if trace.get("type") != "histogram":
        return dict(trace)
    known = values(trace.get("x")).astype(float)
    counts, edges = np.histogram(known[np.isfinite(known)], min(40, max(1, math.isqrt(known.size))))
    bars = {"type": "bar", "x": (edges[1:] + edges[:-1]) / 2, "y": counts, "width": np.diff(edges)}
    return {**trace, **bars}


def _heatmap(trace: Chart, x: Axis, y: Axis, colour: object, look: Look, before: Chart | None) -> Iterator[Mark]:
    z = values(trace["z"]).astype(float)
    pixels = _painted(z, trace, look)
    smooth = bool(trace.get("zsmooth"))
    across, up = x.numbers(trace["x"]), y.numbers(trace["y"])

    def ends(axis: Axis, at: Floats, n: int) -> tuple[float, float]:
        half = 0.0 if smooth else (float(at[-1] - at[0]) / (n - 1) if n > 1 else 1.0) / 2
        first, last = axis.at(np.array([at[0] - half, at[-1] + half]))
        return float(first), float(last)

    (left, right), (low, high) = ends(x, across, z.shape[1]), ends(y, up, z.shape[0])
    pixels = pixels[:, ::-1] if right < left else pixels
    pixels = pixels[::-1] if high < low else pixels  # the first row at the top
    yield Picture(pixels, min(left, right), min(low, high), abs(right - left), abs(high - low), smooth)


def _painted(z: Floats, trace: Chart, look: Look) -> np.ndarray:
    """(h, w, 4) uint8: z (h, w) by the trace's scale of colours; not finite is clear."""
    known = z[np.isfinite(z)]
    low = float(trace["zmin"]) if trace.get("zmin") is not None else float(known.min(initial=0))
    high = float(trace["zmax"]) if trace.get("zmax") is not None else float(known.max(initial=1))
    share = np.clip((np.nan_to_num(z) - low) / ((high - low) or 1.0), 0, 1)
    stops = [(float(at), rgba(tone, look)) for at, tone in trace["colorscale"]]
    if stops[0][1][1] == 0:  # clear at nothing: the other end's hue, ever stronger
        stops[0] = (stops[0][0], (stops[1][1][0], 0.0))
    table = np.array([[*(int(tone[i : i + 2], 16) for i in (1, 3, 5)), 255 * alpha] for _, (tone, alpha) in stops])
    places = np.array([at for at, _ in stops])
    found = np.stack([np.interp(share, places, table[:, i]) for i in range(4)], -1)
    found[..., 3] = np.where(np.isfinite(z), found[..., 3] * float(trace.get("opacity", 1)), 0)
    return np.rint(found).astype(np.uint8)


def _contour(trace: Chart, x: Axis, y: Axis, colour: object, look: Look, before: Chart | None) -> Iterator[Mark]:
    z, across, up = values(trace["z"]).astype(float), x.numbers(trace["x"]), y.numbers(trace["y"])
    line = contour(z, float(trace["contours"]["start"]))
    at = np.stack([np.interp(line[:, i], np.arange(len(v)), v) for i, v in ((0, across), (1, up))], 1)
    at[~np.isfinite(line)] = np.nan
    tone, strength = rgba(colour, look)
    yield Line(polyline(np.stack([x.at(at[:, 0]), y.at(at[:, 1])], 1), _frame(x, y)), tone, LINE, strength)


Draw = Callable[[Chart, Axis, Axis, object, Look, Chart | None], Iterator[Mark]]
TRACES: dict[str, Draw] = {
    "scatter": _scatter, "scattergl": _scatter, "bar": _bars, "heatmap": _heatmap, "contour": _contour,
}  # fmt: skip


# ── what stands around them ──────────────────────────────────────────────────────────────────────────────────────────


def _legend(data: Sequence[Chart], layout: Chart, look: Look) -> Iterator[Entry]:
    """A line for each name: where there is one trace alone it needs none."""
    usual = len(data) > 1 and layout.get("showlegend") is not False
    seen = set()
    for i, trace in enumerate(data):
        shown = (
            trace.get("showlegend", usual and trace.get("type") != "heatmap") and layout.get("showlegend") is not False
        )
        name = plain(trace.get("name"))
        if not shown or not name or name in seen:
            continue
        seen.add(name)
        tone = rgba(_each(_colour(trace, i, layout), 1)[0], look)[0]
        dash = (trace.get("line") or {}).get("dash", "solid")
        point: Kind = SIGNS.get(str((trace.get("marker") or {}).get("symbol")), "dot")
        yield Entry(name, tone, "area" if _area(trace) else "line" if _lined(trace) else point, dash)


def _scale(trace: Chart, room: Room, look: Look) -> list[Mark]:
    """A bar of the colours with the values of its ends and middle, and above it what they are of, in a line or two."""
    low, high = float(trace.get("zmin", 0)), float(trace.get("zmax", 1))
    pixels = _painted(np.linspace(high, low, 128)[:, None], dict(trace, opacity=1), look)
    title = plain(((trace.get("colorbar") or {}).get("title") or {}).get("text"))
    marks: list[Mark] = [Picture(pixels, room.x, room.y, room.wide, room.high, True)]
    for i, line in enumerate(reversed(wrapped(title, CAPTION, BARS - 14.0, 2) if title else [])):
        y = room.y - 10 - i * CAPTION * LEADING
        marks.append(Text(room.x + BARS - 24, y, line, CAPTION, look.colours.faint, "end"))
    for share in (0.0, 0.5, 1.0):
        y = room.y + share * room.high + TICK * 0.35
        marks.append(Text(room.x + room.wide + 4, y, short(high + share * (low - high)), CAPTION, look.colours.faint))
    return marks


def _ref(ref: str, value: Any, placed: Mapping[str, Axis], paper: tuple[float, float], log_said: bool = False) -> float:
    """Where on the sheet a shape's or a note's coordinate is: of the data, of an axis's domain, or of the paper."""
    if ref == "paper":
        return paper[0] + float(value) * (paper[1] - paper[0])
    axis = placed[ref.removesuffix(" domain")]
    if ref.endswith(" domain"):
        return axis.start + float(value) * (axis.end - axis.start)
    if log_said and axis.log:  # a note's is a power of ten
        return float(axis.at(10.0 ** float(value)))
    return float(axis.at(axis.numbers([value])[0]))


def _shapes(layout: Chart, placed: Mapping[str, Axis], look: Look) -> Iterator[Mark]:
    for shape in layout.get("shapes") or ():
        xs = [_ref(str(shape.get("xref", "x")), shape[f"x{i}"], placed, (0, 0)) for i in (0, 1)]
        ys = [_ref(str(shape.get("yref", "y")), shape[f"y{i}"], placed, (0, 0)) for i in (0, 1)]
        if not np.isfinite([*xs, *ys]).all():
            continue
        if shape.get("type") == "rect":
            tone, strength = rgba(shape.get("fillcolor"), look)
            box = min(xs), min(ys), abs(xs[1] - xs[0]), abs(ys[1] - ys[0])
            yield Box(*box, tone, strength * float(shape.get("opacity", 1)))
            continue
        x, y = (placed[str(shape.get(f"{side}ref", side)).removesuffix(" domain")] for side in ("x", "y"))
        line = shape.get("line") or {}
        tone, strength = rgba(line.get("color", style.NEUTRAL), look)
        ends = polyline(np.array(list(zip(xs, ys, strict=True))), _frame(x, y))
        yield Line(ends, tone, 1.6, strength, DASHES.get(line.get("dash", "solid"), ()))


def _notes(layout: Chart, placed: Mapping[str, Axis], room: Room, look: Look) -> Iterator[Mark]:
    xs, ys = [a for a in placed.values() if a.side == "x"], [a for a in placed.values() if a.side == "y"]
    wide = min(a.start for a in xs), max(a.end for a in xs)
    high = max(a.start for a in ys), min(a.end for a in ys)
    for note in layout.get("annotations") or ():
        x = _ref(str(note.get("xref", "paper")), note.get("x", 0.5), placed, wide, True) + float(note.get("xshift", 0))
        y = _ref(str(note.get("yref", "paper")), note.get("y", 0.5), placed, high, True) - float(note.get("yshift", 0))
        anchor = ANCHORS.get(str(note.get("xanchor", "center")), "middle")
        y += {"top": TICK, "bottom": -5.0}.get(str(note.get("yanchor", "middle")), TICK * 0.35)
        if np.isfinite([x, y]).all():
            y = min(max(y, room.y + 2), room.y + room.high)
            yield Label(x, y, plain(note.get("text")), LABEL * 0.9, look.colours.faint, anchor, px=x, py=y)
