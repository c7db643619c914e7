"""Where a best D is known, and how far D is from it at a moment of a run."""

import numpy as np

from gan_core.config import RunConfig
from gan_core.run import optimum
from gan_core.run.recording import record
from gan_core.run.trainer import Trainer

SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,)}


def recorded(**changes):
    return record(Trainer(RunConfig.of(**SMALL, **changes)))


def test_it_is_known_only_where_the_density_and_the_labels_are():
    assert optimum.known(recorded())
    for other in ({"data": "moons"}, {"loss": "wasserstein", "clip": 0.1}, {"label_smoothing": 0.1}, {"packing": 2}):
        assert not optimum.known(recorded(**other))
        assert optimum.found(recorded(**other), recorded(**other).snapshot, 0) is None


def test_a_gap_is_found_for_every_member_and_is_no_less_than_0():
    run = recorded(members=2)
    gaps = optimum.gaps(run, run.snapshot, 2)
    assert gaps.shape == (2,) and (gaps >= 0).all() and optimum.gaps(run, run.snapshot, 2) is gaps
    assert np.isfinite(optimum.floor(run, run.snapshot)).all() and optimum.blur(run, run.snapshot) > 0


def test_noise_fades():
    config = RunConfig.of(instance_noise=0.4, noise_steps=100)
    assert [config.train.noise_at(step) for step in (0, 50, 100, 200)] == [0.4, 0.2, 0.0, 0.0]
