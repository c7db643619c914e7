"""Trained runs that come with the code: weights to go on from, and their past to play back without training.

    checkpoint = load("dcgan")
    checkpoint.card.scores["fid"], checkpoint.replay.fake[-1]
    checkpoint.trainer().step(100)

A checkpoint is pretrained/NAME.safetensors beside its card NAME.json; `gan_core.weights` checks both, nothing is ever
unpickled, and what cannot be used is one sentence (`CheckpointError`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.errors import CheckpointError, Sentence
from gan_core.metrics.scored import Copying, Score
from gan_core.run.history import CURVES, Curves
from gan_core.weights import FOLDER, check_alike, read_arrays, read_card
from gan_core.zoo.plans import ZOO

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from gan_core.run.trainer import Trainer

__all__ = ["Card", "Checkpoint", "CheckpointError", "Replay", "load", "load_card", "load_replay", "names"]

PICTURES = 40  # images of a moment: four rows of ten
REPLAY = "replay."
REPLAYED = ("fid", "class_kl", "precision", "recall", "confidence")  # scores of every moment


@dataclass(frozen=True)
class Card:
    """What is known of a trained run.

    steps          how far it was trained (the config's own `steps`); cpu_seconds of one thread that this took
    scores         name → Score, as `metrics.images.ImageScores` has them, of `samples` images from `generate`: the
                   median over `sample_seeds`, one set of images each; `spread`: name → (least, most) of them
    copying        whether training digits are shown again, of the images of all seeds together
    classes        how many of the first seed's images the judge reads as 0, …, 9
    data, licence  what it learned from, and under which terms it is given on
    sha256         of the weights; versions: of what trained it, the engine among them; by engine 2 also the kind of
                   processor, on which its bits depend
    """

    name: str
    title: str
    why: str
    config: RunConfig
    steps: int
    cpu_seconds: float
    scores: Mapping[str, Score]
    spread: Mapping[str, tuple[float, float]]
    copying: Copying
    classes: tuple[int, ...]
    samples: int
    sample_seeds: tuple[int, ...]
    data: str
    licence: str
    sha256: str
    versions: Mapping[str, str | int]


PLAIN: dict[str, type] = {
    "name": str, "steps": int, "cpu_seconds": float, "samples": int, "data": str, "licence": str, "sha256": str,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Replay:
    """The past of a trained run at T log-spaced steps, the first of them 0.

    steps (T,); fake (T, n, 28, 28) uint8, always the same latents; scores: name in REPLAYED → (T,), of the images of
    the card's first seed, whose floors are on the card; classes (T, 10); curves: as `History.curves` gives them,
    thinned, of one member.
    """

    steps: NDArray[np.int64]
    fake: NDArray[np.uint8]
    scores: Mapping[str, NDArray[np.float32]]
    classes: NDArray[np.int64]
    curves: Curves


@dataclass(frozen=True, eq=False)
class Checkpoint:
    card: Card
    replay: Replay
    weights: Mapping[str, Tensor]

    def trainer(self, data: str = "mnist") -> Trainer:
        """A trainer with these weights at `card.steps`, which may train as far again.

        It goes on with the digits that come with the app; "mnist_full" takes all 60,000 where they are installed.
        The optimisers' averages were not kept: Adam starts fresh, and so do the streams of digits and latents.
        It computes in float32, also where the run was made in bfloat16.
        """
        from gan_core.run.trainer import Trainer

        trainer = Trainer(going_on(self.card.config, data))
        trainer.adopt(self.weights, self.card.steps)
        return trainer


def going_on(config: RunConfig, data: str = "mnist") -> RunConfig:
    """The configuration in which a trained run goes on: as far again, in the precision that every processor has."""
    return config.replace(data=data, steps=2 * config.train.steps, precision="float32")


def names() -> tuple[str, ...]:
    """The trained runs that are there, in the order of showing."""
    return tuple(name for name in ZOO if (FOLDER / f"{name}.json").is_file())


def load_card(name: str, folder: Path | None = None) -> Card:
    """Reads no weights. Raises CheckpointError."""
    if name not in ZOO:
        raise CheckpointError(Sentence("checkpoint.the_run", name=name), "checkpoint.unknown", names=", ".join(names()))
    raw = read_card(name, folder)
    try:
        measured = {key: np.array(found["values"], float) for key, found in raw["scores"].items()}
        return Card(
            title=ZOO[name].title,  # words are the zoo's: to better them, no card is touched
            why=ZOO[name].why,
            config=RunConfig.from_json(json.dumps(raw["config"])),
            scores={
                key: Score(float(np.median(measured[key])), *(float(one) for one in found["floor"]))
                for key, found in raw["scores"].items()
            },
            spread={key: (float(values.min()), float(values.max())) for key, values in measured.items()},
            copying=Copying(**raw["copying"]),
            sample_seeds=tuple(int(seed) for seed in raw["sample_seeds"]),
            classes=tuple(int(count) for count in raw["classes"]),
            versions=dict(raw["versions"]),
            **{field: kind(raw[field]) for field, kind in PLAIN.items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(
            f"{name}.json", "checkpoint.not_a_card", error=f"{type(error).__name__}: {error}"
        ) from error


def load(name: str, folder: Path | None = None) -> Checkpoint:
    """Card, past and weights, all verified: checksum, names, shapes, types. Raises CheckpointError."""
    import torch

    from gan_core.engine.ensemble import Ensemble

    card = load_card(name, folder)
    arrays = read_arrays(name, card.sha256, folder)
    weights = {key: torch.tensor(array) for key, array in arrays.items() if not key.startswith(REPLAY)}
    check_alike(f"{name}.safetensors", weights, Ensemble((card.config,), _no_data).state())
    return Checkpoint(card, _replay(card, arrays), weights)


def load_replay(name: str, folder: Path | None = None) -> Replay:
    """The past alone, verified, without torch: what a page shows at once. Raises CheckpointError."""
    card = load_card(name, folder)
    return _replay(card, read_arrays(name, card.sha256, folder))


def _replay(card: Card, arrays: Mapping[str, NDArray[Any]]) -> Replay:
    past = {key.removeprefix(REPLAY): array for key, array in arrays.items() if key.startswith(REPLAY)}
    t, curve_steps = (len(past[key]) if key in past else 0 for key in ("steps", "curve_steps"))
    check_alike(f"{card.name}.safetensors", past, _empty_past(t, curve_steps))
    return Replay(
        steps=past["steps"],
        fake=past["fake"],
        scores={score: past[score] for score in REPLAYED},
        classes=past["classes"],
        curves=Curves(past["curve_steps"], *past["curves"][..., None]),
    )


def tensors_of(trainer: Trainer, replay: Replay) -> dict[str, Tensor]:
    """All tensors of a checkpoint's file, as `load` takes them apart again."""
    import torch

    curves = np.stack([getattr(replay.curves, name)[:, 0] for name in CURVES])
    past = {"steps": replay.steps, "fake": replay.fake, "classes": replay.classes, **replay.scores}
    past |= {"curve_steps": replay.curves.step, "curves": curves}
    return {
        **{key: tensor.clone() for key, tensor in trainer.ensembles[0].state().items()},
        **{REPLAY + key: torch.tensor(array) for key, array in past.items()},
    }


def _empty_past(t: int, curve_steps: int) -> dict[str, NDArray[Any]]:
    """What `replay.` has to hold for so many moments and steps of the curves."""
    return {
        "steps": np.empty(t, np.int64),
        "fake": np.empty((t, PICTURES, 28, 28), np.uint8),
        "classes": np.empty((t, 10), np.int64),
        **{score: np.empty(t, np.float32) for score in REPLAYED},
        "curve_steps": np.empty(curve_steps, np.int64),
        "curves": np.empty((len(CURVES), curve_steps), np.float32),
    }


def _no_data(n: int, generator: torch.Generator) -> Tensor:
    raise AssertionError("a checkpoint is looked at without data")
