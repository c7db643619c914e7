"""How often a run is called what it is not: the names of gan_core.studies.balance over seeds.

    python -m benchmarks.balance > gan_core/records/balance.json

Settings whose outcome is known from how they are made, on seeds that were not used to choose the thresholds.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

import torch
from tqdm import tqdm

from gan_core.config import RunConfig
from gan_core.run.balance import BalanceWatch
from gan_core.run.trainer import Trainer
from gan_core.studies.balance import judged, verdict
from gan_core.studies.mitigations import versions

FIRST_SEED, SEEDS, AT_ONCE = 100, 40, 8
_PLAIN = RunConfig.of(g_layers=(64, 64), d_layers=(64, 64), batch=64, steps=1500)
_CLIPPED = _PLAIN.replace(loss="wasserstein", optimiser="sgd")
# a run → what it is made to do, and how
RUNS: dict[str, tuple[str, RunConfig]] = {
    "balanced": ("converged", _PLAIN.replace(r1=0.1)),  # equal rates and a little damping
    # the Dirac-GAN of this kind goes round for ever: a clipped critic, plain steps of both at once
    "cycling": ("cycling", _CLIPPED.replace(clip=0.1, update="simultaneous", g_lr=0.05, d_lr=0.02)),
    # D a thousand times faster, and a loss that fades
    "d_won": ("d_won", _PLAIN.replace(loss="minimax", d_lr=1e-2, g_lr=1e-5)),
    "g_rests": ("d_won", _PLAIN.replace(g_lr=1e-7, d_lr=1e-4)),  # G hardly moves, and D is soon sure
    "stuck": ("stuck", _CLIPPED.replace(clip=0.01, g_lr=1e-3, d_lr=1e-3)),  # so little weight that no gradient is left
    "diverged": ("diverged", _CLIPPED.replace(g_lr=0.5, d_lr=0.5)),  # nothing bounds the critic
}


def names_of(config: RunConfig, seed: int) -> list[str]:
    """What the runs of the seeds seed … seed + AT_ONCE − 1 are called."""
    trainer = Trainer(config.replace(members=AT_ONCE, seed=seed))
    trainer.add_callback(watch := BalanceWatch(trainer))
    trainer.step(config.train.steps)
    balance = watch.balance()
    distance = judged(config.data, balance)
    return [verdict(balance, distance, k).name for k in range(AT_ONCE)]


def judge(made_for: str, config: RunConfig) -> dict[str, object]:
    started, names = time.process_time(), Counter[str]()
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS, AT_ONCE):
        names.update(names_of(config, seed))
    return {
        "made_for": made_for,
        "query": config.to_query(),
        "seeds": [FIRST_SEED, FIRST_SEED + SEEDS - 1],
        "names": dict(names.most_common()),
        "cpu_seconds": round(time.process_time() - started, 1),
    }


def main() -> None:
    torch.set_num_threads(1)
    results = {name: judge(*made) for name, made in tqdm(RUNS.items(), file=sys.stderr)}
    lines = ",\n".join(f' "{name}": {json.dumps(found)}' for name, found in results.items())
    print(f'{{"runs": {{\n{lines}\n}},\n "versions": {json.dumps(versions())}}}')


if __name__ == "__main__":
    main()
