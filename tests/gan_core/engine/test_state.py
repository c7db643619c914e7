"""An ensemble that was put where another one was takes the same steps, bit for bit; anything else is refused."""

from __future__ import annotations

import pytest
import torch

from gan_core.config import RunConfig
from gan_core.engine.state import everything, restore
from gan_core.errors import SavedError
from gan_core.run.trainer import Trainer

SMALL = {"batch": 8, "g_layers": (8,), "d_layers": (8,)}
RUNS = {
    "ring": SMALL,
    "two members": SMALL | {"members": 2},
    "six members": SMALL | {"members": 6},
    "sgd": SMALL | {"optimiser": "sgd"},
    "rmsprop, clipped": SMALL | {"optimiser": "rmsprop", "loss": "wasserstein", "clip": 0.1, "d_steps": 3},
    "optimistic, set back": SMALL | {"optimiser": "optimistic_adam", "lookahead": 4, "spectral_norm": True},
    "a step ahead, consensus": SMALL | {"update": "extragradient", "consensus": 0.5, "instance_noise": 0.2},
    "penalty": SMALL | {"loss": "wasserstein", "wgan_gp": 0.1},
    "noise": SMALL | {"instance_noise": 0.5, "noise_steps": 20},
    "dropout": SMALL | {"d_dropout": 0.3},
    "batch norm": SMALL | {"g_norm": "batch", "d_norm": "batch", "d_dropout": 0.2},
    "averaged, falling": SMALL | {"ema": 0.9, "decay_steps": 20, "r1": 1.0, "gamma_steps": 15, "gamma_end": 0.1},
    "spectral norm": SMALL | {"loss": "wasserstein", "spectral_norm": True},
    "lecam and dragan": SMALL | {"lecam": 0.1, "dragan": 1.0},
    "unrolled": SMALL | {"unrolled": 2},
    "packed": SMALL | {"packing": 2},
    "simultaneous": SMALL | {"update": "simultaneous", "latent": "uniform"},
    "digits": SMALL | {"data": "mnist"},
    "labels": SMALL | {"data": "mnist", "labels": "conditional"},
    "dcgan": {"data": "mnist", "architecture": "dcgan", "batch": 4, "g_norm": "batch", "d_dropout": 0.2},
    "growing": {"data": "mnist", "architecture": "progressive", "batch": 4, "grow_steps": 3},
}


@pytest.mark.parametrize("name", RUNS)
def test_a_restored_ensemble_takes_the_same_steps(name: str) -> None:
    config = RunConfig.of(**RUNS[name])
    first, second = Trainer(config), Trainer(config)
    first.step(5)
    for mine, other in zip(first.ensembles, second.ensembles, strict=True):
        restore(other, everything(mine), 5)
    second.step_count = 5
    first.step(13)
    second.step(13)
    for mine, other in zip(first.ensembles, second.ensembles, strict=True):
        left, right = everything(mine), everything(other)
        assert left.keys() == right.keys()
        assert [key for key in left if not torch.equal(left[key], right[key])] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("0.generator.weight 1"), "has no tensor"),
        (lambda t: t.update(more=torch.zeros(1)), "belongs to no part"),
        (lambda t: t.update({min(t): torch.zeros(3, 3, 3)}), "has the shape"),
        (lambda t: t.update({"stream.real.0": torch.zeros_like(t["stream.real.0"])}), "no state of a random stream"),
        (lambda t: t.update({"drawn.latent": torch.zeros(99, 1, 8, 2)}), "has the shape"),
        (lambda t: t.update({"drawn.real": torch.zeros(2, 1, 8, 5)}), "has the shape"),
    ],
)
def test_what_does_not_fit_is_refused(change, said: str) -> None:
    trainer = Trainer(RunConfig.of(**SMALL))
    trainer.step(2)
    tensors = everything(trainer.ensembles[0])
    change(tensors)
    with pytest.raises(SavedError, match=said):
        restore(Trainer(RunConfig.of(**SMALL)).ensembles[0], tensors, 2)
