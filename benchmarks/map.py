"""How long a map takes, and what of that its matrix products take.

    python -m benchmarks.map              12 × 12 cells × 4 seeds × 1,500 steps of 2 × 64 networks, in two processes
    python -m benchmarks.map --record     and writes them to gan_core/records/map.json, which the page begins with

The floor is the time of the same products alone, one after the other in one thread, as often as the map needs them,
shared by its processes: forward, and backward to weights and inputs, of both players.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import torch

from gan_core.config import RunConfig
from gan_core.studies.map import USUAL, Plan, compute
from gan_core.studies.map_record import ship
from gan_core.studies.mitigations import Store

PROCESSES = 2
ROUNDS = 2000


def products(config: RunConfig) -> list[tuple[int, int, int]]:
    """(m, k, n) of every product of one step of one member, alternating players with one D step."""
    m, b = config.model, config.train.batch
    g, d = (m.latent_dim, *m.g_layers, 2), (2, *m.d_layers, 1)

    def forward(sizes: tuple[int, ...], rows: int) -> list[tuple[int, int, int]]:
        return [(rows, i, o) for i, o in pairwise(sizes)]

    def to_weights(sizes: tuple[int, ...], rows: int) -> list[tuple[int, int, int]]:
        return [(i, rows, o) for i, o in pairwise(sizes)]

    def to_inputs(sizes: tuple[int, ...], rows: int) -> list[tuple[int, int, int]]:
        return [(rows, o, i) for i, o in pairwise(sizes)]

    d_step = [*forward(g, b), *forward(d, 2 * b), *to_weights(d, 2 * b), *to_inputs(d[1:], 2 * b)]
    g_step = [*forward(g, b), *forward(d, b), *to_inputs(d, b), *to_weights(g, b), *to_inputs(g[1:], b)]
    return d_step + g_step


def seconds_of_products(config: RunConfig) -> float:
    """Of one step of one member, in one thread."""
    shapes = [(torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)) for m, k, n in products(config)]
    for _ in range(2):  # the first round warms up
        started = time.perf_counter()
        for _ in range(ROUNDS):
            for a, b, out in shapes:
                torch.mm(a, b, out=out)
        taken = (time.perf_counter() - started) / ROUNDS
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=12, help="along either axis (12)")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--record", action="store_true", help="write the cells to records/map.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    axes = [(name, 1e-5, 1e-2, options.cells) for name in ("d_lr", "g_lr")]
    plan = Plan.of(USUAL, axes[0], axes[1], options.seeds, options.steps)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        records = compute(plan, Store(Path(folder)), jobs=PROCESSES)
        taken = time.perf_counter() - started
    if options.record:
        ship({cell: records[cell] for cell in plan.cells})
    member_steps = len(plan.cells) * options.seeds * options.steps
    floor = member_steps * seconds_of_products(USUAL) / PROCESSES
    found = {"cells": len(plan.cells), "seeds": options.seeds, "steps": options.steps, "processes": PROCESSES,
             "seconds": round(taken, 1), "seconds_of_products": round(floor, 1), "share": round(floor / taken, 3),
             "member_steps_per_second": round(member_steps / taken)}  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
