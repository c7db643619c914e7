"""What is packed of runs of images: the pictures that were seen, and how many digits are made of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gan_core.packing import pixels
from gan_core.recordings.images import CHARTS_OF_IMAGES, panel
from gan_core.run.classes import ClassHistory


def seen(classes: np.ndarray) -> Any:
    """Of one member that makes so many of each digit (T, 10), beside random pictures."""
    rng = np.random.default_rng(0)
    shots = [SimpleNamespace(fake=rng.integers(0, 256, (1, 6, 28, 28), dtype=np.uint8)) for _ in classes]
    history = ClassHistory(
        np.arange(len(classes)) * 32, classes[:, None], np.ones((len(classes), 1)), np.full(10, 0.1), 200
    )
    return SimpleNamespace(shots=shots, classes=history)


def test_a_panel_holds_the_pictures_in_sixteen_greys() -> None:
    run = seen(np.full((3, 10), 20))
    found = panel(run, 0, 4)
    assert found["count"] == 4 and found["images"].shape == (3, 4 * 28 * 28 // 2)
    for codes, shot in zip(found["images"], run.shots, strict=True):
        assert np.abs(pixels(codes, 4).astype(int) - shot.fake[0, :4]).max() <= 8


def test_charts_count_digits_and_measure_their_shares() -> None:
    one = np.zeros(10, int)
    one[3] = 200
    run = seen(np.stack([one, np.full(10, 20)]))
    made, kl = (CHARTS_OF_IMAGES[name]([run], [0]) for name in ("made", "kl"))
    assert made.lines[0].y.tolist() == [1, 10] and made.level == 10
    np.testing.assert_allclose(kl.lines[0].y, [np.log(10), 0], atol=1e-12)
    # 2n KL is χ² of nine degrees of freedom for many samples (Wilks 1938), whose median is 8.34
    assert kl.level == pytest.approx(8.343 / 400, rel=0.05)
