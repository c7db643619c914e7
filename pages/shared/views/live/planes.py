"""A scene in the plane, to keep: its panels with the layers that are shown, as the picture of a run is drawn.

keep(key, scene_of(panels, ("field", "real", "arrows"), words, title))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from gan_core.export.plate import Plate

from .component import WHOLE, Window

if TYPE_CHECKING:
    from gan_core.export.drawing import Drawing
    from gan_core.export.layout import Entry
    from gan_core.export.look import Look
    from gan_core.export.plane import Scene

Panel: TypeAlias = Any  # of scene.py, which imports this


def scene_of(
    panels: Sequence[Panel], layers: Sequence[str], words: Mapping[str, str], title: str, window: Window = WHOLE, *,
    probability: bool = True, middle: float | None = None,
) -> Plate:  # fmt: skip
    """`words`: what each layer is called; `window`: the part that is looked at; the rest as `live.scene` takes it."""
    return Plate(title, partial(_drawn, tuple(panels), tuple(layers), words, title, window, probability, middle))


def _drawn(
    panels: Sequence[Panel], layers: tuple[str, ...], words: Mapping[str, str], title: str, window: Window,
    probability: bool, middle: float | None, look: Look, caption: str,
) -> Drawing:  # fmt: skip
    from gan_core.export.drawing import Text
    from gan_core.export.fonts import width, wrapped
    from gan_core.export.layout import GAP, LABEL, LEADING, finished, sheet
    from gan_core.export.plane import drawn

    look = replace(look, layers=layers, window=window)
    marks, room = sheet(look, title, caption, _legend(panels, layers, words, look))
    names = [" · ".join(filter(None, [panel.title, panel.note])) for panel in panels]
    longest = max((width(name, LABEL) for name in names), default=0.0)
    lines = 0 if not longest else 1 if longest < room.wide / len(panels) - GAP else 2
    for cell, panel, name in zip(room.grid(len(panels), lines * LABEL * LEADING), panels, names, strict=True):
        size = min(LABEL, cell.wide / 8)
        said = wrapped(name, size, cell.wide, lines) if name else []
        for i, line in enumerate(reversed(said)):
            y = cell.y - 6 - i * size * LEADING
            marks.append(Text(cell.x + cell.wide / 2, y, line, size, look.colours.ink, "middle"))
        own = probability if panel.probability is None else panel.probability
        marks += drawn(cell, _scene(panel, own, middle), look, len(panels))
    return finished(look, marks, f"{look.title or title}. {caption}")


def _legend(panels: Sequence[Panel], layers: Sequence[str], words: Mapping[str, str], look: Look) -> list[Entry]:
    """Each layer that some panel has."""
    from gan_core.export.layout import Entry
    from gan_core.export.plane import SIGNS, of_modes

    parts = {"modes": "centres"}
    there = [name for name in SIGNS if name in layers
             and any(getattr(panel, parts.get(name, name)) is not None for panel in panels)]  # fmt: skip
    missing = any(panel.mode_shares is not None and not np.all(panel.mode_shares) for panel in panels)
    return [of_modes(look, missing) if name == "modes" else Entry(words[name], *SIGNS[name](look.colours))
            for name in there]  # fmt: skip


def made(layer: np.ndarray | None) -> np.ndarray | None:
    """The layer; None as well for one that nobody has asked for."""
    return None if layer is None or not layer.size else layer


def _scene(panel: Panel, probability: bool, middle: float | None) -> Scene:
    from gan_core.export.plane import HALO, Scene, opinion

    shade, level = (None, 0.0) if panel.field is None else opinion(panel.field, probability)
    scale = panel.scale
    if panel.field is not None and scale is None and middle is not None and not probability:
        scale = middle, float(np.nanmax(np.abs(panel.field - middle))) or 1.0
    if panel.field is not None and scale is not None:
        shade, level = np.clip((np.asarray(panel.field, float) - scale[0]) / scale[1], -1, 1), scale[0]
    filled: Any = np.nan
    if panel.mode_shares is not None:
        filled = np.minimum(1.0, np.asarray(panel.mode_shares, float) * len(panel.centres))
    return Scene(
        panel.extent, panel.field, shade, level, real=panel.real, fake=panel.fake, averaged=panel.averaged,
        gap=made(panel.gap), lattice=made(panel.lattice), arrows=made(panel.arrows),
        unit=panel.arrow_unit, centres=panel.centres, filled=filled,
        radii=HALO * np.asarray(0.0 if panel.mode_std is None else panel.mode_std, float),
    )  # fmt: skip
