"""What somebody draws on the plane: clusters with a centre, a width and a weight, and points from a brush.

    drawing = received({"clusters": [[512, 700, 40, 1]], "points": [3, 1023, …]})   # from a browser; raises PointsError
    drawing.text()             # "drawn…", the drawing itself, for a configuration and its address; "" if too long
    read(text)                 # the drawing again; raises ConfigError
    drawing.table()            # (n, 2) float32: the brush's points, and for each cluster as many as it weighs

Everything stands on a grid of SIDE × SIDE nodes over the square of ± HALF, the window of the built-in ring, so what is
drawn, what is trained on and what an address says are the same to the last bit.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gan_core.checks import whole
from gan_core.config import FIELDS, ConfigError
from gan_core.data.points import MIN_POINTS
from gan_core.errors import PointsError

HALF, SIDE = 2.8, 1024
NARROWEST, WIDEST, WIDTHS = 2, 200, 200  # σ = width / WIDTHS: .01 … 1
HEAVIEST = 9
MAX_CLUSTERS, MAX_POINTS = 32, 5000
POINTS_EACH = 100  # of a cluster of weight 1, beside a brush whose points count 1 each
PREFIX = "drawn"
LONGEST = FIELDS["points"].metadata["longest"]


@dataclass(frozen=True)
class Cluster:
    """A Gaussian: x, y whole nodes from the lower left corner, σ = width / WIDTHS, and its weight beside the others."""

    x: int
    y: int
    width: int
    weight: int

    def __post_init__(self) -> None:
        """Raises ValueError."""
        on_grid = 0 <= self.x < SIDE and 0 <= self.y < SIDE
        if not (on_grid and NARROWEST <= self.width <= WIDEST and 1 <= self.weight <= HEAVIEST):
            raise ValueError(f"no cluster: {self}")

    @property
    def std(self) -> float:
        return self.width / WIDTHS


@dataclass(frozen=True)
class Drawing:
    """clusters in the order they were drawn; brush: node numbers y · SIDE + x, ascending, in which one may stand twice.

    Raises PointsError where there is too much of something, or too little to learn from.
    """

    clusters: tuple[Cluster, ...] = ()
    brush: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for found, most, code in (
            (len(self.clusters), MAX_CLUSTERS, "drawing.clusters"),
            (len(self.brush), MAX_POINTS, "drawing.points"),
        ):
            if found > most:
                raise PointsError(code, n=found, most=most)
        if not self.clusters and (distinct := len(set(self.brush))) < MIN_POINTS:
            raise PointsError("drawing.little", n=distinct, least=MIN_POINTS)

    @property
    def has_modes(self) -> bool:
        """Whether it is a mixture of Gaussians, of which centres and density are known."""
        return not self.brush

    @property
    def centres(self) -> np.ndarray:
        """(m, 2) float64."""
        return _place(np.array([(c.x, c.y) for c in self.clusters]).reshape(-1, 2))

    def table(self) -> np.ndarray:
        """(n, 2) float32. The draws of the clusters are always the same, and each has its own: POINTS_EACH · weight."""
        nodes = np.array(self.brush, np.int64)
        parts = [_place(np.column_stack([nodes % SIDE, nodes // SIDE]))]
        for i, (cluster, centre) in enumerate(zip(self.clusters, self.centres, strict=True)):
            draws = np.random.default_rng(i).standard_normal((POINTS_EACH * cluster.weight, 2))
            parts.append(centre + cluster.std * draws)
        return np.concatenate(parts).astype(np.float32)

    def text(self) -> str:
        """The drawing in letters and digits; "" where it would be longer than LONGEST.

        Two bytes of a checksum, so that half a link is none; a byte for the number of clusters; of each 32 bits; then
        the distances from one point of the brush to the next along a Z-curve, on which neighbours are near, in groups
        of 7 bits, the lowest first.
        """
        # weight, width, y, x: 4 + 8 + 10 + 10 bits
        packed = [c.weight << 28 | c.width << 20 | c.y << 10 | c.x for c in self.clusters]
        content = bytes([len(packed)]) + b"".join(word.to_bytes(4, "little") for word in packed)
        along = np.sort(_woven(np.array(self.brush, np.int64)))
        content += b"".join(_groups(int(step)) for step in np.diff(along, prepend=0))
        check = (binascii.crc32(content) & 0xFFFF).to_bytes(2, "little")
        text = PREFIX + base64.b32encode(check + content).decode().rstrip("=").lower()
        return text if len(text) <= LONGEST else ""


def is_drawing(points: str) -> bool:
    """Whether a configuration's `points` are a drawing; other ones are the digest of a table, in hexadecimal digits."""
    return points.startswith(PREFIX)


def read(text: str) -> Drawing:
    """The drawing in a configuration's `points`. Raises ConfigError for all that `Drawing.text` would not have written,
    so that no two texts are one drawing."""
    try:
        body = text.removeprefix(PREFIX).upper()
        content = base64.b32decode(body + "=" * (-len(body) % 8))[2:]
        end = 1 + 4 * content[0]
        words = [int.from_bytes(content[at : at + 4], "little") for at in range(1, end, 4)]
        clusters = tuple(Cluster(w & 1023, w >> 10 & 1023, w >> 20 & 255, w >> 28) for w in words)
        drawing = Drawing(clusters, tuple(sorted(_unwoven(np.cumsum(_steps(content[end:]))).tolist())))
        if drawing.text() == text:
            return drawing
    except (binascii.Error, ValueError, IndexError):  # a PointsError is a ValueError
        pass
    raise ConfigError("points", text if len(text) < 40 else f"{text[:39]}…", "config.no_drawing")


def received(sent: object) -> Drawing:
    """What a browser says was drawn: {"clusters": [[x, y, width, weight], …], "points": [x, y, x, y, …]}, whole
    numbers on the grid. Raises PointsError."""
    clusters, points = (sent.get("clusters"), sent.get("points")) if isinstance(sent, Mapping) else (None, None)
    if not isinstance(clusters, list) or not isinstance(points, list):
        raise PointsError("drawing.unreadable")
    for found, most, code in (
        (len(clusters), MAX_CLUSTERS, "drawing.clusters"),
        (len(points) // 2, MAX_POINTS, "drawing.points"),
    ):
        if found > most:  # unread
            raise PointsError(code, n=found, most=most)
    if len(points) % 2 or any(whole(number, 0, SIDE - 1) is None for number in points):
        raise PointsError("drawing.unreadable")
    try:
        if any(whole(number) is None for cluster in clusters for number in cluster):
            raise PointsError("drawing.unreadable")
        drawn = tuple(Cluster(*cluster) for cluster in clusters)
    except (TypeError, ValueError) as error:
        raise PointsError("drawing.unreadable") from error
    return Drawing(drawn, tuple(sorted(y * SIDE + x for x, y in zip(points[::2], points[1::2], strict=True))))


def _place(nodes: np.ndarray) -> np.ndarray:
    """Of whole nodes where they are in the plane."""
    return HALF * (2 * nodes / (SIDE - 1) - 1)


# ── numbers in letters ───────────────────────────────────────────────────────────────────────────────────────────────

BITS = range(10)


def _woven(nodes: np.ndarray) -> np.ndarray:
    """Places on the Z-curve: the bits of y and x in turn."""
    x, y = nodes % SIDE, nodes // SIDE
    return sum(((x >> bit & 1) << 2 * bit | (y >> bit & 1) << 2 * bit + 1 for bit in BITS), np.zeros_like(nodes))


def _unwoven(places: np.ndarray) -> np.ndarray:
    """Raises ValueError for places beyond the curve."""
    if len(places) and places[-1] >= SIDE**2:
        raise ValueError("beyond the curve")
    zero = np.zeros_like(places)
    x = sum(((places >> 2 * bit & 1) << bit for bit in BITS), zero)
    y = sum(((places >> 2 * bit + 1 & 1) << bit for bit in BITS), zero)
    return y * SIDE + x


def _groups(number: int) -> bytes:
    """7 bits a byte, the lowest first; all but the last have the highest bit set."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _steps(content: bytes) -> np.ndarray:
    """Raises ValueError where a number has no end, or is larger than the grid."""
    steps, number, bits = [], 0, 0
    for byte in content:
        number |= (byte & 127) << bits
        bits += 7
        if byte < 128:
            steps.append(number)
            number = bits = 0
        elif bits > 21:
            raise ValueError("a number without an end")
    if bits:
        raise ValueError("a number without an end")
    return np.array(steps, np.int64)
