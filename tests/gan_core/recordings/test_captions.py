"""The captions: made from measures of a run that is put together here, so that what they say is known beforehand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gan_core.metrics.floors import Range
from gan_core.metrics.scored import Score
from gan_core.packing import array_of
from gan_core.recordings import files
from gan_core.recordings.captions import APART, APART_PAST, APART_SLOWLY, Caption, apart, digits, hopping, past
from gan_core.recordings.registry import RECORDED
from gan_core.run.classes import ClassHistory

MOMENTS, MODES = 40, 8


def crowd(at: list[int]) -> Any:
    """A run of one member, all of whose samples are near one mode at each moment."""
    shares = np.eye(MODES)[at][:, None]
    return SimpleNamespace(
        nearest=shares, near=shares, covered=np.ones((len(at), 1), int), trust=1 - shares, members=1,
        steps=np.arange(len(at)) * 10, shots=[SimpleNamespace(fake=np.zeros((1, 64, 2)))] * len(at),
        perfect={"w1": Range(0.2, 0.1, 0.3)},
    )  # fmt: skip


def test_a_hop_is_said_with_the_mode_that_was_left_and_where_d_believes_least() -> None:
    found = hopping([crowd([2] * 20 + [5] * 20)], [0])
    assert [caption.code for caption in found] == ["hopping_start", "hopping_left", "hopping_end"]
    hop = found[1]
    assert hop.moment == 20 and hop.words["step"] == "200"
    assert (hop.words["old"], hop.words["new"], hop.words["share"]) == (3, 6, "100%")
    assert (hop.words["low"], hop.words["d_low"], hop.words["d_high"]) == (6, "0.00", "1.00")
    assert (found[-1].words["hops"], found[-1].words["covered"]) == (1, 1)


def test_a_mode_is_to_be_watched_only_where_g_goes_there_while_one_reads() -> None:
    """Two hops in eight named the mode that G had just gone to."""
    trusted = 0  # the first of those where no sample is
    goes, stays = crowd([2] * 20 + [5] * 5 + [trusted] * 15), crowd([2] * 20 + [5] * 20)
    held = crowd([2] * 20 + [5] * 20)
    held.trust = held.nearest
    found = [hopping([run], [0])[1] for run in (goes, stays, held)]
    assert [caption.code for caption in found] == ["hopping_watch", "hopping_left", "hopping_left"]
    assert [caption.words["high"] for caption in found] == [1, 1, 6]


def test_a_caption_of_a_generator_that_rests_does_not_grow_old() -> None:
    found = hopping([crowd([2] * 10 + [5] * 90)], [0])
    assert max(np.diff([caption.moment for caption in found])) < 3 * APART
    assert {caption.words["new"] for caption in found if caption.code == "hopping_way"} == {6}


def test_between_two_captions_there_is_time_to_read() -> None:
    found = hopping([crowd([i % MODES for i in range(MOMENTS)])], [0])
    moments = [caption.moment for caption in found]
    assert min(np.diff(moments)) >= APART and moments[-1] == MOMENTS - 1


def test_images_are_said_in_digits_and_beside_what_real_ones_score() -> None:
    known = ClassHistory(
        np.array([0, 8]), np.stack([np.eye(10, dtype=int)[[3]] * 200, np.full((1, 10), 20)]), np.ones((2, 1)),
        np.full(10, 0.1), 200,
    )  # fmt: skip
    run: Any = SimpleNamespace(classes=known, shots=[None] * 12, steps=np.arange(12))
    first, *between, last = digits([run], [0])
    assert first == Caption(0, "digits_start", {}) and last.code == "digits_end"
    assert between[0].moment == APART_SLOWLY and between[0].words["made_0"] == 1
    assert (last.words["made_0"], last.words["kl_0"], last.words["floor"]) == (10, "0.00", "0.02, 0.01–0.04")
    assert (between[0].words["step"], last.words["step"]) == ("0", "8")  # where the classifier looked, not the picture


@pytest.mark.parametrize("name", [name for name, of in RECORDED.items() if "made" in of.charts])
def test_a_shipped_caption_names_the_step_that_its_digits_were_read_at(name: str) -> None:
    """It named that of the picture: 233 for what was read at 128."""
    header, content = files.header(name), files.content(name)[0]
    (chart,) = [of for of in header["charts"] if of["name"] == "made"]
    at = array_of(content, chart["x"]).tolist()
    lines = [array_of(content, line["y"]) for line in chart["lines"]]
    for words in (caption["words"] for caption in header["captions"][1:]):
        look = at.index(int(words["step"].replace(",", "")))
        made = [of["made"] for of in words.get("each", [])] or [words[f"made_{i}"] for i in range(len(lines))]
        assert made == [line[look] for line in lines]


def test_the_past_of_a_finished_run_is_said_beside_real_digits() -> None:
    real = Score(9.0, 4.04, 2.83, 6.14)
    classes = np.tile([995, 5, 0, 0, 0, 0, 0, 0, 0, 0], (12, 1))
    classes[-1] = 100
    run: Any = SimpleNamespace(
        steps=np.arange(12) * 500, shots=[None] * 12, classes=classes, real={"fid": real, "class_kl": real},
        scores={"fid": np.linspace(1200, 80, 12), "class_kl": np.full(12, 0.5)},
    )  # fmt: skip
    first, between, last = past([run], [0])
    assert (first.code, between.moment, last.code) == ("past_start", APART_PAST, "past_end")
    assert between.words["made"] == 1 and between.words["share"] == "100%"  # 5 of 1,000 are no digit that is made
    assert last.words["step"] == "5,500" and last.words["made"] == 10
    assert (last.words["fid"], last.words["real_fid"]) == ("80", "4, 3–6")


def test_the_last_one_always_stays() -> None:
    last = Caption(20, "end", {})
    assert apart([Caption(0, "a", {}), Caption(5, "b", {}), Caption(15, "c", {})], last) == [Caption(0, "a", {}), last]
