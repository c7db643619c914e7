"""A run of points judged: its scores from fresh samples, and what they are compared with.

    judged(trainer, member)              Scores of many fresh samples: a report
    yardstick_of(trainer)                what they are compared with
    yardstick_of_pictures(trainer)       … and the scores of pictures, which follow the run live

A yardstick depends on the data alone, so it is kept for everybody who looks at the same data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from gan_core.config import DataConfig
from gan_core.data import Distribution
from gan_core.engine.random import generator_for
from gan_core.metrics.scores import Scores, Yardstick, scores, yardstick
from gan_core.run.pictures import PointPictures

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

SAMPLES = 2500  # of a report, as in the VEEGAN and PacGAN tables
W1_POINTS = 500  # … of which so many are transported
PICTURE_W1_POINTS = 200  # of the samples of a picture
KEPT = 64  # yardsticks


@dataclass(frozen=True)
class _Case:
    """All that decides a yardstick; the data set itself follows from its configuration."""

    data: DataConfig
    real: bytes
    samples: int
    w1_points: int
    distribution: Distribution = field(compare=False)


def judged(
    trainer: Trainer, member: int = 0, samples: int = SAMPLES, w1_points: int = W1_POINTS, *, averaged: bool = False
) -> Scores:
    """One member of a run as it stands, or the moving average of its G, by as many fresh samples. Raises ValueError for
    images."""
    data = _points_of(trainer)
    fake = trainer.fresh(samples, member, averaged=averaged)
    real = _real(trainer, samples)
    return scores(real, fake, data.centres, data.std, data.weights, extent=data.extent, w1_points=w1_points)


def yardstick_of(trainer: Trainer, samples: int = SAMPLES, w1_points: int = W1_POINTS) -> Yardstick:
    """What perfect samples, and samples without skill, score in place of those that `judged` looks at."""
    return yardstick_for(trainer.config.data, _points_of(trainer), _real(trainer, samples), samples, w1_points)


def _real(trainer: Trainer, samples: int) -> np.ndarray:
    """What a run is compared with, the same for all of its members."""
    return _points_of(trainer).sample(samples, generator_for(trainer.config.train.seed, "picture")).numpy()


def yardstick_of_pictures(trainer: Trainer) -> Yardstick:
    """The same for the samples of a picture."""
    assert isinstance(trainer.pictures, PointPictures)
    real = trainer.pictures.real.numpy()
    return yardstick_for(trainer.config.data, _points_of(trainer), real, len(real), PICTURE_W1_POINTS)


def yardstick_for(config: DataConfig, data: Distribution, real: np.ndarray, samples: int, w1_points: int) -> Yardstick:
    """The yardstick of data whose configuration is `config`, for this real sample (n, 2); kept."""
    return _yardstick(_Case(config, np.ascontiguousarray(real, "<f4").tobytes(), samples, w1_points, data))


def draw(data: Distribution, n: int, rng: np.random.Generator) -> np.ndarray:
    """n samples (n, 2) of the data, with a seed from `rng`."""
    return data.sample(n, torch.Generator().manual_seed(int(rng.integers(2**62)))).numpy()


@lru_cache(KEPT)
def _yardstick(case: _Case) -> Yardstick:
    data = case.distribution
    real = np.frombuffer(case.real, "<f4").reshape(-1, 2)
    modes = (data.centres, data.std, data.weights) if data.centres is not None else ()
    return yardstick(
        real, lambda n, rng: draw(data, n, rng), case.samples, *modes, extent=data.extent, w1_points=case.w1_points
    )


def _points_of(trainer: Trainer) -> Distribution:
    if trainer.distribution is None:
        raise ValueError("samples are judged in the plane here: these are images")
    return trainer.distribution
