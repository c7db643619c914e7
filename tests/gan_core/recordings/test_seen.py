"""What is measured on a recorded run, against the metrics themselves on single moments."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.metrics.points import mode_coverage, near_modes, near_radius
from gan_core.recordings.seen import Seen, middle
from gan_core.run.trainer import Trainer

CONFIG = RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,), members=2, steps=8)


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen.watch(CONFIG, (0, 3, 8))


def test_it_sees_the_run_that_a_trainer_makes(seen: Seen) -> None:
    trainer = Trainer(CONFIG)
    trainer.step(8)
    np.testing.assert_array_equal(seen.shots[-1].fake, trainer.snapshot().fake)
    assert seen.steps.tolist() == [0, 3, 8]


def test_its_numbers_are_those_of_the_metrics(seen: Seen) -> None:
    assert seen.centres is not None and seen.std is not None
    radius = near_radius(seen.centres, seen.std)
    for k in range(2):
        fake = seen.shots[1].fake[k]
        assert seen.covered[1, k] == near_modes(fake, seen.centres, radius)
        assert seen.quality[1, k] == mode_coverage(fake, seen.centres, seen.std).high_quality
    np.testing.assert_allclose(seen.nearest.sum(-1), 1)
    assert (seen.near.sum(-1) <= 1).all() and (seen.way[0] == 0).all() and (seen.way[-1] > 0).all()
    real, fake = seen.opinions
    np.testing.assert_allclose(real[0], (1 / (1 + np.exp(-seen.shots[0].real_logits))).mean(-1), rtol=1e-5)
    assert real.shape == fake.shape == (3, 2) and seen.trust.shape == (3, 2, 8)


@pytest.mark.parametrize(
    ("values", "member"), [([3, 1, 2], 2), ([4, 1, 2, 3], 2), ([1, np.nan, 2], 2), ([5], 0)], ids=str
)
def test_the_middle_member(values: list[float], member: int) -> None:
    assert middle(np.array(values)) == member
