"""What is seen of runs of images while they are recorded, and what a browser needs of it: what `seen` and `record` are
for points.

seen = SeenImages.watch(config, steps)    # trains to the last of the steps, and takes a picture at each
seen = SeenPast.of("dcgan")               # a finished run, whose pictures are there
panel(seen, member, count)                # the pictures, (T, count) images in sixteen grey levels
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.metrics.scored import Score
from gan_core.packing import nibbles
from gan_core.recordings.charts import Chart, band, kept
from gan_core.recordings.seen import Looked, looks
from gan_core.run.classes import ClassHistory, ClassWatch
from gan_core.run.history import ImageSnapshot, Moment
from gan_core.run.trainer import Trainer
from gan_core.zoo import checkpoints


@dataclass(frozen=True, eq=False)
class SeenImages(Looked[ImageSnapshot]):
    """… of images, and which digits it makes."""

    classes: ClassHistory

    @classmethod
    def watch(cls, config: RunConfig, steps: Sequence[int]) -> SeenImages:
        """Trained by one thread to the last of `steps`, ascending, and looked at after each of them."""
        trainer = Trainer(config)
        digits = ClassWatch(trainer)
        trainer.add_callback(digits)
        shots = looks(trainer, steps, ImageSnapshot)
        return cls(config, shots, trainer.history.curves(), digits.history())


@dataclass(frozen=True, eq=False)
class SeenPast(Looked[Moment]):
    """… of a finished run, which came with its pictures, scores (T,) beside those of real digits, and how many samples
    are read as each digit, (T, 10)."""

    scores: Mapping[str, np.ndarray]
    real: Mapping[str, Score]
    classes: np.ndarray

    @classmethod
    def of(cls, name: str, last: int | None = None) -> SeenPast:
        """The first `last` of its moments, or all. Raises CheckpointError."""
        card, past = checkpoints.load_card(name), checkpoints.load_replay(name)
        shots = [Moment(step=int(step), fake=fake[None]) for step, fake in zip(past.steps, past.fake, strict=True)]
        scores = {score: values[:last] for score, values in past.scores.items()}
        return cls(card.config, shots[:last], past.curves, scores, card.scores, past.classes[:last])


def panel(run: SeenImages | SeenPast, member: int, count: int) -> dict[str, Any]:
    images = np.stack([nibbles(shot.fake[member, :count]) for shot in run.shots])
    return {"images": images, "count": min(count, run.shots[0].fake.shape[1])}


def _made(runs: Sequence[SeenImages], members: Sequence[int]) -> Chart:
    """How many of the ten digits are made."""
    keep = kept(len(runs[0].classes.step))
    lines = [band(i, run.classes.made[keep].astype(float)) for i, run in enumerate(runs)]
    return Chart(runs[0].classes.step[keep], lines, level=float(len(runs[0].classes.weights)))


def _kl(runs: Sequence[SeenImages], members: Sequence[int]) -> Chart:
    """How far their shares are from the labels', in nats."""
    keep = kept(len(runs[0].classes.step))
    lines = [band(i, run.classes.kl[keep]) for i, run in enumerate(runs)]
    return Chart(runs[0].classes.step[keep], lines, level=runs[0].classes.perfect.median)


def _score(name: str, *, log_y: bool = False) -> Callable[[Sequence[SeenPast], Sequence[int]], Chart]:
    """A score of a finished run, beside what as many real digits score."""

    def chart(runs: Sequence[SeenPast], members: Sequence[int]) -> Chart:
        (run,) = runs
        return Chart(run.steps, [band(0, run.scores[name][:, None])], level=run.real[name].floor, log_y=log_y)

    return chart


CHARTS_OF_IMAGES: dict[str, Callable[[Any, Sequence[int]], Chart]] = {
    "made": _made,
    "kl": _kl,
    "fid": _score("fid", log_y=True),
    "class_kl": _score("class_kl", log_y=True),
    "precision": _score("precision"),
    "recall": _score("recall"),
}
