"""What whoever watches a run keeps of it: rows by step, evenly spaced and bounded. NumPy only, copies only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

T = TypeVar("T")


def standing(value: T) -> Callable[[], T]:
    """The value itself, where else a copy is put together by who asks for it."""
    return lambda: value


class Rows:
    """Arrays of one shape by step, `limit` at most: when full, every second one goes and `stride` doubles.

    The steps 1 … `dense` are all kept, later ones `stride` apart.
    """

    def __init__(
        self, shape: Sequence[int], *, limit: int, stride: int, dense: int = 0, dtype: DTypeLike = np.float32
    ) -> None:
        self.stride, self.dense = stride, dense
        self._steps = np.zeros(limit, np.int64)
        self._values = np.zeros((limit, *shape), dtype)
        self._used = 0

    def due(self, step: int) -> bool:
        """Is `step` among those that are kept?"""
        return step <= self.dense or step % self.stride == 0

    def add(self, step: int, row: Callable[[], NDArray]) -> None:
        """Keep `row()` of this step, whether or not it was due. It is not worked out if the step is thinned away."""
        if self._used == len(self._steps):
            self.stride *= 2
            keep = np.flatnonzero([self.due(int(s)) for s in self._steps])
            self._used = len(keep)
            self._steps[: self._used], self._values[: self._used] = self._steps[keep], self._values[keep]
            if not self.due(step):
                return
        self._steps[self._used] = step
        self._values[self._used] = row()
        self._used += 1

    def restore(self, steps: NDArray[np.int64], values: NDArray, stride: int) -> None:
        """As if these rows had been added, at most as many as are kept."""
        self.stride, self._used = stride, len(steps)
        self._steps[: self._used], self._values[: self._used] = steps, values

    @property
    def last(self) -> int:
        """The newest step; −1 while there is none."""
        return int(self._steps[self._used - 1]) if self._used else -1

    @property
    def steps(self) -> NDArray[np.int64]:
        """(T,), a copy."""
        return self._steps[: self._used].copy()

    @property
    def values(self) -> NDArray:
        """(T, …), a copy."""
        return self._values[: self._used].copy()
