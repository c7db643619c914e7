"""What workers find out about a page's runs: how often they may, and what is known by now. No Streamlit, no torch.

Memory    what is slow to work out about a frame, part by part between pictures
Asked     the last question to a worker, and its answer
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

ASKED_SECONDS = 1.0  # while the runs train, a worker is not asked the same more often
ANSWERED = 0.05  # of the time of runs that train, for what pages ask, …
WORKED_OUT = 0.05  # … and for what pictures need and is slow to work out: W₁ by assignment, say
AT_ONCE = 0.002  # seconds that parts may take together before a picture goes on: what is known already takes none


@dataclass(frozen=True)
class Known(Generic[T]):
    """What was found out, part by part, and about what."""

    of: Any
    parts: list[T]


class Memory(Generic[T]):
    """What is slow to work out about a frame, part by part: several parts belong to one frame, and between two of them
    pictures go on."""

    def __init__(self) -> None:
        self.known: Known[T] | None = None
        self.asked: object = None  # about what a worker was last asked
        # of what, what is left, what is made
        self._under_way: tuple[object, list[Callable[[], T]], list[T]] | None = None
        self._due = 0.0

    def knows(self, key: object) -> bool:
        return self.known is not None and self.known.of == key

    def work(self, key: object, makes: Sequence[Callable[[], T]], slowness: float) -> None:
        """All of it at once, or where 1/slowness of the time is spent on it, the next part when that is due."""
        if self.knows(key):
            return
        if not slowness:
            self.known, self._under_way = Known(key, [make() for make in makes]), None
            return
        began = time.monotonic()
        if began < self._due:
            return
        of, left, made = self._under_way = self._under_way or (key, list(makes), [])
        made.append(left.pop(0)())
        while left and time.monotonic() - began < AT_ONCE:
            made.append(left.pop(0)())
        now = time.monotonic()
        self._due = now + (now - began) * slowness
        if not left:
            self.known, self._under_way = Known(of, made), None


@dataclass
class Times:
    """When a worker began to answer, and until when it is not asked again while the runs train."""

    began: float = 0.0
    due: float = 0.0

    def answered(self, slowness: float) -> None:
        now = time.monotonic()
        self.due = now + max(ASKED_SECONDS, (now - self.began) * slowness)


@dataclass(frozen=True)
class Asked(Generic[T]):
    """What a worker was asked last, and about what."""

    key: object
    answer: Future[T]
    before: T | None  # the answer to the question before
    times: Times

    @property
    def newest(self) -> T | None:
        return self.answer.result() if self.answer.done() else self.before

    def settled(self, key: object, running: bool) -> bool:
        """Whether nothing new is to be asked now."""
        return self.key == key or not self.answer.done() or (running and time.monotonic() < self.times.due)
