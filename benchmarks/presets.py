"""Whether presets keep their word: what the runs of the plane end with, over seeds that no setting was chosen on.

    python -m benchmarks.presets --folder presets > gan_core/records/presets.json

Eight seeds a preset, each trained alone to its end by one thread and scored by 2,500 fresh samples of its G, and of the
average of G where the run keeps one; of what vanishes also how far the samples came and what D says of them, and of
what diverges when. Each run is kept as a file in the folder, so an interrupted command goes on where
it stopped. `tests/gan_core/test_presets.py` holds what the presets say against the record.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gan_core.presets import FLAGSHIP, PRESETS
from gan_core.run.history import PointSnapshot
from gan_core.run.judging import SAMPLES, judged, yardstick_of
from gan_core.run.trainer import Trainer
from gan_core.studies.mitigations import versions
from gan_core.studies.store import read_json, write_json

FIRST_SEED, SEEDS = 300, 8
# those that say how they end, and that no table is about; and what each is measured by beside its scores
NAMES: dict[str, tuple[str, ...]] = {
    FLAGSHIP: (),
    "collapse": (),
    "collapse_unrolled": (),
    "vanishing": ("way", "trust"),
    "vanishing_sgd": ("way", "trust"),
    "vanishing_balanced": (),
    "averaged": (),
    "diverging": ("failed",),
}
SCORES = ("near", "captured", "high_quality", "w1", "jsd")


def _way(trainer: Trainer, start: PointSnapshot, end: PointSnapshot) -> float:
    """How far the samples came, on average over the latents."""
    return float(np.linalg.norm(end.fake[0] - start.fake[0], axis=-1).mean())


def _trust(trainer: Trainer, start: PointSnapshot, end: PointSnapshot) -> float:
    """The mean of D = σ(logit) over the samples."""
    return float((0.5 * (1 + np.tanh(end.fake_logits[0].astype(float) / 2))).mean())


def _failed(trainer: Trainer, start: PointSnapshot, end: PointSnapshot) -> float:
    """The step at which the run was no longer finite; NaN of one that was."""
    return float(trainer.failures[0].step) if trainer.failures else math.nan


MEASURES: dict[str, Callable[[Trainer, PointSnapshot, PointSnapshot], float]] = {
    "way": _way, "trust": _trust, "failed": _failed,
}  # fmt: skip


def finished(name: str, seed: int) -> dict[str, Any]:
    """One preset with one seed, trained to its end."""
    config = PRESETS[name].config.replace(members=1, seed=seed)
    trainer = Trainer(config)
    start = _looked_at(trainer)
    started = time.thread_time()
    trainer.step(config.train.steps)
    seconds = time.thread_time() - started
    found: dict[str, Any] = {"query": config.to_query(), "seconds": round(seconds, 1), "versions": versions()}
    for measure in NAMES[name]:
        found[measure] = float(f"{MEASURES[measure](trainer, start, _looked_at(trainer)):.4g}")
    if trainer.failures:
        return found
    for key, averaged in {"scores": False, "averaged": True}.items():
        if not averaged or config.train.ema:
            flat = judged(trainer, averaged=averaged).flat()
            found[key] = {score: float(f"{flat[score]:.4g}") for score in SCORES if score in flat}
    return found


def _looked_at(trainer: Trainer) -> PointSnapshot:
    shot = trainer.snapshot()
    assert isinstance(shot, PointSnapshot)
    shot.finish()
    return shot


def kept(folder: Path, name: str, seed: int) -> dict[str, Any]:
    """From the folder, or trained and then kept there."""
    path, config = folder / f"{name}-{seed}.json", PRESETS[name].config.replace(members=1, seed=seed)
    record = read_json(path)
    if not isinstance(record, dict) or record.get("query") != config.to_query():
        record = finished(name, seed)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(path, record)
        told = {key: value for key, value in record.items() if key not in ("query", "versions")}
        print(f"{name}, seed {seed}: {told}", file=sys.stderr)
    return record


def perfect(name: str) -> dict[str, list[float]]:
    """What a perfect sampler scores: median, 5 and 95 %."""
    beside = yardstick_of(Trainer(PRESETS[name].config.replace(members=1))).perfect
    return {score: [float(f"{x:.4g}") for x in beside[score]] for score in SCORES if score in beside}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("presets"), help="where each run is kept (./presets)")
    parser.add_argument("--only", nargs="*", choices=NAMES, default=list(NAMES), help="these presets (all)")
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
