"""Paths of a game in the plane, played in the browser: what is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.checks import finite
from gan_core.packing import pack

from .component import mount, said, worded

PATH_LABELS: Mapping[str, str] = {
    "play": "Play",
    "pause": "Pause",
    "again": "From the start",
    "step": "step",
    "over_time": "over the steps",
    "radius": "r² over the steps",
    "field": "eigenvalues of the field",
    "update": "eigenvalues of one step",
}
DEEPEST, HIGHEST = -16.0, 617.0  # log₁₀ r² below which there is only rounding, and above which there is no number


@dataclass(frozen=True, eq=False)
class Path:
    """A game from one start. path: (T + 1, 2), not a number after it overflowed. places, field: (n, 2) arrows.

    eigenvalues, multipliers: complex (m,), of the field and of one discrete step. tint: #rrggbb of the game.
    """

    title: str
    path: np.ndarray
    places: np.ndarray
    field: np.ndarray
    eigenvalues: np.ndarray
    multipliers: np.ndarray
    tint: str


def paths(
    key: str,
    panels: Sequence[Path],
    *,
    run: str,
    extent: float,
    shown: bool = False,
    labels: Mapping[str, str] | None = None,
    summary: str = "",
    on_start: Callable[[tuple[float, float]], None],
    on_played: Callable[[], None],
) -> None:
    """Show the paths, which all have as many steps, in planes of ± extent.

    run: what they are paths of; another one begins at its start, or at its end if it was `shown`. on_start: called with
    the place of a click. on_played: the clock has come to the end. Raises ValueError on an unknown word, and on paths
    of different lengths.
    """

    def started() -> None:
        place = said(key, "start")
        x, y = map(finite, place) if isinstance(place, list) and len(place) == 2 else (None, None)
        if x is not None and y is not None:
            on_start((x, y))

    def played() -> None:
        if said(key, "played") == run:
            on_played()

    frame = _frame(key, panels, run, extent, shown, worded(PATH_LABELS, labels), summary)
    mount("paths", key, frame, on_start_change=started, on_played_change=played)


def _frame(
    key: str, panels: Sequence[Path], run: str, extent: float, shown: bool, labels: Mapping[str, str], summary: str
) -> bytes:
    if len({len(panel.path) for panel in panels}) != 1:
        raise ValueError("all paths have to have as many steps")
    sent = [_panel(panel) for panel in panels]
    radii = np.concatenate([one["radius"][: one["end"] + 1] for one in sent])
    low, high = float(np.floor(max(radii.min(), DEEPEST))), float(np.ceil(radii.max()))
    return pack(
        {
            "key": key,
            "run": run,
            "shown": shown,
            "step": len(panels[0].path) - 1,
            "steps": len(panels[0].path) - 1,
            "extent": extent,
            "radii": [low, max(high, low + 1)],
            "reach": {"field": _reach([p.eigenvalues for p in panels], 0.6, 4.0),
                      "update": _reach([p.multipliers for p in panels], 1.25, 3.0)},
            "labels": labels,
            "summary": summary,
            "panels": sent,
        }
    )  # fmt: skip


def _panel(panel: Path) -> dict[str, Any]:
    end = int(np.isfinite(panel.path).all(1).sum()) - 1
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        length = np.hypot(*panel.field.T)
        way = np.where(length[:, None] > 0, panel.field / length[:, None], 0.0)
        radius = 2 * np.log10(np.hypot(*panel.path.T))  # r² itself may be too large for a number
    strength = length / length.max() if length.max() > 0 else length
    return {
        "title": panel.title,
        "tint": panel.tint,
        "end": end,
        "path": np.nan_to_num(np.clip(panel.path, -1e30, 1e30)).astype(np.float32),
        "radius": np.clip(np.nan_to_num(radius, nan=0.0, posinf=HIGHEST, neginf=DEEPEST), DEEPEST, None).astype(
            np.float32
        ),
        "field": np.column_stack([panel.places, way, strength]).astype(np.float32),
        "values": {
            name: np.column_stack([values.real, values.imag])[np.isfinite(values)].astype(np.float32)
            for name, values in (("field", panel.eigenvalues), ("update", panel.multipliers))
        },
    }


def _reach(found: Sequence[np.ndarray], least: float, most: float) -> float:
    """How far a picture of these complex numbers goes; what lies beyond `most` stands at its edge."""
    parts = np.concatenate([*(np.abs(part) for values in found for part in (values.real, values.imag)), [0.0]])
    return float(np.clip(1.15 * np.nanmax(parts), least, most))
