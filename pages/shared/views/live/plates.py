"""What a live view shows, to keep: its charts, its images, as a figure for a slide.

    keep(key, charts_of(charts))        # by each view, where it is put on a page

Nothing is drawn before somebody asks for it. Of views that move, `play.pushed.kept` draws the moment of the click.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import streamlit as st

from gan_core.export.plate import Plate

from .component import is_recording, keeping

if TYPE_CHECKING:
    from gan_core.export.drawing import Drawing, Mark
    from gan_core.export.layout import Entry, Room
    from gan_core.export.look import Look
    from gan_core.figures.style import Pen

Chart: TypeAlias = Any  # of curves.py, which imports this …
Line: TypeAlias = Any
Images: TypeAlias = Any  # … and of digits.py
SHOWN = "gan-live-shown"  # in the session: what is on the page, by the keys of the views
MOST_IMAGES = 400  # of all groups in one figure
UNDER = 0.26  # of an image's side, for what is written under it


def begin() -> None:
    """A page that shows nothing yet."""
    st.session_state[SHOWN] = {}


def shown() -> dict[str, Plate]:
    """The views on the page by their keys: the very table that views of later looks go into."""
    return st.session_state.setdefault(SHOWN, {})


def keep(key: str, plate: Plate) -> None:
    if (kept := keeping()) is not None:
        kept[key] = plate
    elif not is_recording():
        shown()[key] = plate


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def charts_of(charts: Sequence[Chart], label: str) -> Plate:
    """All charts of a view side by side; `label`: the word before the step."""
    said = ", ".join(dict.fromkeys(chart.title.split(" · ")[0] for chart in charts))
    return Plate(said, partial(_charts, tuple(charts), said, label))


def _charts(charts: Sequence[Chart], title: str, label: str, look: Look, caption: str) -> Drawing:
    from dataclasses import replace

    from gan_core.export.layout import finished, sheet
    from gan_core.export.sight import told

    look = replace(look, words={**look.words, "step": label})
    pens = told(_pen(line, look) for chart in charts for line in chart.lines)
    marks, room = sheet(look, title, caption, _legend(charts, pens, look))
    columns = 1 if len(charts) == 1 else 2 if len(charts) <= 4 else 3
    if room.wide < 1.25 * room.high:
        columns = max(1, columns - 1)
    cells = [cell for row in room.rows(-(-len(charts) // columns)) for cell in row.columns(*[1.0] * columns)]
    for cell, chart in zip(cells, charts, strict=False):
        marks += KINDS[chart.kind](cell, chart, pens, look)
    return finished(look, marks, f"{look.title or title}. {caption}")


def _hue(colour: str, look: Look) -> str:
    """As the browser's colours are called."""
    from gan_core.figures import style

    own = {"real": look.colours.real, "fake": look.colours.fake, "text": look.colours.ink, "grey": look.colours.faint,
           "green": style.GENERATOR, "purple": style.DISCRIMINATOR, "red": style.SATURATING,
           "yellow": "#B8A900"}  # fmt: skip
    return own.get(colour, colour)


def _pen(line: Line, look: Look) -> Pen:
    from gan_core.figures.style import Pen

    return Pen(_hue(line.color, look), line.dash)


Pens: TypeAlias = "Mapping[Pen, Pen]"  # as `told` gives them: how lines are drawn that are told apart in grey as well


def _legend(charts: Sequence[Chart], pens: Pens, look: Look) -> list[Entry]:
    """Each kind of line once; a histogram's are areas."""
    from gan_core.export.layout import Entry

    found: dict[Entry, None] = {}
    for chart in charts:
        for line in chart.lines:
            pen = pens[_pen(line, look)]
            area = chart.kind == "histogram" and not line.own_scale
            found[Entry(line.label, pen.colour, "area" if area else "line", pen.dash)] = None
    return list(found)


def _values(line: Line) -> np.ndarray:
    """(T,) or (T, 3), whose median and range are the line and its band."""
    if line.low is None or line.high is None:
        return np.asarray(line.y, float)
    return np.stack([line.low, line.y, line.high], 1).astype(float)


def _lines(room: Room, chart: Chart, pens: Pens, look: Look) -> list[Mark]:
    from gan_core.export.layout import Curve
    from gan_core.export.layout import chart as drawn

    drawn_with = [pens[_pen(line, look)] for line in chart.lines]
    curves = [
        Curve(line.label, pen.colour, _values(line), pen.dash)
        for line, pen in zip(chart.lines, drawn_with, strict=True)
    ]
    x = np.asarray(chart.x)
    if not len(x):
        curves = []
    return drawn(
        room, look, x, curves, title=chart.title, log=chart.log_y, limits=chart.limits, references=chart.references,
        marks=chart.marks, cursor=look.step,
    )  # fmt: skip


def _histogram(room: Room, chart: Chart, pens: Pens, look: Look) -> list[Mark]:
    from gan_core.export.drawing import Line as Stroke
    from gan_core.export.drawing import Text
    from gan_core.export.figures import histogram
    from gan_core.export.layout import SUBTITLE, TICK
    from gan_core.export.sight import DASHES

    low, high = map(float, chart.x)
    bars = [line for line in chart.lines if not line.own_scale]
    edges = np.linspace(low, high, len(bars[0].y) + 1)
    heights = [np.nan_to_num(np.asarray(line.y, float)) for line in bars]
    head = TICK * 1.4 if chart.references else 0.0  # their names stand above the bars
    marks = histogram(room, look, edges, heights, [pens[_pen(line, look)] for line in bars], chart.title, head)
    top, foot = room.y + SUBTITLE * 1.5 + head, room.y + room.high - TICK * 1.7
    for line in chart.lines:
        if line.own_scale:
            y = np.asarray(line.y, float)
            share = (y - np.nanmin(y)) / ((np.nanmax(y) - np.nanmin(y)) or 1.0)
            points = np.stack([np.linspace(room.x, room.x + room.wide, len(y)), foot - share * (foot - top)], 1)
            pen = pens[_pen(line, look)]
            marks.append(Stroke(points, pen.colour, 2.6, dash=DASHES[pen.dash]))
    for value, name in chart.references:
        if low <= value <= high:
            x = room.x + (value - low) / (high - low) * room.wide
            marks.append(Stroke(np.array([[x, top], [x, foot]]), look.colours.faint, 1.2, dash=(4, 4)))
            anchor = "end" if x > room.x + room.wide - 30 else "middle" if x > room.x + 30 else "start"
            marks.append(Text(x, top - 4, name, TICK, look.colours.faint, anchor))  # type: ignore[arg-type]
    return marks


KINDS = {"lines": _lines, "histogram": _histogram}


# ── images ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def images_of(groups: Sequence[Images], columns: int, title: str) -> Plate:
    """Groups of images side by side, so many in a row."""
    return Plate(title, partial(_images, tuple(groups), columns, title))


def _images(groups: Sequence[Images], columns: int, title: str, look: Look, caption: str) -> Drawing:
    from gan_core.export.figures import headed
    from gan_core.export.fonts import fitted
    from gan_core.export.layout import SUBTITLE, finished, sheet
    from gan_core.export.sheets import columns as in_columns
    from gan_core.export.sheets import images

    marks, room = sheet(look, title, caption)
    most = max(columns, MOST_IMAGES // max(1, len(groups)))
    shown = [(group, group.images[:most]) for group in groups if len(group.images)]
    columns = min(columns, max((len(made) for _, made in shown), default=1))
    if len(shown) == 1 and len(shown[0][1]) > columns and not shown[0][0].labels:  # several rows: as many as fill it
        columns = in_columns(len(shown[0][1]), room)
    rows = max((-(-len(made) // columns) for _, made in shown), default=1)
    head = SUBTITLE * 1.4 if any(group.title for group, _ in shown) else 0.0
    aspect = columns / rows / (1 + UNDER if any(group.labels for group, _ in shown) else 1)
    for cell, (group, made) in zip(room.grid(max(1, len(shown)), head, aspect=aspect), shown, strict=False):
        if group.title:
            marks.append(headed(cell, fitted(group.title, min(SUBTITLE, cell.wide / 6), cell.wide), look))
        marks += _named(cell, made, group.labels, columns, look) if group.labels else images(cell, made, columns)
    return finished(look, marks, f"{look.title or title}. {caption}")


def _named(room: Room, made: np.ndarray, labels: Sequence[str], columns: int, look: Look) -> Iterator[Mark]:
    """Images with what is written under each."""
    from gan_core.export.drawing import Picture, Text
    from gan_core.export.fonts import fitted
    from gan_core.export.layout import TICK
    from gan_core.export.sheets import tiled

    rows = -(-len(made) // columns)
    side = min(room.wide / columns, room.high / rows / (1 + UNDER))
    left = room.x + (room.wide - columns * side) / 2
    size = min(TICK, 0.8 * UNDER * side)
    for i, (one, label) in enumerate(zip(made, labels, strict=False)):
        x, y = left + i % columns * side, room.y + i // columns * side * (1 + UNDER)
        yield Picture(tiled(one[None], 1), x, y, 0.96 * side, 0.96 * side)
        if label:
            yield Text(x + side / 2, y + side + size, fitted(label, size, side), size, look.colours.ink, "middle")
