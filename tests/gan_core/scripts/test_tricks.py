"""What a script's loop calls does what the engine's parts of the same names do."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core import config as facts
from gan_core.config import RunConfig
from gan_core.scripts.tricks import LATENTS
from tests.gan_core.scripts.made import difference

NETS = {"batch": 16, "g_layers": (8,), "d_layers": (8, 6)}
CASES = [
    {"ema": 0.9, "g_norm": "batch"},
    {"instance_noise": 0.5, "noise_steps": 3, "wgan_gp": 1.0, "loss": "relativistic"},
    {"spectral_norm": True, "skip_d_below": 1.38},
    {"unrolled": 2},
    {"unrolled": 2, "optimiser": "sgd", "loss": "relativistic", "packing": 2, "instance_noise": 0.1},
    {"batch": 15, "latent": "uniform"},
]


def test_there_is_a_text_for_every_kind_of_latent() -> None:
    assert set(LATENTS) == set(facts.options("latent"))


@pytest.mark.parametrize("changes", CASES, ids=str)
def test_the_tricks_are_the_engines(changes: dict, tmp_path: Path) -> None:
    assert difference(RunConfig.of(**NETS | changes), 6, tmp_path) < 1e-9
