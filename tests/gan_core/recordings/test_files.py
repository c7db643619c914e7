"""The files that come with the app: of this engine and of their entries, small enough, and reproducible."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from gan_core.packing import array_of, nibbles
from gan_core.presets import FLAGSHIP
from gan_core.recordings import files
from gan_core.recordings.images import SeenImages
from gan_core.recordings.record import PRESETS_MEASURED, record
from gan_core.recordings.registry import RECORDED, THUMBS, Past
from gan_core.recordings.seen import Seen, middle
from gan_core.recordings.sketches import SKETCHES, packed

PASTS = [name for name, recorded in RECORDED.items() if isinstance(recorded, Past)]
OF_POINTS = [name for name, recorded in RECORDED.items() if not recorded.config.data.is_image]
OF_IMAGES = sorted(RECORDED.keys() - {*OF_POINTS, *PASTS})
CHOSEN = [name for name, recorded in RECORDED.items() if recorded.seeds > 1]
ALIKE = ("preset_", "scenario_")  # recorded as the others are, of which the usual tests train some again
FIRST = 4  # moments that are recorded again
CODES = 400  # of 65,534 over the window: another kind of processor rounds otherwise, one of them by 180 for WGAN-GP


@pytest.mark.parametrize("name", RECORDED)
def test_a_file_has_the_charts_of_its_entry(name: str) -> None:
    assert [chart["name"] for chart in files.header(name)["charts"]] == list(RECORDED[name].charts)


def test_all_small_pictures_are_small_enough() -> None:
    small = sum(len(files.content(f"{one}{files.SMALL}")[0]) for one in (*THUMBS, *SKETCHES))
    assert small + len(files.content(f"preset_{FLAGSHIP}")[0]) <= files.MOST  # the home page


@pytest.mark.parametrize("name", CHOSEN)
def test_what_is_drawn_is_the_seed_in_the_middle(name: str) -> None:
    """By the measure that the file names, whose values it has; of a measured preset those of the record."""
    recorded, header = RECORDED[name], files.header(name)
    ranked, seeds = header["ranked"], [recorded.config.seed_of(k) for k in range(recorded.seeds)]
    if recorded.measured:
        measured = json.loads(PRESETS_MEASURED.read_text(encoding="utf-8"))["presets"][recorded.measured]["runs"]
        seeds = [int(run["query"]["seed"]) for run in measured]
        assert ranked["values"] == [run["scores"]["high_quality"] for run in measured]
    assert ranked["by"] == recorded.pick != "only" and len(ranked["values"]) == recorded.seeds
    assert ranked["seeds"] == seeds
    (drawn,), values = set(header["seeds"]), ranked["values"]
    assert values[seeds.index(drawn)] == values[middle(np.array(values))]  # rounded, of which two may be the same


def some(names: list[str]) -> list[Any]:
    return [pytest.param(name, marks=[pytest.mark.slow] if name.startswith(ALIKE) else []) for name in names]


@pytest.mark.parametrize("name", some(OF_POINTS))
def test_the_first_moments_are_those_of_a_run_that_is_trained_again(name: str) -> None:
    recorded, (content, _), header = RECORDED[name], files.content(name), files.header(name)
    steps = array_of(content, header["steps"])
    assert steps.tolist() == list(recorded.steps)
    for config, panel, seed in zip(recorded.configs, header["panels"], header["seeds"], strict=True):
        member = seed - config.train.seed
        run = Seen.watch(config.member(member), recorded.steps[:FIRST])
        entry = panel["fake"]
        codes = array_of(content, entry)[:FIRST].astype(int)
        again = np.stack([shot.fake[0, : recorded.points] for shot in run.shots])
        scale = 65_534 / (entry["high"] - entry["low"])
        inside = codes < 65_535
        assert inside[0].mean() > 0.9
        assert np.abs(codes[inside] - (again[inside] - entry["low"]) * scale).max() <= CODES


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_IMAGES)
def test_the_first_images_are_those_of_a_run_that_is_trained_again(name: str) -> None:
    recorded, (content, _), header = RECORDED[name], files.content(name), files.header(name)
    for config, panel in zip(recorded.configs, header["panels"], strict=True):
        run = SeenImages.watch(config, recorded.steps[:2])
        again = np.stack([nibbles(shot.fake[0, : recorded.points]) for shot in run.shots])
        assert (again == array_of(content, panel["images"])[:2]).mean() > 0.95


@pytest.mark.parametrize("name", PASTS)
def test_the_past_of_a_finished_run_is_what_came_with_its_weights(name: str) -> None:
    assert record(name) == (files.content(name)[0],)


@pytest.mark.parametrize("name", SKETCHES)
def test_a_picture_of_a_closed_form_is_what_is_packed_now(name: str) -> None:
    assert files.content(f"{name}{files.SMALL}")[0] == packed(name)


@pytest.mark.parametrize("name", RECORDED)
def test_captions_follow_one_another_to_the_end(name: str) -> None:
    header = files.header(name)
    moments = [caption["moment"] for caption in header["captions"]]
    assert moments[0] == 0 and moments == sorted(set(moments)) and len(moments) >= 4
    assert moments[-1] == header["steps"]["shape"][0] - 1


@pytest.mark.slow
def test_a_recording_gives_the_same_bytes_again() -> None:
    assert record("vanishing") == tuple(files.content(f"vanishing{end}")[0] for end in ("", files.SMALL))
