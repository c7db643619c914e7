"""Makes a checkpoint: trains the plan of `gan_core.zoo.plans`, scores it, and writes weights, past and card; and scores
one anew that is there, without training."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gan_core.engine.version import VERSION as ENGINE
from gan_core.metrics import image_statistics as statistics
from gan_core.metrics.image_floors import floors
from gan_core.metrics.images import ESTIMATES, SAMPLES, ImageScores, image_scores
from gan_core.run.history import CURVES, Curves
from gan_core.run.trainer import Trainer
from gan_core.weights import read_card, write
from gan_core.zoo.checkpoints import PICTURES, REPLAYED, Card, Replay, going_on, load, load_card, tensors_of
from gan_core.zoo.plans import ZOO

MOMENTS = 20  # looked at after step 0
FIRST = 10  # the first of them
CURVE_POINTS = 400
SAMPLE_SEEDS = (1, 2, 3, 4, 5, 6, 7, 8)  # of as many sets of samples; the first is scored at every moment


def build(
    name: str, steps: int | None = None, data: str | None = None, *, folder: Path | None = None,
    samples: int = SAMPLES, threads: int = 1, report: Callable[[str], None] = lambda line: None,
) -> Card:  # fmt: skip
    """Train ZOO[name] and write pretrained/NAME.safetensors and NAME.json. The processor time is that of training only.

    Raises DataUnavailable without the data, CheckpointError without a judge, RuntimeError if the run failed.
    """
    plan = ZOO[name]
    changes = {"steps": steps, "data": data}
    config = plan.config.replace(**{field: value for field, value in changes.items() if value is not None})
    # what is looked at and scored is what `Checkpoint.trainer` will give: the weights in float32
    trainer, looker, scored = Trainer(config), Trainer(going_on(config)), []
    trainer.take_threads(threads)
    moments = log_spaced(config.train.steps)
    fake = np.empty((len(moments), PICTURES, 28, 28), np.uint8)
    for i, moment in enumerate(moments):
        trainer.step(moment - trainer.step_count)
        if trainer.failure is not None:
            raise RuntimeError(str(trainer.failure))
        looker.adopt(trainer.ensembles[0].state(), moment)
        fake[i] = looker.snapshot().fake[0, :PICTURES]
        scored.append(image_scores(looker.generate(samples, seed=SAMPLE_SEEDS[0]), config.data.data))
        report(f"{name}, step {moment:,}, {trainer.seconds:.0f} s: {_line(scored[-1])}")
    replay = Replay(
        steps=np.array(moments),
        fake=fake,
        scores={score: np.array([s.estimates[score].value for s in scored], np.float32) for score in REPLAYED},
        classes=np.array([s.classes for s in scored]),
        curves=thinned(trainer.history.curves()),
    )
    write(
        name,
        tensors_of(trainer, replay),
        {
            "name": name,
            "config": json.loads(config.to_json()),
            "steps": config.train.steps,
            "cpu_seconds": round(trainer.seconds, 1),
            "data": SOURCES[config.data.data],
            "threads": threads,
            "versions": {"engine": ENGINE, "processor": torch.backends.cpu.get_cpu_capability()},
            **measured(looker, config.data.data, samples),
        },
        folder,
    )
    return load_card(name, folder)


def rescore(name: str, *, folder: Path | None = None, samples: int = SAMPLES) -> Card:
    """Score a checkpoint that is there anew: its card gets what `measured` finds, its weights and its past stay.

    Raises CheckpointError if it cannot be used.
    """
    checkpoint = load(name, folder)
    trainer = checkpoint.trainer()
    found = measured(trainer, checkpoint.card.config.data.data, samples)
    write(name, tensors_of(trainer, checkpoint.replay), {**read_card(name, folder), **found}, folder)
    return load_card(name, folder)


def measured(trainer: Trainer, data: str, samples: int) -> dict[str, Any]:
    """What a card says of the images of a run: every score on every set of samples and its floor; copies in all sets
    together."""
    seen = [statistics.look(trainer.generate(samples, seed=seed), data) for seed in SAMPLE_SEEDS]
    found, beside = [statistics.values(one, data) for one in seen], floors(samples, data)
    together = statistics.Seen(*(np.concatenate(parts) for parts in zip(*seen, strict=True)))
    return {
        "samples": samples,
        "sample_seeds": list(SAMPLE_SEEDS),
        "scores": {
            score: {"values": [_short(one[score]) for one in found], "floor": [_short(end) for end in beside[score]]}
            for score in ESTIMATES
        },
        "copying": {key: _short(value) for key, value in dataclasses.asdict(statistics.copies(together, data)).items()},
        "classes": statistics.class_histogram(seen[0].probabilities).tolist(),
    }


def _short(value: float | int) -> float | int:
    """Six digits: of one processor and another no more of them agree."""
    return value if isinstance(value, int) else float(f"{value:.6g}")


SOURCES = {
    "mnist": "10,000 of the 60,000 training digits of MNIST, 1,000 of each",
    "mnist_full": "the 60,000 training digits of MNIST",
}


def log_spaced(steps: int) -> list[int]:
    """0, and at most MOMENTS further steps, each about the same factor after the one before; the last is `steps`."""
    return [0, *np.unique(np.geomspace(min(FIRST, steps), steps, MOMENTS).round().astype(int)).tolist()]


def thinned(curves: Curves) -> Curves:
    """At most CURVE_POINTS of the recorded steps, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(curves.step) - 1, min(len(curves.step), CURVE_POINTS)).round().astype(int))
    return dataclasses.replace(curves, **{name: getattr(curves, name)[kept] for name in ("step", *CURVES)})


def _line(scores: ImageScores) -> str:
    parts = [f"{name} {score.value:.3g} ({score.floor:.3g})" for name, score in scores.estimates.items()]
    return f"{', '.join(parts)}, digits {' '.join(map(str, scores.classes))}"
