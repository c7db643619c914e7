"""The codes of all digits of MNIST: they are what the judge sees, and broken files are refused in a sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gan_core.data import load_images
from gan_core.data.images import MNIST_COUNTS
from gan_core.errors import CheckpointError
from gan_core.metrics import classifier, features
from gan_core.metrics.nearest import nearest_rows
from gan_core.weights import FOLDER

rng = np.random.default_rng(0)


def test_the_codes_are_what_the_judge_sees() -> None:
    known, (images, labels) = features.load(), load_images("mnist", "train")
    rows = rng.choice(len(images), 100, replace=False)
    seen = classifier.features(images[rows])
    assert np.abs(seen - known.reference[rows]).max() <= known.step.max()
    assert (known.train_labels[known.embedded] == labels).all()
    assert np.bincount(known.train_labels).tolist() == list(MNIST_COUNTS)
    assert len(set(known.embedded.tolist())) == 10_000 == known.test.shape[0]
    read = known.held_out_probabilities.argmax(1)
    assert (read == known.test_labels).mean() == pytest.approx(classifier.card()["accuracy"], abs=0.001)


def test_every_training_digit_is_its_own_nearest_and_no_other_is() -> None:
    """All 60,000 are searched; of a run on the digits that come with the app, those 10,000."""
    known, (images, _) = features.load(), load_images("mnist", "train")
    rows = rng.choice(len(images), 100, replace=False)
    seen = classifier.features(images[rows])
    for data in ("mnist", "mnist_full"):
        index, distance = known.nearest(seen, data)
        assert (index == known.embedded[rows]).all() and distance.max() < 0.5
    outside = np.setdiff1d(np.arange(60_000), known.embedded)[rng.choice(50_000, 100, replace=False)]
    codes = known.decode(known.train[outside])
    assert known.nearest(codes, "mnist_full")[1].max() == 0
    assert known.nearest(codes, "mnist")[1].min() > 0.5
    assert min(nearest.min() for nearest in known.test_nearest.values()) > 1


def test_the_distances_of_test_digits_are_those_of_a_search() -> None:
    known = features.load()
    rows = rng.choice(10_000, 50, replace=False)
    for data, nearest in known.test_nearest.items():
        _, distance = nearest_rows(known.decode(known.train[known.searched(data)]), known.held_out[rows])
        np.testing.assert_allclose(nearest[rows], distance, rtol=1e-5)


def another_judge(folder: Path) -> None:
    card = json.loads((folder / "features.json").read_text()) | {"judge": "0" * 64}
    (folder / "features.json").write_text(json.dumps(card))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / features.FILE).unlink(), "missing"),
        (lambda f: (f / features.FILE).write_bytes((f / features.FILE).read_bytes()[:-9]), "checksum"),
        (another_judge, "another classifier"),
    ],
)
def test_broken_files_are_a_sentence(damage: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    for file in (features.FILE, "features.json"):
        shutil.copy(FOLDER / file, tmp_path)
    damage(tmp_path)
    with pytest.raises(CheckpointError, match=says):
        features.load(tmp_path)
    features.load.cache_clear()


@pytest.mark.slow
def test_written_again_it_is_the_same_file(tmp_path: Path) -> None:
    """From codes instead of the digits themselves: they are their own codes."""
    known = features.load()
    card = features.write(known.decode(known.train), known.train_labels, known.held_out, known.test_labels,
                          known.embedded, tmp_path)  # fmt: skip
    again = features.load(tmp_path)
    features.load.cache_clear()
    assert card["judge"] == classifier.card()["sha256"] and "CC BY-SA" in card["licence"]
    np.testing.assert_array_equal(again.train, known.train)
    np.testing.assert_allclose(again.test_nearest["mnist"], known.test_nearest["mnist"], rtol=1e-3, atol=1e-3)
