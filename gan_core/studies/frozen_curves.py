"""The curves of a run in which D trains alone: what is left of G's gradient, and what became of it. Without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig

STAYS = 3.0
Verdict = Literal["falls", "stays", "grows"]
EARLY, LATE = 400, 100  # rounds that a record keeps as they are, and after those one in so many


@dataclass(frozen=True, eq=False)
class FrozenCurves:
    """One configuration: `rounds` (T,) since G stands still; `norms`: name of a loss → (T, K), one column a member."""

    config: RunConfig
    rounds: NDArray[np.int64]
    norms: Mapping[str, NDArray[np.float64]]

    def change(self, loss: str) -> NDArray[np.float64]:
        """(K,): the norm at the end as a multiple of the norm when G was frozen."""
        return self.norms[loss][-1] / self.norms[loss][0]

    def verdict(self, loss: str) -> Verdict:
        """What the median of `change` shows; to stay is to end within a factor STAYS of the start."""
        middle = np.median(self.change(loss))
        return "falls" if middle < 1 / STAYS else "grows" if middle > STAYS else "stays"

    def until(self, rounds: int) -> FrozenCurves:
        """The same up to a round."""
        return self._at(self.rounds <= rounds)

    def thinned(self) -> FrozenCurves:
        """What a record keeps of it."""
        return self._at((self.rounds <= EARLY) | (self.rounds % LATE == 0))

    def _at(self, kept: NDArray[np.bool_]) -> FrozenCurves:
        return FrozenCurves(self.config, self.rounds[kept], {name: of[kept] for name, of in self.norms.items()})
