"""What a player plays: a job of the pool, or anything else that can be played, paused and looked at like one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from gan_core.jobs.job import State

W_co = TypeVar("W_co", covariant=True)
F_co = TypeVar("F_co", covariant=True)


class Playable(Protocol[W_co, F_co]):
    """All that a player uses. `job.Job` is one; none of its methods waits, and any thread may call them; see there what
    each one does."""

    def play(self, until: int | None = None) -> None: ...

    def pause(self) -> None: ...

    def do(self, command: Callable[[W_co], object]) -> None: ...

    def close(self) -> None: ...

    def look(self) -> None: ...

    def attend(self, attended: bool) -> None: ...

    def wake(self) -> None: ...

    def follow(self, listener: Callable[[], object] | None) -> None: ...

    @property
    def state(self) -> State: ...

    @property
    def error(self) -> object | None: ...

    @property
    def told(self) -> int: ...

    @property
    def obeys(self) -> bool: ...

    @property
    def busy(self) -> bool: ...

    @property
    def frame(self) -> F_co | None: ...

    @property
    def version(self) -> int: ...

    @property
    def place(self) -> int: ...

    @property
    def step_count(self) -> int: ...

    @property
    def until(self) -> int: ...

    @property
    def rate(self) -> float: ...

    @property
    def crowd(self) -> float: ...
