"""Whether colours are told apart: by every eye, and where a slide is printed in grey. Lines that are not get a dash.

apart("#0072b2", "#e69f00")                 # 22.2, how far apart they are for whoever tells them worst
told([Pen("#cc79a7"), Pen("#009e73")])      # the second one gets a dash: in grey both are the same
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from gan_core.figures.style import Floats, Pen

ENOUGH = 10.0  # of CIEDE2000, in which 1 is just seen where two colours touch; lines lie apart
DASHES: dict[str, tuple[float, ...]] = {  # as Plotly names them, in points: from the one that is told best
    "solid": (), "dash": (8, 5), "dot": (2, 4), "longdash": (18, 6), "dashdot": (10, 4, 2, 4),
    "longdashdot": (18, 5, 2, 4, 2, 5),
}  # fmt: skip
# Linear sRGB as it is seen without one of the three kinds of cones (Machado, Oliveira and Fernandes 2009, "A
# physiologically-based model for simulation of color vision deficiency", severity 1), and by its luminance alone.
EYES: dict[str, Floats] = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
    "grey": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}  # fmt: skip
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(colour: str) -> Floats:
    """(3,) in [0, 1], of #rrggbb."""
    v = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def lab(rgb: Floats) -> Floats:
    """(3,) L*, a*, b* under D65, of linear sRGB."""
    v = XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(1)
    x, y, z = np.where(v > (6 / 29) ** 3, np.cbrt(v), v / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: Floats, other: Floats) -> float:
    """CIEDE2000 of two (3,) L*, a*, b* (Sharma, Wu and Dalal 2005, whose test data hold it)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(chroma / (chroma + 25**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = h1 + turn / 2 if c1 * c2 else h1 + h2
    light, c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (1 - 0.17 * np.cos(np.radians(hue - 30)) + 0.24 * np.cos(np.radians(2 * hue))
         + 0.32 * np.cos(np.radians(3 * hue + 6)) - 0.20 * np.cos(np.radians(4 * hue - 63)))  # fmt: skip
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * c)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * c * t)
    bend = np.sin(np.radians(60 * np.exp(-((((hue % 360) - 275) / 25) ** 2))))
    return float(np.sqrt(dl**2 + dc**2 + dh**2 - 2 * np.sqrt(c**7 / (c**7 + 25**7)) * bend * dc * dh))


@lru_cache(maxsize=4096)
def apart(one: str, other: str) -> float:
    """CIEDE2000 of two #rrggbb for the eye that tells them worst, or in grey."""
    return min(difference(lab(eye @ linear(one)), lab(eye @ linear(other))) for eye in EYES.values())


def told(pens: Iterable[Pen]) -> dict[Pen, Pen]:
    """Each pen as it is drawn among the others: with its own dash where that tells it from those before it, else with
    the first that tells it from all of them, else with the one that tells it best."""
    found: dict[Pen, Pen] = {}

    def nearest(pen: Pen, dash: str) -> float:
        return min((apart(pen.colour, other.colour) for other in found.values() if other.dash == dash), default=ENOUGH)

    different = dict.fromkeys(pens)
    for pen in different:
        if nearest(pen, pen.dash) >= ENOUGH:
            found[pen] = pen
    for pen in [pen for pen in different if pen not in found]:
        found[pen] = Pen(pen.colour, max(DASHES, key=lambda dash: min(nearest(pen, dash), ENOUGH)))
    return {pen: found[pen] for pen in different}
