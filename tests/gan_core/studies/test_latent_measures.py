"""The studies of a latent space on a generator of bars whose every property is known, and a reader of them."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.studies import latent_measures, latent_space

RNG = np.random.default_rng(0)


NORMAL = RNG.standard_normal((4000, 16)).astype(np.float32)


def decode(z: np.ndarray) -> np.ndarray:
    """The sign of z₀ decides the class: a bar at the left or right. z₁ decides how bright it is. The rest is noise."""
    images = np.zeros((len(z), 28, 28), np.uint8)
    bright = (128 + 60 * np.tanh(z[:, 1])).astype(np.uint8)
    images[:, 4:24, 2:6] = np.where(z[:, 0] > 0, 0, bright)[:, None, None]
    images[:, 4:24, 20:24] = np.where(z[:, 0] > 0, bright, 0)[:, None, None]
    return images


def classify(images: np.ndarray) -> np.ndarray:
    probabilities = np.full((len(images), 10), 0.001)
    right = images[:, :, 14:].sum((1, 2)) > images[:, :, :14].sum((1, 2))
    probabilities[np.arange(len(images)), np.where(right, 7, 1)] = 0.991
    return probabilities


def done(study: latent_measures.Study) -> list:
    study.step()
    assert study.step_count == 1 and study.failure is None
    study.step(len(study.tasks))
    return study.results


def test_an_axis_that_decides_the_class_is_found_among_those_that_do_not() -> None:
    z = NORMAL[:40]
    effects = done(latent_measures.coordinates(decode, classify, z, latent_space.axes(16)))
    assert [effect.class_change for effect in effects] == [1.0] + [0.0] * 15
    assert effects[0].pixel_change > effects[1].pixel_change > 0 == effects[2].pixel_change
    mixed = done(latent_measures.coordinates(decode, classify, z, latent_space.random_directions(30, 16, RNG)))
    assert 0 < np.mean([effect.class_change for effect in mixed]) < 1


def test_walks_are_measured_over_pairs() -> None:
    found = {one.kind: one for one in done(latent_measures.walks(decode, classify, NORMAL[:30], NORMAL[30:60], 5))}
    assert set(found) == set(latent_space.WALKS)
    np.testing.assert_allclose(found["straight"].confidence, 0.991)
    assert found["straight"].length[2] < found["spherical"].length[2]


def test_truncation_scores_the_same_latents_at_every_limit() -> None:
    found = done(
        latent_measures.truncations(
            decode, lambda images: latent_space.ink(images).std(), NORMAL[:200], [0.1, 1.0, np.inf]
        )
    )
    assert [limit for limit, _ in found] == [0.1, 1.0, np.inf]
    assert found[0][1] < found[1][1] < found[2][1]


def test_directions_and_sums_find_what_is_there() -> None:
    known = latent_measures.classified(decode, classify, NORMAL[:600])
    ways = latent_measures.directions(known)
    assert {"ink", "1", "7"} <= set(ways) and "3" not in ways
    assert abs(ways["ink"][1]) > 0.95 and ways["7"][0] > 0.95
    moved = latent_measures.shift(decode, classify, NORMAL[:100], ways["ink"], [-2.0, 0.0, 2.0])
    assert moved.amount["ink"][0] < moved.amount["ink"][1] < moved.amount["ink"][2]
    assert moved.same[1] == 1.0 and moved.classes.shape == (3, 10) and moved.classes.sum(1) == pytest.approx(1)
    answer = latent_measures.analogy(known, 1, 7, "ink", decode, classify)
    assert answer is not None and list(answer.label) == [1, 1, 7, 7] and answer.works
    assert latent_measures.analogies(known, "ink", decode, classify) == (2, 2)
    assert latent_measures.analogy(known, 1, 3, "ink", decode, classify) is None
