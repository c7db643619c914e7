"""The table of the trained runs: every score beside held-out real digits, copies, and makers without skill.

    table().markdown()        what `python -m gan_core scores` prints

A score is the median over sets of samples, with the least and the most of them; a yardstick is the median of random
draws, with their middle 90 %.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gan_core.metrics.scored import ESTIMATES, Copying
from gan_core.metrics.yardsticks import shipped
from gan_core.zoo.checkpoints import Card, load, load_card, names

Range = tuple[float, float, float]  # the middle one, and both ends
DECIMALS: dict[str, int] = {
    "fid": 1, "fid_infinite": 1, "kid": 1, "class_kl": 3, "precision": 2, "recall": 2, "density": 2, "coverage": 3,
    "confidence": 3, "nearest": 2,
}  # fmt: skip
DATA = "mnist_full"  # the yardsticks' own, and that of all trained runs
GENERATED = "dcgan"  # whose images copies are mixed with


@dataclass(frozen=True)
class Row:
    """`kind`: real, yardstick, or run; `cells`: score → Range; of a run also whether it copies."""

    name: str
    kind: str
    cells: Mapping[str, Range]
    copying: Copying | None = None

    def text(self, score: str, *, ends: bool = True) -> str:
        """12.4 (11.0–13.9)"""
        middle, low, high = (number(score, value) for value in self.cells[score])
        return f"{middle} ({low}–{high})" if ends else middle


def number(score: str, value: float) -> str:
    """As many decimals as mean something, and a proper minus."""
    return f"{value:,.{0 if abs(value) >= 1000 else DECIMALS[score]}f}".replace("-", "−")


@dataclass(frozen=True)
class Scores:
    rows: tuple[Row, ...]
    samples: int

    def markdown(self) -> str:
        lines = ["| | " + " | ".join(ESTIMATES) + " | copies |", "|---" + "|---:" * (len(ESTIMATES) + 1) + "|"]
        for row in self.rows:
            copied = "" if row.copying is None else "yes" if row.copying.copies else "no"
            lines.append(f"| {row.name} | {' | '.join(row.text(score) for score in ESTIMATES)} | {copied} |")
        return "\n".join(lines)

    def json(self) -> str:
        rows = {
            row.name: {"kind": row.kind, **{score: list(row.cells[score]) for score in ESTIMATES}}
            | ({} if row.copying is None else {"copies": row.copying.copies})
            for row in self.rows
        }
        return json.dumps({"samples": self.samples, "rows": rows}, indent=2)


def table() -> Scores:
    """All that is known, without computing anything. Raises CheckpointError on a broken card."""
    return Scores((*yardsticks(), *(run(load_card(name)) for name in names())), shipped()["samples"])


def yardsticks() -> list[Row]:
    """Held-out real digits first; then what needs no training."""
    known = shipped()
    rows = [Row(name, "yardstick", _cells(found)) for name, found in known["yardsticks"].items()]
    return [Row("real", "real", _cells(known["floors"][DATA])), *rows]


def run(card: Card) -> Row:
    return Row(card.name, "run", {s: (card.scores[s].value, *card.spread[s]) for s in ESTIMATES}, card.copying)


def _cells(found: Mapping[str, Any]) -> dict[str, Range]:
    return {score: (found[score][0], found[score][1], found[score][2]) for score in ESTIMATES}


def build_yardsticks(draws: int, report: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Draw the yardsticks that come with the app; copies are mixed with held-out digits and with a trained run's."""
    from gan_core.metrics import image_floors, image_statistics

    generated = load(GENERATED).trainer().generate(3 * image_floors.SAMPLES, seed=99)
    return image_floors.build(draws=draws, others=image_statistics.look(generated, DATA), report=report)
