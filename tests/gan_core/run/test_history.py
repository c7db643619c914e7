"""The past of a run stays bounded: curves evenly spaced, pictures at log-spaced steps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.run.history import CURVE_ROWS, EVERY_STEP, PICTURE_BYTES, History, pictures_until
from gan_core.run.trainer import Trainer


def test_curves_stay_bounded_and_evenly_spaced():
    history = History(1)
    for step in filter(history.rows.due, range(1, 30 * CURVE_ROWS)):
        history.rows.add(step, lambda step=step: np.full((6, 1), step, np.float32))
    curves = history.curves()
    assert CURVE_ROWS / 2 < len(curves.step) <= CURVE_ROWS
    assert curves.step[:EVERY_STEP].tolist() == list(range(1, EVERY_STEP + 1))
    assert set(np.diff(curves.step[EVERY_STEP:])) == {history.rows.stride}
    assert np.array_equal(curves.d_loss[:, 0], curves.step.astype(np.float32))


def test_pictures_are_due_at_log_spaced_steps():
    due = [step for step in range(20_000) if History.due(step)]
    assert due[:17] == [0, 1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448]
    assert 50 < len(due) < 80
    ratios = np.diff(due[17:]) / np.array(due[17:-1])
    assert ratios.max() <= 0.126 and ratios.min() >= 0.06


def test_pictures_of_the_past_cost_a_tenth_of_the_first_steps() -> None:
    """One costs two to three steps of the ring: these are 7 to 9 % of them, where eight a doubling were a quarter."""
    assert sum(map(History.due, range(1, 501))) <= 16


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 15, 16, 17, 100, 255, 256, 300, 511, 512, 1000, 5000, 20_000])
def test_how_many_pictures_there_will_be_is_known(steps: int) -> None:
    assert pictures_until(steps) == sum(map(History.due, range(steps + 1)))


def test_pictures_stay_bounded_and_keep_the_ends():
    trainer = Trainer(RunConfig.of(batch=32, g_layers=(16, 16), d_layers=(16, 16), members=8))
    shot = trainer.snapshot()
    for step in range(1, 400):
        trainer.history.add(dataclasses.replace(shot, step=step))
    kept = trainer.history.snapshots
    assert sum(s.nbytes for s in kept) <= PICTURE_BYTES
    assert kept[0].step == 0 and kept[-1].step == 399
    assert list(trainer.history.steps) == sorted(set(trainer.history.steps))
    assert trainer.history.at(10**9).step == 399


def test_an_empty_history_says_so():
    with pytest.raises(LookupError, match="nothing was recorded"):
        History(1).at(3)
