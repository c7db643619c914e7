"""How far G's parameters move, beside their gradient: under an optimiser that rescales, one says little of the other.

watch = UpdateWatch(trainer)
trainer.add_callback(watch)
trainer.step(400)
watch.updates().change       # (T, K): ‖Δθ‖ of G's update at these steps
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from gan_core.run.watch import Rows

if TYPE_CHECKING:
    from gan_core.run.trainer import Trainer

LIMIT = 512  # rows kept at most
EVERY, DENSE = 4, 64  # steps between two rows, after the first ones, which are all kept


@dataclass(frozen=True, eq=False)
class Updates:
    """G's updates at `step` (T,): `gradient` ‖∂L_G/∂θ_G‖ and `change` ‖Δθ_G‖, (T, K) each, all parameters as one
    vector. Of the same update; none before the first."""

    step: NDArray[np.int64]
    gradient: NDArray[np.float32]
    change: NDArray[np.float32]


class UpdateWatch:
    """An observer of the trainer's generators; for looking only."""

    def __init__(self, trainer: Trainer, every: int = EVERY, dense: int = DENSE) -> None:
        self.rows = Rows((2, len(trainer.member_configs)), limit=LIMIT, stride=every, dense=dense)

    def due(self, step: int) -> bool:
        return step > 0 and self.rows.due(step) and step > self.rows.last

    def look(self, trainer: Trainer) -> None:
        if trainer.step_count:
            self.rows.add(trainer.step_count, lambda: _row(trainer))

    def updates(self) -> Updates:
        return Updates(self.rows.steps, *self.rows.values.transpose(1, 0, 2).copy())


@torch.inference_mode()
def _row(trainer: Trainer) -> NDArray[np.float32]:
    parts = [
        torch.stack([torch.linalg.vector_norm(e.generator.grad, dim=1), e.g_optimiser.last_update()])
        for e in trainer.ensembles
    ]
    return torch.cat(parts, dim=1).float().numpy()
