"""Who may hold how much memory: what fits starts at once, what does not waits in a queue, first come, first served.

    admission = Admission(budget=360_000_000)
    pool = Pool(admission=admission)
    job = Job(work, until=…, publish=…, need=Need(held=8_000_000, passing=40_000_000), owner="a visitor")
    pool.submit(job)              # TooLarge if it could never fit; else job.state is "queued" until it does
    job.place                     # 1: it starts when the next one ends

A need is an estimate, made before any of the memory is taken (`gan_core.run.memory`). What passes is counted once for
each worker, because only what a worker computes just now takes it.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gan_core.errors import PoolFull

MB = 1_000_000
VARIABLE = "GAN_EXPLORER_MEMORY"
FLOOR = 690 * MB  # what Community Cloud gives at least; taken where nobody limits the server
PROGRAM = 370 * MB  # of these the program itself: Python, torch, Streamlit, all pages, and thirty who are on them
LEAST = 100 * MB  # for runs, however little there is: one of the usual size
SHARE = 0.5  # of the budget that one visitor may hold


class TooLarge(PoolFull):
    """There never will be: the run alone needs more bytes than it may have."""

    def __init__(self, needed: int, most: int) -> None:
        self.needed, self.most = needed, most
        super().__init__("pool.too_large", needed=needed / MB, most=most / MB)


@dataclass(frozen=True)
class Need:
    """Bytes: held as long as the run is there, passing while it computes; `spare` of those held it can do without."""

    held: int = 0
    passing: int = 0
    spare: int = 0

    @property
    def total(self) -> int:
        return self.held + self.passing

    def shrunk(self) -> Need:
        return Need(self.held - self.spare, self.passing)

    @classmethod
    def together(cls, needs: Iterable[Need], at_once: int = 1) -> Need:
        """Of runs that are held together, `at_once` of which compute next to each other."""
        known = list(needs)
        passing = sorted((need.passing for need in known), reverse=True)[:at_once]
        return cls(sum(n.held for n in known), sum(passing), sum(n.spare for n in known))


NOTHING = Need()


class Claim(Protocol):
    """What is admitted: a `job.Job`."""

    @property
    def need(self) -> Need: ...

    @property
    def owner(self) -> Hashable: ...


class Admission:
    """`budget` bytes for all runs, of which one owner may hold `share`; `workers` compute at a time. `left` tells how
    many bytes the server still has: what was estimated may be wrong, and what is measured is not."""

    def __init__(
        self, budget: int, *, share: float = SHARE, workers: int = 2, left: Callable[[], float] = lambda: math.inf
    ) -> None:
        self.budget, self.workers, self.left = budget, workers, left
        self.most = int(share * budget)  # of one owner

    def check(self, claim: Claim, alive: Iterable[Claim]) -> None:
        """Raises TooLarge, or PoolFull where the owner already holds too much, each with a sentence."""
        if claim.need.total > self.most:
            raise TooLarge(claim.need.total, self.most)
        mine = [claim.need, *(other.need for other in alive if other.owner == claim.owner and claim.owner is not None)]
        if Need.together(mine).total > self.most:
            raise PoolFull("pool.yours_too_large", needed=Need.together(mine).total / MB, most=self.most / MB)

    def fits(self, claim: Claim, admitted: Iterable[Claim], coming: Iterable[Claim] = ()) -> bool:
        """Whether there is room beside the others, of which those that are `coming` have not yet taken what they hold:
        what is measured does not know of it."""
        others = [other.need for other in admitted]
        together = Need.together([claim.need, *others], self.workers).total
        promised = claim.need.held + sum(other.need.held for other in coming)
        return together <= self.budget and (not others or promised <= self.left())


def budget_for_runs(environment: Mapping[str, str] = os.environ, root: Path = Path("/")) -> int:
    """Bytes for all runs of a server. Raises ValueError with a sentence on a setting that is no number."""
    return max(LEAST, server_memory(environment, root) - PROGRAM)


def server_memory(environment: Mapping[str, str] = os.environ, root: Path = Path("/")) -> int:
    """Bytes that the server may use: what the variable says, else the control group's limit, else FLOOR."""
    setting = environment.get(VARIABLE, "").strip()
    if setting:
        if not re.fullmatch(r"0*[1-9][0-9]{0,8}", setting):
            raise ValueError(
                f"{VARIABLE} is {setting[:40]!r}; write the megabytes that the server may use, as in 1500."
            )
        return int(setting) * MB
    return min(_limits(root), default=FLOOR)


def _limits(root: Path) -> Iterable[int]:
    """The limits of the control groups that this process is in, of both versions."""
    folders: set[Path] = set()
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers in ("", "memory"):
            top = root / "sys/fs/cgroup" / controllers
            inside = top / path.strip("/")
            folders |= {top, *(folder for folder in (inside, *inside.parents) if folder.is_relative_to(top))}
    folders |= {root / "sys/fs/cgroup", root / "sys/fs/cgroup/memory"}
    for folder in folders:
        for name in ("memory.max", "memory.limit_in_bytes"):
            limit = _text(folder / name).strip()
            if limit.isdecimal() and int(limit) < 2**50:  # version 1 says "none" with a very large number
                yield int(limit)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
