"""Colours are told apart by every eye and in grey, by number; where they are not, a dash tells them."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from gan_core.export import plane, raster
from gan_core.export.drawing import Drawing
from gan_core.export.figures import FIGURES
from gan_core.export.layout import Room
from gan_core.export.look import THEMES, Look
from gan_core.export.sight import DASHES, ENOUGH, EYES, apart, difference, lab, linear, told
from gan_core.figures import style
from gan_core.figures.style import Pen
from pages.collapse import options as collapse
from pages.shared.views import live, points
from pages.wgan import options as wgan
from tests.gan_core.export.conftest import legends, recorded, seen, taken_for

# of the test data of Sharma, Wu and Dalal (2005)
PUBLISHED = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0), ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792), ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065), ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (61, -5, 29), 22.8977), ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "published"), PUBLISHED, ids=str)
def test_how_far_colours_are_apart_is_as_published(one, other, published):
    assert (
        difference(one, other) == pytest.approx(published, abs=1e-4) == pytest.approx(difference(other, one), abs=1e-4)
    )


def test_white_and_greys_are_what_they_are_to_every_eye():
    for grey in ("#ffffff", "#808080"):
        for eye in EYES.values():
            assert eye @ linear(grey) == pytest.approx(linear(grey), abs=1e-5)
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.01)
    red, green = (lab(EYES["deuteranopia"] @ linear(colour)) for colour in ("#c00000", "#606000"))
    assert difference(red, green) < 0.4 * difference(lab(linear("#c00000")), lab(linear("#606000")))


@pytest.mark.parametrize("name", THEMES)
def test_what_has_a_meaning_in_the_plane_is_told_apart_by_every_eye(name):
    """In grey, real points are rings, and generated ones discs with a rim."""
    theme = THEMES[name]
    with_colours = [eye for eye in EYES if eye != "grey"]
    for one, other in combinations((theme.real, theme.fake, style.GENERATOR), 2):
        assert all(difference(*(lab(EYES[eye] @ linear(c)) for c in (one, other))) > ENOUGH for eye in with_colours)
    assert apart(*theme.opinion) > ENOUGH  # D's field, in grey too
    for colour in (theme.real, theme.fake, theme.missing, theme.ink, theme.faint):
        assert apart(colour, theme.background) > ENOUGH
    assert all(apart(one, other) > ENOUGH / 2 for one, other in pairwise(theme.heat))


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("side", [120.0, 480.0])
def test_points_are_seen_on_every_colour_of_the_field_of_d(name, side):
    """Of every kind, at least 3 : 1 (WCAG 2.2, 1.4.11) by the fill or by the rim."""
    x = np.linspace(-0.85, 0.95, 24)  # beside the numbers of the axis
    rows = np.linspace(0.9, -0.9, 7)
    fake, averaged, *real = (np.stack([x, np.full_like(x, row)], 1) for row in rows)
    kinds = np.repeat(np.arange(len(real)), len(x)).astype(np.uint8)
    scene = plane.Scene((-1, 1, -1, 1), shade=np.tile(np.linspace(-1, 1, 33), (33, 1)), fake=fake, averaged=averaged,
                        real=np.concatenate(real), kinds=kinds)  # fmt: skip

    def picture(*layers: str) -> np.ndarray:
        look = Look(theme=name, layers=("field", *layers))
        marks = plane.drawn(Room(0, 0, side, side), scene, look)
        return np.asarray(raster.image(Drawing(side, side, tuple(marks), look.colours.background)), float)

    places = (np.concatenate([fake, averaged, *real]) * [1, -1] + 1) * side
    ratio = seen(picture("fake", "averaged", "real"), picture(), places, 2 * 1.6 * max(1.2, min(3.2, side / 130)))
    assert len(real) == len(THEMES[name].kinds) and ratio.min() >= 3, ratio.reshape(7, -1).min(1)


@pytest.mark.parametrize("name", THEMES)
def test_the_words_of_a_visitor_have_colours_that_are_told_apart_and_are_those_of_the_page(name):
    theme = THEMES[name]
    assert all(apart(one, other) > ENOUGH for one, other in combinations((*theme.kinds, theme.background), 2))
    assert len(theme.kinds) == points.KINDS
    listed = re.findall(r'\[("#[0-9A-Fa-f]{6}", [^]]*)\]', (Path(live.__file__).parent / "common.js").read_text())
    on_page = dict(
        zip(("dark", "light"), (re.findall("#[0-9A-Fa-f]{6}", some.lower()) for some in listed), strict=True)
    )
    assert on_page[name] == [hue.lower() for hue in theme.kinds]


def test_any_four_methods_are_told_apart():
    """As many as the page compares in one chart, as they are drawn there."""
    for some in combinations((style.METHODS[name] for name in {**collapse.VARIANTS, **wgan.VARIANTS}), 4):
        drawn = told(some).values()
        assert not taken_for(drawn) and len(set(drawn)) == len(set(some)), some
    assert not taken_for(told(style.TWINS).values())


def test_who_looks_like_another_gets_a_dash_and_nobody_else():
    purple, green, blue = Pen("#CC79A7"), Pen("#009E73"), Pen("#0072B2")
    assert told([purple, green, blue]) == {purple: purple, green: Pen("#009E73", "dash"), blue: blue}
    taken = Pen("#CC79A7", "dash")
    assert told([purple, green, taken])[green] == Pen("#009E73", next(d for d in DASHES if d not in ("solid", "dash")))
    assert told([purple, purple]) == {purple: purple}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("run", ["critic", "digits"])
def test_every_legend_of_a_run_is_told_apart(run, theme, monkeypatch):
    drawn = legends(monkeypatch)
    recording = recorded(run)
    for figure in FIGURES.values():
        if figure.there(recording):
            assert isinstance(figure.draw(recording, Look(theme=theme)), Drawing)
    assert drawn and not [found for legend in drawn if (found := taken_for(legend))]
