"""A run's bits belong to a version of the engine: whoever changes them raises it, and pins what it computes now by

    python -m tests.gan_core.engine.test_version

Of each run the pins have its losses and parameters in float64, rounded, which every machine gives; and a digest of all
of its bits in float32, which only the same torch on the same kind of processor gives.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION
from gan_core.presets import PRESETS
from gan_core.run.trainer import Trainer

PINS = Path(__file__).with_name("version.json")
STEPS = 4
SMALL = {"g_layers": (16, 16), "d_layers": (16, 16), "batch": 32}
RUNS: dict[str, RunConfig] = {
    "plain": RunConfig.of(**SMALL),
    "simultaneous": RunConfig.of(**SMALL, update="simultaneous", loss="minimax"),
    "wgan_gp": RunConfig.of(**SMALL, loss="wasserstein", wgan_gp=1.0, d_steps=2),
    "relativistic": RunConfig.of(**SMALL, loss="relativistic", r1=0.1, r2=0.1, d_activation="tanh"),
    "noise": RunConfig.of(**SMALL, instance_noise=0.3, d_dropout=0.2, optimiser="rmsprop"),
    "modules": RunConfig.of(**SMALL, g_norm="batch", d_norm="layer", packing=2, optimiser="sgd"),
    "unrolled": RunConfig.of(**SMALL, unrolled=2, init="orthogonal"),
    "optimistic": RunConfig.of(**SMALL, optimiser="optimistic_adam", lookahead=3),
    "extragradient": RunConfig.of(**SMALL, update="extragradient"),
    "consensus": RunConfig.of(**SMALL, consensus=0.5, update="simultaneous"),
    "grid": RunConfig.of(**SMALL, data="grid", modes=25, latent="uniform"),
    "digits": PRESETS["digits_conditional"].config.replace(batch=8),
}


def machine() -> dict[str, str]:
    """All that may round in another way."""
    return {"torch": torch.__version__, "processor": torch.backends.cpu.get_cpu_capability()}


def parameters(config: RunConfig, dtype: torch.dtype) -> tuple[Trainer, torch.Tensor]:
    trainer = Trainer(config, dtype=dtype)
    trainer.step(STEPS)
    players = [p for e in trainer.ensembles for p in (e.generator, e.discriminator)]
    return trainer, torch.cat([player.theta.flatten() for player in players])


def numbers(config: RunConfig) -> list[float]:
    """Both losses, and the sum and the sum of squares of all parameters, in float64."""
    trainer, theta = parameters(config, torch.float64)
    curves = trainer.history.curves()
    found = [curves.d_loss[-1, 0], curves.g_loss[-1, 0], theta.sum(), theta.square().sum()]
    return [float(f"{float(number):.5g}") for number in found]


def digest(config: RunConfig) -> str:
    return hashlib.sha256(parameters(config, torch.float32)[1].numpy().tobytes()).hexdigest()[:16]


def pins() -> dict[str, object]:
    return {
        "engine": VERSION,
        "machine": machine(),
        "runs": {name: {"numbers": numbers(config), "digest": digest(config)} for name, config in RUNS.items()},
    }


RAISE = "the engine computes other bits: raise gan_core.engine.version.VERSION, and pin them by the command above"
PINNED = json.loads(PINS.read_text(encoding="utf-8")) if PINS.exists() else {"engine": None, "machine": {}, "runs": {}}


def test_the_pins_are_of_this_version() -> None:
    assert PINNED["engine"] == VERSION and PINNED["runs"].keys() == RUNS.keys()


@pytest.mark.parametrize("name", RUNS)
def test_a_version_computes_what_was_pinned(name: str) -> None:
    pinned = PINNED["runs"][name]
    np.testing.assert_allclose(numbers(RUNS[name]), pinned["numbers"], rtol=1e-4, err_msg=RAISE)
    if PINNED["machine"] == machine():
        assert digest(RUNS[name]) == pinned["digest"], RAISE


if __name__ == "__main__":
    PINS.write_text(json.dumps(pins(), indent=1) + "\n", encoding="utf-8")
