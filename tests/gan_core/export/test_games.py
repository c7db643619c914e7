"""The smallest GAN, kept: its paths as they are simulated, on any sheet, also where they overflow."""

import numpy as np
import pytest

from gan_core.errors import Refusal
from gan_core.export.drawing import Area, Line
from gan_core.export.games import Game, dirac
from gan_core.export.look import SHAPES, Look
from tests.gan_core.export.test_plotted import corners, words

GAMES = [Game("gan"), Game("r1", {"gamma": 1.0}, "with R1")]


@pytest.mark.parametrize("shape", SHAPES)
def test_all_stays_on_the_sheet(shape):
    drawing = dirac(GAMES, start=(1.0, 0.5), steps=50, step_size=0.2).draw(Look(shape=shape))
    at = np.concatenate([corners(mark) for mark in drawing.marks])
    assert (at >= 0).all() and (at <= SHAPES[shape]).all()
    assert {"gan", "with R1", "log₁₀ r²"} <= set(words(drawing))


def test_it_moves_by_the_steps_of_the_path():
    plate = dirac(GAMES, steps=30, step_size=0.1)
    assert list(plate.steps) == list(range(31))
    early, late = (max(len(m.points) for m in plate.draw(Look(step=s)).marks if isinstance(m, Line) and m.width == 2.4)
                   for s in (5, 30))  # fmt: skip
    assert early < late and any("step 5" in word for word in words(plate.draw(Look(step=5))))


def test_a_plane_has_no_more_arrows_than_can_be_told_apart():
    for step in (0, 20, 40):
        drawing = dirac(GAMES, steps=40, step_size=0.1).draw(Look(step=step))
        heads = [mark for mark in drawing.marks if isinstance(mark, Area) and len(mark.points) == 3]
        assert 24 * len(GAMES) <= len(heads) <= 60 * len(GAMES)


def test_a_path_that_overflows_is_drawn_as_far_as_it_goes_and_a_game_that_there_is_not_is_refused():
    assert dirac([Game("wgan")], steps=2000, step_size=2.0).draw(Look()).marks
    with pytest.raises(Refusal):
        dirac([Game("chess")], step_size=0.1).draw(Look())
