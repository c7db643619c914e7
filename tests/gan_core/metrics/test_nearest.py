"""Nearest images against a plain loop."""

import numpy as np

from gan_core.metrics import nearest


def test_agrees_with_a_loop_over_all_images(monkeypatch):
    monkeypatch.setattr(nearest, "ROWS_AT_ONCE", 7)  # several pieces
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 28, 28), dtype=np.uint8)
    sample = rng.integers(0, 256, (28, 28), dtype=np.uint8)
    distances = [np.linalg.norm(image / 255 - sample / 255) for image in images]
    index, distance = nearest.nearest_images(images, sample, 6)
    assert index.tolist() == np.argsort(distances)[:6].tolist()
    np.testing.assert_allclose(distance, np.sort(distances)[:6], rtol=1e-5)


def test_finds_a_copy_at_distance_0_and_takes_fewer_images_than_asked_for():
    images = np.zeros((3, 28, 28), np.uint8)
    images[1] = 200
    index, distance = nearest.nearest_images(images, images[1], 9)
    assert index.tolist() == [1, 0, 2]
    assert distance[0] == 0
