"""The players of a script start from the engine's weights and move as the engine's do: every architecture, norm,
activation and initialisation."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core import config as facts
from gan_core.config import RunConfig
from gan_core.scripts import players
from tests.gan_core.scripts.made import difference

NETS = {"batch": 8, "g_layers": (8, 6), "d_layers": (6, 8)}
DIGITS = NETS | {"data": "mnist", "batch": 4, "latent_dim": 5, "grow_steps": 2}
ALL_OF = ("init", "g_activation", "d_activation", "g_norm", "d_norm", "latent")
CASES = [{name: value} for name in ALL_OF for value in facts.options(name)]
CASES += [
    {"d_dropout": 0.3, "d_activation": "maxout", "d_norm": "batch"},
    {"d_dropout": 0.3, "loss": "relativistic"},
    {"minibatch_std": True},
    {"d_input_scale": 0.25, "packing": 2},
    {"latent_dim": 3, "batch": 7, "latent": "uniform"},
]
IMAGES = [{"architecture": name} for name in facts.ARCHITECTURES]
IMAGES += [{"architecture": "dcgan", "init": "dcgan", "g_norm": "batch", "d_norm": "batch", "packing": 2}]
IMAGES += [{"architecture": "progressive", "spectral_norm": True, "d_norm": "layer"}]
IMAGES += [
    {"architecture": name, "labels": labels} for name in ("mlp", "dcgan") for labels in facts.options("labels")[1:]
]


def test_there_is_a_text_for_every_row_of_the_registries() -> None:
    assert set(players.ARCHITECTURES) == set(facts.ARCHITECTURES)
    assert set(players.PHI) == set(facts.options("d_activation")) and set(players.NORMS) == set(facts.NORMS)
    assert set(players.FILLS) == set(facts.options("init")) and set(players.OUTPUTS) == set(facts.options("pixels"))


@pytest.mark.parametrize("changes", CASES, ids=str)
def test_players_of_points_are_the_engines(changes: dict, tmp_path: Path) -> None:
    assert difference(RunConfig.of(**NETS | changes), 3, tmp_path) < 1e-6


@pytest.mark.parametrize("changes", IMAGES, ids=str)
def test_players_of_images_are_the_engines(changes: dict, at_work: Path) -> None:
    """Five steps, in which what grows has reached its second size."""
    assert difference(RunConfig.of(**DIGITS | changes), 5, at_work) < 1e-6
