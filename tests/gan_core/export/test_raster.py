"""Pixels are where the description says, with or without a background, in whatever bands they are drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_core.export import raster
from gan_core.export.drawing import Area, Box, Dots, Drawing, Line, Picture, Text
from gan_core.export.figures import FIGURES
from gan_core.export.look import Look

SQUARE = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], float)


def pixels(*marks, background="#ffffff", scale=1.0, size=(40, 30)):
    return np.asarray(raster.image(Drawing(*size, marks, background), scale)).astype(int)


def test_a_box_covers_its_pixels_and_no_others():
    found = pixels(Box(10, 5, 20, 10, "#ff0000"))
    inside = np.zeros((30, 40), bool)
    inside[5:15, 10:30] = True
    assert (found[inside] == [255, 0, 0]).all() and (found[~inside] == 255).all()


def test_opacity_mixes_and_a_clear_background_gives_it_back():
    clear = pixels(Box(0, 0, 10, 10, "#ff0000", 0.5), Box(20, 0, 10, 10, "#336699"), background=None)
    assert clear.shape == (30, 40, 4)
    assert np.abs(clear[5, 5] - [255, 0, 0, 128]).max() <= 2 and clear[5, 25].tolist() == [0x33, 0x66, 0x99, 255]
    assert (clear[20, :, 3] == 0).all()
    on_white = clear[..., :3] * clear[..., 3:] / 255 + 255 - clear[..., 3:]
    drawn = pixels(Box(0, 0, 10, 10, "#ff0000", 0.5), Box(20, 0, 10, 10, "#336699"))
    assert np.abs(on_white - drawn).max() <= 2


def test_bands_meet_without_a_seam(monkeypatch, points):
    drawing = FIGURES["slide"].draw(points, Look())
    whole = raster.image(drawing, 0.5)
    monkeypatch.setattr(raster, "BAND", 37)
    assert np.abs(np.asarray(raster.image(drawing, 0.5)).astype(int) - np.asarray(whole)).max() <= 24  # of resampling
    monkeypatch.setattr(raster, "BAND", 1000)
    assert (np.asarray(raster.image(drawing, 0.5)) == np.asarray(whole)).mean() > 0.999


def test_small_letters_do_not_leave_the_sheet():
    """At the size of a film a caption ran to its very edge, its letters being as wide as whole pixels."""
    words = (
        "Data set ring of clusters · Loss non-saturating · Order of updates alternating · Method Adam · Batch size 256"
    )
    line = Text(26, 20, words + " · G: learning rate 0.001 · D: learning rate", 12, "#000000")
    ink = np.flatnonzero((pixels(line, scale=0.75, size=(960, 30)) < 128).any((0, 2)))
    assert 650 < ink.max() < 720 - 14


def test_dots_lines_pictures_and_letters_leave_ink():
    black = "#000000"
    for mark in (
        Dots(SQUARE + 8, 3, black), Dots(SQUARE + 8, 3, black, hollow=True, edge=black), Line(SQUARE + 8, black, 2),
        Line(SQUARE + 8, black, 2, dash=(3, 3)), Area(SQUARE + 8, black), Text(10, 20, "A", 12, black),
        Text(20, 20, "AB", 12, black, "middle", turned=True), Box(5, 5, 9, 9, black, width=2),
        Picture(np.full((3, 3, 4), [0, 0, 0, 255], np.uint8), 5, 5, 12, 12, smooth=True),
    ):  # fmt: skip
        found = pixels(mark)
        assert found.min() < 90 and found[0, -1].min() == 255, mark
    dashed = (pixels(Line(np.array([[0, 15], [40, 15.0]]), black, 4, dash=(4, 4))) < 90).all(-1)[15]
    assert 0.4 < dashed.mean() < 0.75


def test_a_clear_picture_needs_little_more_memory_than_itself(points):
    """A picture of 4K is drawn band by band."""
    import tracemalloc

    drawing = FIGURES["losses"].draw(points, Look(transparent=True))
    tracemalloc.start()
    raster.image(drawing, 2)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6 * 1920 * raster.BAND * 4 * 4  # arrays of one band; Pillow's own are not counted


def test_png_has_the_size_that_was_asked_for(points):
    drawing = FIGURES["losses"].draw(points, Look(shape="1:1"))
    with Image.open(io.BytesIO(raster.png(drawing, raster.scale_for(drawing, 500)))) as image:
        assert image.size == (500, 500) and image.mode == "RGB" and not image.info
    assert raster.image(drawing, 2).size == (1440, 1440)


@pytest.mark.parametrize("empty", [np.empty((0, 2)), np.full((3, 2), np.nan)])
def test_nothing_to_draw_draws_nothing(empty):
    for mark in (
        Dots(empty, 3, "#000000"),
        Line(empty, "#000000"),
        Area(empty, "#000000"),
        Text(0, 0, "", 9, "#000000"),
    ):
        assert (pixels(mark) == 255).all()
