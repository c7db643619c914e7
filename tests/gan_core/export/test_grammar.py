"""The grammar of the picture holds at every moment of a film and of a replay, not in one still alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gan_core.export import plane, replay
from gan_core.export.drawing import Line, Text
from gan_core.export.labels import box
from gan_core.export.layout import Room
from gan_core.export.look import Look
from gan_core.run.recording import Recording

SIDE = 500.0
MOST = 60  # arrows
ARROW = 6  # points of one arrow in a line of them


def moments(recording: Recording, layers: tuple[str, ...]):
    look = replace(Look(), layers=layers)
    for shot in recording.moments:
        for k in range(shot.members):
            yield shot, k, plane.panel(Room(0, 0, SIDE, SIDE), recording, shot, k, look)


def test_no_moment_of_a_film_or_replay_has_more_arrows_than_can_be_told_apart(points: Recording) -> None:
    counts = [
        sum(len(mark.points) // ARROW for mark in marks if isinstance(mark, Line) and mark.alpha == 0.85)
        for _, _, marks in moments(points, ("arrows", "fake"))
    ]
    assert len(counts) > 4 and 0 < max(counts) <= MOST
    assert all(len(replay._pulls(points, shot, k)) <= MOST for shot in points.moments for k in range(shot.members))


def test_no_moment_has_words_on_a_mode(points: Recording) -> None:
    """Neither a number nor a count of what lies outside: a picture counts what does not show beside itself."""
    assert points.centres is not None
    for shot, _, marks in moments(points, ("field", "real", "fake", "modes")):
        x0, x1, y0, y1 = shot.extent
        radius = np.max(plane.halo(points, shot.fake[0])[0]) / (x1 - x0) * SIDE
        at = np.stack([(points.centres[:, 0] - x0) / (x1 - x0), (y1 - points.centres[:, 1]) / (y1 - y0)], 1) * SIDE
        for left, top, right, bottom in (box(mark) for mark in marks if isinstance(mark, Text)):
            nearest = np.clip(at, [left, top], [right, bottom])
            assert (np.hypot(*(at - nearest).T) > radius).all()
