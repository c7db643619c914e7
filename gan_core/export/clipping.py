"""Lines and polygons as far as they lie within a frame."""

from __future__ import annotations

import numpy as np

from gan_core.export.drawing import Floats

Frame = tuple[float, float, float, float]  # left, top, right, bottom
FAR = 1e7  # what is further off is as good as infinite


def polyline(points: Floats, frame: Frame) -> Floats:
    """(m, 2): each segment of the line (n, 2) within the frame, NaN rows where it leaves it (Liang and Barsky 1984).

    p(t) = a + t·d is inside while t·d ≥ edge − a for the lower edges and ≤ for the upper ones; so t runs from the
    latest entry to the earliest exit.
    """
    p = np.asarray(points, float)
    if len(p) < 2:
        return p
    a, b = p[:-1], p[1:]
    d = b - a
    low, high = np.array(frame[:2]), np.array(frame[2:])
    with np.errstate(all="ignore"):
        first, last = (low - a) / d, (high - a) / d
        still = (d == 0) & ((a < low) | (a > high))
        enter = np.where(d == 0, -np.inf, np.minimum(first, last)).max(1).clip(0, 1)
        leave = np.where(d == 0, np.inf, np.maximum(first, last)).min(1).clip(0, 1)
        shown = np.isfinite(d).all(1) & (enter <= leave) & ~still.any(1) & (np.abs(p[:-1]) < FAR).all(1)
        outside = (np.maximum(a, b) < low).any(1) | (np.minimum(a, b) > high).any(1)
        start, end = a + enter[:, None] * d, np.where(leave[:, None] == 1, b, a + leave[:, None] * d)
    found: list[np.ndarray] = []
    gap = np.full(2, np.nan)
    joined = False
    for i in np.flatnonzero(shown & ~outside):
        if not (joined and i > 0 and enter[i] == 0 and len(found) and np.array_equal(found[-1], start[i])):
            found += [gap, start[i]] if found else [start[i]]
        found.append(end[i])
        joined = bool(leave[i] == 1)
    return np.array(found) if found else np.full((1, 2), np.nan)


def polygon(corners: Floats, frame: Frame) -> Floats:
    """(m, 2): the polygon (n, 2) within the frame (Sutherland and Hodgman 1974: cut along one edge after the other)."""
    shape = np.asarray(corners, float)
    shape = shape[np.isfinite(shape).all(1)].clip(-FAR, FAR)
    for axis, edge, sign in ((0, frame[0], 1), (1, frame[1], 1), (0, frame[2], -1), (1, frame[3], -1)):
        if not len(shape):
            break
        depth = sign * (shape[:, axis] - edge)
        cut: list[np.ndarray] = []
        for here, there, mine, other in zip(shape, np.roll(shape, -1, 0), depth, np.roll(depth, -1), strict=True):
            if mine >= 0:
                cut.append(here)
            if (mine >= 0) != (other >= 0):
                cut.append(here + (there - here) * mine / (mine - other))
        shape = np.array(cut).reshape(-1, 2)
    return shape
