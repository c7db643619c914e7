"""The past of a run stays bounded: curves evenly spaced, pictures at log-spaced steps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.run.history import CURVE_ROWS, EVERY_STEP, PICTURE_BYTES, History
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
    assert due[:18] == [*range(17), 18]
    assert 70 < len(due) < 110
    ratios = np.diff(due[16:]) / np.array(due[16:-1])
    assert ratios.max() <= 0.126 and ratios.min() >= 0.06


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
