"""How far G's parameters moved, beside their gradient, as an observer keeps it: against θ before and after a step."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gan_core.config import RunConfig
from gan_core.run.trainer import Trainer
from gan_core.run.updates import UpdateWatch

SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,), "members": 3}


@pytest.mark.parametrize("optimiser", ["adam", "rmsprop", "sgd"])
def test_each_row_is_the_step_that_was_taken(optimiser: str) -> None:
    trainer = Trainer(RunConfig.of(**SMALL, optimiser=optimiser))
    watch = UpdateWatch(trainer)
    trainer.add_callback(watch)
    assert watch.updates().step.size == 0
    moved, slopes = [], []
    for _ in range(5):
        before = torch.cat([e.generator.theta.clone() for e in trainer.ensembles])
        trainer.step()
        after = torch.cat([e.generator.theta for e in trainer.ensembles])
        moved.append(torch.linalg.vector_norm(after - before, dim=1).numpy())
        slopes.append(trainer.history.curves().g_grad[-1])
    found = watch.updates()
    assert found.step.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(found.change, moved, rtol=1e-3)
    np.testing.assert_allclose(found.gradient, slopes, rtol=1e-6)


def test_a_run_that_is_watched_is_the_same_run() -> None:
    plain, watched = (Trainer(RunConfig.of(**SMALL)) for _ in range(2))
    watched.add_callback(UpdateWatch(watched))
    for trainer in (plain, watched):
        trainer.step(30)
    np.testing.assert_array_equal(plain.snapshot().fake, watched.snapshot().fake)
