"""No words lie over others: of names beside points, and of every chart and figure that is kept."""

import numpy as np
import plotly.graph_objects as go
import pytest

from gan_core.export.beside import beside
from gan_core.export.closed import densities, lines
from gan_core.export.drawing import Line, Text
from gan_core.export.figures import FIGURES
from gan_core.export.games import Game, dirac
from gan_core.export.labels import Label, apart, box, shared
from gan_core.export.look import SHAPES, Look
from gan_core.export.plotted import plotted
from gan_core.figures import collapse, style
from gan_core.theory.distributions_1d import GaussianMixture
from tests.gan_core.export.test_plotted import CHARTS

NAMES = [f"method number {i}" for i in range(9)]
CROWD = {"crowd": lambda: collapse.mitigations(NAMES, list(style.METHODS)[:7], [(20 + 0.05 * i, 0.4) for i in range(9)],
                                               [(80 + 0.1 * i, 1.0) for i in range(9)], 25, 100.0)}  # fmt: skip
P, Q = GaussianMixture.gaussian(-2.5, 0.3), GaussianMixture.gaussian(2.5, 0.3)
PLATES = {
    "densities": densities(P, Q), "lines": lines(0.7), "met": lines(0.0),
    "paths": dirac([Game("gan"), Game("r1", {"gamma": 1.0})], step_size=0.2, steps=300),
}  # fmt: skip


def over_each_other(drawing):
    words = [mark for mark in drawing.marks if isinstance(mark, Text) and mark.text.strip()]
    return [(a.text, b.text) for i, a in enumerate(words) for b in words[:i] if shared(box(a), box(b)) > 4]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", [*CHARTS, *CROWD])
def test_no_words_of_a_chart_lie_over_others(name, shape):
    chart = (CHARTS | CROWD)[name]().to_dict()
    assert over_each_other(plotted(chart, Look(shape=shape), "seed 7")) == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PLATES)
def test_no_words_of_a_closed_form_lie_over_others(name, shape):
    assert over_each_other(PLATES[name].draw(Look(shape=shape))) == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["points", "digits", "critic"])
def test_no_words_of_a_run_lie_over_others(name, shape, run):
    for figure in FIGURES.values():
        if figure.there(run(name)):
            assert over_each_other(figure.draw(run(name), Look(shape=shape))) == []
    for plate in beside([run(name), run("diverged")], ["one", "the other"]).values():
        assert over_each_other(plate.draw(Look(shape=shape))) == []


def test_a_label_stays_where_it_is_while_there_is_room_and_one_that_goes_far_has_a_line():
    alone = Label(109, 105, "name", 14, "#000000", px=100, py=100)
    assert apart([alone], (400, 300)) == [alone]
    found = apart([Label(109, 105, "the name", 14, "#000000", px=100, py=100)] * 12, (400, 300))
    assert sum(isinstance(mark, Line) for mark in found) > 2
    assert len({(mark.x, mark.y) for mark in found if isinstance(mark, Label)}) == 12
    assert np.isfinite([mark.y for mark in found if isinstance(mark, Label)]).all()


def test_a_note_stays_above_its_line():
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1])).add_hline(0.5, annotation_text="ln 2")
    drawing = plotted(figure.to_dict(), Look(), "")
    (note,) = (mark for mark in drawing.marks if isinstance(mark, Text) and mark.text == "ln 2")
    (level,) = (m for m in drawing.marks if isinstance(m, Line) and m.width == 1.6)
    assert 0 < level.points[0, 1] - box(note)[3] < 8
