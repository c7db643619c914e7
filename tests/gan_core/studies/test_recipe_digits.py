"""The digits of the recipe's twins: of every value, of the runs that were scored, and as a trainer draws them."""

from __future__ import annotations

import numpy as np

from gan_core.engine.version import VERSION
from gan_core.packing import nibbles, pack, pixels
from gan_core.studies import recipe, recipe_digits
from gan_core.studies.recipe import KNOBS


def test_every_twin_has_digits_of_its_own_run() -> None:
    sheet = recipe_digits.shipped()
    assert sheet.keys() == {(knob, value) for knob in KNOBS for value in KNOBS[knob].twins}
    assert recipe_digits.engine() == VERSION
    for knob in KNOBS:
        several = [sheet[knob, value] for value in KNOBS[knob].twins]
        assert all(images.shape == (recipe_digits.SHOWN, 28, 28) and images.std() > 20 for images in several)
        assert all((several[0] != other).any() for other in several[1:])


def test_digits_of_runs_that_were_not_scored_are_left_out() -> None:
    query = KNOBS["latent"].twins["uniform"].to_query()
    images = np.zeros((recipe_digits.SHOWN, 28, 28), np.uint8)
    twin = {"query": query, "steps": 1, "images": nibbles(images)}  # it was scored after another number of steps
    content = pack({"engine": VERSION, "shown": recipe_digits.SHOWN, "twins": [twin]})
    assert recipe_digits.read(content, recipe.shipped()) == {}


def test_a_run_is_drawn_as_its_trainer_draws() -> None:
    config = recipe.MLP.replace(g_layers=(8,), d_layers=(8,), batch=4)
    first, again = recipe_digits.drawn(config, 2), recipe_digits.drawn(config, 2)
    assert first.shape == (recipe_digits.SHOWN, 28, 28) and (first == again).all()
    assert np.abs(pixels(nibbles(first), len(first)).astype(int) - first).max() <= 8
