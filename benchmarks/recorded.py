"""What recording gradients is worth: `python -m benchmarks.recorded [--rounds N] [--json]`.

The same runs with recorded gradients and with those that are written in Python, in turn in one process; a figure is the
median over the rounds of (steps a second recorded) / (steps a second next to it, not recorded), with the least and the
most. On one thread one run steps; on two threads two runs step side by side, as twins do in the pool.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from functools import partial
from unittest import mock

import torch

from gan_core.engine import recorded
from gan_core.jobs.threads import side_by_side
from gan_core.presets import PRESETS
from gan_core.run.trainer import Trainer

RING, BOTH = PRESETS["bench_ring"].config, PRESETS["bench_ring_simultaneous"].config
WGAN_GP = RING.replace(loss="wasserstein", wgan_gp=0.1, d_steps=5)
WORKS = {
    "ring": RING,
    "ring, K=8": RING.replace(members=8),
    "ring, simultaneous": BOTH,
    "ring, simultaneous, K=8": BOTH.replace(members=8),
    "WGAN-GP": WGAN_GP,
    "WGAN-GP, K=8": WGAN_GP.replace(members=8),
}
SLICE = 0.25  # seconds of one side's turn
MIDDLE = 1500  # the step at which it is measured: before, a run keeps many pictures


def speed(trainers: list[Trainer], threads: int) -> float:
    """Steps a second of each trainer."""
    began, steps = time.perf_counter(), 0
    while time.perf_counter() < began + SLICE:
        side_by_side([partial(trainer.step, 8) for trainer in trainers[:threads]], threads)
        steps += 8
    return steps / (time.perf_counter() - began)


def ratios(trainers: list[Trainer], threads: int, rounds: int) -> list[float]:
    found = []
    for _ in range(rounds):
        with_recording = speed(trainers, threads)
        with mock.patch.object(recorded, "RECORDS", False):
            found.append(with_recording / speed(trainers, threads))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found: dict[str, dict[int, list[float]]] = {}
    for name, config in WORKS.items():
        trainers = [Trainer(config.replace(seed=seed)) for seed in range(2)]
        side_by_side([partial(trainer.step, MIDDLE // (config.train.d_steps + 1) * 2) for trainer in trainers], 2)
        found[name] = {threads: ratios(trainers, threads, options.rounds) for threads in (1, 2)}
        if not options.json:
            one, two = (f"{statistics.median(r):.2f} ({min(r):.2f}–{max(r):.2f})" for r in found[name].values())
            print(f"{name:25} one thread {one:20} two threads {two}", flush=True)
    if options.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
