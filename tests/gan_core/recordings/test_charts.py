"""The charts of recorded runs: every one of the registry, on a short run."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.recordings.charts import CHARTS, MOST
from gan_core.recordings.seen import Seen


@pytest.fixture(scope="module")
def runs() -> list[Seen]:
    small = RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,), members=3, steps=20)
    return [Seen.watch(small.replace(loss=loss), (0, 10, 20)) for loss in ("minimax", "non_saturating")]


@pytest.mark.parametrize("name", CHARTS)
def test_every_line_has_a_value_for_every_step(name: str, runs: list[Seen]) -> None:
    chart = CHARTS[name](runs, [1, 2])
    assert 0 < len(chart.x) <= MOST and (np.diff(chart.x) > 0).all() and chart.lines
    for line in chart.lines:
        assert line.y.shape == chart.x.shape and np.isfinite(line.y).all()
        if line.low is not None and line.high is not None:
            assert (line.low <= line.y).all() and (line.y <= line.high).all()


def test_losses_are_those_of_the_member_that_is_drawn(runs: list[Seen]) -> None:
    chart = CHARTS["losses"](runs, [1, 2])
    np.testing.assert_array_equal(chart.lines[0].y, runs[0].curves.d_loss[:, 1])
