"""What was recorded as CSV: full precision, a line for each step and member, seeds by name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gan_core.export.figures import MOST_PANELS, moment
from gan_core.export.look import Look
from gan_core.run.history import CURVES, PointSnapshot
from gan_core.run.recording import Recording

Rows = tuple[Sequence[str], Iterable[Sequence[Any]]]


def _seed(recording: Recording, k: int) -> int:
    return recording.config.member(k).train.seed


def curves(recording: Recording, look: Look) -> Rows:
    found = recording.curves
    columns = [getattr(found, name) for name in CURVES]
    rows = (
        [int(step), _seed(recording, k), *(float(column[t, k]) for column in columns)]
        for t, step in enumerate(found.step)
        for k in range(recording.snapshot.members)
    )
    return ["step", "seed", *CURVES], rows


def samples(recording: Recording, look: Look) -> Rows:
    """The generated points of the moment that is drawn, of as many members as are drawn; of images the pixels."""
    shot = moment(recording, look)
    flat = shot.fake[:MOST_PANELS].reshape(min(shot.members, MOST_PANELS), shot.fake.shape[1], -1)
    names = ["x", "y"] if isinstance(shot, PointSnapshot) else [f"pixel_{i}" for i in range(flat.shape[-1])]
    made = ([shot.step, _seed(recording, k), *row.tolist()] for k, member in enumerate(flat) for row in member)
    return ["step", "seed", *names], made


def real(recording: Recording, look: Look) -> Rows | None:
    shot = moment(recording, look)
    return (["x", "y"], shot.real.tolist()) if isinstance(shot, PointSnapshot) else None


def modes(recording: Recording, look: Look) -> Rows | None:
    """The share of each mode, or digit, over the steps."""
    known = recording.diversity if recording.diversity is not None else recording.classes
    if known is None:
        return None
    word, first = ("mode", 1) if recording.diversity is not None else ("digit", 0)
    shares = known.shares
    rows = (
        [int(step), _seed(recording, k), *shares[t, k].tolist()]
        for t, step in enumerate(known.step)
        for k in range(shares.shape[1])
    )
    return ["step", "seed", *(f"{word}_{i + first}" for i in range(shares.shape[2]))], rows


TABLES: dict[str, Callable[[Recording, Look], Rows | None]] = {
    "curves": curves, "samples": samples, "real": real, "modes": modes,
}  # fmt: skip


def table(name: str, recording: Recording, look: Look) -> bytes | None:
    """UTF-8; None where the run has nothing of the kind. What is not finite is written nan or inf."""
    found = TABLES[name](recording, look)
    if found is None:
        return None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(found[0])
    writer.writerows([_written(value) for value in row] for row in found[1])
    return out.getvalue().encode()


def _written(value: Any) -> Any:
    """Nine digits tell a float32 from all others."""
    return f"{value:.9g}" if isinstance(value, float) else value
