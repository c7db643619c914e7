"""Runs beside each other: a thumbnail of each, and the curves of two in one chart."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from gan_core.figures import style
from gan_core.figures.style import Labels

SIDE = 96  # pixels of a thumbnail
PAPER = 250  # its ground, light on either page
WORDS = {"step": "step", "value": "value"}
DASHES = ("solid", "dash", "dot", "dashdot")


def thumbnail(real: ArrayLike, fake: ArrayLike, extent: Sequence[float]) -> bytes:
    """PNG of SIDE × SIDE pixels: real points (n, 2) and generated ones (m, 2) in the window (xmin, xmax, ymin, ymax).
    What lies outside, or is no number, is not drawn."""
    picture = np.full((SIDE, SIDE, 3), PAPER, np.uint8)
    xmin, xmax, ymin, ymax = extent
    for points, colour in ((real, style.REAL), (fake, style.FAKE)):
        at = np.asarray(points, float)
        at = at[np.isfinite(at).all(1)]
        column = np.floor((at[:, 0] - xmin) / (xmax - xmin) * SIDE)
        row = np.floor((ymax - at[:, 1]) / (ymax - ymin) * SIDE)
        inside = (column >= 0) & (column < SIDE - 1) & (row >= 0) & (row < SIDE - 1)
        rows, columns = row[inside].astype(int), column[inside].astype(int)
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            picture[rows + i, columns + j] = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return _png(picture)


def sheet(images: NDArray[np.uint8], side: int = 4) -> bytes:
    """PNG of the first side² of images (n, 28, 28)."""
    shown = np.zeros((side * side, 28, 28), np.uint8)
    shown[: len(images)] = images[: side * side]
    return _png(shown.reshape(side, side, 28, 28).swapaxes(1, 2).reshape(side * 28, side * 28))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def overlaid(
    runs: Mapping[str, tuple[ArrayLike, Mapping[str, ArrayLike]]], *, log: bool = False, labels: Labels = None,
    levels: Mapping[str, float] = MappingProxyType({}),
) -> go.Figure:  # fmt: skip
    """The curves of some runs in one chart: for each its name, steps (T,), and named values (T,). A run has a colour, a
    curve its dash. `log`: the axis of values is logarithmic. `levels`: what they are compared with, by its name.
    `labels`: "step", "value"."""
    words, figure = style.texts(WORDS, labels), go.Figure()
    for colour, (run, (step, curves)) in zip(cycle(style.APART), runs.items()):
        for dash, (name, values) in zip(DASHES, curves.items(), strict=False):
            known = np.asarray(values, float)
            line = style.line(colour) | {"dash": dash}
            figure.add_scatter(
                x=step, y=np.where(np.isfinite(known), known, math.nan), name=f"{run}: {name}", line=line
            )
    for name, level in levels.items():
        figure.add_hline(level, line={"color": style.NEUTRAL, "width": 1.5, "dash": "dot"}, annotation={"text": name})
    figure.update_xaxes(title=words["step"])
    figure.update_yaxes(title=words["value"], type="log" if log else "linear")
    return style.styled(figure, height=380)
