"""What is taken by the hand on a page is kept as it is there: numbers beside closed forms, and what moves."""

import numpy as np
import pytest

from gan_core import theory
from gan_core.export.closed import DISTANCES, densities, lines
from gan_core.export.drawing import Text
from gan_core.export.look import SHAPES, Look
from gan_core.figures.style import number
from gan_core.theory.distributions_1d import GaussianMixture
from tests.gan_core.export.test_plotted import corners

P, Q = GaussianMixture.gaussian(0, 1), GaussianMixture.gaussian(2, 1)


def said(drawing):
    return [mark.text for mark in drawing.marks if isinstance(mark, Text)]


@pytest.mark.parametrize("draw", DISTANCES)
def test_densities_say_their_distances_and_their_pull(draw):
    words = said(densities(P, Q, draw).draw(Look()))
    assert {number(2.0), number(float(theory.gaussian_jsd(2.0)))} <= set(words) and "pull ← 1" in words


def test_densities_slide_and_lines_pass():
    assert said(densities(P, Q).draw(Look(step=0))) != said(densities(P, Q).draw(Look(step=40)))
    assert "pull → 1" in said(lines(1.0).draw(Look(step=80))) and "KL: pull 0" in said(lines(1.0).draw(Look()))
    assert {"∞", number(np.log(2)), "0.7"} <= set(said(lines(0.7).draw(Look())))


@pytest.mark.parametrize("shape", SHAPES)
def test_all_stays_on_the_sheet(shape):
    for plate in (densities(P, Q), lines(2.0), lines(-2.0)):
        at = np.concatenate([corners(mark) for mark in plate.captioned("seed 7").draw(Look(shape=shape)).marks])
        assert (at >= 0).all() and (at <= SHAPES[shape]).all()
