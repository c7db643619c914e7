"""Generators of which everything is known, judged as runs are: what each score can see, and what it cannot.

    study = KnownSamplers(DATA["ring"].data)
    study.step(study.tasks)
    study.results["wide"], study.beside

One sampler a step, and first of all what they are compared with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DataConfig
from gan_core.data import distribution
from gan_core.engine.random import generator_for
from gan_core.metrics.samplers import SAMPLERS
from gan_core.metrics.scores import Scores, Yardstick, scores
from gan_core.run.judging import SAMPLES, W1_POINTS, yardstick_for

SHOWN = 512  # samples that are drawn in the plane


@dataclass(frozen=True, eq=False)
class Known:
    """A sampler: its scores, and some of its samples (n, 2)."""

    scores: Scores
    fake: NDArray


class KnownSamplers:
    """Every one of SAMPLERS on a data set with modes, scored with SAMPLES samples. Raises ValueError without modes."""

    tasks = 1 + len(SAMPLERS)
    failure = None

    def __init__(self, config: DataConfig) -> None:
        self.config, self.data = config, distribution(config)
        if self.data.centres is None or self.data.weights is None or self.data.std is None:
            raise ValueError("these data have no modes: the samplers are made of modes")
        self.centres, self.weights, self.std = self.data.centres.numpy(), self.data.weights.numpy(), self.data.std
        self.real = self.data.sample(SAMPLES, generator_for(0, "picture")).numpy()
        self.extent = self.data.extent
        self.beside: Yardstick | None = None
        self.results: dict[str, Known] = {}

    @property
    def step_count(self) -> int:
        return len(self.results) + (self.beside is not None)

    def step(self, n: int = 1) -> None:
        for _ in range(min(n, self.tasks - self.step_count)):
            if self.beside is None:
                self.beside = yardstick_for(self.config, self.data, self.real, SAMPLES, W1_POINTS)
                continue
            name = list(SAMPLERS)[len(self.results)]
            fake = SAMPLERS[name](self.centres, self.std, self.weights, SAMPLES, np.random.default_rng(1))
            found = scores(
                self.real, fake, self.centres, self.std, self.weights, extent=self.extent, w1_points=W1_POINTS
            )
            self.results[name] = Known(found, fake[:SHOWN])
