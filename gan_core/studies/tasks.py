"""A computation in parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Study(Generic[T]):
    """Tasks done one after another, as a `jobs.Work`; `results` holds what is done so far."""

    tasks: Sequence[Callable[[], T]]
    results: list[T] = field(default_factory=list)
    failure: object | None = None

    @property
    def step_count(self) -> int:
        return len(self.results)

    def step(self, n: int = 1) -> None:
        for task in self.tasks[self.step_count : self.step_count + n]:
            self.results.append(task())
