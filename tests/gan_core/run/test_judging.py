"""Runs judged by fresh samples, beside what explains their scores."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core import metrics
from gan_core.config import RunConfig
from gan_core.run import judging
from gan_core.run.trainer import Trainer

SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,)}


def test_fresh_samples_share_no_latent_with_those_that_the_run_trained_on():
    trainer = Trainer(RunConfig.of(**SMALL, members=2, seed=3))
    first = trainer.ensembles[1].random.latent()[0].numpy()
    trained_on = trainer.decode(first, 1)
    assert np.array_equal(trainer.generate(16, 1, seed=4), trained_on)
    assert not set(map(tuple, trainer.fresh(500, 1))) & set(map(tuple, trained_on))
    assert np.array_equal(trainer.fresh(50, 1), trainer.fresh(50, 1))
    assert not np.array_equal(trainer.fresh(50, 0), trainer.fresh(50, 1))


def test_a_member_is_judged_by_its_fresh_samples():
    trainer = Trainer(RunConfig.of(**SMALL, members=2))
    found = judging.judged(trainer, 1, samples=400, w1_points=50)
    data = trainer.distribution
    assert found.samples == 400 and found.w1_points == 50
    coverage = metrics.mode_coverage(trainer.fresh(400, 1), data.centres, data.std)
    assert found.high_quality == coverage.high_quality


@pytest.mark.parametrize("data", ["ring", "grid", "two_gaussians", "moons", "checkerboard", "line"])
def test_every_kind_of_data_has_a_yardstick_with_the_scores_it_knows(data):
    changes = {"modes": 25} if data == "grid" else {}
    trainer = Trainer(RunConfig.of(**SMALL, data=data, **changes))
    beside = judging.yardstick_of_pictures(trainer)
    found = judging.judged(trainer, samples=200, w1_points=20)
    assert set(found.numbers()) <= set(beside.perfect)
    assert beside.verdict("w1", beside.perfect["w1"].median) == "perfect"


def test_a_table_of_a_visitor_is_its_own_perfect_sampler():
    from gan_core.data import parse_points, points_digest

    rng = np.random.default_rng(0)
    points = parse_points(np.concatenate([rng.normal(size=(60, 2)), rng.normal(size=(60, 2)) + 6]))
    trainer = Trainer(RunConfig.of(**SMALL, data="custom", points=points_digest(points)), points=points)
    beside = judging.yardstick_of_pictures(trainer)
    assert set(beside.perfect) == {"jsd", "w1"} and beside.perfect["w1"].median < 0.3


def test_runs_on_the_same_data_share_one_yardstick():
    first, second = (judging.yardstick_of_pictures(Trainer(RunConfig.of(**SMALL, seed=s))) for s in (1, 2))
    assert first is second


def test_images_are_not_judged_here():
    trainer = Trainer(RunConfig.of(**SMALL, data="mnist"))
    with pytest.raises(ValueError, match="these are images"):
        judging.judged(trainer)
