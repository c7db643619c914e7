"""What is seen of runs of images while they are recorded, and what a browser needs of it: what `seen` and `record` are
for points.

seen = SeenImages.watch(config, steps)    # trains to the last of the steps, and takes a picture at each
panel(seen, member, count)                # the pictures, (T, count) images in sixteen grey levels
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.packing import nibbles
from gan_core.recordings.charts import Chart, band, kept
from gan_core.recordings.seen import Looked, looks
from gan_core.run.classes import ClassHistory, ClassWatch
from gan_core.run.history import ImageSnapshot
from gan_core.run.trainer import Trainer


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


def panel(run: SeenImages, member: int, count: int) -> dict[str, Any]:
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


CHARTS_OF_IMAGES = {"made": _made, "kl": _kl}
