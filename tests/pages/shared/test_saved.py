"""A run is taken home from a page and opened there again; what is no run is a sentence."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.run.history import CURVE_ROWS, CURVES
from gan_core.run.saved import read, save
from gan_core.run.trainer import Trainer
from pages.shared.controls import saved
from tests.pages.test_pages import at_rest, press, state, visit

SMALL = {"batch": 8, "g_layers": (8,), "d_layers": (8,), "seed": 4}


def opened(content: bytes):
    app = at_rest(visit("play_2d"))
    app.session_state["play_2d-saved"] = True
    app.run()
    return at_rest(app.file_uploader(key="play_2d-saved-file").set_value(("a.safetensors", content, "")).run())


def test_a_run_is_opened_where_it_was_and_goes_on_bit_for_bit() -> None:
    trainer = Trainer(RunConfig.of(**SMALL, steps=40))
    trainer.step(40)
    app = opened(save(trainer))
    assert not app.warning and not app.exception
    show = state(app).show
    assert state(app).config == trainer.config.replace(steps=80)
    assert show.job.frame.step == 40
    at_rest(press(app, "step"))
    trainer.step(1)
    np.testing.assert_array_equal(show.job.frame.runs[0].snapshot.fake, trainer.snapshot().fake)
    again = read(show.ask(saved._weights).result(timeout=30))
    assert again.step == 41
    weight = "ensemble.0.0.generator.weight 1"
    np.testing.assert_array_equal(again.arrays[weight], read(save(trainer)).arrays[weight])


@pytest.mark.parametrize("name", PRESETS)
def test_the_file_of_every_preset_can_be_opened_again(name: str) -> None:
    """The server's limit is the page's, and the curves grow up to so many rows."""
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] == saved.MEGABYTES
    trainer = Trainer(PRESETS[name].config)
    curves = 4 * CURVE_ROWS * len(CURVES) * len(trainer.alive)
    content = save(trainer)
    assert len(content) + curves < saved.MEGABYTES * 1_000_000
    assert read(content, saved.MEGABYTES * 1_000_000).config == trainer.config


def test_points_are_taken_home_with_whose_they_are() -> None:
    app = at_rest(visit("play_2d", members="2"))
    text = state(app).show.ask(saved._points).result(timeout=30).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["of"] for row in rows} == {"seed 0", "seed 1", "real"} and rows[0]["step"] == "0"
    assert np.isfinite([float(row["x"]) + float(row["y"]) for row in rows]).all()


def test_what_is_no_run_is_a_sentence_and_the_page_stays() -> None:
    for content in (b"", b"\x80\x04pickle", save(Trainer(RunConfig.of(**SMALL, data="mnist")))):
        app = opened(content)
        assert app.warning and not app.exception
        assert state(app).config == RunConfig()
