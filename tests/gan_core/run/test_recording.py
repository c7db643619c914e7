"""A recording is what the trainer knows, and stays as it is while the run goes on."""

import dataclasses

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
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
    assert recording.diversity is None and recording.centres is None and recording.updates is None


def test_how_far_parameters_move_is_kept_where_somebody_wants_to_see_it():
    trainer = Trainer(RunConfig.of(**SMALL, data="moons"))
    watch(trainer, ["updates"])
    trainer.step(24)
    assert record(trainer).updates.step.tolist() == [*range(1, 17), 24]


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if not preset.config.data.is_image])
def test_what_is_looked_at_later_is_what_would_have_been_looked_at_at_once(name):
    small = {field: (8, 8) for field in ("g_layers", "d_layers")}
    trainer = Trainer(PRESETS[name].config.replace(**small, batch=16))
    trainer.step(3)
    later, now = record(trainer).snapshot, trainer.snapshot()
    trainer.step(3)
    for field in dataclasses.fields(now):
        one, other = getattr(later, field.name), getattr(now, field.name)
        assert type(one) is type(other) and (one is None or np.array_equal(one, other, equal_nan=True)), field.name


def test_a_moment_that_is_kept_has_one_picture_however_often_it_is_asked_for() -> None:
    trainer = Trainer(RunConfig.of(batch=8, g_layers=(4,), d_layers=(4,)))
    trainer.step(4)  # of steps whose pictures are kept …
    first = record(trainer).snapshot
    assert record(trainer).snapshot is first and first.step == 4
    trainer.step_d()  # … and of an update that is no step, but changes D
    second = record(trainer).snapshot
    assert second is not first and second.step == 4 and not np.array_equal(second.field, first.field)
    trainer.step(97)
    assert record(trainer).snapshot.step == trainer.step_count
