"""The smallest GAN as a picture to keep: the paths of some games from one start, with their fields, r² over the steps
and the eigenvalues that decide. It moves by the steps of the paths.

    dirac([Game("gan"), Game("r1", {"gamma": 1.0})], start=(1.0, 0.0), step_size=0.2, steps=200)     # a Plate
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np

from gan_core.export.clipping import polyline
from gan_core.export.drawing import Area, Box, Dots, Drawing, Floats, Line, Mark, Text
from gan_core.export.fonts import fitted
from gan_core.export.layout import GAP, LABEL, SUBTITLE, TICK, Curve, Room, chart, finished, sheet, short, ticks
from gan_core.export.look import Look
from gan_core.export.plate import Plate
from gan_core.figures import style
from gan_core.figures.style import number
from gan_core.theory import dirac as game

EXTENT = 2.0  # of the plane of a game, on each side
ARROWS = 7  # of its field, along either side: more than 60 in a plane cannot be told apart
FAR = 1e6  # what is further away leaves the plane in the same direction
WORDS = {
    "title": "The smallest GAN", "of_field": "λ of the field", "of_step": "λ of one step", "update": "{update} steps",
    "start": "start θ {theta}, ψ {psi}",
}  # fmt: skip
DEEPEST = -16.0  # log₁₀ r² below which there is only rounding
GREEN = style.GENERATOR  # where it converges
Played = tuple[Sequence[Floats], Mapping[str, Sequence[np.ndarray]]]  # paths (T, 2); eigenvalues by their word
TINTS = style.APART  # of the games, live and still


@dataclass(frozen=True)
class Game:
    """A row of dirac.VARIANTS with its settings; `name` stands above its plane."""

    variant: str
    settings: Mapping[str, float] = field(default_factory=dict)
    name: str = ""


def dirac(
    games: Sequence[Game], *, start: tuple[float, float] = (1.0, 1.0), steps: int = 200,
    labels: Mapping[str, str] | None = None, extent: float = EXTENT, **rules: Any,
) -> Plate:  # fmt: skip
    """The paths of some games from one start. rules: step_size, update, optimiser … as `dirac.simulate` takes them.
    Drawing it raises ConfigError on a game or a setting that there is not."""

    @cache
    def played() -> Played:
        """The paths, and what decides of them; once for all moments of a film."""
        paths = [game.simulate(one.variant, start=start, steps=steps, **dict(one.settings) | rules) for one in games]
        return paths, {
            "of_field": [game.eigenvalues(one.variant, **one.settings) for one in games],
            "of_step": [game.multipliers(one.variant, **dict(one.settings) | rules) for one in games],
        }

    words = style.texts(WORDS, labels)
    said = [f"h {number(rules['step_size'])}"] if "step_size" in rules else []
    said += [words["update"].format(update=rules["update"])] if rules.get("update") else []
    said += [words["start"].format(theta=number(start[0]), psi=number(start[1]))]
    draw = partial(_dirac, games, played, extent, words)
    return Plate(words["title"], draw, " · ".join(said), range(steps + 1))


def _dirac(
    games: Sequence[Game], played: Callable[[], Played], extent: float,
    words: Mapping[str, str], look: Look, caption: str,
) -> Drawing:  # fmt: skip
    paths, values = played()
    steps = len(paths[0]) - 1
    at = steps if look.step is None else min(look.step, steps)
    caption = " · ".join(filter(None, [caption, f"{look.word('step')} {at:,}"]))
    marks, room = sheet(look, words["title"], caption)
    wide = room.wide > 1.25 * room.high
    if wide:
        *cells, last = room.columns(*[1.0] * len(games), 0.62, gap=1.5 * GAP)
    else:
        upper = 0.66 * room.high
        cells = Room(room.x, room.y, room.wide, upper).columns(*[1.0] * len(games), gap=1.5 * GAP)
        last = Room(room.x, room.y + upper + GAP, room.wide, room.high - upper - GAP)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        radii = [np.clip(2 * np.log10(np.hypot(*path.T)), DEEPEST, None) for path in paths]
    known = np.concatenate([r[np.isfinite(r)] for r in radii])
    limits = (math.floor(float(known.min())), max(math.ceil(float(known.max())), math.floor(float(known.min())) + 1))
    for one, path, squared, cell, tint in zip(games, paths, radii, cells, TINTS, strict=False):
        size = min(cell.wide - 24, cell.high * 0.58)
        box = Room(cell.x + 24, cell.y + SUBTITLE * 1.4, size, size)
        name = fitted(one.name or one.variant.replace("_", " "), SUBTITLE, cell.wide)
        marks.append(Text(cell.x + 24, cell.y + SUBTITLE, name, SUBTITLE, tint, bold=True))
        marks += _plane(box, one, path, at, tint, extent, look)
        below = Room(cell.x, box.y + size + TICK * 2, cell.wide, cell.y + cell.high - box.y - size - TICK * 2)
        curve = np.where(np.arange(steps + 1) <= at, squared, np.nan)
        marks += chart(below, look, np.arange(steps + 1), [Curve("r²", tint, curve)], title="log₁₀ r²", limits=limits)
    boxes = last.rows(2, gap=GAP) if wide else last.columns(1.0, 1.0)
    for cell, (name, found) in zip(boxes, values.items(), strict=True):
        marks += _spectrum(cell, name, words[name], found, TINTS, look)
    return finished(look, marks, f"{look.title or words['title']}. {caption}")


def lattice(extent: float) -> Floats:
    """(2, ARROWS²): where the arrows of a game's field stand within ± extent, live and still."""
    side = np.linspace(-extent, extent, ARROWS + 2)[1:-1]
    return np.stack(np.meshgrid(side, side)).reshape(2, -1)


def _square(room: Room, extent: float) -> tuple[Callable[[Floats], Floats], tuple[float, float, float, float]]:
    """Where on the sheet points (n, 2) within ± extent are; and the frame: left, top, right, bottom."""

    def place(points: Floats) -> Floats:
        share = (np.asarray(points, float) + extent) / (2 * extent)
        return np.stack([room.x + share[..., 0] * room.wide, room.y + (1 - share[..., 1]) * room.high], -1)

    return place, (room.x, room.y, room.x + room.wide, room.y + room.high)


def _scales(room: Room, extent: float, look: Look) -> list[Mark]:
    """A frame with numbers along two of its sides."""
    marks: list[Mark] = [Box(room.x, room.y, room.wide, room.high, look.colours.rule, width=1)]
    for tick in ticks(-extent, extent, 4):
        share = (tick + extent) / (2 * extent)
        x, y = room.x + share * room.wide, room.y + (1 - share) * room.high
        marks.append(Text(x, room.y + room.high + TICK, short(tick), TICK * 0.85, look.colours.faint, "middle"))
        y = min(y + TICK * 0.3, room.y + room.high)  # the lowest stands clear of the one below the corner
        marks.append(Text(room.x - 5, y, short(tick), TICK * 0.85, look.colours.faint, "end"))
    return marks


def _plane(room: Room, one: Game, path: Floats, at: int, tint: str, extent: float, look: Look) -> list[Mark]:
    """The field, the path as far as it has come, where it began, and the equilibrium."""
    place, frame = _square(room, extent)
    marks = _scales(room, extent, look)
    places = lattice(extent)
    found = game.field_at(one.variant, places, **one.settings)
    with np.errstate(invalid="ignore"):
        length = np.hypot(*found)
        way = np.where(length > 0, found / length, 0.0) * (0.35 + 0.65 * length / (length.max() or 1.0))
    step = 2 * extent / (ARROWS + 1)
    for middle, push in zip(places.T, 0.62 * step * way.T, strict=True):
        if np.isfinite(push).all() and np.hypot(*push) > 0:
            marks += arrow(place(middle - push / 2), place(middle + push / 2), look.colours.faint, 1.1, 4.0)
    for axis in (np.array([[-extent, 0], [extent, 0]]), np.array([[0, -extent], [0, extent]])):
        marks.append(Line(place(axis), look.colours.rule, 1))
    marks.append(Line(polyline(place(np.clip(path[: at + 1], -FAR, FAR)), frame), tint, 2.4))
    dots = ((np.zeros(2), 3.5, look.colours.ink, False), (path[0], 5.0, tint, True), (path[at], 6.0, tint, False))
    for where, radius, colour, hollow in dots:
        if (np.abs(where) <= extent).all():
            marks.append(Dots(place(where[None]), radius, colour, hollow=hollow))
    (right, middle), (_, top) = place(np.array([extent, 0.0])), place(np.array([0.0, extent]))
    marks.append(Text(right - 5, middle - 5, "θ", LABEL, look.colours.ink, "end"))
    marks.append(Text(room.x + room.wide / 2 + 6, top + LABEL, "ψ", LABEL, look.colours.ink))
    return marks


def arrow(tail: Floats, tip: Floats, colour: str, width: float, head: float) -> list[Mark]:
    along = (tip - tail) / (np.hypot(*(tip - tail)) or 1.0)
    across = np.array([-along[1], along[0]])
    corners = np.array([tip, tip - head * along + 0.5 * head * across, tip - head * along - 0.5 * head * across])
    return [Line(np.stack([tail, tip - 0.5 * head * along]), colour, width), Area(corners, colour)]


def _spectrum(
    room: Room, name: str, said: str, found: Sequence[np.ndarray], tints: Sequence[str], look: Look
) -> list[Mark]:
    """Eigenvalues of the field beside the imaginary axis, or of one step beside the unit circle; where it converges is
    green."""
    field_ = name == "of_field"
    parts = np.concatenate([np.zeros(1), *(np.abs([v.real, v.imag]).ravel() for v in found)])
    extent = float(np.clip(1.15 * np.nan_to_num(parts).max(), *((0.6, 4.0) if field_ else (1.25, 3.0))))
    size = min(room.wide - 30, room.high - TICK * 1.3 - LABEL * 1.5)
    box = Room(room.x + 30, room.y + LABEL * 1.4, size, size)
    place, frame = _square(box, extent)
    marks: list[Mark] = [Text(box.x, room.y + LABEL, fitted(said, LABEL, room.wide - 30), LABEL,
                              look.colours.ink)]  # fmt: skip
    if field_:
        middle = box.x + size / 2
        marks.append(Box(box.x, box.y, size / 2, size, GREEN, 0.16))
        marks.append(Line(np.array([[middle, box.y], [middle, box.y + size]]), GREEN, 1.8))
    else:
        turn = np.linspace(0, 2 * np.pi, 97)
        circle = place(np.stack([np.cos(turn), np.sin(turn)], 1))
        marks += [Area(circle, GREEN, 0.16), Line(polyline(circle, frame), GREEN, 1.8)]
    marks += _scales(box, extent, look)
    for i, (values, tint) in enumerate(zip(found, tints, strict=False)):
        values = values[np.isfinite(values)]
        at = place(np.clip(np.stack([values.real, values.imag], 1), -extent, extent))
        marks.append(Dots(at, 5.5 + 2.5 * (i > 0), tint, hollow=i > 0))  # two in one place are both seen
    return marks
