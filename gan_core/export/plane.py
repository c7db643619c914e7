"""The plane of a moment: D's opinion as colour with its ½ contour, real points as rings and generated ones as discs,
and a halo around every mode that fills with its share, broken where nothing was generated.

    panel(room, recording, shot, k, look)        # of a run, what `look.layers` names of it
    drawn(room, Scene(extent, fake=…), look)     # of whatever else lies in a plane
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from gan_core.config import LOSSES, RunConfig
from gan_core.export.drawing import Box, Dots, Floats, Line, Mark, Picture, Text
from gan_core.export.layout import TICK, Entry, Kind, Room, short, ticks
from gan_core.export.look import WHOLE, Look, Theme
from gan_core.figures import style
from gan_core.metrics.points import mode_coverage, near_radius
from gan_core.run import optimum
from gan_core.run.history import Moment, PointSnapshot
from gan_core.run.recording import Recording

MOST_POINTS = 4096  # of one kind in a drawing: so many panels share them
FINE = 4  # pixels of D's opinion between two nodes of its grid
SADDLE = ((0, 1), (2, 3))
ARROWS, LONGEST = 60, 0.09  # more cannot be told apart; of a panel's side
SMALL = 200.0  # points: a panel that is narrower has no axes
HALO, LEAST, FULL = 3.0, 6.0, 3.5  # σ of a mode that its halo lies round; its smallest radius, and its pen
TRAIL, WAYS, JUMP = 5, 60, 0.15  # moments and points whose ways are drawn; of a panel's side, that is no jump yet


@dataclass(frozen=True, eq=False)
class Scene:
    """What a picture of the plane shows; every part but the window may be missing.

    extent: (xmin, xmax, ymin, ymax). field: (m, m), whose contour is drawn at `level`; shade: (m, m) in [−1, 1], how
    real D finds each node. gap: (m, m) in [0, 1]. real, fake, averaged: (n, 2). kinds: (n,), whole numbers that colour
    the real points. ways: (n, 2) each, where `fake` was before, the oldest first. lattice: (r, c, 2). arrows: (n, 2), a
    vector at each of `fake`, drawn against `unit`, None for the 95th percentile of their lengths. centres: (m, 2), with
    the radii of their halos and how far these are filled, of all or (m,), NaN where nobody knows.
    """

    extent: Sequence[float]
    field: Floats | None = None
    shade: Floats | None = None
    level: float = 0.0
    gap: Floats | None = None
    real: Floats | None = None
    kinds: NDArray[np.uint8] | None = None
    fake: Floats | None = None
    averaged: Floats | None = None
    ways: Sequence[Floats] = ()
    lattice: Floats | None = None
    arrows: Floats | None = None
    unit: float | None = None
    centres: Floats | None = None
    radii: Floats | float = 0.0
    filled: Floats | float = np.nan


Sign = tuple[str, Kind]
SIGNS: dict[str, Callable[[Theme], Sign]] = {  # how the legend shows a layer, in the order of the legend
    "real": lambda colours: (colours.real, "ring"),
    "fake": lambda colours: (colours.fake, "dot"),
    "field": lambda colours: (colours.ink, "line"),
    "averaged": lambda colours: (style.GENERATOR, "dot"),
    "modes": lambda colours: (colours.missing, "broken"),
    "gap": lambda colours: (colours.missing, "area"),
    "arrows": lambda colours: (colours.ink, "arrow"),
    "lattice": lambda colours: (colours.faint, "line"),
}


def legend(look: Look, recording: Recording, missing: bool = False) -> list[Entry]:
    """missing: whether some mode in the picture got nothing."""
    half = {"field": "half"} if is_probability(recording.config) else {}
    shown = [name for name in there(recording) if name in look.layers]
    found = [
        of_modes(look, missing) if name == "modes" else Entry(look.word(half.get(name, name)), *sign(look.colours))
        for name, sign in SIGNS.items() if name in shown
    ]  # fmt: skip
    words, _ = look.kinds
    if not words or "real" not in shown:
        return found
    kinds = [Entry(word, hue, "ring") for word, hue in zip(words, look.colours.kinds, strict=False)]
    return [*kinds, *found[1:]]


def of_modes(look: Look, missing: bool) -> Entry:
    """What the legend says of the halos: which of them are broken, where any is."""
    if missing:
        return Entry(look.word("missing"), *SIGNS["modes"](look.colours))
    return Entry(look.word("mode"), look.colours.ink, "ring")


def misses(recording: Recording, shots: Sequence[Moment], members: Sequence[int]) -> bool:
    """Whether some mode got nothing of a member at one of these moments."""
    if recording.centres is None:
        return False
    return any((halo(recording, shot.fake[k])[1] == 0).any() for shot in shots for k in members)


def there(recording: Recording) -> tuple[str, ...]:
    """The layers that a picture of this run has, in the order of the legend."""
    shot = recording.snapshot
    missing = {
        "gap": not optimum.known(recording), "modes": recording.centres is None,
        "averaged": not isinstance(shot, PointSnapshot) or shot.averaged is None,
    }  # fmt: skip
    return tuple(name for name in SIGNS if not missing.get(name))


def is_probability(config: RunConfig) -> bool:
    """Whether σ(logit) means "real" under this loss; the others score."""
    return LOSSES[config.train.loss].kind == "probability"


def panel(room: Room, recording: Recording, shot: PointSnapshot, k: int, look: Look, panels: int = 1) -> list[Mark]:
    """Member k at this moment, in a square room; of `panels` like it in one drawing."""
    return drawn(room, replace(_of_run(recording, shot, k, look.layers), kinds=look.kinds[1]), look, panels)


def _of_run(recording: Recording, shot: PointSnapshot, k: int, layers: Sequence[str]) -> Scene:
    """Of what takes its time only the layers that are drawn."""
    from gan_core.run.pictures import arrows

    shade, level = opinion(shot.field[k], is_probability(recording.config))
    best = optimum.found(recording, shot, k) if "gap" in layers else None
    before = [one for one in recording.snapshots if one.step < shot.step][-TRAIL:]
    halos = (0.0, np.nan) if recording.centres is None else halo(recording, shot.fake[k])
    return Scene(
        shot.extent, shot.field[k], shade, level, real=shot.real, fake=shot.fake[k], lattice=shot.lattice[k],
        gap=None if best is None else best.distance, averaged=None if shot.averaged is None else shot.averaged[k],
        ways=[one.fake[k] for one in before], centres=recording.centres, radii=halos[0], filled=halos[1],
        arrows=arrows(shot, recording.config.train.loss, k) if "arrows" in layers else None,
    )  # fmt: skip


def drawn(room: Room, scene: Scene, look: Look, panels: int = 1) -> list[Mark]:
    """The layers of the look that the scene has, in a square room; of `panels` like it in one drawing."""
    scene = seen(scene, look.window)
    colours, (x0, x1, y0, y1) = look.colours, scene.extent
    side = min(room.wide, room.high)
    left, top = room.x + (room.wide - side) / 2, room.y + (room.high - side) / 2

    def place(points: Floats) -> Floats:
        points = np.asarray(points, float).reshape(-1, 2)
        at = np.stack([left + (points[:, 0] - x0) / (x1 - x0) * side, top + (y1 - points[:, 1]) / (y1 - y0) * side], 1)
        inside: NDArray[np.bool_] = np.all((at >= [left, top]) & (at <= [left + side, top + side]), axis=1)
        return np.where(inside[:, None], at, np.nan)

    def shown(layer: str, part: Floats | None) -> Floats | None:
        return part if layer in look.layers else None

    few = max(32, MOST_POINTS // panels)
    radius = max(1.2, min(3.2, side / 130))
    marks: list[Mark] = []
    if (shade := shown("field", scene.shade)) is not None:
        marks.append(Picture(shaded(shade, colours), left, top, side, side, smooth=True))
    if (gap := shown("gap", scene.gap)) is not None:
        marks.append(Picture(wrong(gap, colours), left, top, side, side, smooth=True))
    if (field := shown("field", scene.field)) is not None:
        line = contour(field, scene.level) / (field.shape[-1] - 1) * [x1 - x0, y1 - y0] + [x0, y0]
        marks.append(Line(place(line), colours.ink, 1.8 if side > SMALL else 1.0, 0.85))
    if (fake := shown("fake", scene.fake)) is not None:
        marks += _trails([*scene.ways, fake], place, colours, JUMP * side * look.window[2])
        marks.append(Dots(place(fake[:few]), radius, colours.fake, 0.95, edge=colours.edge))
    if (averaged := shown("averaged", scene.averaged)) is not None:
        marks.append(Dots(place(averaged[:few]), radius, style.GENERATOR, 0.95, edge=colours.rim))
    if (real := shown("real", scene.real)) is not None:  # what was generated shows in it
        for hue, some in by_kind(real[:few], scene.kinds, colours):
            marks.append(Dots(place(some), radius, hue, edge=colours.rim, hollow=True))
    if (lattice := shown("lattice", scene.lattice)) is not None:
        marks += _lattice(lattice, place, colours)
    if (arrows := shown("arrows", scene.arrows)) is not None and scene.fake is not None:
        marks += _arrows(arrows, scene.fake, scene.unit, place, colours, side)
    if (centres := shown("modes", scene.centres)) is not None:
        marks += _halos(centres, scene.radii, scene.filled, place, colours, side / (x1 - x0))
    marks.append(Box(left, top, side, side, colours.rule, width=1.2))
    if side > SMALL:
        marks += _axes(left, top, side, scene.extent, look)
    return marks


def by_kind(real: Floats, kinds: NDArray[np.uint8] | None, colours: Theme) -> list[tuple[str, Floats]]:
    """The real points with their colours, those of each kind apart."""
    if kinds is None:
        return [(colours.real, real)]
    return [(hue, real[kinds[: len(real)] == kind]) for kind, hue in enumerate(colours.kinds) if (kinds == kind).any()]


def seen(scene: Scene, window: tuple[float, float, float]) -> Scene:
    """As much of the scene as that part of its window shows."""
    if window == WHOLE:
        return scene
    field, shade, gap = (None if grid is None else cut(grid, window) for grid in (scene.field, scene.shade, scene.gap))
    return replace(scene, extent=part_of(scene.extent, window), field=field, shade=shade, gap=gap)


def part_of(extent: Sequence[float], window: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """(xmin, xmax, ymin, ymax) of the part of a window."""
    (x0, x1, y0, y1), (u, v, zoom) = extent, window
    x, y = x0 + u * (x1 - x0), y1 - v * (y1 - y0)
    wide, high = (x1 - x0) / zoom / 2, (y1 - y0) / zoom / 2
    return x - wide, x + wide, y - high, y + high


def cut(grid: Floats, window: tuple[float, float, float]) -> Floats:
    """Values (m, m), the lowest row first, at as many nodes in a part of the window: linear between the known ones, NaN
    beyond them."""
    values, (u, v, zoom) = np.asarray(grid, float), window
    m = len(values)

    def along(middle: float) -> tuple[NDArray[np.intp], Floats, NDArray[np.bool_]]:
        at = (middle + np.linspace(-0.5, 0.5, m) / zoom) * (m - 1)
        low = np.clip(np.floor(at), 0, m - 2).astype(np.intp)
        return low, at - low, (at >= -1e-9) & (at <= m - 1 + 1e-9)

    (i, t, inside), (j, s, within) = along(1 - v), along(u)
    rows = values[i] * (1 - t)[:, None] + values[i + 1] * t[:, None]
    return np.where(inside[:, None] & within, rows[:, j] * (1 - s) + rows[:, j + 1] * s, np.nan)


def wrong(distance: Floats, colours: Theme) -> np.ndarray:
    """|D − D*| (m, m) as pixels: the hue of what is missing, the stronger the further off D is."""
    pixels = shaded(np.nan_to_num(np.asarray(distance, float)), colours)
    pixels[..., :3] = [int(colours.missing[i : i + 2], 16) for i in (1, 3, 5)]
    pixels[..., 3] = np.minimum(255, pixels[..., 3].astype(int) * 3 // 2)
    return pixels


def _lattice(nodes: Floats, place: Callable[[Floats], Floats], colours: Theme) -> list[Mark]:
    """What G makes of a grid of latents, nodes (r, c, 2), as the lines of that grid."""
    return [Line(place(line), colours.ink, 1.0, 0.5) for line in (*nodes, *np.swapaxes(nodes, 0, 1))]


def _arrows(
    arrows: Floats, at: Floats, unit: float | None, place: Callable[[Floats], Floats], colours: Theme, side: float
) -> list[Mark]:
    """Where some of the samples are pulled; none is longer than the unit."""
    pull = np.asarray(arrows[:ARROWS], float)
    lengths = np.hypot(*pull.T)
    if unit is None:
        known = lengths[np.isfinite(lengths)]
        unit = float(np.percentile(known, 95)) if known.size else 0.0
    if not unit > 0:
        return []
    start = place(at[: len(pull)])
    way = pull / unit * [1, -1] * side * LONGEST
    way *= np.minimum(1, side * LONGEST / np.maximum(np.hypot(*way.T), 1e-9))[:, None]
    tip, across = start + way, way[:, ::-1] * [-1, 1]
    parts = [start, tip, tip - 0.3 * way + 0.18 * across, tip, tip - 0.3 * way - 0.18 * across]
    line = np.stack([*parts, np.full_like(start, np.nan)], 1).reshape(-1, 2)
    return [Line(line, colours.ink, 1.4, 0.85)]


def opinion(field: Floats, probability: bool) -> tuple[Floats, float]:
    """(in [−1, 1], how real D finds each node; the logit of its contour). A score has no ½: there it is the middle of
    its 5th and 95th percentile, and half their distance is 1. Not finite is 0."""
    logits = np.asarray(field, float)
    if probability:
        return np.nan_to_num(np.tanh(logits / 2)), 0.0
    known = logits[np.isfinite(logits)]
    low, high = np.percentile(known, [5, 95]) if known.size else (0.0, 1.0)
    middle, spread = (low + high) / 2, max((high - low) / 2, 1e-12)
    with np.errstate(over="ignore"):
        return np.nan_to_num(np.clip((logits - middle) / spread, -1, 1)), float(middle)


def shaded(values: Floats, colours: Theme) -> np.ndarray:
    """(h, w, 4) uint8, the first row at the top: values (m, m) in [−1, 1] from D's colour of generated to that of real,
    clear where it is undecided."""
    m = len(values)
    at = np.linspace(0, m - 1, (m - 1) * FINE + 1)
    low = np.minimum(at.astype(int), m - 2)
    share = at - low
    rows = values[low] * (1 - share)[:, None] + values[low + 1] * share[:, None]
    fine = np.nan_to_num((rows[:, low] * (1 - share) + rows[:, low + 1] * share)[::-1])
    ends = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours.opinion])
    pixels = np.empty((*fine.shape, 4), np.uint8)
    pixels[..., :3] = ends[(fine > 0).astype(int)]
    pixels[..., 3] = np.rint(np.abs(fine) * 150)
    return pixels


def contour(field: Floats, level: float) -> Floats:
    """(3 s, 2) in units of the grid, (column, row): s segments where the bilinear field (m, n) crosses the level, each
    as two points and a gap. Of a saddle the lower edge goes with the right one."""
    f = np.asarray(field, float) - level
    f = np.where(f == 0, 1e-30, f)
    rows, columns = np.meshgrid(np.arange(f.shape[0] - 1), np.arange(f.shape[1] - 1), indexing="ij")
    a, b, c, d = f[:-1, :-1], f[:-1, 1:], f[1:, 1:], f[1:, :-1]  # around a cell, from its lower left corner
    crossed, places = [], []
    with np.errstate(all="ignore"):
        # the lower, the right, the upper and the left edge: values at their ends, where they begin, which way they go
        for p, q, start, way in ((a, b, (0, 0), (1, 0)), (b, c, (1, 0), (0, 1)), (d, c, (0, 1), (1, 0)),
                                 (a, d, (0, 0), (0, 1))):  # fmt: skip
            share = p / (p - q)
            crossed.append((p * q < 0) & np.isfinite(share))
            places.append(np.stack([columns + start[0] + way[0] * share, rows + start[1] + way[1] * share], -1))
    count, found = np.sum(crossed, axis=0), []
    for i, j in combinations(range(4), 2):
        cells = crossed[i] & crossed[j] & ((count == 2) | ((count == 4) & ((i, j) in SADDLE)))
        found.append(np.stack([places[i][cells], places[j][cells]], 1))
    segments = np.concatenate(found)
    return np.concatenate([segments, np.full((len(segments), 1, 2), np.nan)], 1).reshape(-1, 2)


def _trails(places: Sequence[Floats], place: Callable[[Floats], Floats], colours: Theme, jump: float) -> list[Mark]:
    """The ways of some samples through the moments before this one, the older the fainter: a still shows the chase.
    What goes further than `jump` in one of them is no way."""
    ways = [place(one[:WAYS]) for one in places]
    marks: list[Mark] = []
    for age, (start, end) in enumerate(pairwise(ways), 1):
        if start.shape != end.shape:
            continue
        far = np.hypot(*(end - start).T) > jump
        line = np.stack([start, np.where(far[:, None], np.nan, end), np.full_like(start, np.nan)], 1)
        marks.append(Line(line.reshape(-1, 2), colours.fake, 1.2, 0.05 + 0.3 * age / len(ways)))
    return marks


def halo(recording: Recording, fake: Floats) -> tuple[Floats, Floats]:
    """Of each mode of data that have any: (m,) the radius of its halo in units of the data, and (m,) how far it is
    filled, 1 where it has at least its share of the samples, NaN where modes have no width."""
    assert recording.centres is not None and recording.weights is not None
    count = len(recording.centres)
    std = recording.stds if recording.stds is not None else recording.std or 0.0
    radius = np.broadcast_to(HALO * np.asarray(std, float), (count,))
    if not recording.std:
        return radius, np.full(count, np.nan)
    near = near_radius(recording.centres, recording.std) / recording.std
    shares = mode_coverage(fake, recording.centres, recording.std, near).counts / max(1, len(fake))
    weights = np.asarray(recording.weights, float)
    right = np.maximum(weights / max(weights.sum(), 1e-12), 1e-12)
    return radius, np.where(weights > 0, np.minimum(shares / right, 1.0), 0.0)


def _halos(
    centres: Floats,
    radii: Floats | float,
    filled: Floats | float,
    place: Callable[[Floats], Floats],
    colours: Theme,
    unit: float,
) -> list[Mark]:
    """A circle round each mode, filled clockwise with its share, broken and thick where no sample is. unit: points of
    the drawing per unit of the data."""
    marks: list[Mark] = []
    each = (np.broadcast_to(np.asarray(of, float), (len(centres),)) for of in (radii, filled))
    for centre, radius, full in zip(place(centres), *each, strict=True):
        wide = max(LEAST, radius * unit + FULL)
        turn = np.linspace(0, 2 * np.pi, 33)
        around = np.stack([np.sin(turn), -np.cos(turn)], 1)
        if full == 0:
            marks.append(Line(centre + wide * around, colours.missing, 2.6, dash=(5, 3)))
            continue
        marks.append(Line(centre + wide * around, colours.ink, 1.0, 0.6))
        if full > 0:
            turn = np.linspace(0, 2 * np.pi * full, 2 + round(32 * full))
            marks.append(Line(centre + wide * np.stack([np.sin(turn), -np.cos(turn)], 1), colours.ink, FULL))
    return marks


def _axes(left: float, top: float, side: float, extent: Sequence[float], look: Look) -> list[Mark]:
    colours, (x0, x1, y0, y1) = look.colours, extent
    drawn: list[Mark] = []
    foot = top + side
    for tick in ticks(x0, x1, 5):
        x = left + (tick - x0) / (x1 - x0) * side
        if left + 30 < x < left + side - 12:
            drawn.append(Line(np.array([[x, foot - 5], [x, foot]]), colours.faint, 1.2))
            drawn.append(Text(x, foot - 8, short(tick), TICK, colours.faint, "middle"))
    for tick in ticks(y0, y1, 5):
        y = top + (y1 - tick) / (y1 - y0) * side
        if top + 12 < y < foot - 24:
            drawn.append(Line(np.array([[left, y], [left + 5, y]]), colours.faint, 1.2))
            drawn.append(Text(left + 9, y + TICK * 0.35, short(tick), TICK, colours.faint))
    return drawn
