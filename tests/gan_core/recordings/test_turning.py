"""Movements of finished runs: they are of the shipped weights, in small files, and begin at samples of the run."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.packing import array_of, pixels
from gan_core.recordings import files
from gan_core.recordings.turning import ASKED, BETWEEN, LEGS, SHOWN, TURNING
from gan_core.zoo import checkpoints
from gan_core.zoo.plans import ZOO

NEAR = 20  # grey levels of 255: sixteen of them are kept


def moments(name: str) -> np.ndarray:
    """(T, n, 28, 28)"""
    content, header = files.content(name)[0], files.header(name)
    (panel,) = header["panels"]
    return np.stack([pixels(codes, panel["count"]) for codes in array_of(content, panel["images"])])


@pytest.mark.parametrize("name", TURNING)
def test_a_file_is_of_the_shipped_weights(name: str) -> None:
    header = files.header(name)
    assert header["weights"] == checkpoints.load_card(TURNING[name].run).sha256 and header["loops"]
    said = [caption["moment"] for caption in header["captions"]]
    assert said[0] == 0 and said == sorted(set(said)) and said[-1] < header["steps"]["shape"][0]
    assert len(moments(name)) == header["steps"]["shape"][0]


@pytest.mark.parametrize("name", [f"walk_{run}" for run in ZOO])
def test_a_walk_goes_from_sample_to_sample(name: str) -> None:
    shown = moments(name)
    assert shown.shape == (LEGS * BETWEEN + 1, SHOWN, 28, 28)
    assert (shown[0] != shown[BETWEEN]).any() or TURNING[name].run == "collapsed"
    if ZOO[TURNING[name].run].config.model.labelled:
        return
    arrived = shown[BETWEEN, :-1].astype(int), shown[0, 1:].astype(int)  # where its neighbour began
    assert np.abs(arrived[0] - arrived[1]).max() <= NEAR


def test_of_the_asked_digits_most_are_read_so() -> None:
    for name in (name for name in TURNING if name.startswith("asked_")):
        header = files.header(name)
        said = [caption["words"] for caption in header["captions"]]
        assert [words["digit"] for words in said] == list(range(10)) and moments(name).shape[1] == ASKED
        assert np.mean([words["right"] / words["n"] for words in said]) > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walk_mlp", "asked_conditional"])
def test_the_first_moment_is_what_the_weights_draw(name: str) -> None:
    trainer = checkpoints.load(TURNING[name].run).trainer()
    shown, *_ = TURNING[name].make(trainer)
    assert np.abs(shown.astype(int) - moments(name)).mean() < NEAR
