"""A recording is what the trainer knows, and stays as it is while the run goes on."""

import numpy as np

from gan_core.config import RunConfig
from gan_core.run.recording import record, watch
from gan_core.run.trainer import Trainer

SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,)}


def test_a_recording_does_not_change_while_the_run_goes_on():
    trainer = Trainer(RunConfig.of(**SMALL))
    watch(trainer)
    trainer.step(9)
    before = record(trainer)
    fake, steps, looks = before.snapshot.fake.copy(), before.curves.step.copy(), len(before.diversity.step)
    trainer.step(40)
    assert np.array_equal(before.snapshot.fake, fake) and np.array_equal(before.curves.step, steps)
    assert len(before.diversity.step) == looks and before.snapshot.step == 9
    assert [moment.step for moment in before.moments] == [0, 1, 2, 4, 8, 9]
    assert before.at(4).snapshot.step == 4 and before.at(10**6).snapshot.step == 9


def test_data_without_modes_have_none():
    trainer = Trainer(RunConfig.of(**SMALL, data="moons"))
    watch(trainer)
    recording = record(trainer)
    assert recording.diversity is None and recording.centres is None and recording.updates is not None
