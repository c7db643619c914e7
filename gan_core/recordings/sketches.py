"""Small moving pictures of what no GAN is trained for: closed forms, packed like recorded runs, for the home page.

packed("convergence")        # bytes of the file
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtri

from gan_core.packing import Quantised, pack
from gan_core.recordings.origin import Origin
from gan_core.theory import dirac

MOMENTS, POINTS = 36, 96
GOLDEN = (5**0.5 - 1) / 2


def _cloud() -> np.ndarray:
    """(POINTS, 2): a standard normal cloud of evenly spread points, always the same."""
    i = np.arange(POINTS)
    return np.stack([ndtri((i + 0.5) / POINTS), ndtri((i * GOLDEN + 0.25) % 1 * 0.98 + 0.01)], -1)


def _circling() -> dict[str, Any]:
    """The smallest GAN: its last steps, growing round the equilibrium under simultaneous updates."""
    path = dirac.simulate("gan", start=(0.7, 0.0), step_size=0.25, steps=POINTS + 4 * MOMENTS)
    fake = np.stack([path[4 * t : 4 * t + POINTS] for t in range(MOMENTS)])
    return {"real": np.zeros((1, 2)), "fake": fake, "extent": [-3.0, 3.0, -3.0, 3.0]}


def _sliding() -> dict[str, Any]:
    """Two clouds, one on its way to the other."""
    cloud = 0.55 * _cloud()
    far = np.concatenate([np.linspace(2.7, 0.0, MOMENTS - 8), np.zeros(8)])
    fake = cloud[None] + np.stack([far, np.zeros(MOMENTS)], -1)[:, None]
    return {"real": cloud[:, ::-1] - [1.2, 0.0], "fake": fake - [1.2, 0.0], "extent": [-3.0, 3.0, -3.0, 3.0]}


SKETCHES: dict[str, Callable[[], dict[str, Any]]] = {"convergence": _circling, "distances": _sliding}  # by their pages


def origin(name: str) -> Origin:
    return Origin(looks=(name, MOMENTS, POINTS))


def packed(name: str) -> bytes:
    panel = SKETCHES[name]()
    low, high = panel["extent"][0] * 1.5, panel["extent"][1] * 1.5
    drawn = {of: Quantised(panel[of], low, high) for of in ("real", "fake")}
    outside = np.zeros(MOMENTS, np.uint16)
    return pack(
        {
            **origin(name).said(name), "steps": np.arange(MOMENTS, dtype=np.uint32),
            "panels": [{"extent": panel["extent"], **drawn, "outside": outside}],
            "charts": [], "strips": [], "captions": [],
        }
    )  # fmt: skip
