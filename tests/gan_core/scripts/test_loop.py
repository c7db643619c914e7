"""What a configuration adds to the loop: optimisers, schedules, limits; each as the engine does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core import config as facts
from gan_core.config import RunConfig
from gan_core.scripts.loop import OPTIMISERS
from tests.gan_core.scripts.made import difference

NETS = {"batch": 16, "g_layers": (8,), "d_layers": (8, 6)}
CASES = [
    {"optimiser": name, "update": update} for name in facts.options("optimiser") for update in facts.options("update")
]
CASES += [
    {"d_steps": 3, "instance_noise": 0.1},
    {"clip": 0.1},
    {"decay_steps": 5, "optimiser": "rmsprop"},
    {"lookahead": 2, "ema": 0.9, "spectral_norm": True, "optimiser": "optimistic_adam"},
    {"lookahead": 3, "update": "extragradient", "lecam": 0.1, "instance_noise": 0.1, "r1": 0.1},
    {"update": "extragradient", "spectral_norm": True, "loss": "wasserstein", "skip_d_below": 0.0},
    {"gamma_steps": 5, "gamma_end": 0.1, "r1": 0.5, "r2": 0.3},
    {"skip_d_below": 1.39, "lecam": 0.3},
]  # fmt: skip


def test_there_is_a_text_for_every_optimiser() -> None:
    assert set(OPTIMISERS) == set(facts.options("optimiser"))


@pytest.mark.parametrize("changes", CASES, ids=str)
def test_the_loop_is_the_engines(changes: dict, tmp_path: Path) -> None:
    assert difference(RunConfig.of(**NETS | changes), 6, tmp_path) < 1e-9


def test_only_a_loop_that_is_asked_for_them_has_them(tmp_path: Path) -> None:
    from gan_core.scripts.textbook import script

    plain = script(RunConfig())
    words = (
        "slope",
        "noisy",
        "pack(",
        "SpectralNorm",
        "average",
        "look_ahead",
        "epsilon",
        "D_STEPS",
        "deepcopy",
        "growth",
    )
    assert [word for word in words if word in plain] == []
