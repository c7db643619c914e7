"""Rows by step: bounded, evenly spaced, copies; and observers that a trainer calls when they are due."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.run.trainer import Trainer
from gan_core.run.watch import Rows


@pytest.mark.parametrize("dense", [0, 10])
def test_rows_stay_bounded_and_evenly_spaced(dense: int) -> None:
    rows = Rows((2,), limit=32, stride=3, dense=dense)
    made = []

    def row(step: int) -> np.ndarray:
        made.append(step)
        return np.full(2, step)

    for step in range(1, 2000):
        if rows.due(step):
            rows.add(step, lambda step=step: row(step))
        assert len(rows.steps) <= 32
    kept = rows.steps.tolist()
    assert kept == [step for step in range(1, 2000) if step <= dense or step % rows.stride == 0]
    assert np.array_equal(rows.values, np.repeat(np.array(kept)[:, None], 2, 1)) and rows.last == kept[-1]
    assert rows.stride in {3 * 2**i for i in range(10)}
    assert len(made) < 400  # what would be thinned away at once was never worked out


def test_rows_are_empty_at_first_and_hand_out_copies() -> None:
    rows = Rows((), limit=4, stride=1)
    assert rows.last == -1 and not len(rows.steps) and rows.values.shape == (0,)
    rows.add(5, lambda: np.array(1.0))
    rows.values[0] = 2
    rows.steps[0] = 6
    assert rows.values.tolist() == [1.0] and rows.steps.tolist() == [5] == [rows.last]


class Every:
    def __init__(self, steps: int) -> None:
        self.steps, self.seen = steps, []

    def due(self, step: int) -> bool:
        return step % self.steps == 0

    def look(self, trainer: Trainer) -> None:
        self.seen.append((trainer.step_count, trainer.ensembles[0].generator.theta.sum().item()))


def test_observers_are_called_when_they_are_due_however_a_run_is_sliced() -> None:
    config = RunConfig.of(batch=8, g_layers=(8,), d_layers=(8,))
    seen = []
    for slices in ([150], [1, 2, 147], [149, 1]):
        trainer = Trainer(config)
        trainer.step(2)
        five, seven = Every(5), Every(7)
        trainer.add_callback(five)
        trainer.add_callback(seven)
        for n in slices:
            trainer.step(n)
        assert [step for step, _ in five.seen] == [2, *range(5, 153, 5)]
        assert [step for step, _ in seven.seen] == [2, *range(7, 153, 7)]
        seen.append(five.seen + seven.seen)
    assert seen[0] == seen[1] == seen[2]
    assert trainer.observer(Every) is five and trainer.observer(Rows) is None
