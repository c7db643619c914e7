"""A class of thirty on one server, as ratios: `python -m benchmarks.class_load [--rounds N] [--json]`.

How much more thirty runs get done in the pool than one after another, how evenly, and why a worker computes with a
single torch thread. In each round every way has its turn, so that a drift of the machine touches all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import torch
from tqdm import trange

from gan_core.jobs.job import Job
from gan_core.jobs.pool import Pool
from gan_core.presets import PRESETS
from gan_core.run.trainer import Trainer
from gan_core.studies.speed import machine

RUNS = 30
STEPS = 40  # of every run in one round
SECONDS = 1.0  # of one measurement beside a busy process
RING = PRESETS["bench_ring"].config


def thirty_runs(rounds: int) -> dict[str, Any]:
    """Total steps/s of thirty runs: one after another, a thread for each, and in the pool; and the pool's evenness."""
    torch.set_num_threads(1)
    trainers = [Trainer(RING.replace(seed=seed)) for seed in range(RUNS)]
    jobs = [Job(trainer, until=0, publish=lambda trainer: trainer.step_count) for trainer in trainers]

    def in_turn() -> None:
        for trainer in trainers:
            trainer.step(STEPS)

    def threads() -> None:
        each = [threading.Thread(target=_alone, args=(trainer,)) for trainer in trainers]
        for thread in each:
            thread.start()
        for thread in each:
            thread.join()

    def pooled() -> None:
        for job, trainer in zip(jobs, trainers, strict=True):
            job.play(until=trainer.step_count + STEPS)
        for job in jobs:
            job.join()

    with closing(Pool(max_jobs=RUNS)) as pool:
        for job in jobs:
            pool.submit(job)
        ways: dict[str, Callable[[], None]] = {"one after another": in_turn, "30 threads": threads, "pool": pooled}
        for way in ways.values():
            way()
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in trange(rounds, desc="thirty runs", file=sys.stderr):
            for name, way in ways.items():
                started = time.perf_counter()
                way()
                rates[name].append(RUNS * STEPS / (time.perf_counter() - started))
        fewest, most = _spread(jobs, trainers)
    plain = rates["one after another"]
    return {
        "rows": [
            {"name": name, "ratio": _ratio(rate, plain), "steps_per_second": statistics.median(rate)}
            for name, rate in rates.items()
        ],
        "fewest_steps": fewest,
        "most_steps": most,
    }


def _alone(trainer: Trainer) -> None:
    torch.set_num_threads(1)  # each thread has a number of its own
    trainer.step(STEPS)


def _spread(jobs: list[Job], trainers: list[Trainer]) -> tuple[int, int]:
    """The fewest and the most steps that a run of thirty has done when the first of them has done 5 × STEPS."""
    before = [trainer.step_count for trainer in trainers]
    for job, start in zip(jobs, before, strict=True):
        job.play(until=start + (5 if job is jobs[0] else 50) * STEPS)
    jobs[0].join()
    for job in jobs:
        job.pause()
    for job in jobs:
        job.join()
    done = [trainer.step_count - start for trainer, start in zip(trainers, before, strict=True)]
    return min(done), max(done)


def beside_a_busy_process(rounds: int) -> list[dict[str, Any]]:
    """Steps/s of one run, with one torch thread and with one a core, quiet and beside a process that computes."""
    trainer = Trainer(RING)
    ways = [(threads, busy) for threads in (1, os.cpu_count() or 1) for busy in (False, True)]
    rates: dict[tuple[int, bool], list[float]] = {way: [] for way in ways}
    for _ in trange(rounds, desc="busy process", file=sys.stderr):
        for threads, busy in ways:
            torch.set_num_threads(threads)
            trainer.step()
            with _neighbour(busy):
                started, steps = time.perf_counter(), 0
                while (spent := time.perf_counter() - started) < SECONDS:
                    trainer.step()
                    steps += 1
            rates[threads, busy].append(steps / spent)
    torch.set_num_threads(1)
    return [
        {
            "threads": threads,
            "busy": busy,
            "ratio": _ratio(rates[threads, busy], rates[1, False]),
            "steps_per_second": statistics.median(rates[threads, busy]),
        }
        for threads, busy in ways
    ]


@contextmanager
def _neighbour(busy: bool) -> Iterator[None]:
    if not busy:
        yield
        return
    code = "print('here', flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # it has started
            yield
        finally:
            process.kill()


def _ratio(rates: list[float], reference: list[float]) -> float:
    """The median over the rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(rates, reference, strict=True))


def measure(rounds: int) -> dict[str, Any]:
    return {
        "machine": machine(1),
        "rounds": rounds,
        "thirty_runs": thirty_runs(rounds),
        "busy_process": beside_a_busy_process(rounds),
    }


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    about, thirty = results["machine"], results["thirty_runs"]
    lines = [
        f"{about['cores']} cores, torch {about['torch']}, medians of {results['rounds']} rounds",
        "",
        "| Thirty runs, one torch thread each | × one after another | steps/s in total |",
        "|---|---|---|",
        *(f"| {r['name']} | {r['ratio']:.2f} | {r['steps_per_second']:,.0f} |" for r in thirty["rows"]),
        "",
        f"In the pool, when the first run had done {5 * STEPS} steps the others had done "
        f"{thirty['fewest_steps']} to {thirty['most_steps']}.",
        "",
        "| One run | × quiet with one thread | steps/s |",
        "|---|---|---|",
    ]
    for r in results["busy_process"]:
        where = "beside a busy process" if r["busy"] else "quiet"
        number = f"{r['threads']} torch thread{'s' * (r['threads'] > 1)}"
        lines.append(f"| {number}, {where} | {r['ratio']:.2f} | {r['steps_per_second']:,.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.class_load", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10, help="measurements of each way (default 10)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    options = parser.parse_args()
    results = measure(options.rounds)
    print(json.dumps(results) if options.json else table(results))


if __name__ == "__main__":
    main()
