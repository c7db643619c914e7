"""The classifier behind every score of digits, re-measured on the embedded test digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import shift as moved

from gan_core.data import load_images
from gan_core.engine.random import generator_for
from gan_core.metrics import classifier
from gan_core.weights import FOLDER, read_weights


def test_reads_the_embedded_test_digits() -> None:
    images, labels = load_images("mnist", "test")
    seen, probabilities = classifier.look(images)
    assert (probabilities.argmax(1) == labels).mean() >= 0.99
    assert seen.shape == (2000, classifier.FEATURES) and probabilities.shape == (2000, 10)
    assert seen.dtype == probabilities.dtype == np.float32
    assert seen.min() >= 0
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
    # each image is judged alone, whatever stands beside it
    np.testing.assert_allclose(classifier.classify(images[3:5]), probabilities[3:5], atol=1e-5)
    np.testing.assert_allclose(classifier.features(images[3:5]), seen[3:5], rtol=1e-3, atol=1e-3)
    assert classifier.classify(images[:0]).shape == (0, 10)


def test_its_card_keeps_the_bars() -> None:
    card = classifier.card()
    assert card["accuracy"] >= 0.993 and card["test_digits"] == 10_000
    assert (FOLDER / "judge.safetensors").stat().st_size <= 1_000_000
    tensors = read_weights("judge", card["sha256"])
    assert (
        sum(t.numel() for name, t in tensors.items() if "running" not in name and "num_" not in name)
        == (card["parameters"])
    )
    assert "CC BY-SA 3.0" in card["licence"] and "LeCun" in card["licence"] and "Cortes" in card["licence"]


@pytest.mark.parametrize("images", [np.zeros((2, 784), np.uint8), np.zeros((2, 28, 28), np.float32)])
def test_what_is_no_image_is_refused(images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8 images"):
        classifier.classify(images)


def test_bending_moves_by_whole_pixels_where_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without turn and zoom it is a shift of at most two pixels; with everything at 0 it is nothing at all."""
    monkeypatch.setattr(classifier, "TURN", 0.0)
    monkeypatch.setattr(classifier, "ZOOM", 0.0)
    x = torch.zeros(8, 1, 28, 28)
    x[:, :, 10:18, 10:18] = torch.rand(8, 1, 8, 8, generator=generator_for(0, "real"))
    _, _, right, down = torch.rand(4, 8, generator=generator_for(1, "noise")).mul(2).sub(1) * classifier.SHIFT
    bent = classifier.bend(x, generator_for(1, "noise"))
    for before, after, dx, dy in zip(x, bent, right.tolist(), down.tolist(), strict=True):
        np.testing.assert_allclose(after[0], moved(before[0].numpy(), (-dy, -dx), order=1), atol=1e-4)
    monkeypatch.setattr(classifier, "SHIFT", 0.0)
    np.testing.assert_allclose(classifier.bend(x, generator_for(1, "noise")), x, atol=1e-5)


@pytest.mark.slow
def test_the_trainer_learns_and_repeats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images, labels = load_images("mnist", "train")
    few = {"train": (images[:320], labels[:320]), "test": (images[320:400], labels[320:400])}
    monkeypatch.setattr("gan_core.data.images.load_images", lambda name, split: few[split])
    monkeypatch.setattr(classifier, "BATCH", 32)
    lines: list[str] = []
    cards = [classifier.build("mnist", 2, folder=tmp_path / run, report=lines.append) for run in "ab"]
    assert cards[0]["accuracy"] > 0.3 and len(lines) == 4
    assert cards[0]["sha256"] == cards[1]["sha256"]
