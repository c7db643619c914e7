"""Weights beside their card: what is written comes back, and what was changed or is no card is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_core.errors import CheckpointError
from gan_core.weights import check_alike, read_arrays, read_card, read_weights, write

TENSORS = {"a": torch.arange(6.0).reshape(2, 3).T, "b": torch.tensor([1, 2])}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write("small", TENSORS, {"name": "small"}, tmp_path / "new")
    return tmp_path / "new"


def test_what_is_written_comes_back_with_its_card(written: Path) -> None:
    card = read_card("small", written)
    assert card["name"] == "small" and "CC BY-SA" in card["licence"] and card["versions"]["torch"]
    found = read_weights("small", card["sha256"], written)
    assert found.keys() == TENSORS.keys() and all(torch.equal(found[key], TENSORS[key]) for key in TENSORS)
    arrays = read_arrays("small", card["sha256"], written)
    assert all(isinstance(array, np.ndarray) for array in arrays.values())


def test_a_changed_file_is_refused_before_it_is_parsed(written: Path) -> None:
    card = read_card("small", written)
    (written / "small.safetensors").write_bytes(b"no such thing")
    with pytest.raises(CheckpointError, match="checksum"):
        read_arrays("small", card["sha256"], written)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1]", "not a card"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"steps": 1e300}', "a number that is not between"),
        ('{"steps": NaN}', "a number that is not between"),
    ],
)
def test_what_is_no_card_is_a_sentence(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "small.json").write_text(text)
    with pytest.raises(CheckpointError, match=says):
        read_card("small", tmp_path)


def test_a_card_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="missing"):
        read_card("small", tmp_path)
    (tmp_path / "small.json").write_text(json.dumps({"steps": 2**53, "rate": -0.5}))
    assert read_card("small", tmp_path) == {"steps": 2**53, "rate": -0.5}


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"a": TENSORS["a"]}, "no tensor b"),
        (TENSORS | {"c": TENSORS["b"]}, "c"),
        (TENSORS | {"a": TENSORS["a"].T}, r"\(2, 3\)"),
        (TENSORS | {"b": TENSORS["b"].float()}, "float32"),
    ],
    ids=["one short", "one too many", "another shape", "another type"],
)
def test_tensors_of_another_network_are_a_sentence(found: dict, says: str) -> None:
    check_alike("small.safetensors", TENSORS, TENSORS)
    with pytest.raises(CheckpointError, match=says):
        check_alike("small.safetensors", found, TENSORS)
