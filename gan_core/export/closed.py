"""The pictures that are taken by the hand on a page, to keep: two densities that slide past each other, two
distributions in the plane, and two parallel lines. Each is a Plate that moves by the place of what slides.

    densities(p, q, "jsd")                # GaussianMixture each; q slides from −4 to 4
    plane(p, q, x, y, pairs)              # Normals each; q goes round once
    lines(0.7)                            # the generated one comes from θ = 2 to −2
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from gan_core import theory
from gan_core.export.clipping import polyline
from gan_core.export.drawing import Area, Box, Dots, Drawing, Line, Mark, Text
from gan_core.export.fonts import fitted
from gan_core.export.games import arrow
from gan_core.export.layout import GAP, LABEL, TICK, Entry, Room, finished, sheet, short, ticks
from gan_core.export.look import Look
from gan_core.export.plate import Plate
from gan_core.export.sight import DASHES, told
from gan_core.figures import style
from gan_core.figures.style import Floats, Pen, number
from gan_core.theory.distributions_1d import GaussianMixture
from gan_core.theory.divergences_1d import compare
from gan_core.theory.gaussians_2d import Normals

SLIDES = range(81)  # moments of what slides
WINDOW, MEANS = (-6.5, 6.5), (-4.0, 4.0)  # of the densities, and of the mean that slides
NUDGE = 0.01  # for a slope
DISTANCES = {"kl_pq": style.KL, "kl_qp": style.KL, "jsd": style.JSD, "tv": style.TV, "w1": style.W1, "w2": style.W1}
OF_LINES = {"w1": style.W1, "jsd": style.JSD, "tv": style.TV, "kl": style.KL}
NAMES = {"kl_pq": "KL(p ‖ q)", "kl_qp": "KL(q ‖ p)", "jsd": "JSD", "tv": "TV", "w1": "W₁", "w2": "W₂"}
DENSITIES = {**NAMES, "title": "What {name} adds up", "p": "p (real)", "q": "q (generated)",
             "added": "what {name} adds up", "pull": "pull {pull}"}  # fmt: skip
PLANE = {**NAMES, "title": "p and q in the plane", "p": "p (real)", "q": "q (generated)",
         "ellipses": "one and two σ", "pairs": "which sample goes where"}  # fmt: skip
REACH, AROUND = 5.0, 0.8  # of the plane on either side of 0; how far from where it is q goes round
CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 65)), np.sin(np.linspace(0, 2 * np.pi, 65))], 1)
LINES = {**{name: NAMES.get(name, "KL") for name in OF_LINES}, "title": "Two parallel lines", "real": "real (0, u)",
         "fake": "generated (θ, u)", "pull": "pull {pull}"}  # fmt: skip
TOPS = {"jsd": 0.75, "tv": 1.08}  # of the axes of what is bounded
LIMIT = 2.0  # of θ
CEILINGS = {"w1": 2.0, "jsd": 0.75, "tv": 1.08, "kl": 1.0}


# ── two densities ────────────────────────────────────────────────────────────────────────────────────────────────────


def densities(
    p: GaussianMixture, q: GaussianMixture, draw: str = "jsd", labels: Mapping[str, str] | None = None
) -> Plate:
    """Both densities, what the distance `draw` adds up, and all six distances over the mean of q. In its film q slides;
    None: it is where it is. labels: in place of DENSITIES. Raises KeyError on a distance that there is not."""
    words = style.texts(DENSITIES, labels)
    return Plate(words["title"].format(name=words[draw]), partial(_densities, p, q, draw, words), steps=SLIDES)


def _moved(q: GaussianMixture, by: float) -> GaussianMixture:
    return GaussianMixture(q.weights, q.means + by, q.stds)


def _densities(
    p: GaussianMixture, q: GaussianMixture, draw: str, words: Mapping[str, str], look: Look, caption: str
) -> Drawing:
    name, tone = words[draw], DISTANCES[draw]
    if look.step is not None:
        share = (1 - math.cos(math.pi * look.step / SLIDES[-1])) / 2
        q = _moved(q, MEANS[0] + share * (MEANS[1] - MEANS[0]) - float(q.means[0]))
    title = words["title"].format(name=name)
    colours, x = look.colours, np.linspace(*WINDOW, 321)
    pens = told([Pen(colours.real), Pen(colours.fake), Pen(tone)])
    p_pen, q_pen, added_pen = pens.values()
    named = (words["p"], words["q"], words["added"].format(name=name))
    legend = [Entry(said, pen.colour, "area", pen.dash) for said, pen in zip(named, pens.values(), strict=True)]
    marks, room = sheet(look, title, caption, legend)
    wide = room.wide > 1.25 * room.high
    left, right = room.columns(1.7, 1.0) if wide else (room.rows(2)[0], room.rows(2)[1])
    upper = Room(left.x, left.y, left.wide, left.high * 0.58)
    lower = Room(left.x, upper.y + upper.high + TICK * 2.2, left.wide, left.high * 0.42 - TICK * 2.2)
    heights = [np.exp(one.log_pdf(x)) for one in (p, q)]
    top = 1.05 * max(float(h.max()) for h in heights)
    for height, pen in zip(heights, (p_pen, q_pen), strict=True):
        marks += _filled(upper, x, height, (0.0, top), pen)
    marks += _ground(upper, look)
    added = _added(p, q, draw, x)
    low, high = min(0.0, float(np.nanmin(added))), max(1e-9, float(np.nanmax(added)))
    marks += _filled(lower, x, added, (low, high), added_pen)
    marks += _ground(lower, look, numbers=False, level=-low / (high - low))
    values, before, after = (compare(p, _moved(q, by)) for by in (0.0, -NUDGE, NUDGE))
    shape = tuple(map(tuple, (p.weights, p.means, p.stds, q.weights, q.means - q.means[0], q.stds)))
    means, along = _along(shape)
    for cell, (key, colour) in zip(_tiles(right, len(DISTANCES)), DISTANCES.items(), strict=True):
        slope = (getattr(after, key) - getattr(before, key)) / (2 * NUDGE)
        here = float(q.means[0]), float(getattr(values, key))
        top = TOPS.get(key) or max(1e-9, float(np.max(along[key])))
        said = words[key], words["pull"].format(pull=pull(slope))
        marks += _tile(cell, said, here, means, along[key], top, colour, look, key == draw)
    return finished(look, marks, f"{look.title or title}. {caption}")


@lru_cache(maxsize=8)
def _along(shape: tuple[tuple[float, ...], ...]) -> tuple[Floats, dict[str, Floats]]:
    """All distances while the mean of q goes from one end to the other; the means (n,), and (n,) by name."""
    weights, centres, stds, *other = (np.array(values) for values in shape)
    means = np.linspace(*MEANS, 33)
    p = GaussianMixture(weights, centres, stds)
    found = [compare(p, GaussianMixture(other[0], other[1] + mean, other[2])) for mean in means]
    return means, {name: np.array([getattr(one, name) for one in found]) for name in DISTANCES}


def _added(p: GaussianMixture, q: GaussianMixture, draw: str, x: Floats) -> Floats:
    """What the distance adds up at x."""
    log_p, log_q = p.log_pdf(x), q.log_pdf(x)
    a, b = np.exp(log_p), np.exp(log_q)
    return INTEGRANDS[draw](a, b, log_p, log_q, p, q, x)


def _half(a: Floats, b: Floats) -> Floats:
    """½ a ln(a/m), 0 where a is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a > 0, a * np.log(2 * a / (a + b)), 0.0) / 2


def _carried(p: GaussianMixture, q: GaussianMixture, a: Floats, x: Floats) -> Floats:
    """p(x) (x − T(x))²; T takes the mass of p to that of q and keeps its order."""
    share, there = p.moments(x)[0], np.linspace(q.breaks[0], q.breaks[-1], 4001)
    return a * (x - np.interp(share, q.moments(there)[0], there)) ** 2


INTEGRANDS: dict[str, Callable[..., Floats]] = {
    "kl_pq": lambda a, b, log_p, log_q, p, q, x: a * (log_p - log_q),
    "kl_qp": lambda a, b, log_p, log_q, p, q, x: b * (log_q - log_p),
    "jsd": lambda a, b, log_p, log_q, p, q, x: _half(a, b) + _half(b, a),
    "tv": lambda a, b, log_p, log_q, p, q, x: np.abs(a - b) / 2,
    "w1": lambda a, b, log_p, log_q, p, q, x: np.abs(p.moments(x)[0] - q.moments(x)[0]),
    "w2": lambda a, b, log_p, log_q, p, q, x: _carried(p, q, a, x),
}  # fmt: skip


def _filled(room: Room, x: Floats, y: Floats, limits: tuple[float, float], pen: Pen) -> list[Mark]:
    low, high = limits
    xs = room.x + (x - x[0]) / (x[-1] - x[0]) * room.wide
    ys = room.y + room.high * (1 - (y - low) / (high - low))
    ground = room.y + room.high * (1 + low / (high - low))
    line = np.stack([xs, ys], 1)
    closed = np.concatenate([[[xs[0], ground]], line, [[xs[-1], ground]]])
    return [Area(closed, pen.colour, 0.28), Line(line, pen.colour, 2.6, dash=DASHES[pen.dash])]


def _ground(room: Room, look: Look, numbers: bool = True, level: float = 0.0) -> list[Mark]:
    y = room.y + room.high * (1 - level)
    marks: list[Mark] = [Line(np.array([[room.x, y], [room.x + room.wide, y]]), look.colours.faint, 1.2)]
    for tick in ticks(*WINDOW, 8) if numbers else ():
        x = room.x + (tick - WINDOW[0]) / (WINDOW[1] - WINDOW[0]) * room.wide
        marks.append(Text(x, room.y + room.high + TICK * 1.2, short(tick), TICK, look.colours.faint, "middle"))
    return marks


# ── tiles ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tiles(room: Room, count: int) -> list[Room]:
    rows = room.rows(-(-count // 2), gap=GAP)
    return [cell for row in rows for cell in row.columns(1.0, 1.0, gap=GAP)][:count]


def pull(slope: float) -> str:
    """Which way something pulls, and how hard: downhill."""
    if not abs(slope) >= 5e-4:
        return "0"
    return f"{'←' if slope > 0 else '→'} {number(abs(slope), 2)}"


def _tile(
    room: Room, said: tuple[str, str], here: tuple[float, float], x: Floats, y: Floats, top: float, colour: str,
    look: Look, chosen: bool = False,
) -> list[Mark]:  # fmt: skip
    """A distance: its value, its curve with where on it we are, and how hard it pulls. said: its name, and its pull."""
    ink, faint = look.colours.ink, look.colours.faint
    size = min(TICK, room.wide / 10)
    marks: list[Mark] = [
        Box(room.x, room.y, room.wide, room.high, ink if chosen else look.colours.rule, width=2 if chosen else 1),
        Text(room.x + 8, room.y + size * 1.5, fitted(said[0], size, room.wide * 0.66), size, ink),
        Text(room.x + room.wide - 8, room.y + size * 1.5, number(here[1]), size, ink, "end", bold=True),
        Text(room.x + 8, room.y + room.high - 7, said[1], size * 0.9, faint),
    ]
    body = Room(room.x + 10, room.y + size * 2.2, room.wide - 20, room.high - size * 4.2)

    def place(at: Any, value: Any) -> Floats:
        share = (np.asarray(at, float) - x[0]) / (x[-1] - x[0])
        high = np.clip(np.nan_to_num(np.asarray(value, float), posinf=top), 0, top) / top
        return np.stack([body.x + share * body.wide, body.y + body.high * (1 - high)], -1)

    marks.append(
        Line(np.array([[body.x, body.y + body.high], [body.x + body.wide, body.y + body.high]]), faint, 1, 0.6)
    )
    marks += [Line(place(x, y), colour, 2.2), Dots(place([here[0]], [here[1]]), 5.0, colour)]
    return marks


# ── two distributions in the plane ───────────────────────────────────────────────────────────────────────────────────


def plane(
    p: Normals, q: Normals, x: Floats, y: Floats, pairs: Floats, labels: Mapping[str, str] | None = None
) -> Plate:
    """Ellipses of one and two σ of either, samples x, y (n, 2) of both, and how these are paired: pairs (k, 3), which
    of x goes to which of y, and how strongly, in [0, 1]. In its film q goes round, if it is one Gaussian, and what is
    known in closed form with it. labels: in place of PLANE."""
    words = style.texts(PLANE, labels)
    steps = SLIDES if len(q.weights) == 1 else ()
    return Plate(words["title"], partial(_plane, p, q, x, y, pairs, words), steps=steps)


def _plane(
    p: Normals, q: Normals, x: Floats, y: Floats, pairs: Floats, words: Mapping[str, str], look: Look, caption: str
) -> Drawing:
    turn = 0.0 if look.step is None else 2 * math.pi * look.step / SLIDES[-1]
    by = AROUND * np.array([math.sin(turn), 1 - math.cos(turn)])
    colours = look.colours
    legend = [Entry(words["p"], colours.real, "ring"), Entry(words["q"], colours.fake, "dot"),
              Entry(words["ellipses"], colours.ink, "line")]  # fmt: skip
    if len(pairs):
        legend.append(Entry(words["pairs"], colours.faint, "line"))
    caption = " · ".join(filter(None, [_closed(p, q, by, words), caption]))
    marks, room = sheet(look, words["title"], caption, legend)
    low, high = _around(p, q, x, y)
    room = Room(room.x + TICK * 2, room.y, room.wide - TICK * 2, room.high - TICK * 1.6)
    unit = min(room.wide / (high[0] - low[0]), room.high / (high[1] - low[1]))
    middle = np.array([room.x + room.wide / 2, room.y + room.high / 2])
    frame = room.x, room.y, room.x + room.wide, room.y + room.high

    def place(points: Floats) -> Floats:
        return middle + (np.asarray(points, float) - (low + high) / 2) * [unit, -unit]

    marks += _rulers(room, (low + high) / 2, unit, look)
    moved = y + by
    fades = 1.0 if not by.any() else 0.3  # as on the page: the plan is of where q was
    for i, j, strength in pairs:
        way = place(np.stack([x[int(i)], moved[int(j)]]))
        marks.append(Line(polyline(way, frame), colours.faint, 1.2, 0.7 * fades * float(strength)))
    for of, points, shift, tone, dash in ((p, x, 0.0, colours.real, ()), (q, moved, by, colours.fake, DASHES["dash"])):
        dots = place(points)
        inside = ((dots >= frame[:2]) & (dots <= frame[2:])).all(1)
        marks.append(Dots(dots[inside], 2.6, tone, 0.9, hollow=of is p))
        for mean, covariance in zip(of.means + shift, of.covariances, strict=True):
            for far in (1, 2):
                ellipse = place(mean + far * CIRCLE @ np.linalg.cholesky(covariance).T)
                marks.append(Line(polyline(ellipse, frame), tone, 2.6 if far == 1 else 1.8, dash=dash))
    return finished(look, marks, f"{look.title or words['title']}. {caption}")


def _around(p: Normals, q: Normals, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The lowest and highest (2,) of all that the picture shows, also while q goes round, and no further than REACH."""
    far = [mean + 2 * CIRCLE @ np.linalg.cholesky(of).T for one in (p, q)
           for mean, of in zip(one.means, one.covariances, strict=True)]  # fmt: skip
    way = AROUND * np.array([[-1, 0], [1, 0], [0, 2]]) if len(q.weights) == 1 else np.zeros((1, 2))
    points = np.concatenate([x, *far, *(y + by for by in way), *(far[-1] + by for by in way)])
    low, high = np.clip([points.min(0), points.max(0)], -REACH, REACH)
    return low - 0.2, high + 0.2


def _rulers(room: Room, middle: Floats, unit: float, look: Look) -> list[Mark]:
    """A line at every whole tick, with its number below the room or to the left of it; `middle` of the room, in units
    of the data, and points per unit."""
    colours = look.colours
    marks: list[Mark] = []
    right, foot = room.x + room.wide, room.y + room.high
    for tick in ticks(middle[0] - room.wide / 2 / unit, middle[0] + room.wide / 2 / unit, int(room.wide / 90)):
        at = room.x + room.wide / 2 + (tick - middle[0]) * unit
        marks.append(Line(np.array([[at, room.y], [at, foot]]), colours.rule, 1.6 if tick == 0 else 0.8))
        marks.append(Text(at, foot + TICK * 1.2, short(tick), TICK, colours.faint, "middle"))
    for tick in ticks(middle[1] - room.high / 2 / unit, middle[1] + room.high / 2 / unit, int(room.high / 60)):
        at = room.y + room.high / 2 - (tick - middle[1]) * unit
        marks.append(Line(np.array([[room.x, at], [right, at]]), colours.rule, 1.6 if tick == 0 else 0.8))
        marks.append(Text(room.x - 6, at + TICK * 0.35, short(tick), TICK, colours.faint, "end"))
    return marks


def _closed(p: Normals, q: Normals, by: Floats, words: Mapping[str, str]) -> str:
    """What two Gaussians are apart, "" of mixtures, of which nobody knows it."""
    if len(p.weights) > 1 or len(q.weights) > 1:
        return ""
    one, other = (p.means[0], p.covariances[0]), (q.means[0] + by, q.covariances[0])
    found = {"kl_pq": theory.kl_normals(*one, *other), "kl_qp": theory.kl_normals(*other, *one),
             "w2": theory.w2_normals(*one, *other)}  # fmt: skip
    return ", ".join(f"{words[name]} = {number(value)}" for name, value in found.items())


# ── parallel lines ───────────────────────────────────────────────────────────────────────────────────────────────────


def lines(theta: float, labels: Mapping[str, str] | None = None) -> Plate:
    """Two parallel segments θ apart with the pull of each distance on θ, and their distances for all θ. In its film
    the generated one passes the real one. labels: in place of LINES."""
    words = style.texts(LINES, labels)
    return Plate(words["title"], partial(_lines, theta, words), steps=SLIDES)


def _of_lines(theta: float) -> dict[str, tuple[float, float]]:
    """(value, slope in θ) of each distance (Arjovsky et al. 2017, example 1)."""
    found = theory.parallel_lines(theta)
    known = {name: (float(getattr(found, name)), 0.0) for name in ("jsd", "tv", "kl")}
    return {"w1": (float(found.w1), float(np.sign(theta))), **known}


def _lines(theta: float, words: Mapping[str, str], look: Look, caption: str) -> Drawing:
    if look.step is not None:
        theta = round(LIMIT * math.cos(math.pi * look.step / SLIDES[-1]), 2) + 0.0
    colours = look.colours
    caption = " · ".join(filter(None, [f"θ = {number(theta)}", caption]))
    legend = [Entry(words["real"], colours.real, "line"), Entry(words["fake"], colours.fake, "line", "dash")]
    marks, room = sheet(look, words["title"], caption, legend)
    wide = room.wide > 1.25 * room.high
    left, right = room.columns(1.5, 1.0) if wide else (room.rows(2)[0], room.rows(2)[1])
    span = 2 * LIMIT + 0.8
    foot = left.y + left.high - TICK * 2

    def across(value: float) -> float:
        return left.x + (value / span + 0.5) * left.wide

    for at, colour, dash in ((0.0, colours.real, "solid"), (theta, colours.fake, "dash")):
        ends = np.array([[across(at), left.y + 8], [across(at), foot - 8]])
        marks.append(Line(ends, colour, 7, dash=tuple(3.0 * length for length in DASHES[dash])))
    marks.append(Line(np.array([[left.x, foot], [left.x + left.wide, foot]]), colours.faint, 1.2))
    for tick in range(-int(LIMIT), int(LIMIT) + 1):
        marks.append(Text(across(tick), foot + TICK * 1.3, short(tick), TICK, colours.faint, "middle"))
    marks.append(Text(left.x + left.wide - 4, foot - 6, "θ", LABEL, colours.ink, "end"))
    values, thetas = _of_lines(theta), np.sort([*np.linspace(-LIMIT, LIMIT, 81), -1e-6, 1e-6])
    along = {name: np.array([_of_lines(float(at))[name][0] for at in thetas]) for name in OF_LINES}
    pulls = {name: words["pull"].format(pull=pull(slope)) for name, (_, slope) in values.items()}
    for i, (name, colour) in enumerate(OF_LINES.items()):
        slope, y = values[name][1], left.y + (foot - left.y) * (i + 0.7) / (len(OF_LINES) + 0.4)
        if slope:
            tail, tip = (np.array([across(at), y]) for at in (theta, theta - 0.6 * slope))
            marks += arrow(tail, tip, colour, 3.5, 12)
        on_left = theta >= 0  # the words stand where neither a line nor an arrow is
        x, anchor = (left.x + 4, "start") if on_left else (left.x + left.wide - 4, "end")
        marks.append(Text(x, y + TICK * 0.35, f"{words[name]}: {pulls[name]}", LABEL, colour, anchor, bold=True))  # type: ignore[arg-type]
    for cell, (name, colour) in zip(_tiles(right, len(OF_LINES)), OF_LINES.items(), strict=True):
        here = theta, values[name][0]
        marks += _tile(cell, (words[name], pulls[name]), here, thetas, along[name], CEILINGS[name], colour, look)
    return finished(look, marks, f"{look.title or words['title']}. {caption}")
