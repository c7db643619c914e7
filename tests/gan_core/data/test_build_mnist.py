"""The builder of the embedded digits: every k-th image of a class, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gan_core.data import images, load_images
from gan_core.data.build_mnist import build, every_kth
from tests.gan_core.data.test_images import write_originals


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Nothing in memory, before and after."""
    load_images.cache_clear()
    yield
    load_images.cache_clear()


def test_builder_takes_every_kth_image_and_repeats_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pixels, labels = write_originals(tmp_path / "MNIST" / "raw", per_class=7)
    per_class = {"train": 3, "test": 2}
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        build(tmp_path, folder, per_class)
    for file in ("train.xz", "test.xz", "SHA256SUMS"):
        assert (folders[0] / file).read_bytes() == (folders[1] / file).read_bytes()
    monkeypatch.setattr(images, "EMBEDDED", folders[0])
    monkeypatch.setattr(images, "PER_CLASS", per_class)
    for split, chosen in (("train", [0, 2, 4]), ("test", [0, 3])):  # floor(7 i / n)
        got, digits = load_images("mnist", split)
        for digit in range(10):
            np.testing.assert_array_equal(got[digits == digit], pixels[labels == digit][chosen])


def test_builder_needs_enough_of_each_class(tmp_path: Path) -> None:
    write_originals(tmp_path / "MNIST" / "raw", per_class=2)
    with pytest.raises(ValueError, match="3 are needed"):
        build(tmp_path, tmp_path, {"train": 3})
    assert every_kth(np.arange(10, 14), 4).tolist() == [10, 11, 12, 13]
