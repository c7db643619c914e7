"""What is taken by the hand on a page is kept as it is there: numbers beside closed forms, and what moves."""

import numpy as np
import pytest

from gan_core import theory
from gan_core.export.closed import DISTANCES, densities, lines, plane
from gan_core.export.drawing import Dots, Line, Text
from gan_core.export.look import SHAPES, Look
from gan_core.figures.style import number
from gan_core.theory.distributions_1d import GaussianMixture
from gan_core.theory.gaussians_2d import Normals
from tests.gan_core.export.test_plotted import corners

ONE, OTHER = Normals.gaussian((0, 0), (1, 0.5), 30), Normals.gaussian((4.5, 0.5), (2, 0.8))
X, Y = np.random.default_rng(0).normal(size=(2, 8, 2))
PAIRS = np.array([[0, 3, 1.0], [1, 2, 0.5]])
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
    for plate in (densities(P, Q), lines(2.0), lines(-2.0), plane(ONE, OTHER, X, 4 * Y, PAIRS)):
        at = np.concatenate([corners(mark) for mark in plate.captioned("seed 7").draw(Look(shape=shape)).marks])
        assert (at >= 0).all() and (at <= SHAPES[shape]).all()


def test_two_distributions_in_the_plane_say_what_is_known_of_them_and_q_goes_round():
    kept = plane(ONE, OTHER, X, Y, PAIRS, {"pairs": "plan"})
    here, away, back = (kept.draw(Look(step=step)) for step in (0, 40, 80))
    w2 = theory.w2_normals(ONE.means[0], ONE.covariances[0], OTHER.means[0], OTHER.covariances[0])
    assert f"W₂ = {number(w2)}" in here.description and here.description == back.description != away.description
    assert "plan" in said(here)
    mixture = plane(Normals.ring(8, 5, 2.0, 0.2), Normals.ring(8, 8, 2.0, 0.2), X, Y, np.empty((0, 3)))
    assert not mixture.steps and "W₂" not in mixture.draw(Look()).description


@pytest.mark.parametrize("shape", SHAPES)
def test_the_plane_is_as_large_as_what_is_in_it_and_stands_still_while_q_goes_round(shape):
    kept = plane(ONE, Normals.gaussian((1, 0.5), (0.8, 0.8)), X, Y + np.array([1, 0.5]), PAIRS)
    films = [kept.draw(Look(shape=shape, step=step)) for step in (0, 20, 40)]
    rings = [np.concatenate([mark.points for mark in film.marks if isinstance(mark, Dots) and mark.hollow])
             for film in films]  # fmt: skip
    assert (rings[0] == rings[1]).all() and (rings[0] == rings[2]).all()
    all_of_it = np.concatenate([mark.points for film in films for mark in film.marks if isinstance(mark, Line)])
    assert np.ptp(all_of_it[:, 1]) > 0.6 * SHAPES[shape][1] and {"0", "−1", "1"} <= set(said(films[0]))
