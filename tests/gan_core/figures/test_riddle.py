"""What was behind a pair of loss curves: a plane for each moment."""

from __future__ import annotations

import numpy as np

from gan_core.figures.riddle import ROOM, behind


def test_a_plane_for_each_moment_with_its_step_and_distance() -> None:
    real = np.array([[1.0, 0.0], [0.0, -2.0]])
    fakes = [[[9.0, 9.0]], [[0.5, 0.5], [1.0, 1.0]]]
    figure = behind(real, fakes, [250, 2000], [1.25, 0.5], {"moment": "{step}: {w1}"})
    assert [note.text for note in figure.layout.annotations] == ["250: 1.25", "2,000: 0.5"]
    assert [len(trace.x) for trace in figure.data] == [2, 1, 2, 2]
    assert figure.layout.xaxis2.range == (-2 * ROOM, 2 * ROOM)  # a point far off does not set the scale


def test_a_run_without_a_moment_is_an_empty_figure() -> None:
    assert not behind(np.eye(2), [], [], []).data
