"""Which γ the consensus row of the table of balanced players has, by a rule that was written down before any run of it.

    python -m benchmarks.consensus > gan_core/records/consensus.json

Of CANDIDATES the γ whose runs have the most samples of high quality in the median over SEEDS, after half as many steps
as the table's runs; of equals the larger. The seeds are not those of the table. About three minutes of one core.
"""

from __future__ import annotations

import json
import statistics
import sys
from typing import Any

import torch

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.run.judging import SAMPLES, judged
from gan_core.run.trainer import Trainer
from gan_core.studies.mitigations import PROTOCOLS

CANDIDATES = (10.0, 1.0, 0.1)
FIRST, SEEDS = 1000, 4
BASE: RunConfig = PROTOCOLS["balanced"].data["ring"]
STEPS = PROTOCOLS["balanced"].steps // 2


def quality(gamma: float) -> list[float]:
    """Shares of high quality (SEEDS,) of as many members in lock-step."""
    trainer = Trainer(BASE.replace(consensus=gamma, members=SEEDS, seed=FIRST, steps=STEPS))
    trainer.step(STEPS)
    found = [judged(trainer, k).high_quality for k in range(SEEDS)]
    return [0.0 if share is None else round(share, 4) for share in found]


def chosen(found: dict[str, list[float]]) -> float:
    """The rule: γ → shares, and the one with the highest median, of equals the larger."""
    return max(((statistics.median(shares), float(gamma)) for gamma, shares in found.items()))[1]


def main() -> None:
    torch.set_num_threads(1)
    found: dict[str, list[float]] = {}
    for gamma in CANDIDATES:
        found[f"{gamma:g}"] = quality(gamma)
        print(f"γ {gamma:g}: {found[f'{gamma:g}']}", file=sys.stderr)
    record: dict[str, Any] = {
        "seeds": [FIRST, FIRST + SEEDS - 1],
        "steps": STEPS,
        "samples": SAMPLES,
        "high_quality": found,
        "chosen": chosen(found),
        "engine": ENGINE,
    }
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
