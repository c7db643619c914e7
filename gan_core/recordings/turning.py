"""Small movements of what is trained already, packed like recorded runs: no step passes, a latent or a label changes.

    packed("walk_dcgan")         # bytes of the file: samples of the run on the way from latent to latent
    packed("asked_conditional")  # … of the same latents, asked for one digit after the other

The classifier says of every moment what it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from gan_core.config import CLASSES
from gan_core.metrics.classifier import classify
from gan_core.packing import nibbles, pack
from gan_core.recordings.origin import Origin
from gan_core.run.trainer import Trainer
from gan_core.studies.latent_space import walk
from gan_core.zoo import checkpoints
from gan_core.zoo.plans import ZOO

SHOWN = 16  # images that move
LEGS, BETWEEN = 2, 12  # ways between two latents that follow one another, and moments of each
ASKED = 24  # images of a digit that is asked for, of which the classifier reads each
MEASURED = 200  # samples behind each number of a chart


@dataclass(frozen=True)
class Turning:
    """What moves of the finished run `run`: `make` gives the images (T, n, 28, 28), the steps (T,) of the slider, the
    values (T,) of the chart `chart` with its level, and the captions. `pace`: moments a second."""

    run: str
    make: Callable[[Trainer], tuple[np.ndarray, np.ndarray, np.ndarray, float, list[dict[str, Any]]]]
    chart: str
    pace: float

    @property
    def origin(self) -> Origin:
        """Raises CheckpointError where the run is not there."""
        looks = (self.chart, self.pace, SHOWN, LEGS, BETWEEN, ASKED, MEASURED)
        card = checkpoints.load_card(self.run)
        return Origin((card.config,), looks, card.sha256)


def _walking(trainer: Trainer) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, list[dict[str, Any]]]:
    """Every sample on its way to the one after the next, by way of the next, as such latents lie; of a run with labels
    each keeps the digit that it was asked for."""
    model = trainer.config.model
    rng = np.random.default_rng(8)
    drawn = _drawn(rng, MEASURED, trainer)

    def along(among: np.ndarray, count: int) -> np.ndarray:
        """(T, count, d): from among[i] by way of among[i + 1], and so on."""

        def leg(number: int) -> np.ndarray:
            pairs = [(among[i % len(among)], among[(i + 1) % len(among)]) for i in range(number, number + count)]
            return np.stack([walk(a, b, BETWEEN + 1, model.latent) for a, b in pairs], 1)

        legs = [leg(number) for number in range(LEGS)]
        return np.concatenate([legs[0], *(one[1:] for one in legs[1:])])

    def decoded(z: np.ndarray) -> np.ndarray:
        labels = np.arange(len(z)) % CLASSES if model.labelled else None
        return trainer.decode(z, labels=labels)

    images = np.stack([decoded(z) for z in along(trainer.latents_of_picture()[: SHOWN + LEGS], SHOWN)])
    sure = np.array([float(classify(decoded(z)).max(1).mean()) for z in along(drawn, MEASURED)])
    captions = []
    for leg in range(LEGS):
        first, middle = leg * BETWEEN, leg * BETWEEN + BETWEEN // 2
        captions += [
            {"moment": first, "code": "walk_at", "words": {"sure": f"{sure[first]:.2f}", "n": MEASURED}},
            {"moment": middle - 1, "code": "walk_between", "words": {"sure": f"{sure[middle]:.2f}", "n": MEASURED}},
        ]
    captions.append({"moment": len(sure) - 1, "code": "walk_at", "words": {"sure": f"{sure[-1]:.2f}", "n": MEASURED}})
    return images, np.arange(len(sure)), sure, _real(), captions


def _asked(trainer: Trainer) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, list[dict[str, Any]]]:
    """The same latents, asked for every digit in turn."""
    rng = np.random.default_rng(9)
    shown, measured = _drawn(rng, ASKED, trainer), _drawn(rng, MEASURED, trainer)
    images = np.stack([trainer.decode(shown, labels=digit) for digit in range(CLASSES)])
    read = np.stack([classify(of).argmax(1) for of in images])
    right = np.array(
        [float((classify(trainer.decode(measured, labels=d)).argmax(1) == d).mean()) for d in range(CLASSES)]
    )
    captions = [
        {"moment": digit, "code": "asked", "words": {
            "digit": digit, "n": ASKED, "right": int((read[digit] == digit).sum()), "share": f"{right[digit]:.0%}",
            "of": MEASURED}}
        for digit in range(CLASSES)
    ]  # fmt: skip
    return images, np.arange(CLASSES), right, 1.0, captions


def _drawn(rng: np.random.Generator, n: int, trainer: Trainer) -> np.ndarray:
    """(n, d) latents as the run draws them."""
    shape = n, trainer.config.model.latent_dim
    normal = trainer.config.model.latent == "normal"
    return (rng.standard_normal(shape) if normal else rng.uniform(-1, 1, shape)).astype(np.float32)


@cache
def _real() -> float:
    """How sure the classifier is of held-out digits, on average."""
    from gan_core.data.images import load_images

    return float(classify(load_images("mnist", "test")[0][:2000]).max(1).mean())


TURNING: Mapping[str, Turning] = {
    **{f"walk_{name}": Turning(name, _walking, "sure", 4.0) for name in ZOO},
    **{f"asked_{name}": Turning(name, _asked, "right", 0.8) for name in ZOO if ZOO[name].config.model.labelled},
}


def packed(name: str) -> bytes:
    """Raises CheckpointError where the run is not there."""
    turning = TURNING[name]
    images, steps, values, level, captions = turning.make(checkpoints.load(turning.run).trainer())
    panel = {"images": np.stack([nibbles(of) for of in images]), "count": images.shape[1]}
    line = {"run": 0, "name": "", "y": values}
    return pack(
        {
            **turning.origin.said(name), "pace": turning.pace, "loops": True, "steps": steps.astype(np.uint32),
            "panels": [panel],
            "charts": [{"name": turning.chart, "x": steps.astype(np.uint32), "lines": [line], "level": level,
                        "log_y": False}],
            "strips": [], "captions": captions,
        }
    )  # fmt: skip
