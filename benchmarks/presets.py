"""Whether presets keep their word: what the runs of the plane end with, over seeds that no setting was chosen on.

    python -m benchmarks.presets --folder presets > gan_core/records/presets.json

Eight seeds a preset, each trained alone to its end by one thread and scored by 2,500 fresh samples of its G, and of the
average of G where the run keeps one. Each run is kept as a file in the folder, so an interrupted command goes on where
it stopped. `tests/gan_core/test_presets.py` holds what the presets say against the record.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import torch

from gan_core.presets import FLAGSHIP, PRESETS
from gan_core.run.judging import SAMPLES, judged, yardstick_of
from gan_core.run.trainer import Trainer
from gan_core.studies.mitigations import versions
from gan_core.studies.store import read_json, write_json

FIRST_SEED, SEEDS = 300, 8
NAMES = (FLAGSHIP,)  # those that promise something of their end, and that no table is about
SCORES = ("near", "captured", "high_quality", "w1", "jsd")


def finished(name: str, seed: int) -> dict[str, Any]:
    """One preset with one seed, trained to its end."""
    config = PRESETS[name].config.replace(members=1, seed=seed)
    trainer = Trainer(config)
    started = time.thread_time()
    trainer.step(config.train.steps)
    seconds = time.thread_time() - started
    found: dict[str, Any] = {"query": config.to_query(), "seconds": round(seconds, 1), "versions": versions()}
    for key, averaged in {"scores": False, "averaged": True}.items():
        if not averaged or config.train.ema:
            flat = judged(trainer, averaged=averaged).flat()
            found[key] = {score: float(f"{flat[score]:.4g}") for score in SCORES if score in flat}
    return found


def kept(folder: Path, name: str, seed: int) -> dict[str, Any]:
    """From the folder, or trained and then kept there."""
    path, config = folder / f"{name}-{seed}.json", PRESETS[name].config.replace(members=1, seed=seed)
    record = read_json(path)
    if not isinstance(record, dict) or record.get("query") != config.to_query():
        record = finished(name, seed)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(path, record)
        print(f"{name}, seed {seed}: {record['scores']}, {record['seconds']} s", file=sys.stderr)
    return record


def perfect(name: str) -> dict[str, list[float]]:
    """What a perfect sampler scores: median, 5 and 95 %."""
    beside = yardstick_of(Trainer(PRESETS[name].config.replace(members=1))).perfect
    return {score: [float(f"{x:.4g}") for x in beside[score]] for score in SCORES if score in beside}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("presets"), help="where each run is kept (./presets)")
    parser.add_argument("--only", nargs="*", choices=NAMES, default=NAMES, help="these presets (all)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    seeds = range(FIRST_SEED, FIRST_SEED + SEEDS)
    runs = {name: [kept(options.folder, name, seed) for seed in seeds] for name in options.only}
    lines = [
        f' "{name}": {{"perfect": {json.dumps(perfect(name))}, "runs": [\n  '
        + ",\n  ".join(json.dumps(run) for run in found)
        + "\n ]}"
        for name, found in runs.items()
    ]
    head = {"seeds": [FIRST_SEED, FIRST_SEED + SEEDS - 1], "samples": SAMPLES}
    print(f'{{"head": {json.dumps(head)},\n"presets": {{\n' + ",\n".join(lines) + "\n}}")


if __name__ == "__main__":
    main()
