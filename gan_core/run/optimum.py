"""D against the best D there is, at one moment of a run.

Only where all of it is known: data whose density is, a D that is a probability and scores one sample at a time, labels
that are 0 and 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from gan_core.config import LOSSES
from gan_core.run.recording import Recording

if TYPE_CHECKING:
    from gan_core.metrics.floors import Range
    from gan_core.metrics.optimum import Optimum
    from gan_core.run.history import PointSnapshot

_gaps: WeakKeyDictionary[PointSnapshot, np.ndarray] = WeakKeyDictionary()  # of each picture, as long as it is kept


def known(run: Recording) -> bool:
    """Is there a D* to compare with?"""
    model, train = run.config.model, run.config.train
    alone = model.packing == 1 and not model.minibatch_std and model.d_norm != "batch"
    probability = LOSSES[train.loss].kind == "probability" and not train.label_smoothing
    modes = run.centres is not None and run.weights is not None and run.std is not None and run.stds is None
    return modes and alone and probability


def found(run: Recording, shot: PointSnapshot, k: int) -> Optimum | None:
    """Of one member at one moment of the run."""
    from gan_core.metrics.optimum import optimum

    if not known(run):
        return None
    assert run.centres is not None and run.weights is not None and run.std is not None
    blur = run.config.train.noise_at(shot.step)
    return optimum(shot.field[k], shot.fake[k], run.centres, run.weights, run.std, shot.extent, blur)


def blur(run: Recording, shot: PointSnapshot) -> float:
    """h, by which both sides of D* are blurred."""
    from gan_core.metrics.optimum import cell

    return max(run.config.train.noise_at(shot.step), cell(shot.extent, shot.field.shape[-1]))


def floor(run: Recording, shot: PointSnapshot) -> Range:
    """What the gap of a perfect pair reads."""
    from gan_core.metrics.optimum import gap_floor

    assert run.centres is not None and run.weights is not None and run.std is not None
    steady = run.config.train.noise_at(math.inf)
    side, samples = shot.field.shape[-1], shot.fake.shape[1]
    return gap_floor(run.centres, run.weights, run.std, shot.extent, side, samples, steady)


def gaps(run: Recording, shot: PointSnapshot, members: int) -> np.ndarray:
    """V(G, D*) − V(G, D) of the first members of one picture; worked out once."""
    if shot not in _gaps:
        made = (found(run, shot, k) for k in range(members))
        _gaps[shot] = np.array([one.gap for one in made if one is not None])
    return _gaps[shot]
