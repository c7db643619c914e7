"""The figures that can be kept of a run: a row each, of what it needs and how it is drawn.

FIGURES["picture"].draw(recording, look)        # a Drawing; Nothing to draw is an ExportError, a sentence
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gan_core.config import RunConfig
from gan_core.errors import ExportError
from gan_core.export import plane, sheets
from gan_core.export.drawing import Area, Drawing, Line, Mark, Text
from gan_core.export.layout import GAP, SUBTITLE, TICK, Curve, Entry, Room, chart, finished, sheet, short, ticks
from gan_core.export.look import Look
from gan_core.export.sight import DASHES
from gan_core.figures import style
from gan_core.run.history import Moment, PointSnapshot, Snapshot
from gan_core.run.recording import Recording, nearest

MOST_PANELS = 32  # members side by side
MOST_STRIPS = 8
OF_A_SHEET, OF_A_MEMBER = 64, 16  # digits of one member alone, and of each of several
BINS = 40
ABOVE = 0.62  # of the height of a sheet that is no wider than high: the picture above its curves
MOMENTS = 6  # of a time strip that is not told which
FILLED = 0.7  # of a sheet's height: a strip that takes less of it has the losses below
USUAL_FIELDS = ("data", "loss", "update", "optimiser", "g_lr", "d_lr", "batch")  # that a caption always names
UNSAID = {"seed", "members", "steps", "points"}  # said otherwise, or of no weight
LINES = {  # chart → its two curves, the second of which is broken, so that they are told apart in grey
    "losses": (("d_loss", style.DISCRIMINATOR), ("g_loss", style.GENERATOR)),
    "outputs": (("d_real", "real"), ("d_fake", "fake")),
    "gradients": (("d_grad", style.DISCRIMINATOR), ("g_grad", style.GENERATOR)),
}


@dataclass(frozen=True)
class Figure:
    """draw: raises ExportError where `there` is false. Its title is a word of the look, "title_" and its name."""

    draw: Callable[[Recording, Look], Drawing]
    there: Callable[[Recording], bool] = lambda recording: True


# ── what every figure says ───────────────────────────────────────────────────────────────────────────────────────────


def caption(
    recording: Recording, look: Look, shown: Sequence[int], step: int | None, without: Collection[str] = ()
) -> str:
    """The settings that make the run what it is, except those in `without`, the seeds and the step."""
    config = recording.config
    when = [] if step is None else [f"{look.word('step')} {step:,}"]
    return " · ".join([settings(config, look, without), seeds(config, look, shown), *when])


def settings(config: RunConfig, look: Look, without: Collection[str] = ()) -> str:
    """Those that make a run what it is, by their words."""
    changed = config.differences().keys() - UNSAID
    parts = (
        f"{look.labels.get(name, _named(name))} {look.options.get(name, {}).get(value) or _said(value)}"
        for name, value in config.flat()
        if (name in USUAL_FIELDS or name in changed) and name not in without
    )
    return " · ".join(parts)


def _named(field: str) -> str:
    """A setting by its field: G lr for g_lr."""
    player = field[:2] in ("g_", "d_")
    return (field[0].upper() + field[1:] if player else field).replace("_", " ")


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return style.number(value)
    return "-".join(map(_said, value)) if isinstance(value, tuple) else str(value).replace("_", " ")


def seeds(config: RunConfig, look: Look, shown: Sequence[int]) -> str:
    of, first, last = config.train.members, config.member(shown[0]).train.seed, config.member(shown[-1]).train.seed
    name = f"{look.word('seed')} {first}" + (f"–{last}" if len(shown) > 1 else "")
    return name if len(shown) in (1, of) else f"{name} ({look.word('some', n=len(shown), of=of)})"


def failures(recording: Recording, look: Look) -> str:
    """Which members are no longer finite, "" if all are."""
    return " · ".join(look.failed(failure) for failure in recording.failures[:1])


def members(recording: Recording, look: Look, most: int = MOST_PANELS) -> list[int]:
    count = recording.snapshot.members
    if look.member is not None:
        if not 0 <= look.member < count:
            raise ExportError("export.member", value=look.member, last=count - 1)
        return [look.member]
    return list(range(min(count, most)))


def moment(recording: Recording, look: Look) -> Moment:
    return recording.snapshot if look.step is None else nearest(recording.moments, look.step)


def member_name(recording: Recording, look: Look, k: int) -> str:
    return f"{look.word('seed')} {recording.config.seed_of(k)}"


def titled(look: Look, name: str, step: int) -> str:
    return look.word(f"title_{name}", step=f"{step:,}")


# ── pictures of a moment ─────────────────────────────────────────────────────────────────────────────────────────────


def picture(recording: Recording, look: Look) -> Drawing:
    """What was generated at one moment: the plane, or a sheet of digits; several members side by side."""
    shot, shown = moment(recording, look), members(recording, look)
    points = isinstance(shot, PointSnapshot)
    title = titled(look, "picture" if points else "sheet", shot.step)
    said = noted(caption(recording, look, shown, shot.step), recording, look)
    marks, room = sheet(look, title, said, picture_legend(recording, shot, look, shown))
    several = len(shown) > 1
    head = SUBTITLE * 1.2 if several and len(shown) <= 12 else 0.0
    alone = not points and not several  # a sheet of images is as wide as its room; a plane is a square
    cells = [room] if alone else room.grid(len(shown), head, gap=GAP if len(shown) < 13 else 5)
    for cell, k in zip(cells, shown, strict=True):
        if head:
            marks.append(headed(cell, member_name(recording, look, k), look))
        marks += draw_picture(cell, recording, shot, k, look, len(shown))
    return finished(look, marks, f"{look.title or title}. {said}")


def draw_picture(room: Room, recording: Recording, shot: Moment, k: int, look: Look, panels: int) -> list[Mark]:
    if isinstance(shot, PointSnapshot):
        return plane.panel(room, recording, shot, k, look, panels)
    made = shot.fake[k][: OF_A_SHEET if panels == 1 else OF_A_MEMBER]
    if panels > 1:
        return sheets.images(room, made, 4)
    return sheets.images(room, made, 10 if recording.config.model.labelled else sheets.columns(len(made), room))


def picture_legend(recording: Recording, shot: Moment, look: Look, shown: Sequence[int]) -> list[Entry]:
    """Of these members. One picture of several moments, and a film, have the legend of all of `look.steps`."""
    if not isinstance(shot, PointSnapshot):
        return []
    shots = [shot, *(nearest(recording.moments, step) for step in look.steps)]
    return plane.legend(look, recording, "modes" in look.layers and plane.misses(recording, shots, shown))


def headed(cell: Room, text: str, look: Look) -> Text:
    size = min(SUBTITLE, cell.wide / 6)
    return Text(cell.x + cell.wide / 2, cell.y - 5, text, size, look.colours.ink, "middle")


def noted(said: str, recording: Recording, look: Look) -> str:
    lost = failures(recording, look)
    return f"{said} · {lost}" if lost else said


def time_strip(recording: Recording, look: Look) -> Drawing:
    """One member at several moments."""
    known = recording.moments
    k = members(recording, look, 1)[0]
    if look.steps:
        picked = {nearest(known, step).step: nearest(known, step) for step in look.steps}
        shots = [picked[step] for step in sorted(picked)]
    else:
        shots = spread(known, MOMENTS)
    said = noted(caption(recording, look, [k], None), recording, look)
    title = look.word("title_strip")
    look = replace(look, steps=tuple(shot.step for shot in shots))
    legend = picture_legend(recording, shots[0], look, [k])
    marks, room = sheet(look, title, said, legend)
    head = SUBTITLE * 1.3
    share, spare = _used(room, room.grid(len(shots), head), head), _spare(room, len(shots), head)
    if has_curves(recording) and (spare or share < FILLED):
        marks, room = sheet(look, title, said, legend + entries(recording, look, ["losses"]))
        if (free := _spare(room, len(shots), head)) is None:
            room, free = room.split(share)
        marks += _between(free, recording, look, k, shots)
    for cell, shot in zip(room.grid(len(shots), head), shots, strict=True):
        marks.append(headed(cell, f"{look.word('step')} {shot.step:,}", look))
        marks += draw_picture(cell, recording, shot, k, look, max(2, len(shots)))
    return finished(look, marks, f"{look.title or title}. {said}")


def _used(room: Room, cells: Sequence[Room], head: float) -> float:
    """The share of the room's height that the cells take."""
    return (cells[-1].y + cells[-1].high - cells[0].y + head) / room.high


def _spare(room: Room, count: int, head: float) -> Room | None:
    """The cell that so many leave free in the last row, if it is one."""
    more = room.grid(count + 1, head)
    return more[-1] if more[0] == room.grid(count, head)[0] else None


def _between(room: Room, recording: Recording, look: Look, k: int, shots: Sequence[Moment]) -> list[Mark]:
    """The losses, with a line across them at each of the moments."""
    return chart(
        room, look, recording.curves.step, _lines(recording, look, "losses", [k]), title=look.word("losses"),
        marks=[(shot.step, "") for shot in shots],
    )  # fmt: skip


def spread(known: Sequence[Moment], count: int) -> list[Moment]:
    """So many moments, evenly over the logarithm of the step: the first, the last, and between them the nearest."""
    if len(known) <= count:
        return list(known)
    logs = np.log1p([shot.step for shot in known])
    wanted = np.linspace(logs[0], logs[-1], count)
    return [known[i] for i in sorted({int(np.abs(logs - at).argmin()) for at in wanted})]


# ── curves ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def has_curves(recording: Recording) -> bool:
    return len(recording.curves.step) > 0


def _lines(recording: Recording, look: Look, name: str, shown: Sequence[int]) -> list[Curve]:
    own = {"real": look.colours.real, "fake": look.colours.fake}
    return [
        Curve(look.word(line), own.get(colour, colour), getattr(recording.curves, line)[:, list(shown)], dash)
        for (line, colour), dash in zip(LINES[name], ("solid", "dash"), strict=True)
    ]


def panel(
    room: Room, recording: Recording, look: Look, name: str, title: str, cursor: int | None,
    limits: tuple[float, float] | None = None,
) -> list[Mark]:  # fmt: skip
    """One chart over the steps; `limits` of its values where it is compared with others."""
    shown = members(recording, look, recording.snapshot.members)
    probability = plane.is_probability(recording.config)
    level = (1 - recording.config.train.label_smoothing) / 2
    return chart(
        room, look, recording.curves.step, _lines(recording, look, name, shown), title=title,
        log=name == "gradients", limits=(0.0, 1.0) if name == "outputs" and probability else limits,
        references=[(level, style.number(level))] if name == "outputs" and probability else [],
        marks=[(mark.step, mark.text) for mark in recording.marks], cursor=cursor,
    )  # fmt: skip


def entries(recording: Recording, look: Look, names: Sequence[str]) -> list[Entry]:
    return [
        Entry(curve.label, curve.colour, "line", curve.dash)
        for name in names
        for curve in _lines(recording, look, name, [0])
    ]


def curves(name: str) -> Callable[[Recording, Look], Drawing]:
    """The drawing of one chart over the whole run."""

    def draw(recording: Recording, look: Look) -> Drawing:
        if not has_curves(recording):
            raise ExportError("export.no_curves")
        shown = members(recording, look, recording.snapshot.members)
        title = look.word(f"title_{name}")
        said = noted(caption(recording, look, shown, None), recording, look)
        marks, room = sheet(look, title, said, entries(recording, look, [name]))
        marks += panel(room, recording, look, name, look.word(name), look.step)
        return finished(look, marks, f"{look.title or title}. {said}")

    return draw


def slide(recording: Recording, look: Look) -> Drawing:
    """The picture of a moment beside two curves; below it where the sheet is high."""
    if not has_curves(recording):
        raise ExportError("export.no_curves")
    shot, shown = moment(recording, look), members(recording, look, 4)
    title = titled(look, "slide", shot.step)
    said = noted(caption(recording, look, shown, shot.step), recording, look)
    charts = ("losses", "outputs")
    legend = picture_legend(recording, shot, look, shown) + entries(recording, look, charts[:1])
    marks, room = sheet(look, title, said, legend)
    wide = room.wide > 1.4 * room.high
    left, right = room.columns(room.high, room.wide - room.high) if wide else room.split(ABOVE)
    cells = left.grid(len(shown))
    used = max(cell.x + cell.wide for cell in cells) - cells[0].x
    if wide and used < left.wide:  # two panels, one above the other: the charts have the rest
        left, right = room.columns(used, room.wide - used)
        cells = left.grid(len(shown))
    for cell, k in zip(cells, shown, strict=True):
        marks += draw_picture(cell, recording, shot, k, look, len(shown))
    for cell, name in zip(right.rows(2) if wide else right.columns(1, 1), charts, strict=True):
        marks += panel(cell, recording, look, name, look.word(name), shot.step)
    return finished(look, marks, f"{look.title or title}. {said}")


def opinions(recording: Recording, look: Look) -> Drawing:
    """Histograms of D's output on real and on generated samples."""
    shot, shown = moment(recording, look), members(recording, look, recording.snapshot.members)
    if not isinstance(shot, Snapshot):
        raise ExportError("export.no_players")
    probability = plane.is_probability(recording.config)
    values = []
    for logits in (shot.real_logits[shown].ravel(), shot.fake_logits[shown].ravel()):
        known = logits[np.isfinite(logits)].astype(float)
        values.append(0.5 * (1 + np.tanh(known / 2)) if probability else known)
    both = np.concatenate(values)
    low, high = (0.0, 1.0) if probability or not both.size else (float(both.min()), float(both.max()))
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    title = titled(look, "opinions", shot.step)
    said = noted(caption(recording, look, shown, shot.step), recording, look)
    pens = {"real": style.Pen(look.colours.real), "fake": style.Pen(look.colours.fake, "dash")}
    legend = [Entry(look.word(name), pen.colour, "area", pen.dash) for name, pen in pens.items()]
    marks, room = sheet(look, title, said, legend)
    counts = [np.histogram(v, edges)[0] for v in values]
    marks += histogram(room, look, edges, counts, list(pens.values()), look.word("opinions"))
    return finished(look, marks, f"{look.title or title}. {said}")


def histogram(
    room: Room, look: Look, edges: np.ndarray, counts: Sequence[np.ndarray], pens: Sequence[style.Pen], title: str,
    head: float = 0.0,
) -> list[Mark]:  # fmt: skip
    """Overlaid: counts or shares (b,) between edges (b + 1,), each filled, and outlined, so that it is seen behind the
    other; `head` stays free above the highest."""
    most = max((float(c.max(initial=0)) for c in counts), default=0.0) or 1.0
    top, foot = room.y + SUBTITLE * 1.5 + head, room.y + room.high - TICK * 1.7
    xs = room.x + (edges - edges[0]) / (edges[-1] - edges[0]) * room.wide
    marks: list[Mark] = [Text(room.x, room.y + SUBTITLE, title, SUBTITLE, look.colours.ink)]
    for heights, (colour, dash) in zip(counts, pens, strict=True):
        y = foot - np.repeat(heights, 2) / most * (foot - top)
        outline = np.stack([np.repeat(xs, 2)[1:-1], y], 1)
        closed = np.concatenate([[[xs[0], foot]], outline, [[xs[-1], foot]]])
        marks += [Area(closed, colour, 0.45), Line(closed, colour, 2.4, dash=DASHES[dash])]
    marks.append(Line(np.array([[xs[0], foot], [xs[-1], foot]]), look.colours.faint, 1.2))
    for tick in ticks(float(edges[0]), float(edges[-1]), 6):
        x = room.x + (tick - edges[0]) / (edges[-1] - edges[0]) * room.wide
        anchor = "start" if x < room.x + 12 else "end" if x > room.x + room.wide - 12 else "middle"
        marks.append(Text(x, foot + TICK * 1.35, short(tick), TICK, look.colours.faint, anchor))  # type: ignore[arg-type]
    return marks


# ── who makes what ───────────────────────────────────────────────────────────────────────────────────────────────────


def strips(recording: Recording, look: Look) -> Drawing:
    """Which mode or digit has which share of the samples, over the steps: a strip a member."""
    known, first = (recording.diversity, 1) if recording.diversity is not None else (recording.classes, 0)
    if known is None or not len(known.step):
        raise ExportError("export.no_modes")
    shown = members(recording, look, MOST_STRIPS)
    title = look.word("title_modes")
    said = noted(caption(recording, look, shown, None), recording, look)
    marks, room = sheet(look, title, said)
    marks += sheets.scale(Room(room.x, room.y, room.wide, 30), look)
    body = Room(room.x, room.y + 40, room.wide, room.high - 40)
    columns = 1 if len(shown) <= 3 else 2
    rows = -(-len(shown) // columns)
    cells = [cell for row in body.rows(rows) for cell in row.columns(*[1.0] * columns)]
    for cell, k in zip(cells, shown, strict=False):
        name = member_name(recording, look, k) if len(shown) > 1 else ""
        marks += sheets.strip(cell, look, name, known.step, known.shares[:, k], known.weights, first)
    return finished(look, marks, f"{look.title or title}. {said}")


def _modes(recording: Recording) -> bool:
    return recording.diversity is not None or recording.classes is not None


def _players(recording: Recording) -> bool:
    return isinstance(recording.snapshot, Snapshot) and recording.snapshot.real_logits.size > 0


FIGURES: dict[str, Figure] = {
    "picture": Figure(picture),
    "slide": Figure(slide, has_curves),
    "strip": Figure(time_strip),
    "losses": Figure(curves("losses"), has_curves),
    "outputs": Figure(curves("outputs"), has_curves),
    "gradients": Figure(curves("gradients"), has_curves),
    "opinions": Figure(opinions, _players),
    "modes": Figure(strips, _modes),
}


def there(recording: Recording) -> dict[str, Figure]:
    """Those that can be drawn of this run."""
    return {name: figure for name, figure in FIGURES.items() if figure.there(recording)}
