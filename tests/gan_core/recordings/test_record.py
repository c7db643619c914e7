"""What is packed of a run: the samples where they were, the field on its scale, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.packing import array_of, header_of
from gan_core.recordings import record
from gan_core.recordings.registry import RECORDED
from gan_core.recordings.seen import Seen

SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,), "steps": 30}


@pytest.fixture(scope="module")
def runs() -> list[Seen]:
    losses = ({"loss": "non_saturating"}, {"loss": "wasserstein", "clip": 0.1}, {"loss": "wasserstein", "clip": 0.03})
    return [Seen.watch(RunConfig.of(**SMALL, **loss), range(0, 31, 2)) for loss in losses]


def test_a_panel_holds_what_was_seen(runs: list[Seen]) -> None:
    content = record.packed("wgan", runs)
    header = header_of(content)
    assert len(header["panels"]) == 3 and header["name"] == "wgan"
    for run, panel in zip(runs, header["panels"], strict=True):
        fake, entry = array_of(content, panel["fake"]), panel["fake"]
        size = (entry["high"] - entry["low"]) / 65_534
        seen = np.stack([shot.fake[0, : RECORDED["wgan"].points] for shot in run.shots])
        np.testing.assert_allclose(entry["low"] + size * fake, seen, atol=size)
    critic = header["panels"][1]
    low, high = critic["field"]["low"], critic["field"]["high"]
    scaled = low + array_of(content, critic["field"]) * (high - low) / 254
    field = array_of(content, critic["middle"])[-1] + array_of(content, critic["spread"])[-1] * scaled[-1]
    corner = runs[1].shots[-1].field[0, 0, 0]
    assert abs(field[0, 0] - corner) <= array_of(content, critic["spread"])[-1] * 0.51


def test_the_small_one_is_a_picture_and_nothing_else(runs: list[Seen]) -> None:
    header = header_of(record.small("wgan", runs))
    assert len(header["panels"]) == 1 and not header["captions"] and not header["charts"] and not header["strips"]
    assert header["panels"][0]["fake"]["shape"][0] == header["steps"]["shape"][0] <= record.SMALL_MOMENTS
