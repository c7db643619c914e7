"""Files made of a recording, by a worker of the pool: a piece of an export is a step of a job, so that runs have their
turns between two, and what does not fit into the memory waits or is refused with a sentence. One export is made after
the other: side by side they are ready hardly sooner, being each Python's own work, and everybody else waits longer.

    made(recording, look, wish, owner)        # the files; waits, so it is called where nobody else has to
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from gan_core.errors import ExportError, Refusal
from gan_core.jobs.admission import MB, Need
from gan_core.jobs.job import Job
from gan_core.jobs.pool import Pool

if TYPE_CHECKING:
    from gan_core.export.files import File, Wish
    from gan_core.export.look import Look
    from gan_core.run.recording import Recording

SECONDS = 120.0  # that somebody waits at most
PIECES = 100_000  # more than any export has
FILM, STILL = 70 * MB, 40 * MB  # a film's pictures; a picture of 3840 × 2160 pixels
NEEDS = {"gif": FILM, "webp": FILM, "png": STILL}  # bytes while it is made; of the others hardly any
LITTLE = 10 * MB
_turn = threading.Lock()  # of the export that is made just now


def need(wish: Wish) -> Need:
    return Need(passing=max(NEEDS.get(name, LITTLE) for name in wish.formats))


class Making:
    """What a job advances: one piece of the export a step."""

    steps_per_slice = 1

    def __init__(self, recording: Recording | None, look: Look, wish: Wish) -> None:
        self.wanted = recording, look, wish
        self.files: list[File] = []
        self.refused: Refusal | None = None
        self.step_count = 0
        self._pieces = self._begin()

    def _begin(self) -> Iterator[File | None]:
        from gan_core.export.files import files

        yield from files(*self.wanted)

    @property
    def failure(self) -> Refusal | None:
        return self.refused

    def step(self, n: int = 1) -> None:
        try:
            for _ in range(n):
                if (piece := next(self._pieces)) is not None:
                    self.files.append(piece)
                self.step_count += 1
        except StopIteration:
            self.step_count = PIECES
        except Refusal as error:
            self.refused = error


def made(pool: Pool, recording: Recording | None, look: Look, wish: Wish, owner: Hashable = None) -> list[File]:
    """The files, when a worker has made them. Raises PoolFull, or ExportError with a sentence."""
    start = time.monotonic()
    if not _turn.acquire(timeout=SECONDS):
        raise ExportError("export.slow", seconds=SECONDS)
    try:
        return _made(pool, Making(recording, look, wish), need(wish), owner, SECONDS - (time.monotonic() - start))
    finally:
        _turn.release()


def _made(pool: Pool, work: Making, need: Need, owner: Hashable, seconds: float) -> list[File]:
    job: Job[Making, None] = Job(work, until=PIECES, publish=lambda making: None, need=need, owner=owner)
    pool.submit(job)
    try:
        job.play()
        if not job.join(max(0.0, seconds)):
            raise ExportError("export.slow", seconds=SECONDS)
        if work.refused is not None:
            raise work.refused
        if job.state != "finished":
            raise ExportError("export.crashed")
        return work.files
    finally:
        job.close()
