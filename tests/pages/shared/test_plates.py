"""What a live view shows can be kept: all its charts, with their lines and levels, and all its images, on any sheet."""

import numpy as np
import pytest

from gan_core.export.drawing import Area, Box, Dots, Line, Picture, Text
from gan_core.export.look import SHAPES, Look
from pages.shared.views import live
from pages.shared.views.live.planes import scene_of
from pages.shared.views.live.plates import charts_of, images_of
from tests.gan_core.export.test_plotted import corners

STEPS = np.arange(0, 50, 10)
CHARTS = [
    live.Chart("‖∇G‖", STEPS, [live.Line("minimax", "red", 10.0**-STEPS, dash="dash"),
                               live.Line("other", "green", STEPS + 1.0, STEPS + 0.5, STEPS + 2.0)], log_y=True),
    live.Chart("empty", np.empty(0), []),
    live.Chart("weights", (-1.0, 1.0), [live.Line("share", "purple", np.array([0.2, np.nan, 0.8])),
                                        live.Line("its loss", "#123456", np.linspace(0, 9, 50), own_scale=True)],
               kind="histogram", references=[(0.9, "c")]),
]  # fmt: skip


def words(drawing):
    return [mark.text for mark in drawing.marks if isinstance(mark, Text)]


@pytest.mark.parametrize("shape", SHAPES)
def test_charts_have_their_lines_titles_and_levels(shape):
    plate = charts_of(CHARTS, "round").captioned("seed 7")
    drawing = plate.draw(Look(shape=shape, theme="dark"))
    assert {"‖∇G‖", "weights", "minimax", "other", "its loss", "c", "seed 7", "round 0"} <= set(words(drawing))
    at = np.concatenate([corners(mark) for mark in drawing.marks])
    assert at.min() >= 0 and (at <= SHAPES[shape]).all() and plate.title == "‖∇G‖, empty, weights"
    assert sum(isinstance(mark, Line) and mark.width == 2.6 for mark in drawing.marks) >= 3


def test_groups_of_images_are_all_there_with_their_names():
    made = np.random.default_rng(0).integers(0, 255, (6, 28, 28), np.uint8)
    groups = [live.Images(made, "straight"), live.Images(made, "", [*"abc", "", "", ""]), live.Images(made[:0])]
    drawing = images_of(groups, 3, "Walks").draw(Look())
    assert sum(isinstance(mark, Picture) for mark in drawing.marks) == 1 + len(made)  # those with names one by one
    assert {"Walks", "straight", *"abc"} <= set(words(drawing))


def test_shares_of_a_histogram_reach_to_the_top():
    share = live.Line("share", "purple", np.array([0.1, 0.2, 0.05]))
    drawing = charts_of([live.Chart("digits", (-0.5, 2.5), [share], kind="histogram")], "round").draw(Look())
    (area,) = (mark for mark in drawing.marks if isinstance(mark, Area))
    assert np.ptp(area.points[:, 1]) > 200  # of a sheet of 540


def test_names_of_levels_can_be_read_over_what_is_drawn():
    """Those of a histogram stand above its bars, those in a chart on a ground of their own."""
    bars = live.Chart("D", (0.0, 1.0), [live.Line("n", "fake", np.ones(5))], kind="histogram", references=[(0.5, "½")])
    marks = charts_of([bars], "step").draw(Look()).marks
    (area,) = (mark for mark in marks if isinstance(mark, Area))
    (name,) = (mark for mark in marks if isinstance(mark, Text) and mark.text == "½")
    assert name.y < area.points[:, 1].min()
    loss = live.Chart("Loss", STEPS, [live.Line("D", "purple", STEPS + 1.0)], references=[(20.0, "a level of its own")])
    for transparent in (False, True):
        marks = charts_of([loss], "step").draw(Look(transparent=transparent)).marks
        *_, before, name = marks[: 1 + [getattr(mark, "text", "") for mark in marks].index("a level of its own")]
        assert isinstance(before, Box) != transparent
        assert max(i for i, mark in enumerate(marks) if isinstance(mark, Line)) < marks.index(name)


def test_images_of_one_group_are_as_large_as_they_can_be():
    made = np.zeros((40, 28, 28), np.uint8)
    (sheet,) = (m for m in images_of([live.Images(made)], 20, "Samples").draw(Look()).marks if isinstance(m, Picture))
    assert sheet.height > 300  # in two rows of twenty it would be 90


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("probability", [True, False])
def test_a_scene_is_kept_with_the_layers_that_are_shown(shape, probability):
    rng = np.random.default_rng(0)
    fake, grid = rng.normal(size=(50, 2)), rng.normal(size=(9, 9))
    full = live.Panel(
        extent=(-3, 3, -3, 3), fake=fake, real=fake[::2], averaged=fake[::5], field=grid, gap=np.abs(grid) / 4,
        arrows=fake, arrow_unit=2.0, lattice=rng.normal(size=(4, 4, 2)), centres=np.eye(2), mode_std=0.1,
        mode_shares=[0.5, 0.0], title="A method with a long name", note="median of 3 seeds, whose way is 1.25",
    )  # fmt: skip
    words = {**live.LABELS, "field": "f(x)"}

    def kept(*layers, panels=(full, full)):
        plate = scene_of(panels, layers, words, "Planes", probability=probability).captioned("seed 7")
        return plate.draw(Look(shape=shape))

    whole = kept(*live.LAYERS)
    said = [mark.text for mark in whole.marks if isinstance(mark, Text)]
    at = np.concatenate([corners(mark) for mark in whole.marks])
    assert np.nanmin(at) >= 0 and not (at > SHAPES[shape]).any()
    assert {words[layer] for layer in live.LAYERS if layer != "modes"} | {"missing mode", "seed 7"} <= set(said)
    counts = {layer: len(kept(layer).marks) for layer in live.LAYERS}
    bare = len(kept().marks)
    assert all(count > bare for count in counts.values()), counts
    dots = [mark for mark in kept("real", panels=[full]).marks if isinstance(mark, Dots)]
    assert len(dots) == 2 and all(mark.hollow for mark in dots)  # in the legend and in the picture
    assert kept(*live.LAYERS, panels=[live.Panel(extent=(-1, 1, -1, 1))]).marks
