"""A run to play back without this program: one HTML file with a scrubber, layers and curves, that asks no network.

Its moments are packed as 16-bit places and 8-bit opinions, digits as WebP; of the plane it has the layers that are
shown where it is made, and the usual ones to be shown. When they are more than LIMIT bytes, there are fewer of them,
evenly over the logarithm of the step. A visitor's words are text: escaped in the markup, and in the JSON without "<",
so that none ends the script.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_core.export import plane
from gan_core.export.drawing import Floats
from gan_core.export.figures import LINES, caption, failures, member_name, members, spread
from gan_core.export.layout import median, span, ticks
from gan_core.export.look import Look
from gan_core.export.page import page
from gan_core.export.sheets import tiled
from gan_core.figures import style
from gan_core.run import optimum
from gan_core.run.history import Moment, PointSnapshot
from gan_core.run.recording import Recording

LIMIT = 1_500_000  # bytes of the file
ROOM = 1_400_000  # … of which the moments may take so many
MOST_MEMBERS, MOST_MOMENTS, MOST_ROWS = 8, 120, 600
DIGITS = 64
CHARTS = ("losses", "outputs")
MISSING, LEVELS = 65_535, 65_534
LAYERS = {"field": "field", "half": "field", "real": "real", "fake": "fake", "mode": "modes"}  # of the page: of a Look


class Packed:
    """Arrays one behind the other, each at a multiple of four bytes."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []

    def add(self, values: np.ndarray) -> dict[str, Any]:
        raw = values.astype(values.dtype.newbyteorder("<"))
        block, at = raw.tobytes(), sum(map(len, self.blocks))
        self.blocks.append(block + bytes(-len(block) % 4))
        return {"at": at, "as": raw.dtype.str[1:], "size": int(raw.size)}


def replay(recording: Recording, look: Look) -> bytes:
    """The page, UTF-8. Raises ExportError where there is no such member."""
    shown, count = members(recording, look, MOST_MEMBERS), MOST_MOMENTS
    while True:
        made = _page(recording, look, shown, spread(recording.moments, count))
        if len(made) <= LIMIT or count <= 2:
            return made
        count = max(2, min(count - 1, int(min(count, len(recording.moments)) * ROOM / len(made))))


def _page(recording: Recording, look: Look, shown: list[int], shots: list[Moment]) -> bytes:
    packed = Packed()
    colours = look.colours
    title = look.title or f"{recording.config.data.data.replace('_', ' ')}, {look.word('step')} 0–{shots[-1].step:,}"
    lost = failures(recording, look)
    said = caption(recording, look, shown, None) + (f" · {lost}" if lost else "")
    run: dict[str, Any] = {
        "words": {name: look.word(name) for name in ("step", "play", "pause", "member", "field", "half", "real",
                                                     "fake", "mode", *EXTRA)},
        "colours": {name: getattr(colours, name) for name in ("background", "ink", "faint", "rule", "real", "fake",
                                                              "edge", "rim", "missing", "opinion")}
        | {"averaged": style.GENERATOR},
        "steps": [shot.step for shot in shots],
        "members": [member_name(recording, look, k) for k in shown],
    }  # fmt: skip
    run |= (
        _points(packed, recording, look, shown, shots)
        if isinstance(shots[-1], PointSnapshot)
        else _sheets(shown, shots)
    )
    run |= _curves(packed, recording, look, shown)
    text = json.dumps(run, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    words = {name: escape(look.word(name)) for name in ("step", "speed")} | {"caption": escape(said), "run": text}
    return page("replay", look, title, words | {"arrays": base64.b64encode(b"".join(packed.blocks)).decode()})


def opinion_codes(opinions: Floats) -> NDArray[np.uint8]:
    """[−1, 1] as 0 … 254, by their roots: where D is undecided its opinion is told most finely, for there its line
    runs, which would be a staircase in steps of one size."""
    finite = np.nan_to_num(opinions)
    return np.rint((np.sign(finite) * np.sqrt(np.abs(finite)) + 1) * 127).astype(np.uint8)


def _points(packed: Packed, recording: Recording, look: Look, shown: list[int], shots: list[Moment]) -> dict[str, Any]:
    last = shots[-1]
    assert isinstance(last, PointSnapshot)
    extent, probability = plane.part_of(last.extent, look.window), plane.is_probability(recording.config)
    fakes = np.stack([places(shot.fake[shown], extent) for shot in shots])
    fields = []
    for shot in shots:
        assert isinstance(shot, PointSnapshot)
        opinions = [plane.cut(plane.opinion(shot.field[k], probability)[0], look.window) for k in shown]
        fields.append(opinion_codes(np.stack(opinions)))
    found: dict[str, Any] = {
        "points": {
            "n": int(fakes.shape[2]), "m": int(last.field.shape[-1]), "fake": packed.add(fakes),
            "real": packed.add(places(last.real, extent)), "field": packed.add(np.stack(fields)),
        }
    }  # fmt: skip
    more = [name for name in plane.there(recording) if name in EXTRA and name in look.layers]
    for name in more:
        each = np.stack([[EXTRA[name](recording, look, shot, k, extent) for k in shown] for shot in shots])
        found["points"][name] = packed.add(each)
    found["nodes"] = list(last.lattice.shape[1:3])
    found["layers"] = [*LAYERS, *more]
    found["hidden"] = [name for name, of in LAYERS.items() if of not in look.layers]
    words, kinds = look.kinds
    if kinds is not None:
        found["kinds"] = [{"word": word, "colour": hue} for word, hue in zip(words, look.colours.kinds, strict=False)]
        found["points"]["kinds"] = packed.add(kinds[: len(last.real)].astype(np.uint8))
    if recording.centres is not None and recording.std:
        halos = [[plane.halo(recording, shot.fake[k]) for k in shown] for shot in shots]
        low, size = np.array(extent[::2]), np.array([extent[1] - extent[0], extent[3] - extent[2]])
        found["modes"] = ((recording.centres - low) / size).round(5).tolist()
        found["halo"] = (halos[0][0][0] / size[0]).round(5).tolist()
        filled = np.array([[full for _, full in of] for of in halos])
        found["points"]["filled"] = packed.add(np.ceil(255 * filled).astype(np.uint8))
    return found


def places(points: np.ndarray, extent: tuple[float, float, float, float]) -> np.ndarray:
    """(…, 2) as 16-bit codes over the window; MISSING outside of it, and of what is not finite."""
    low, high = np.array(extent[::2], float), np.array(extent[1::2], float)
    with np.errstate(invalid="ignore", over="ignore"):
        share = (np.asarray(points, float) - low) / (high - low)
        inside = ((share >= 0) & (share <= 1)).all(-1, keepdims=True)
    return np.where(inside, np.rint(np.where(inside, share, 0) * LEVELS), MISSING).astype(np.uint16)


def _pulls(recording: Recording, shot: PointSnapshot, k: int) -> np.ndarray:
    """(ARROWS, 2) int8: where the first samples are pulled, against the 95th percentile of their lengths, 127."""
    from gan_core.run.pictures import arrows

    pull = np.asarray(arrows(shot, recording.config.train.loss, k)[: plane.ARROWS], float)
    lengths = np.hypot(*pull.T)
    known = lengths[np.isfinite(lengths)]
    unit = max(np.percentile(known, 95) if known.size else 0.0, 1e-12)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.rint(np.nan_to_num(pull / np.maximum(lengths, unit)[:, None]) * 127).astype(np.int8)


def _gap(recording: Recording, look: Look, shot: PointSnapshot, k: int) -> np.ndarray:
    """(m, m) uint8: how wrong D is."""
    best = optimum.found(recording, shot, k)
    wrong = np.zeros_like(shot.field[k]) if best is None else best.distance
    return np.rint(np.nan_to_num(plane.cut(wrong, look.window)).clip(0, 1) * 255).astype(np.uint8)


def _averaged(shot: PointSnapshot, k: int) -> np.ndarray:
    return np.full_like(shot.fake[k], np.nan) if shot.averaged is None else shot.averaged[k]


Extent = tuple[float, float, float, float]
EXTRA: dict[str, Callable[[Recording, Look, Any, int, Extent], np.ndarray]] = {  # a layer of one member at one moment
    "averaged": lambda recording, look, shot, k, extent: places(_averaged(shot, k), extent),
    "gap": lambda recording, look, shot, k, extent: _gap(recording, look, shot, k),
    "arrows": lambda recording, look, shot, k, extent: _pulls(recording, shot, k),
    "lattice": lambda recording, look, shot, k, extent: places(shot.lattice[k], extent),
}


def _sheets(shown: list[int], shots: list[Moment]) -> dict[str, Any]:
    def picture(images: np.ndarray) -> str:
        out, columns = io.BytesIO(), math.ceil(math.sqrt(len(images)))
        Image.fromarray(tiled(images, columns)[..., 0]).convert("RGB").save(out, "WEBP", quality=70, method=4)
        return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()

    return {"sheets": [[picture(shot.fake[k][:DIGITS]) for k in shown] for shot in shots]}


def _curves(packed: Packed, recording: Recording, look: Look, shown: list[int]) -> dict[str, Any]:
    curves, own = recording.curves, {"real": look.colours.real, "fake": look.colours.fake}
    keep = np.unique(np.linspace(0, max(0, len(curves.step) - 1), MOST_ROWS).round().astype(int))[: len(curves.step)]
    probability = plane.is_probability(recording.config)
    charts = []
    for name in CHARTS if len(keep) else ():
        values = [np.asarray(getattr(curves, line), float)[keep][:, shown] for line, _ in LINES[name]]
        low, high = (0.0, 1.0) if name == "outputs" and probability else span(values)
        lines = []
        for i, ((line, colour), v) in enumerate(zip(LINES[name], values, strict=True)):
            of = {"label": look.word(line), "colour": own.get(colour, colour), "dashed": i == 1}
            of["at"] = packed.add(median(v)[:, 0].astype(np.float32))
            if len(shown) > 1:
                finite = np.where(np.isfinite(v), v, median(v))
                of["band"] = [packed.add(edge.astype(np.float32)) for edge in (finite.min(1), finite.max(1))]
            lines.append(of)
        charts.append({"title": look.word(name), "low": low, "high": high, "log": False,
                       "ticks": ticks(low, high, 4), "lines": lines})  # fmt: skip
    return {"charts": charts, "curve_steps": packed.add(curves.step[keep].astype(np.float32))}
