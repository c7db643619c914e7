"""Numbers, verdicts and tables that move with the pictures: what is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gan_core.packing import pack

from .component import mount

Mood = Literal["plain", "info", "warning", "success"]


@dataclass(frozen=True)
class Number:
    """A value under its name, with a note below; `help` is read while the pointer rests on it."""

    label: str
    value: str
    note: str = ""
    help: str = ""


@dataclass(frozen=True)
class Numbers:
    """Numbers side by side."""

    numbers: Sequence[Number]


@dataclass(frozen=True)
class Sentence:
    """A line of text, alone or in a box that says what it is. **Bold** and `code` are the only marks it may have: text
    is never rendered as anything else."""

    text: str
    mood: Mood = "plain"
    small: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells as text, with the marks of `Sentence`; all but the first column stand at the right. `grey`: indices
    of the rows that are there for comparison."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    grey: Collection[int] = ()


Block = Numbers | Sentence | Table


def words(key: str, blocks: Sequence[Block], *, step: int | None = None, reserve: int = 0) -> None:
    """Show the blocks one below the other. `reserve`: pixels that they take at least, so that what stands below stays
    where it is while sentences come and go."""
    frame = pack({"key": key, "step": step, "reserve": reserve, "blocks": [_block(block) for block in blocks]})
    mount("words", key, frame)


def _block(block: Block) -> Mapping[str, Any]:
    match block:
        case Numbers(numbers):
            return {"numbers": [[one.label, one.value, one.note, one.help] for one in numbers]}
        case Sentence(text, mood, small):
            return {"sentence": text, "mood": mood, "small": small}
        case Table(head, rows, grey):
            return {"head": list(head), "rows": [list(row) for row in rows], "grey": sorted(grey)}
