"""Ways through the latent space: walks, arithmetic, truncation, one coordinate at a time. NumPy and SciPy only.

A latent is a vector z of d independent coordinates, N(0, 1) each ("normal") or U(−1, 1) ("uniform"): the names of
`ModelConfig.latent`. Nothing here knows a network; a generator turns the latents into pictures.

Normal latents nearly all have the same length √d, so they lie on a sphere: what leaves it (the middle of a straight
line, a mean, a sum) is a place where G was never trained. Uniform latents fill a cube, which a straight line never
leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Latents = NDArray[np.float32]
Floats = NDArray[np.float64]


# ── walks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def straight(a: ArrayLike, b: ArrayLike, count: int) -> Latents:
    """(count, d) latents from a to b, both (d,), on the straight line, evenly spaced, both ends included."""
    s = np.linspace(0, 1, count)[:, None]
    # lerp(s) = (1 − s)·a + s·b
    return ((1 - s) * _vector(a) + s * _vector(b)).astype(np.float32)


def spherical(a: ArrayLike, b: ArrayLike, count: int) -> Latents:
    """(count, d) latents from a to b on the arc between them, at even angles; straight where there is no arc.

    Source: White 2016, Sampling Generative Networks, section 2.1.
    """
    start, end = _vector(a), _vector(b)
    product = float(np.linalg.norm(start) * np.linalg.norm(end))
    angle = float(np.arccos(np.clip(start @ end / product, -1, 1))) if product > 0 else 0.0
    if np.sin(angle) < 1e-6:
        return straight(start, end, count)
    s = np.linspace(0, 1, count)[:, None]
    # slerp(s) = sin((1 − s)ω)/sin ω · a + sin(sω)/sin ω · b, ω the angle between a and b
    return ((np.sin((1 - s) * angle) * start + np.sin(s * angle) * end) / np.sin(angle)).astype(np.float32)


WALKS: dict[str, Callable[[ArrayLike, ArrayLike, int], Latents]] = {"straight": straight, "spherical": spherical}


def walk(a: ArrayLike, b: ArrayLike, count: int, latent: str = "normal") -> Latents:
    """The walk that stays where such latents lie: on an arc for normal ones, straight for uniform ones."""
    return (spherical if latent == "normal" else straight)(a, b, count)


def length(dim: int, latent: str = "normal") -> float:
    """Root mean square length of a latent: √d, or √(d/3) for uniform ones."""
    return float(np.sqrt(dim if latent == "normal" else dim / 3))


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────────


def rescaled(z: ArrayLike, latent: str = "normal") -> Latents:
    """Latents (…, d) brought back to where such latents lie: normal ones to the length √d, uniform ones into ±1.

    A zero vector has no direction to keep and stays.
    """
    values = np.asarray(z, np.float64)
    if latent != "normal":
        return np.clip(values, -1, 1).astype(np.float32)
    norms = np.linalg.norm(values, axis=-1, keepdims=True)
    return (values * (length(values.shape[-1]) / np.where(norms > 0, norms, np.inf)) + values * (norms == 0)).astype(
        np.float32
    )


def analogy(a: ArrayLike, b: ArrayLike, c: ArrayLike, latent: str = "normal") -> Latents:
    """a − b + c, "a is to b as ? is to c", rescaled to where latents lie; all (…, d).

    Source: Radford et al. 2016 (DCGAN), section 6.3.2, where a, b and c are each the mean of three latents.
    """
    return rescaled(np.asarray(a, np.float64) - np.asarray(b, np.float64) + np.asarray(c, np.float64), latent)


# ── truncation ───────────────────────────────────────────────────────────────────────────────────────────────────────


def truncated(z: ArrayLike, limit: float, latent: str = "normal") -> Latents:
    """The latents z, moved monotonically, coordinate by coordinate, so that none exceeds ±limit.

    What was N(0, 1) becomes N(0, 1) on condition that |z| ≤ limit, what was U(−1, 1) becomes U(−limit, limit); an
    infinite limit (for uniform ones 1) changes nothing. The same z at two limits are comparable pictures, which drawing
    again until all coordinates fit would not give. Raises ValueError unless limit > 0.

    Source: Brock et al. 2019 (BigGAN), section 3.1, by the inverse distribution function instead of by drawing again.
    """
    if not limit > 0:
        raise ValueError(f"limit = {limit} leaves no room for a latent; choose one above 0.")
    values = np.asarray(z, np.float64)
    if latent != "normal":
        return (values * min(limit, 1.0)).astype(np.float32)
    # z′ = Φ⁻¹(Φ(−t) + Φ(z)·(Φ(t) − Φ(−t))), by the smaller tail so that nothing is lost to rounding
    tail = ndtr(-limit) + ndtr(-np.abs(values)) * (1 - 2 * ndtr(-limit))
    return (np.sign(values) * -ndtri(tail)).astype(np.float32)


# ── one coordinate at a time ─────────────────────────────────────────────────────────────────────────────────────────


def along(z: ArrayLike, direction: ArrayLike, values: ArrayLike) -> Latents:
    """(…, count, d): the latents z (…, d) with their part along a unit vector `direction` (d,) set to each value.

    With the i-th unit vector only coordinate i changes.
    """
    start, unit, steps = np.asarray(z, np.float64), _vector(direction), np.asarray(values, np.float64)
    # z − (z·u)u + v·u
    rest = start - (start @ unit)[..., None] * unit
    return (rest[..., None, :] + steps[:, None] * unit).astype(np.float32)


def axes(dim: int) -> Floats:
    """(d, d): the unit vectors of the coordinates."""
    return np.eye(dim)


def random_directions(count: int, dim: int, rng: np.random.Generator) -> Floats:
    """(count, d) unit vectors, every direction as likely as any other."""
    vectors = rng.standard_normal((count, dim))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


# ── what a picture is like ───────────────────────────────────────────────────────────────────────────────────────────


def ink(images: NDArray[np.uint8]) -> Floats:
    """(N,) mean brightness in [0, 1] of uint8 images (N, 28, 28): how bold a digit is."""
    return images.reshape(len(images), -1).mean(1) / 255.0


def slant(images: NDArray[np.uint8]) -> Floats:
    """(N,) shear −cov(x, y)/var(y) of the ink, x to the right and y downwards: 0 is upright, above 0 leans to the right
    at the top. NaN of an empty image."""
    moments = _moments(images)
    with np.errstate(invalid="ignore", divide="ignore"):
        return -moments["xy"] / moments["yy"]


def width(images: NDArray[np.uint8]) -> Floats:
    """(N,) standard deviation of the ink along x, in pixels. NaN of an empty image."""
    return np.sqrt(_moments(images)["xx"])


ATTRIBUTES: dict[str, Callable[[NDArray[np.uint8]], Floats]] = {"ink": ink, "slant": slant, "width": width}


def _moments(images: NDArray[np.uint8]) -> dict[str, Any]:
    """Central second moments (N,) of the ink, in pixels²."""
    weights = images.astype(np.float64)
    total = weights.sum((1, 2))
    total = np.where(total > 0, total, np.nan)
    y, x = np.mgrid[: images.shape[1], : images.shape[2]].astype(np.float64)
    mean_x, mean_y = ((weights * axis).sum((1, 2)) / total for axis in (x, y))
    return {
        "xx": (weights * x**2).sum((1, 2)) / total - mean_x**2,
        "yy": (weights * y**2).sum((1, 2)) / total - mean_y**2,
        "xy": (weights * x * y).sum((1, 2)) / total - mean_x * mean_y,
    }


def _vector(z: ArrayLike) -> Floats:
    return np.asarray(z, np.float64)
