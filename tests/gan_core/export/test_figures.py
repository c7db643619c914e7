"""Every figure of every kind of run, in every shape, says what the run is; what cannot be drawn is a sentence."""

from dataclasses import replace

import numpy as np
import pytest

from gan_core.errors import ExportError
from gan_core.export.drawing import Line, Picture, Text
from gan_core.export.figures import FIGURES, caption, spread, there
from gan_core.export.look import SHAPES, Look
from tests.gan_core.export.test_plotted import corners


def words(drawing):
    return [mark.text for mark in drawing.marks if isinstance(mark, Text)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_figure_of_every_run_fits_its_sheet(each, shape):
    for figure in FIGURES.values():
        if not figure.there(each):
            with pytest.raises(ExportError):
                figure.draw(each, Look(shape=shape))
            continue
        drawing = figure.draw(each, Look(shape=shape, theme="dark", transparent=True))
        assert (drawing.width, drawing.height) == SHAPES[shape] and drawing.background is None
        for mark in drawing.marks:
            if isinstance(mark, Picture):
                assert mark.width > 0 and mark.height > 0 and mark.x >= 0 and mark.y >= 0
                assert mark.x + mark.width <= drawing.width and mark.y + mark.height <= drawing.height
        assert f"seed {each.config.train.seed}" in " ".join(words(drawing))


def test_there_is_what_can_be_drawn(run):
    assert set(there(run("points"))) == set(FIGURES) == set(there(run("digits")))
    assert not {"losses", "outputs", "gradients"} & set(there(run("fresh"))) and "modes" not in there(run("critic"))


def test_a_caption_names_the_settings_the_seeds_and_the_step(points):
    said = caption(points, Look(labels={"batch": "Batch size"}), [0, 1], 70)
    assert "Batch size 16" in said and "G layers 8" in said and said.endswith("seed 3–4 · step 70")
    assert caption(points, Look(), [1], None).endswith("seed 4 (1 of 2 seeds)") is False
    assert "seed 4" in caption(points, Look(), [1], None)


def test_many_members_are_told_how_many_are_shown(run):
    said = " ".join(words(FIGURES["picture"].draw(run("many"), Look())))
    assert "seed 0–31 (32 of 128 seeds)" in said
    assert "seed 0–127" in " ".join(words(FIGURES["losses"].draw(run("many"), Look())))


def test_a_diverged_run_says_so_and_keeps_what_was_finite(run):
    recording = run("diverged")
    assert recording.failures
    for name in ("picture", "losses", "strip"):
        assert "no longer a number" in " ".join(words(FIGURES[name].draw(recording, Look())))


def test_a_member_is_drawn_alone_or_refused(points):
    assert "seed 4" in " ".join(words(FIGURES["picture"].draw(points, Look(member=1))))
    for wrong in (2, -1):
        with pytest.raises(ExportError, match="from 0 to 1"):
            FIGURES["picture"].draw(points, Look(member=wrong))


def test_the_legend_names_a_missing_mode_where_there_is_one(points):
    def said(look, snapshot=points.snapshot):
        return {"mode", "missing mode"} & set(words(FIGURES["picture"].draw(replace(points, snapshot=snapshot), look)))

    assert said(Look()) == {"missing mode"} and not said(Look(layers=("fake",)))
    perfect = replace(points.snapshot, fake=np.stack([points.centres.repeat(64, 0)] * 2).astype(np.float32))
    assert said(Look(), perfect) == {"mode"}
    assert said(Look(steps=(0,)), perfect) == {"missing mode"}  # as a film has it, which began there


def test_panels_above_each_other_leave_the_room_beside_them_to_the_curves(points):
    marks = FIGURES["slide"].draw(points, Look()).marks
    (title,) = (mark for mark in marks if isinstance(mark, Text) and mark.text == "loss (nats)")
    panels = max(corners(mark)[:, 0].max() for mark in marks if isinstance(mark, Picture))
    assert 0 < title.x - panels < 40


def test_a_few_moments_leave_no_empty_sheet(points):
    """In 4:3 three of them stood above nothing: there the losses are, with a line at each."""
    look = Look(shape="4:3", steps=(0, 8, 64))
    marks = FIGURES["strip"].draw(points, look).marks
    said = [mark.text for mark in marks if isinstance(mark, Text)]
    assert {"loss (nats)", "D", "G"} <= set(said)
    assert sum(isinstance(mark, Line) and mark.dash == (2, 4) for mark in marks) == 3
    foot = max(corners(mark)[:, 1].max() for mark in marks if isinstance(mark, Line))
    assert foot > 0.85 * look.size[1]
    assert "loss (nats)" not in words(FIGURES["strip"].draw(points, Look(steps=(0, 8, 64))))
    assert "loss (nats)" in words(
        FIGURES["strip"].draw(points, Look(steps=(0, 8, 64), shape="1:1"))
    )  # in the free cell


def test_a_time_strip_has_the_steps_that_were_asked_for_or_a_few_spread_out(points):
    said = words(FIGURES["strip"].draw(points, Look(steps=(0, 1, 64))))
    assert [text for text in said if text.startswith("step ")] == ["step 0", "step 1", "step 64"]
    steps = [shot.step for shot in spread(points.moments, 6)]
    assert steps[0] == 0 and steps[-1] == 70 and len(steps) == 6 and steps == sorted(steps)
    assert len(spread(points.moments[:1], 6)) == 1


def test_a_run_without_curves_has_no_slide_half_empty(run):
    """It said twice that nothing was recorded, beside the picture: a recorded run may have no curves."""
    assert "slide" in there(run("points")) and "slide" not in there(run("fresh"))
    with pytest.raises(ExportError, match="no curves"):
        FIGURES["slide"].draw(run("fresh"), Look())


@pytest.mark.parametrize("shape", SHAPES)
def test_digits_of_one_run_fill_their_sheet(run, shape):
    look = Look(shape=shape)
    (picture,) = (m for m in FIGURES["picture"].draw(run("digits"), look).marks if isinstance(m, Picture))
    wide, high = look.size
    assert picture.width > 0.8 * wide or picture.height > 0.6 * high


def test_digits_are_drawn_as_they_were_generated(run):
    recording = run("digits")
    (picture,) = (m for m in FIGURES["picture"].draw(recording, Look(shape="1:1")).marks if isinstance(m, Picture))
    assert (picture.pixels[:28, :28, 0] == recording.snapshot.fake[0, 0]).all()
    assert (picture.pixels[30:58, 30:58, 0] == recording.snapshot.fake[0, 9]).all()


def test_a_visitors_title_stands_in_place_of_the_figures_own(points):
    title = "<script>" + "w" * 10_000
    drawing = FIGURES["losses"].draw(points, Look(title=title))
    bold = [mark.text for mark in drawing.marks if isinstance(mark, Text) and mark.bold]
    assert bold[0].startswith("<script>w") and len(bold) == 2 and bold[-1].endswith("…")
    assert np.isfinite([mark.y for mark in drawing.marks if isinstance(mark, Text)]).all()
