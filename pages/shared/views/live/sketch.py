"""A curve that is predicted by hand before a run, and then drawn beside the run's: what is sent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gan_core.packing import pack

from .component import mount, worded

MOST_ROWS = 400
SKETCH_LABELS: Mapping[str, str] = {
    "ask": "Draw with the pointer or a finger how it will go, or begin with:",
    "rises": "it rises",
    "stays": "it stays",
    "falls": "it falls",
    "clear": "clear",
    "ready": "Press Play: the run is drawn over your sketch.",
    "none": "Nothing was sketched before this run; Reset lets you.",
    "off": "Up to step {step} the sketch is off by {off} on average.",
    "level": "{name} all along would be off by {other}.",
}


def sketch(
    key: str,
    title: str,
    x: np.ndarray,
    y: np.ndarray,
    *,
    run: str,
    until: int,
    limits: tuple[float, float],
    level: tuple[float, str] | None = None,
    colour: str = "fake",
    labels: Mapping[str, str] | None = None,
    step: int | None = None,
    height: int = 130,
) -> None:
    """Let a curve over the steps be drawn by hand as long as x (T,) is empty or 0; then show y (T,) over it.

    run: names what is predicted; another one is a new sketch, which lasts until the tab is closed. until: the last
    step. limits: of the vertical axis. level: (value, name) that theory knows, whose distance from the run stands
    beside the sketch's. colour: as of a `Line`. Raises ValueError on a word that the view has not.
    """
    rows = np.linspace(0, len(x) - 1, min(len(x), MOST_ROWS)).round().astype(int) if len(x) else slice(0)
    frame = {
        "key": key, "step": step, "title": title, "run": run, "until": until, "limits": list(limits),
        "level": None if level is None else list(level), "colour": colour, "height": height,
        "labels": worded(SKETCH_LABELS, labels), "x": np.asarray(x)[rows].astype(np.uint32),
        "y": np.asarray(y)[rows].astype(np.float32),
    }  # fmt: skip
    mount("sketch", key, pack(frame))
