"""The scene in the plane: what is sent, and how it is made small enough to be sent ten times a second."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.packing import Quantised, pack, resampled

from .component import Window, mount, selection, window, worded
from .component import layers as looked_at
from .planes import made, scene_of
from .plates import keep

LAYERS = ("field", "gap", "real", "fake", "averaged", "arrows", "lattice", "modes")
ON_REQUEST = ("gap", "arrows", "lattice")  # layers that are made only while somebody looks at them
NOT_ASKED = np.empty((0, 0))  # … in place of one that nobody looks at: there is a button for it
LABELS: Mapping[str, str] = {
    "field": "D(x)",
    "gap": "|D − D*|",
    "real": "real",
    "fake": "fake",
    "averaged": "averaged G",
    "arrows": "where fakes are pushed",
    "lattice": "latent grid",
    "modes": "modes",
    "mode": "mode",
    "outside": "{n} outside",
    "zoom_in": "zoom in",
    "zoom_out": "zoom out",
    "reset": "whole window",
    "back": "all of them",
}
# What one frame may hold over all its panels, so that up to sixteen of them take about 30 KB.
MOST_POINTS = 2048  # generated points; as many real ones
MOST_NODES = 4000  # nodes of the fields
MOST_ARROWS, ARROWS_OF_ONE = 384, 60  # of all panels; of one, where more cannot be told apart
MOST_LATTICE = 640  # nodes of the grids


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture of the plane; every array may be missing.

    extent: (xmin, xmax, ymin, ymax), the window. fake, real: (n, 2). field: (m, m), D's logits (or the critic's
    values) at y_i, x_j on a regular grid from edge to edge of the window. arrows: (n, 2), a vector at each fake; they
    are drawn against the 95th percentile of their own lengths. lattice: (r, c, 2), the images of a grid of latents.
    averaged: (n, 2), what the moving average of G makes of the same latents.
    gap: (m, m) in [0, 1] on the same grid as the field, how wrong D is there; it is drawn over the field. Of what is
    made ON_REQUEST, NOT_ASKED stands for what nobody looks at: see `is_asked`.
    arrow_unit: the length to draw them against instead, so that several panels can be compared.
    centres: (m, 2), with mode_labels (default 1 … m) and mode_shares (m,) in [0, 1], the share of the samples each
    mode got; 0 is drawn as missing. mode_std: σ of all clusters or (m,) of each, round which their halos are drawn.
    note stands small behind the title. probability: of this panel alone, as in
    `scene`. kinds: (n,) whole numbers, which of the scene's `kinds` each real point is. scale: (middle, spread) of its
    colours and where its contour is, so that several panels can be compared.
    """

    extent: tuple[float, float, float, float]
    fake: np.ndarray | None = None
    averaged: np.ndarray | None = None
    real: np.ndarray | None = None
    field: np.ndarray | None = None
    gap: np.ndarray | None = None
    arrows: np.ndarray | None = None
    arrow_unit: float | None = None
    lattice: np.ndarray | None = None
    centres: np.ndarray | None = None
    mode_labels: Sequence[str] | None = None
    mode_shares: Sequence[float] | np.ndarray | None = None
    mode_std: float | np.ndarray | None = None
    title: str = ""
    note: str = ""
    summary: str = ""
    probability: bool | None = None
    kinds: np.ndarray | None = None
    scale: tuple[float, float] | None = None


def scene(
    key: str,
    panels: Panel | Sequence[Panel],
    *,
    step: int | None = None,
    layers: Sequence[str] = LAYERS,
    hidden: Sequence[str] = (),
    kinds: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    summary: str = "",
    height: int | None = None,
    abreast: int | None = None,
    stacked: int = 1,
    probability: bool = True,
    middle: float | None = None,
    selectable: bool = False,
    selected: int | None = None,
    back: bool = False,
    on_select: Callable[[int], None] | None = None,
    on_layers: Callable[[tuple[str, ...]], None] | None = None,
    on_window: Callable[[Window], None] | None = None,
    title: str = "",
    kept: bool = True,
) -> int | None:
    """Show the panels and give the index of the one that was clicked last (before the first click, `selected`).

    One panel fills the width up to `height` pixels, None: as far as all of them fit the window; several stand side by
    side, each at least 200 pixels wide where two of them fit. `abreast`: how many belong into one row (the seeds of a
    method, say), which may take several lines but shares none. They zoom together; the zoom and the hidden layers
    stay with `key`. `stacked`: so many scenes share a window. On a slide they are as large as it
    allows. `back`: the one panel is one of several, to all of which a button and Escape lead; then the choice is −1.

    layers: which buttons there are, in this order; a layer no panel has data for is left out. hidden: those that are
    off until the visitor turns them on. labels: words by the names in `LABELS`, for what should not be in English.
    kinds: words for the kinds of real points, each of which is a colour and a button of its own. probability: colour
    and read-out are σ(field); else they are the field itself, around `middle` (default: the middle
    of its 5th and 95th percentile). on_select hears of a click's panel before the rerun that it causes; on_layers of
    the layers that are shown and on_window of the part of the window, once they are others. kept: the scene can be kept
    as a figure, called `title`; not what a figure of the run shows as well. Raises ValueError on a layer or a label
    that does not exist.
    """
    panels = [panels] if isinstance(panels, Panel) else list(panels)
    selected, clicked = selection(key, selected, range(-1 if back else 0, len(panels)), on_select)
    for name in (*layers, *hidden):
        if name not in LAYERS:
            raise ValueError(f"there is no layer {name!r}; the layers are {', '.join(LAYERS)}")
    words = worded(LABELS, labels)
    source = {"modes": "centres"}
    present = [name for name in layers if any(getattr(p, source.get(name, name)) is not None for p in panels)]
    shown, toggled = looked_at(key, [name for name in present if name not in hidden], present, on_layers)
    part, moved = window(key, on_window)
    if kept:
        keep(key, scene_of(panels, shown, words, title or summary, part, probability=probability, middle=middle))
    shared: dict[int, Quantised] = {}  # the real points of all panels are often the same array
    frame = pack(
        {
            "key": key,
            "step": step,
            "summary": summary,
            "height": height,
            "abreast": abreast or len(panels),
            "stacked": stacked,
            "selectable": selectable,
            "selected": selected,
            **({"back": True} if back else {}),
            "labels": words,
            "layers": [
                *(_button(name, words[name], name in hidden) for name in present),
                *({"id": f"kind {i}", "label": word, "kind": i, "off": False} for i, word in enumerate(kinds)),
            ],
            "panels": [_panel(panel, len(panels), probability, middle, shared) for panel in panels],
        }
    )
    mount("scene", key, frame, on_selected_change=clicked, on_layers_change=toggled, on_window_change=moved)
    return selected


def _button(name: str, label: str, off: bool) -> dict[str, Any]:
    button = {"id": name, "label": label, "off": off}
    return button | {"requested": True} if name in ON_REQUEST else button


def _panel(
    panel: Panel, among: int, probability: bool, middle: float | None, shared: dict[int, Quantised]
) -> dict[str, Any]:
    xmin, xmax, ymin, ymax = map(float, panel.extent)
    low, high = min(xmin, ymin), max(xmax, ymax)
    # one window further on every side: lines that leave the window keep their direction, and one can zoom out
    low, high = 2 * low - high, 2 * high - low

    def points(values: np.ndarray | None, limit: int) -> Quantised | None:
        if values is None:
            return None
        if id(values) not in shared:
            shared[id(values)] = Quantised(np.asarray(values)[:limit], low, high)
        return shared[id(values)]

    limit = max(48, MOST_POINTS // among)
    out: dict[str, Any] = {
        "title": panel.title,
        "note": panel.note,
        "summary": panel.summary,
        "extent": [xmin, xmax, ymin, ymax],
        "fake": points(panel.fake, limit),
        "averaged": points(panel.averaged, limit),
        "real": points(panel.real, limit),
    }
    if panel.kinds is not None:
        out["kinds"] = np.asarray(panel.kinds[:limit], np.uint8)
    if panel.fake is not None:
        x, y = np.asarray(panel.fake, dtype=np.float64).T
        out["outside"] = int(np.size(x) - np.sum((x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax)))
    if (arrows := made(panel.arrows)) is not None:
        out["arrows"] = _arrows(arrows, min(ARROWS_OF_ONE, max(24, MOST_ARROWS // among)), panel.arrow_unit)
    if (lattice := made(panel.lattice)) is not None:
        every = math.ceil(math.sqrt(np.size(lattice) / 2 * among / MOST_LATTICE))
        rows, columns = (_every(length, max(1, every)) for length in lattice.shape[:2])
        out["lattice"] = Quantised(np.asarray(lattice)[np.ix_(rows, columns)], low, high)
    if (gap := made(panel.gap)) is not None:
        out["gap"] = Quantised(_thinned(np.asarray(gap, dtype=np.float64), among), 0.0, 1.0)
    if panel.field is not None:
        own = probability if panel.probability is None else panel.probability
        out |= _field(np.asarray(panel.field, dtype=np.float64), among, own, middle)
        if panel.scale is not None:
            out |= {"middle": panel.scale[0], "spread": panel.scale[1], "levels": [panel.scale[0]]}
    if panel.centres is not None:
        centres = np.asarray(panel.centres, dtype=np.float32)
        out["centres"] = centres
        std = np.asarray(0.0 if panel.mode_std is None else panel.mode_std, np.float32)
        out["mode_std"] = np.broadcast_to(std, len(centres))
        if panel.mode_labels is not None:
            out["mode_labels"] = list(panel.mode_labels)
        if panel.mode_shares is not None:
            out["mode_shares"] = np.asarray(panel.mode_shares, dtype=np.float32)
    return out


def _every(length: int, every: int) -> np.ndarray:
    """Every so-manieth index, the last one always among them."""
    return np.unique(np.append(np.arange(0, length, every), length - 1))


def _arrows(arrows: np.ndarray, limit: int, unit: float | None) -> Quantised:
    """In the given unit, or else that of the 95th percentile of their lengths; none longer than 1."""
    arrows = np.asarray(arrows, dtype=np.float64)[:limit]
    lengths = np.hypot(arrows[:, 0], arrows[:, 1])
    if unit is None:
        finite = lengths[np.isfinite(lengths)]
        unit = float(np.percentile(finite, 95)) if finite.size else 0.0
    with np.errstate(invalid="ignore"):
        return Quantised(arrows / np.maximum(lengths, unit or 1.0)[:, None], -1.0, 1.0)


def _field(field: np.ndarray, among: int, probability: bool, middle: float | None) -> dict[str, Any]:
    """The field, thinned linearly where there are many panels, with how to colour it and where to draw its contours."""
    field = _thinned(field, among)
    finite = field[np.isfinite(field)]
    if probability:
        # σ(±30) is 0 or 1 to thirteen places
        return {"field": Quantised(np.clip(field, -30.0, 30.0), *_range(np.clip(finite, -30.0, 30.0))),
                "middle": 0.0, "spread": None, "levels": [0.0]}  # fmt: skip
    low, high = np.percentile(finite, [5, 95]) if finite.size else (0.0, 0.0)
    centre = (low + high) / 2 if middle is None else middle
    spread = max(abs(high - centre), abs(low - centre)) or 1.0
    levels = list(np.linspace(low, high, 7)[1:-1]) if middle is None else [centre]
    return {"field": Quantised(field, *_range(finite)), "middle": centre, "spread": spread, "levels": levels}


def _thinned(field: np.ndarray, among: int) -> np.ndarray:
    """Linearly, to fewer nodes where there are many panels."""
    side = max(8, min(field.shape[0], math.isqrt(MOST_NODES // among)))
    if side >= field.shape[0]:
        return field
    return resampled(field, side)


def _range(finite: np.ndarray) -> tuple[float, float]:
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
