"""The curve to sketch before a run: on which axis, beside which value of the theory, and what is sent of it."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.packing import array_of, header_of
from pages.shared.shell import i18n
from pages.shared.views import live
from pages.shared.views.foreseen import CURVES


def test_d_of_generated_points_should_end_at_its_optimum() -> None:
    axis = CURVES["play_2d"].axis
    known, smoothed = axis(RunConfig()), axis(RunConfig.of(label_smoothing=0.1))
    assert known is not None and known.limits == (0, 1) and known.level == (0.5, "½")
    assert smoothed is not None and smoothed.level[0] == pytest.approx(0.45)  # D* = (1 − s)/2
    assert axis(RunConfig.of(loss="wasserstein", clip=0.01)) is None  # a score has no such value


def test_a_perfect_sampler_covers_nearly_all_modes_and_of_other_data_nothing_is_asked() -> None:
    axis = CURVES["collapse"].axis
    ring = axis(RunConfig())
    assert ring is not None and ring.limits == (0, 8) and ring.level[0] == pytest.approx(8, abs=1e-3)
    assert axis(RunConfig.of(data="spiral")) is None


def test_what_is_sent_of_a_long_run_is_short_and_keeps_its_ends() -> None:
    x = np.arange(5001)
    with live.recording({}) as frames:
        live.sketch("s", "title", x, x / 5000, run="a=1", until=5000, limits=(0.0, 1.0), level=(0.5, "½"))
    content = frames[0][8:]
    header = header_of(content)
    steps, heights = (array_of(content, header[name]) for name in "xy")
    assert len(steps) == len(heights) == 400 and steps[[0, -1]].tolist() == [0, 5000]
    assert heights == pytest.approx(steps / 5000) and header["level"] == [0.5, "½"]
    with pytest.raises(ValueError, match="no word"):
        live.sketch("s", "t", x, x, run="", until=1, limits=(0.0, 1.0), labels={"nonsense": ""})


def test_every_word_of_it_is_there() -> None:
    assert {f"sketch.{name}" for name in (*CURVES, *live.SKETCH_LABELS)} <= set(i18n.texts("en"))
