"""Several runs in one figure: a panel for each, named by what sets it apart, on the same axes.

for name, draw in beside(recordings, ["saturating", "non-saturating"]).items():
    svg(draw(Look()))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from gan_core.config import FIELDS, RunConfig
from gan_core.export.drawing import Drawing, Mark
from gan_core.export.figures import (
    LINES,
    caption,
    draw_picture,
    entries,
    failures,
    has_curves,
    headed,
    members,
    moment,
    panel,
    picture_legend,
)  # fmt: skip
from gan_core.export.layout import LABEL, SUBTITLE, Entry, Room, finished, sheet, span
from gan_core.export.look import Look
from gan_core.export.plate import Plate
from gan_core.export.sheets import scale, strip
from gan_core.run.history import Moment
from gan_core.run.recording import Recording

Draw = Callable[[Look], Drawing]
MOST_RUNS = 12


def beside(recordings: Sequence[Recording], names: Sequence[str]) -> dict[str, Plate]:
    """What can be drawn of these runs together, by the name of the figure that each of them has alone."""
    runs = list(zip(recordings, names, strict=True))[:MOST_RUNS]
    if len(runs) < 2:
        return {}
    found: dict[str, Draw] = {"picture": lambda look: _pictures(runs, look)}
    if all(map(has_curves, recordings)):
        found |= {chart: _curves(runs, chart) for chart in LINES}
    if all(run.diversity is not None and len(run.diversity.step) for run in recordings):
        found["modes"] = lambda look: _strips(runs, look)
    moments = [shot.step for shot in recordings[0].moments] if len(recordings[0].moments) > 1 else []
    steps = {"picture": moments}  # the only one that moves
    return {name: Plate(name, partial(_drawn, draw), steps=steps.get(name, ())) for name, draw in found.items()}


def _drawn(draw: Draw, look: Look, caption: str) -> Drawing:
    """A figure of runs has a caption of its own."""
    return draw(look)


def apart(configs: Sequence[RunConfig], options: Mapping[str, Mapping[object, str]] | None = None) -> list[str]:
    """The runs by the settings that set them apart, by number where none does. options: as in a Look."""
    words = options or {}
    changed = {name for config in configs for name in config.differences(configs[0])}
    named = []
    for i, config in enumerate(configs, start=1):
        values = dict(config.flat())
        said = [words.get(name, {}).get(values[name]) or str(values[name]).replace("_", " ")
                for name in FIELDS if name in changed]  # fmt: skip
        named.append(" · ".join(said) or str(i))
    return named


Runs = Sequence[tuple[Recording, str]]


def _said(runs: Runs, look: Look, step: int | None) -> str:
    """The settings that all have; which runs are no longer finite."""
    first = runs[0][0]
    apart = {name for run, _ in runs for name in run.config.differences(first.config)}
    lost = (f"{name}: {lost}" for run, name in runs if (lost := failures(run, look)))
    return " · ".join([caption(first, look, members(first, look), step, apart), *lost])


def _finished(runs: Runs, look: Look, marks: Sequence[Mark], title: str, said: str) -> Drawing:
    return finished(look, marks, f"{look.title or title}. {', '.join(name for _, name in runs)}. {said}")


def _pictures(runs: Runs, look: Look) -> Drawing:
    """A row of members for each run; where there is one member, the runs themselves fill the sheet."""
    both = min(run.snapshot.members for run, _ in runs)  # what all of them have
    shown = [k for k in members(runs[0][0], look, 8) if k < both] or [0]
    shots = [moment(run, look) for run, _ in runs]
    title, said = f"{look.word('step')} {shots[0].step:,}".capitalize(), _said(runs, look, shots[0].step)
    marks, room = sheet(look, title, said, _legend(runs, look, shots, shown))
    head = SUBTITLE * 1.4
    if len(shown) == 1:
        rooms = [[cell] for cell in room.grid(len(runs), head)]
    else:
        rows = [Room(row.x, row.y + head, row.wide, row.high - head) for row in room.rows(len(runs), gap=6)]
        rooms = [row.grid(len(shown), gap=6) for row in rows]
    for (run, name), shot, cells in zip(runs, shots, rooms, strict=True):
        across = Room(cells[0].x, cells[0].y, cells[-1].x + cells[-1].wide - cells[0].x, cells[0].high)
        marks.append(headed(across, name, look))
        for cell, k in zip(cells, shown, strict=True):
            marks += draw_picture(cell, run, shot, k, look, len(runs) * len(shown))
    return _finished(runs, look, marks, title, said)


def _legend(runs: Runs, look: Look, shots: Sequence[Moment], shown: Sequence[int]) -> list[Entry]:
    """That of the first run whose picture misses a mode, if there is one."""
    each = [picture_legend(run, shot, look, shown) for (run, _), shot in zip(runs, shots, strict=True)]
    return next((one for one in each if any(entry.kind == "broken" for entry in one)), each[0])


def _curves(runs: Runs, chart: str) -> Draw:
    def draw(look: Look) -> Drawing:
        title, said = look.word(chart).capitalize(), _said(runs, look, None)
        marks, room = sheet(look, title, said, entries(runs[0][0], look, [chart]))
        values = [np.ravel(getattr(run.curves, line)) for run, _ in runs for line, _ in LINES[chart]]
        limits = span(values, log=chart == "gradients")
        columns = 1 if len(runs) == 1 else 2 if len(runs) <= 4 else 3
        rows = room.rows(-(-len(runs) // columns))
        cells = [cell for row in rows for cell in row.columns(*[1.0] * columns)]
        for cell, (run, name) in zip(cells, runs, strict=False):
            marks += panel(cell, run, look, chart, name, look.step, limits)
        return _finished(runs, look, marks, title, said)

    return draw


def _strips(runs: Runs, look: Look) -> Drawing:
    """Who gets which mode over the steps, a strip for each run, of one member."""
    k = members(runs[0][0], look, 1)[0]
    title, said = look.word("shares").capitalize(), _said(runs, look, None)
    marks, room = sheet(look, title, said)
    marks += scale(Room(room.x, room.y, room.wide, 30), look)
    body = Room(room.x, room.y + 40, room.wide, room.high - 40)
    columns = 1 if len(runs) <= 2 else 2
    cells = [cell for row in body.rows(-(-len(runs) // columns), gap=LABEL) for cell in row.columns(*[1.0] * columns)]
    for cell, (run, name) in zip(cells, runs, strict=False):
        assert run.diversity is not None
        known = run.diversity
        marks += strip(cell, look, name, known.step, known.shares[:, k], known.weights)
    return _finished(runs, look, marks, title, said)
