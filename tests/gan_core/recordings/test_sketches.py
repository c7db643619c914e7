"""Pictures of closed forms: what they show is so."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.recordings.sketches import SKETCHES


@pytest.mark.parametrize("name", SKETCHES)
def test_nothing_leaves_the_window(name: str) -> None:
    picture = SKETCHES[name]()
    low, high = picture["extent"][:2]
    assert ((picture["fake"] >= low) & (picture["fake"] <= high)).all()


def test_the_smallest_gan_goes_round_and_away() -> None:
    fake = SKETCHES["convergence"]()["fake"]
    newest = np.linalg.norm(fake[:, -1], axis=-1)
    assert newest[-1] > newest[0] and (fake[:, :, 0] < 0).any() and (fake[:, :, 0] > 0).any()


def test_one_cloud_comes_to_the_other() -> None:
    picture = SKETCHES["distances"]()
    gaps = np.linalg.norm(picture["fake"].mean(1) - picture["real"].mean(0), axis=-1)
    assert (np.diff(gaps) <= 1e-9).all() and gaps[-1] < 0.1 < gaps[0]
