"""A film shows recorded moments in their order, for ten seconds, in two megabytes."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_core.errors import ExportError
from gan_core.export import film
from gan_core.export.look import Look


@pytest.fixture(scope="module")
def pictures():
    """Noise, which hardly any film can make small."""
    generator = np.random.default_rng(0)
    return [Image.fromarray(generator.integers(0, 255, (60, 80, 3), np.uint8)) for _ in range(9)]


@pytest.mark.parametrize("kind", ["webp", "gif"])
def test_a_film_lasts_ten_seconds_and_repeats_byte_for_byte(kind, pictures):
    made = film.joined(pictures, kind)
    assert made == film.joined(pictures, kind)
    with Image.open(io.BytesIO(made)) as found:
        lasts = 0.0
        for i in range(found.n_frames):
            found.seek(i)
            found.load()
            lasts += found.info["duration"]
        assert found.n_frames == 9 and found.info["loop"] == 0 and lasts == pytest.approx(10_000, abs=100)


@pytest.mark.parametrize("kind", ["webp", "gif"])
def test_what_is_too_large_becomes_coarser_and_then_shorter(kind, pictures, monkeypatch):
    monkeypatch.setattr(film, "LIMIT", 12_000)
    made = film.joined(pictures, kind)
    with Image.open(io.BytesIO(made)) as found:
        assert len(made) <= 12_000 and 1 < found.n_frames < 9


def test_frames_are_those_that_were_recorded(points):
    found = list(film.frames(points, Look(transparent=True)))
    assert len(found) == len(points.moments) and found[0].size == (720, 405) and found[0].mode == "RGB"
    assert np.any(np.asarray(found[0]) != np.asarray(found[-1]))


def test_one_moment_is_no_film(run):
    with pytest.raises(ExportError, match="step first"):
        next(film.frames(run("fresh"), Look()))


@pytest.mark.parametrize("ground", [(14, 17, 23), (255, 255, 255)])
def test_a_gif_keeps_the_hue_of_a_few_points_and_the_ground_as_it_is(ground):
    """White was nearly white, where a field fades into it: Pillow takes colours for each other that are so near."""
    dot = (0, 114, 178)
    pictures = []
    for i in range(8):
        pixels = np.full((90, 160, 3), ground, np.uint8)
        across, down = np.meshgrid(np.arange(80), np.arange(50))  # a field of many hues, another one in each picture
        pixels[20:70, 40:120] = np.stack([90 + 2 * across, 60 + 10 * i + down, 120 + across], -1)
        pixels[70:90] = np.abs(np.array(ground) - np.arange(0, 40, 2)[:, None, None])
        pixels[5:8, 5:8] = dot
        pictures.append(Image.fromarray(pixels))
    with Image.open(io.BytesIO(film.joined(pictures, "gif"))) as found:
        found.seek(3)
        shown = np.asarray(found.convert("RGB"), int)
    assert tuple(shown[0, 0]) == ground and np.abs(shown[6, 6] - dot).max() <= 12
