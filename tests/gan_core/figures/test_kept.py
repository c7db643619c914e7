"""Thumbnails show what is there, and curves of two runs are told apart."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from gan_core.figures import kept, style


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def near(picture: np.ndarray, colour: str) -> np.ndarray:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.abs(picture - wanted).max(-1) < 12


def test_a_thumbnail_has_the_points_where_they_are() -> None:
    fake = [[1.0, 1.0], [np.nan, 0], [1e30, 0]]
    picture = pixels(kept.thumbnail([[-1.0, -1.0]], fake, (-2, 2, -2, 2)))
    assert picture.shape == (kept.SIDE, kept.SIDE, 3)
    rows, columns = np.nonzero(near(picture, style.FAKE))
    assert rows.mean() < kept.SIDE / 3 and columns.mean() > kept.SIDE * 2 / 3 and len(rows) == 4
    rows, columns = np.nonzero(near(picture, style.REAL))
    assert rows.mean() > kept.SIDE * 2 / 3 and columns.mean() < kept.SIDE / 3


def test_a_sheet_has_the_first_images_and_may_lack_some() -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    images[1] = 255
    picture = pixels(kept.sheet(images, side=2))
    assert picture.shape == (56, 56, 3) and picture[:28, 28:].min() > 240 and picture[28:].max() < 12


def test_a_run_has_a_colour_and_a_curve_its_dash() -> None:
    curves = {"D": [1.0, np.inf], "G": [2.0, 3.0]}
    figure = kept.overlaid({"1": ([0, 1], curves), "2": ([0, 2], curves)}, log=True, labels={"step": "Schritt"})
    assert [trace.name for trace in figure.data] == ["1: D", "1: G", "2: D", "2: G"]
    assert len({trace.line.color for trace in figure.data}) == len({trace.line.dash for trace in figure.data}) == 2
    assert figure.layout.yaxis.type == "log" and figure.layout.xaxis.title.text == "Schritt"
    assert np.isnan(figure.data[0].y[1])


def test_what_runs_are_compared_with_is_a_named_line() -> None:
    figure = kept.overlaid({"1": ([0, 1], {"D": [1.0, 2.0]})}, levels={"D: 2 ln 2": 1.386})
    assert [shape.y0 for shape in figure.layout.shapes] == [1.386]
    assert [note.text for note in figure.layout.annotations] == ["D: 2 ln 2"]
