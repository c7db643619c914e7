"""Which γ the consensus row of the table of balanced players has, by a rule that was written down before any run of it.

    python -m benchmarks.consensus --folder consensus > gan_core/records/consensus.json

Of CANDIDATES the γ whose runs have the most samples of high quality in the median over SEEDS, after a quarter of the
steps of the table's runs; of equals the larger. The seeds are not those of the table. Each run is kept as a file in the
folder, so an interrupted command goes on where it stopped; all of them take about six minutes of one core.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from gan_core.engine.version import VERSION as ENGINE
from gan_core.run.judging import SAMPLES, judged
from gan_core.run.trainer import Trainer
from gan_core.studies.mitigations import PROTOCOLS
from gan_core.studies.store import read_json, write_json

CANDIDATES = (10.0, 1.0, 0.1)
FIRST, SEEDS = 1000, 4
STEPS = PROTOCOLS["balanced"].steps // 4


def quality(gamma: float, seed: int) -> float:
    """Of fresh samples of one run, the share that lies within 3σ of a mode."""
    trainer = Trainer(PROTOCOLS["balanced"].data["ring"].replace(consensus=gamma, seed=seed, steps=STEPS))
    trainer.step(STEPS)
    return round(judged(trainer, w1_points=0).high_quality or 0.0, 4)


def kept(folder: Path, gamma: float, seed: int) -> float:
    """From the folder, or trained and then kept there."""
    path, made = folder / f"{gamma:g}-{seed}.json", {"steps": STEPS, "engine": ENGINE}
    record = read_json(path)
    if not isinstance(record, dict) or {name: record.get(name) for name in made} != made:
        record = made | {"high_quality": quality(gamma, seed)}
        folder.mkdir(parents=True, exist_ok=True)
        write_json(path, record)
        print(f"γ {gamma:g}, seed {seed}: {record['high_quality']}", file=sys.stderr, flush=True)
    return float(record["high_quality"])


def chosen(found: Mapping[str, Sequence[float]]) -> float:
    """The rule: γ → shares, and the γ with the highest median, of equals the larger."""
    return max((statistics.median(shares), float(gamma)) for gamma, shares in found.items())[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("consensus"), help="where each run is kept (./consensus)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    seeds = range(FIRST, FIRST + SEEDS)
    found = {f"{gamma:g}": [kept(options.folder, gamma, seed) for seed in seeds] for gamma in CANDIDATES}
    head = {"seeds": [FIRST, FIRST + SEEDS - 1], "steps": STEPS, "samples": SAMPLES, "engine": ENGINE}
    print(json.dumps(head | {"chosen": chosen(found), "high_quality": found}, indent=1))


if __name__ == "__main__":
    main()
