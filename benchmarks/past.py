"""What the pictures kept for the past cost: `python -m benchmarks.past [--rounds N] [--json]`.

The first 500 steps of a run, which is where pictures are densest and where its visitor watches, with the pictures that
a run keeps and without, in turn: pictures_cost is the share of the time that they take, of one run and of eight seeds.
It is processor time, which other programs disturb least.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

import torch

from gan_core.config import RunConfig
from gan_core.run.history import History
from gan_core.run.trainer import Trainer

STEPS = 500
MEMBERS = (1, 8)


def no_pictures() -> AbstractContextManager[object]:
    """Only that of step 0, without which a run does not begin."""
    return patch.object(History, "due", staticmethod(lambda step: step == 0))


def seconds(config: RunConfig) -> float:
    trainer = Trainer(config)
    started = time.process_time()
    trainer.step(STEPS)
    return time.process_time() - started


def cost(members: int, rounds: int) -> dict[str, float]:
    """Median and range over the rounds of (seconds with pictures − seconds without) / seconds without."""
    config = RunConfig.of(members=members, steps=STEPS)
    found = []
    for i in range(rounds + 1):
        taken = {}
        for pictures in (True, False) if i % 2 else (False, True):
            with nullcontext() if pictures else no_pictures():
                taken[pictures] = seconds(config)
        found.append(taken[True] / taken[False] - 1)
    found = sorted(found[1:])  # the first round warms up
    return {"median": statistics.median(found), "least": found[0], "most": found[-1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = {f"pictures_cost, {members} seed(s)": cost(members, options.rounds) for members in MEMBERS}
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        for name, share in results.items():
            print(f"{name:28} {share['median']:6.1%}  ({share['least']:.1%} to {share['most']:.1%})")


if __name__ == "__main__":
    main()
