"""Scores of digits beside those of real ones: on held-out digits, copies, and what is no digit."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.data import load_images
from gan_core.metrics import classifier
from gan_core.metrics.images import ESTIMATES, image_scores

rng = np.random.default_rng(0)


def test_held_out_digits_score_within_their_floors() -> None:
    """Both halves of the test digits that come with the app, cut at random: in file order they are of different hands,
    and no sample of a generator is cut like that."""
    test = load_images("mnist", "test")[0][rng.permutation(2000)]
    halves = [image_scores(part) for part in (test[:1000], test[1000:])]
    for name in ESTIMATES:
        width = halves[0].estimates[name].high - halves[0].estimates[name].low
        for score in (half.estimates[name] for half in halves):
            assert score.low - width < score.value < score.high + width, name
    assert not any(half.copying.copies for half in halves)
    assert halves[0].copying.searched == 10_000 and image_scores(test[:10], "mnist_full").copying.searched == 60_000
    assert halves[0].classes[3] == pytest.approx(100, abs=20) and sum(halves[0].classes) == 1000
    weighed = image_scores(test[:1000], "mnist_full")  # other shares of the digits, and so another reference
    assert 0 < abs(weighed.fid.value - halves[0].fid.value) < 1.5


def test_training_digits_are_found_out_and_score_better_than_anybody() -> None:
    train = load_images("mnist", "train")[0][:1000]
    learned = image_scores(train, "mnist_full")
    assert learned.nearest.value == 0 and learned.nearest.floor > 5
    assert learned.copying.same == 1000 and learned.copying.copies and learned.copying.c_t < -10
    assert learned.fid.value < learned.fid.floor


def test_five_percent_of_copies_are_found_and_none_where_there_are_none() -> None:
    test, train = (load_images("mnist", split)[0] for split in ("test", "train"))
    some = test[rng.permutation(2000)[:1000]].copy()
    assert not image_scores(some, "mnist_full").copying.copies
    some[:50] = train[rng.permutation(10_000)[:50]]
    assert image_scores(some, "mnist_full").copying.copies


def test_bad_samples_score_badly() -> None:
    digits, labels = load_images("mnist", "train")
    ones = image_scores(digits[labels == 1][:200])
    assert ones.class_kl.value > 2 and ones.recall.value < 0.6 and ones.fid.value > 15 * ones.fid.floor
    noise = image_scores(rng.integers(0, 256, (200, 28, 28)).astype(np.uint8))
    assert noise.nearest.value > 1.5 * noise.nearest.floor and noise.fid.value > 20 * noise.fid.floor
    black = image_scores(np.zeros((200, 28, 28), np.uint8))
    assert black.fid.value > 20 * black.fid.floor and np.isfinite([s.value for s in black.estimates.values()]).all()
    # one passable digit for ever: precision 1, and no coverage
    one = image_scores(np.repeat(digits[:1], 200, axis=0))
    assert one.precision.value == 1 and one.coverage.value < 0.1 < one.coverage.low
    with pytest.raises(ValueError, match="at least 10"):
        image_scores(digits[:9])
    with pytest.raises(ValueError, match="mnist or mnist_full"):
        image_scores(digits[:10], "ring")


def test_the_last_layer_reads_features_as_the_whole_network_does() -> None:
    images = load_images("mnist", "test")[0][:50]
    seen, probabilities = classifier.look(images)
    np.testing.assert_allclose(classifier.read(seen), probabilities, atol=1e-5)
