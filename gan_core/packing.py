"""Arrays on their way to the browser: a JSON header and the arrays it names, in one run of bytes.

    uint32 length of the header | header (JSON, UTF-8) | zeros to a multiple of 4 | array | zeros | array | zeros | …

Everything is little-endian. Where the header holds an array it says `{"at": byte offset of the array, counted from the
first one, "as": "u1" | "u2" | "u4" | "f4", "shape": […]}`, and for a `Quantised` array also `"low"` and `"high"`.
`unpack` in pages/shared/views/live/pure.js is the other half. Frames of runs that train and recorded runs are alike.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Code = Literal["u1", "u2"]


@dataclass(frozen=True, eq=False)
class Quantised:
    """An array as codes over [low, high], of two bytes a number (`as_` "u2") or one ("u1"): with 65,535 or 255 standing
    for "no value" a number is off by at most (high − low) / 131,068, or / 508.

    What is not finite or lies outside [low, high] becomes NaN in the browser, so it is left out and never moved.
    """

    values: np.ndarray
    low: float
    high: float
    as_: Code = "u2"

    def codes(self) -> np.ndarray:
        missing = int(np.iinfo(self.as_).max)
        values = np.asarray(self.values, dtype=np.float64)
        inside = (values >= self.low) & (values <= self.high)  # False for NaN
        scale = (missing - 1) / (self.high - self.low) if self.high > self.low else 0.0
        codes = np.rint((np.where(inside, values, self.low) - self.low) * scale)
        return np.where(inside, codes, missing).astype(f"<{self.as_}")


def pack(header: Mapping[str, Any]) -> bytes:
    """The frame. Arrays may stand anywhere in the header; one that stands there twice is sent once.

    bool and 8-bit arrays go as uint8, 16-bit unsigned ones as uint16, other integers as uint32 and all floats as
    float32. A number that is not finite becomes null.
    """
    blocks: list[bytes] = []
    places: dict[int, dict[str, Any]] = {}
    kept: list[Any] = []  # ids are only unique among objects that are alive

    def place(array: np.ndarray | Quantised) -> dict[str, Any]:
        if id(array) not in places:
            raw = array.codes() if isinstance(array, Quantised) else _plain(array)
            entry = {"at": sum(map(len, blocks)), "as": raw.dtype.str[1:], "shape": list(raw.shape)}
            if isinstance(array, Quantised):
                entry |= {"low": float(array.low), "high": float(array.high)}
            block = raw.tobytes()
            blocks.append(block + bytes(-len(block) % 4))
            places[id(array)] = entry
            kept.append(array)
        return places[id(array)]

    def unusual(value: Any) -> Any:
        if isinstance(value, np.ndarray | Quantised):
            return place(value)
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, Mapping):
            return dict(value)
        raise TypeError(f"a frame holds no {type(value).__name__}")

    try:
        text = _json(header, unusual)
    except ValueError:  # a number that is not finite: rare, and then all of them are looked for
        text = _json(_finite(header), unusual)
    encoded = text.encode()
    return len(encoded).to_bytes(4, "little") + encoded + bytes(-len(encoded) % 4) + b"".join(blocks)


def _json(header: Any, unusual: Callable[[Any], Any]) -> str:
    """In C, which a frame of a thousand values needs: many of them are packed a second, beside runs that train."""
    return json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=unusual)


def _finite(value: Any) -> Any:
    """The same with None for every number that is not finite."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return value


def header_of(frame: bytes) -> Any:
    """The header of a frame as JSON, each array as the entry that says where it lies. Raises ValueError on what is no
    frame."""
    length = int.from_bytes(frame[:4], "little")
    if len(frame) < 4 + length:
        raise ValueError(f"{len(frame)} bytes are less than the header of {length} that they announce")
    return json.loads(frame[4 : 4 + length])


def array_of(frame: bytes, entry: Mapping[str, Any]) -> np.ndarray:
    """The codes of an array, as its entry in the header says: not yet on the scale from `low` to `high`."""
    length = int.from_bytes(frame[:4], "little")
    start = 4 + length + -length % 4 + entry["at"]
    count = math.prod(entry["shape"])
    return np.frombuffer(frame, f"<{entry['as']}", count, start).reshape(entry["shape"])


def nibbles(images: np.ndarray) -> np.ndarray:
    """Pixels uint8 as 16 grey levels (the nearest ones), two in a byte, the first in its high half."""
    levels = ((images.reshape(-1).astype(np.uint16) + 8) // 17).astype(np.uint8)
    return levels[0::2] << 4 | levels[1::2]


def pixels(codes: np.ndarray, count: int, side: int = 28) -> np.ndarray:
    """uint8 (count, side, side): the images that `nibbles` made these codes of, at 16 grey levels."""
    codes = codes.reshape(-1)
    return (17 * np.stack([codes >> 4, codes & 15], axis=-1)).astype(np.uint8).reshape(count, side, side)


def resampled(field: np.ndarray, side: int) -> np.ndarray:
    """A field (m, m) at other nodes, (side, side): both are regular, from edge to edge, and it is linear between."""
    m = len(field)
    at = np.linspace(0.0, m - 1.0, side)
    left = np.minimum(at.astype(int), m - 2)
    weights = np.zeros((side, m))
    weights[np.arange(side), left] = 1 - (at - left)
    weights[np.arange(side), left + 1] += at - left
    return weights @ np.asarray(field, np.float64) @ weights.T


def _plain(array: np.ndarray) -> np.ndarray:
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "b" or (kind == "u" and size == 1):
        return array.astype("u1")
    if kind in "iu":
        return array.astype("<u2" if kind == "u" and size == 2 else "<u4")
    return array.astype("<f4")
