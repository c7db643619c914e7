"""What was recorded as CSV: full precision, a line for each step and member, seeds by name. What the columns are stands
in a text beside the tables, since a heading that is read by programs has no room for a unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gan_core.config import LOSSES, RunConfig
from gan_core.export.figures import MOST_PANELS, moment
from gan_core.export.look import Look
from gan_core.export.plane import is_probability
from gan_core.run.history import CURVES, PointSnapshot
from gan_core.run.recording import Recording

Rows = tuple[Sequence[str], Iterable[Sequence[Any]]]


def _seed(recording: Recording, k: int) -> int:
    return recording.config.seed_of(k)


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


def _loss(i: int) -> Callable[[RunConfig], str]:
    def say(config: RunConfig) -> str:
        formula = LOSSES[config.train.loss].formula[i]
        return f"{'DG'[i]}'s loss, {formula}: {'nats' if 'log' in formula else 'a pure number'}"

    return say


def _opinion(of: str) -> Callable[[RunConfig], str]:
    def say(config: RunConfig) -> str:
        what = "probability that they are real, 0 to 1" if is_probability(config) else "score a, a pure number"
        return f"mean over the {of} samples of D's {what}"

    return say


def _norm(player: str) -> Callable[[RunConfig], str]:
    return lambda config: f"Euclidean norm of the gradient of {player}'s loss, penalties included: that loss per weight"


COLUMNS: dict[str, Callable[[RunConfig], str]] = {  # heading, or how it begins → what it is, with its unit
    "step": lambda config: "updates of G since the start",
    "seed": lambda config: "the member of the ensemble, by its seed",
    "d_loss": _loss(0), "g_loss": _loss(1), "d_real": _opinion("real"), "d_fake": _opinion("generated"),
    "d_grad": _norm("D"), "g_grad": _norm("G"),
    "x": lambda config: "first coordinate, in the units of the data's plane",
    "y": lambda config: "second coordinate, in the same units",
    "pixel_": lambda config: "grey of one pixel, row by row from the top left: 0 black to 255 white",
    "mode_": lambda config: "share of the samples whose nearest mode this is, 0 to 1",
    "digit_": lambda config: "share of the samples that the classifier reads as this digit, 0 to 1",
}  # fmt: skip


def described(tables: Mapping[str, bytes], config: RunConfig) -> bytes:
    """A text that says of every column of these tables what it is, numbered ones together."""
    lines = ["What is not finite is written nan or inf.", ""]
    for name, content in tables.items():
        headings = content.partition(b"\n")[0].decode().split(",")
        lines.append(f"{name}.csv")
        for key, say in COLUMNS.items():
            if own := [heading for heading in headings if _of(key, heading)]:
                lines.append(f"    {' … '.join(dict.fromkeys((own[0], own[-1])))}: {say(config)}")
        lines.append("")
    return "\n".join(lines).encode()


def _of(key: str, heading: str) -> bool:
    return heading == key or (key.endswith("_") and heading.startswith(key))


def _written(value: Any) -> Any:
    """Nine digits tell a float32 from all others."""
    return f"{value:.9g}" if isinstance(value, float) else value
