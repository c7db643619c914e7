"""A script that goes on from shipped weights has them, and takes the trainer's steps from there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from gan_core.scripts.textbook import script
from gan_core.scripts.weights import READ, Begins
from gan_core.weights import FOLDER
from gan_core.zoo import checkpoints
from tests.gan_core.scripts.made import difference, module

CHEAP = ("mlp", "collapsed", "conditional")  # by number and by name, with and without labels


def gone_on(name: str, steps: int, folder: Path) -> float:
    shutil.copy(FOLDER / f"{name}.safetensors", folder)
    found = checkpoints.load(name)
    begins = Begins(f"{name}.safetensors", found.card.steps)
    # batches of 16: an error in what is adopted shows in any, and rows are what takes time
    config = checkpoints.going_on(found.card.config).replace(batch=16)
    return difference(config, steps, folder, weights=dict(found.weights), begins=begins)


@pytest.mark.parametrize("name", CHEAP)
def test_the_first_step_from_shipped_weights(name: str, at_work: Path) -> None:
    assert gone_on(name, 1, at_work) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("name", checkpoints.names())
def test_every_finished_run_goes_on_as_the_app_does(name: str, at_work: Path) -> None:
    assert gone_on(name, 20, at_work) < 1e-5


def test_the_reader_reads_what_the_app_reads(tmp_path: Path) -> None:
    text = f"import json\nfrom pathlib import Path\n\nimport numpy as np\nimport torch\n\n\n{READ}"
    read = module(text, tmp_path).read_safetensors(FOLDER / "ac_gan.safetensors")
    assert all(torch.equal(read[name], tensor) for name, tensor in checkpoints.load("ac_gan").weights.items())


def test_the_script_says_where_it_begins() -> None:
    config = checkpoints.going_on(checkpoints.load_card("dcgan").config)
    text = script(config, begins=Begins("dcgan.safetensors", 10_000))
    assert "goes on from the weights in dcgan.safetensors" in text and "pickle" not in text
    assert "for step in range(10000, 10000 + steps):" in text and "train(SEED, STEPS - 10000)" in text
