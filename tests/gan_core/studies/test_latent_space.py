"""Walks, truncation, arithmetic and attributes against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, truncnorm

from gan_core.studies import latent_space

RNG = np.random.default_rng(0)
NORMAL = RNG.standard_normal((4000, 16)).astype(np.float32)


# ── walks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", latent_space.WALKS)
def test_a_walk_begins_and_ends_where_it_should(kind: str) -> None:
    a, b = NORMAL[:2]
    path = latent_space.WALKS[kind](a, b, 7)
    assert path.shape == (7, 16) and path.dtype == np.float32
    np.testing.assert_allclose(path[[0, -1]], [a, b], atol=1e-6)


def test_a_quarter_circle_in_the_plane() -> None:
    path = latent_space.spherical([2.0, 0.0], [0.0, 2.0], 4)
    angle = np.radians([0, 30, 60, 90])
    np.testing.assert_allclose(path, 2 * np.stack([np.cos(angle), np.sin(angle)], 1), atol=1e-6)
    np.testing.assert_allclose(latent_space.straight([2.0, 0.0], [0.0, 2.0], 3)[1], [1.0, 1.0])


@pytest.mark.parametrize("b", [[3.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
def test_where_there_is_no_arc_the_walk_is_straight(b: list[float]) -> None:
    np.testing.assert_array_equal(latent_space.spherical([1.0, 0.0], b, 5), latent_space.straight([1.0, 0.0], b, 5))


def test_the_middle_of_a_line_is_short_and_the_middle_of_an_arc_is_not() -> None:
    """Of independent normal latents the straight middle has the length √(d/2), the arc keeps √d."""
    wide = RNG.standard_normal((400, 100))
    pairs = zip(wide[:200], wide[200:], strict=True)
    line, arc = zip(
        *((latent_space.straight(a, b, 3)[1], latent_space.spherical(a, b, 3)[1]) for a, b in pairs), strict=True
    )
    assert np.linalg.norm(line, axis=1).mean() == pytest.approx(latent_space.length(100) / np.sqrt(2), rel=0.02)
    assert np.linalg.norm(arc, axis=1).mean() == pytest.approx(latent_space.length(100), rel=0.02)


def test_uniform_latents_walk_straight_inside_their_cube() -> None:
    a, b = RNG.uniform(-1, 1, (2, 16))
    np.testing.assert_array_equal(latent_space.walk(a, b, 5, "uniform"), latent_space.straight(a, b, 5))
    np.testing.assert_array_equal(latent_space.walk(a, b, 5), latent_space.spherical(a, b, 5))
    assert latent_space.length(12, "uniform") == pytest.approx(2.0)


# ── arithmetic, truncation, coordinates ──────────────────────────────────────────────────────────────────────────────


def test_a_sum_lies_where_latents_lie() -> None:
    a, b, c = NORMAL[:3]
    found = latent_space.analogy(a, b, c)
    assert np.linalg.norm(found) == pytest.approx(4.0, rel=1e-6)
    assert found @ (a - b + c) == pytest.approx(4.0 * np.linalg.norm(a - b + c), rel=1e-5)
    assert abs(latent_space.analogy([0.9], [-0.9], [0.9], "uniform")[0]) == 1.0
    np.testing.assert_array_equal(latent_space.rescaled(np.zeros((2, 3))), np.zeros((2, 3)))


@pytest.mark.parametrize("limit", [0.05, 0.5, 2.0])
def test_truncation_gives_the_truncated_normal_and_keeps_the_order(limit: float) -> None:
    found = latent_space.truncated(NORMAL, limit)
    assert np.abs(found).max() <= limit + 1e-6
    assert kstest(found.ravel(), truncnorm(-limit, limit).cdf).pvalue > 0.01
    order = np.argsort(NORMAL[:, 0])
    assert (np.diff(found[order, 0]) >= 0).all()


def test_no_truncation_changes_nothing_and_none_left_is_an_error() -> None:
    np.testing.assert_allclose(latent_space.truncated(NORMAL[:50], np.inf), NORMAL[:50], atol=1e-5)
    np.testing.assert_array_equal(latent_space.truncated([[0.5, -1.0]], 0.5, "uniform"), np.float32([[0.25, -0.5]]))
    np.testing.assert_array_equal(latent_space.truncated([[0.5]], np.inf, "uniform"), np.float32([[0.5]]))
    for limit in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="leaves no room"):
            latent_space.truncated(NORMAL[:2], limit)


def test_along_an_axis_only_that_coordinate_changes() -> None:
    found = latent_space.along(NORMAL[:5], latent_space.axes(16)[3], [-2.0, 0.5])
    assert found.shape == (5, 2, 16)
    np.testing.assert_allclose(found[:, :, 3], np.tile([-2.0, 0.5], (5, 1)))
    np.testing.assert_allclose(np.delete(found, 3, 2), np.delete(NORMAL[:5, None].repeat(2, 1), 3, 2), atol=1e-6)
    unit = latent_space.random_directions(3, 16, np.random.default_rng(1))
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1)
    np.testing.assert_allclose(latent_space.along(NORMAL[0], unit[0], [1.5]) @ unit[0], 1.5, atol=1e-5)


# ── attributes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_attributes_of_drawn_bars() -> None:
    images = np.zeros((4, 28, 28), np.uint8)
    images[0, 4:24, 13:15] = 255  # upright
    for y in range(4, 24):
        images[1, y, 24 - y // 2] = 255  # its top leans to the right, by half a pixel a row
        images[2, y, 2 + y // 2] = 255
    np.testing.assert_allclose(latent_space.ink(images), [40 / 784, 20 / 784, 20 / 784, 0])
    np.testing.assert_allclose(latent_space.slant(images[:3]), [0, 0.5, -0.5], atol=0.02)
    np.testing.assert_allclose(latent_space.width(images[:1]), 0.5)
    assert np.isnan(latent_space.slant(images[3:])).all() and np.isnan(latent_space.width(images[3:])).all()
