"""How often the alarm of gan_core.collapse is wrong: healthy runs that raise it, collapsed runs that do not.

    python -m benchmarks.alarm > gan_core/records/alarm.json

On seeds that were not used to choose its thresholds. An alarm counts if it was on at any look of the run; a member
counts as collapsed or healthy by the modes that it covers at the end.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import torch
from tqdm import tqdm

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.presets import PRESETS
from gan_core.run.modes import Diversity, Watch, alarms
from gan_core.run.trainer import Trainer

FIRST_SEED, SEEDS, AT_ONCE = 100, 20, 10
RUNS: dict[str, tuple[int, bool]] = {  # preset → steps, and whether it is healthy
    "ring": (3000, True),
    "grid": (2000, True),
    "collapse": (1200, False),
}


def watched(config: RunConfig, steps: int) -> Diversity:
    """The whole run of all members of `config`."""
    trainer = Trainer(config)
    watch = Watch(trainer)
    trainer.add_callback(watch)
    trainer.step(steps)
    return watch.diversity()


def first_alarms(diversity: Diversity) -> list[int | None]:
    """For each member the first step at which its alarm was on, None if it never was."""
    first: list[int | None] = [None] * diversity.spread.shape[1]
    for step in diversity.step:
        for k, alarm in enumerate(alarms(diversity.until(int(step)))):
            if alarm is not None and first[k] is None:
                first[k] = int(step)
    return first


def judge(preset: str) -> dict[str, object]:
    steps, healthy = RUNS[preset]
    started = time.process_time()
    firsts: list[int | None] = []
    covered: list[int] = []
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS, AT_ONCE):
        diversity = watched(PRESETS[preset].config.replace(members=AT_ONCE, seed=seed), steps)
        firsts += first_alarms(diversity)
        # the median over the last looks: a mode that is missed for a moment is not missed
        covered += np.median(diversity.covered[-25:], axis=0).astype(int).tolist()
    raised = [step for step in firsts if step is not None]
    return {
        "healthy": healthy,
        "steps": steps,
        "seeds": [FIRST_SEED, FIRST_SEED + SEEDS - 1],
        "runs": SEEDS,
        "alarms": len(raised),
        "first_alarm": sorted(raised),
        "covered_at_the_end": sorted(covered),
        "cpu_seconds": round(time.process_time() - started, 1),
    }


def main() -> None:
    torch.set_num_threads(1)
    results = {name: judge(name) for name in tqdm(RUNS, file=sys.stderr)}
    lines = ",\n".join(f' "{name}": {json.dumps(found)}' for name, found in results.items())
    print(f'{{"runs": {{\n{lines}\n}},\n "engine": {ENGINE}, "torch": "{torch.__version__}"}}')


if __name__ == "__main__":
    main()
