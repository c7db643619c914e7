"""Sheets and strips: every image in its place, every share in its colour."""

import numpy as np

from gan_core.export import sheets
from gan_core.export.drawing import Picture
from gan_core.export.layout import Room
from gan_core.export.look import THEMES, Look


def test_every_image_is_in_its_place():
    made = np.arange(5 * 4, dtype=np.uint8).reshape(5, 2, 2)
    sheet = sheets.tiled(made, 3)
    assert sheet.shape == (2 * 2 + 2, 3 * 2 + 4, 4)
    assert (sheet[0:2, 4:6, 0] == made[1]).all() and (sheet[4:6, 4:6, 0] == made[4]).all()
    assert (sheet[2:4, :, 3] == 0).all() and (sheet[4:6, 8:, 3] == 0).all()


def test_a_sheet_keeps_its_pixels_square():
    (picture,) = sheets.images(Room(0, 0, 500, 100), np.zeros((6, 28, 28), np.uint8), 3)
    assert picture.height == 100 and picture.width / picture.height == picture.pixels.shape[1] / picture.pixels.shape[0]
    assert not picture.smooth


def test_shares_become_colours():
    look = Look()
    pixels = sheets.heat(np.array([[0, 0.25, 0.5, 0.9, np.nan]]), np.array([0.25]), look)[0]
    scale = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in THEMES["light"].heat]
    assert pixels[0, 3] == 0 and pixels[2, :3].tolist() == scale[-1] == pixels[3, :3].tolist()
    assert pixels[1, :3].tolist() == scale[3] and pixels[4].tolist() == [128, 128, 128, 255]


def test_a_strip_shows_what_was_known_at_each_step():
    step, shares = np.array([0, 10, 100]), np.array([[1.0, 0], [0, 1], [0.5, 0.5]])
    marks = sheets.strip(Room(0, 0, 600, 200), Look(), "", step, shares, np.array([0.5, 0.5]))
    (picture,) = (mark for mark in marks if isinstance(mark, Picture))
    alpha = picture.pixels[..., 3]
    assert (alpha[0, :59] == 255).all() and (alpha[0, 61:599] == 0).all() and (alpha[1, :59] == 0).all()
    assert alpha[0, -1] == 255
