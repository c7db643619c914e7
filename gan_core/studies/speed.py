"""Speed of the engine as a ratio to the textbook loop, measured in turn in one process: `python -m gan_core bench`.

A row's figure is the median over the rounds of (engine member-steps/s) / (textbook steps/s next to it), so that a drift
of the machine touches both. Absolute speeds are printed for orientation only. What the optimisers cost that look ahead,
back or at both gradients is measured likewise, beside the engine's own steps with Adam.
"""

from __future__ import annotations

import importlib.util
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from tqdm import tqdm

from gan_core.config import RunConfig
from gan_core.data.images import load_images
from gan_core.engine import textbook
from gan_core.presets import PRESETS
from gan_core.run.trainer import TURN, Trainer

SLICE = 0.25  # seconds that each side runs before the other has its turn
MIDDLE = 2000  # the step at which an engine is measured: in the first hundreds a run keeps every step and many pictures


@dataclass(frozen=True)
class Row:
    """One comparison: the loop that tutorials write, and the same work by the engine."""

    name: str
    textbook: Callable[[], Any]
    config: RunConfig
    at_least: float  # the ratio that the engine is held to

    @property
    def members(self) -> int:
        return self.config.train.members


RING, BOTH = PRESETS["bench_ring"].config, PRESETS["bench_ring_simultaneous"].config
WGAN_GP = RING.replace(loss="wasserstein", wgan_gp=0.1, d_steps=5)
DIGITS = RING.replace(data="mnist", latent_dim=64, batch=64, g_lr=2e-4, d_lr=2e-4)
DIGITS_MLP = DIGITS.replace(g_layers=(256, 512), d_layers=(512, 256))
DIGITS_DCGAN = DIGITS.replace(architecture="dcgan")


def _images() -> torch.Tensor:
    return torch.tensor(load_images("mnist", "train")[0]).view(-1, 784)


ROWS = (
    Row("ring, alternating, K=1", textbook.ring_gan, RING, 2.0),
    Row("ring, alternating, K=8", textbook.ring_gan, RING.replace(members=8), 3.3),
    Row("ring, simultaneous, K=1", textbook.ring_gan, BOTH, 2.5),
    Row("ring, simultaneous, K=8", textbook.ring_gan, BOTH.replace(members=8), 4.8),
    Row("ring, simultaneous, K=32", textbook.ring_gan, BOTH.replace(members=32), 4.3),
    Row("ring, simultaneous, K=128", textbook.ring_gan, BOTH.replace(members=128), 4.3),
    Row("WGAN-GP, K=1", textbook.ring_wgan_gp, WGAN_GP, 2.5),
    Row("WGAN-GP, K=8", textbook.ring_wgan_gp, WGAN_GP.replace(members=8), 4.0),
    Row("digits MLP, alternating", lambda: textbook.digits_mlp(_images()), DIGITS_MLP, 1.7),
    Row("digits DCGAN, alternating", lambda: textbook.digits_dcgan(_images()), DIGITS_DCGAN, 1.2),
    Row(
        "digits DCGAN, simultaneous",
        lambda: textbook.digits_dcgan(_images()),
        DIGITS_DCGAN.replace(update="simultaneous"),
        1.2,
    ),
    Row(
        "digits DCGAN, simultaneous, bfloat16",
        lambda: textbook.digits_dcgan(_images()),
        DIGITS_DCGAN.replace(update="simultaneous", precision="bfloat16"),
        1.7,
    ),
)

# → what it changes in eight members on the ring, both players at once, with Adam
OPTIMISERS: dict[str, dict[str, Any]] = {
    "optimistic Adam": {"optimiser": "optimistic_adam"},
    "lookahead, 5 steps": {"lookahead": 5},
    "extragradient": {"update": "extragradient"},
    "consensus": {"consensus": 1.0},
}


def measure(*, rounds: int = 10, threads: int = 2, only: str = "") -> dict[str, Any]:
    """Every row whose name contains a part of `only`, which has commas between parts: ratio (median, least, most), both
    speeds, and the machine."""
    torch.set_num_threads(threads)
    parts = only.split(",")

    def wanted(name: str) -> bool:
        return any(part in name for part in parts)

    rows = [row for row in ROWS if wanted(row.name)]
    chosen = {name: changes for name, changes in OPTIMISERS.items() if wanted(name)}
    with tqdm(total=rounds * (len(rows) + len(chosen)), unit="round", file=sys.stderr) as bar:
        results = [_measure(row, rounds, bar) for row in rows]
        costs = [_cost(name, changes, rounds, bar) for name, changes in chosen.items()]
    if all(map(importlib.util.find_spec, ("jax", "benchmarks"))) and wanted("JAX"):
        results += [_measure_jax(members, rounds) for members in (1, 8)]
    return {"machine": machine(threads), "rounds": rounds, "rows": results, "optimisers": costs}


class _Threaded:
    """A Trainer that takes its share of the cores before each of its turns."""

    def __init__(self, config: RunConfig, threads: int) -> None:
        self.trainer, self.threads = Trainer(config), threads
        self.trainer.adopt(self.trainer.ensembles[0].state(), MIDDLE)

    def step(self, n: int) -> None:
        self.trainer.take_threads(self.threads)
        self.trainer.step(n)
        torch.set_num_threads(self.threads)


def _measure(row: Row, rounds: int, bar: tqdm) -> dict[str, Any]:
    loop, engine = row.textbook(), _Threaded(row.config, torch.get_num_threads())
    slow, fast = _steps_in(loop, SLICE), _steps_in(engine, SLICE)
    return _in_turn(row.name, row.at_least, (loop, slow), (engine, fast, row.members), rounds, bar.update)


def _cost(name: str, changes: dict[str, Any], rounds: int, bar: tqdm) -> dict[str, Any]:
    """How many steps as eight members make with Adam they make with another optimiser, in the same time."""
    eight = BOTH.replace(members=8)
    adam, other = (_Threaded(eight.replace(**of), torch.get_num_threads()) for of in ({}, changes))
    slow, fast = _steps_in(adam, SLICE), _steps_in(other, SLICE)
    found = _in_turn(name, None, (adam, slow), (other, fast, 1), rounds, bar.update)
    return {name: found[name] for name in ("name", "ratio", "ratio_least", "ratio_most")} | {
        "adam_steps_per_second": found["textbook_steps_per_second"],
        "steps_per_second": found["member_steps_per_second"],
    }


def _measure_jax(members: int, rounds: int) -> dict[str, Any]:
    from benchmarks.jax_ring import STEPS_A_CALL, RingGAN

    loop, compiled = textbook.ring_gan(), RingGAN(members)
    compiled.step()  # compiles
    slow = _steps_in(loop, SLICE)
    return _in_turn(f"ring in JAX, K={members}", None, (loop, slow), (compiled, STEPS_A_CALL, members), rounds)


def _in_turn(
    name: str,
    at_least: float | None,
    loop: tuple[Any, int],
    other: tuple[Any, int, int],
    rounds: int,
    done: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """The textbook loop (work, steps) and another (work, steps, members), one after the other, `rounds` times."""
    ratios, loop_rates, rates = [], [], []
    for _ in range(rounds):
        loop_rates.append(_rate(*loop))
        rates.append(_rate(*other[:2]) * other[2])
        ratios.append(rates[-1] / loop_rates[-1])
        done()
    return {
        "name": name,
        "ratio": statistics.median(ratios),
        "ratio_least": min(ratios),
        "ratio_most": max(ratios),
        "at_least": at_least,
        "textbook_steps_per_second": statistics.median(loop_rates),
        "member_steps_per_second": statistics.median(rates),
    }


def _rate(work: Any, steps: int) -> float:
    started = time.perf_counter()
    work.step(steps)
    return steps / (time.perf_counter() - started)


def _steps_in(work: Any, seconds: float) -> int:
    """How many steps take about that long, measured after a warm-up; a multiple of the turns that members take."""
    work.step(40)
    return TURN * max(1, round(_rate(work, TURN) * seconds / TURN))


def matmul_gflops(rows: int = 512, width: int = 128, members: int = 1, repeats: int = 200) -> float:
    """GFLOP/s of the matrix product that dominates the ring's step: the floor under every speed here."""
    random = torch.Generator().manual_seed(0)
    a = torch.rand(members, rows, width, generator=random)
    b = torch.rand(members, width, width, generator=random)
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(repeats):
            torch.bmm(a, b)
        best = min(best, (time.perf_counter() - started) / repeats)
    return 2 * members * rows * width * width / best / 1e9


def machine(threads: int) -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": torch.multiprocessing.cpu_count(),
        "threads": threads,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "matmul_gflops": round(matmul_gflops(), 1),
    }


def table(results: dict[str, Any]) -> str:
    """The results as a Markdown table."""
    about = results["machine"]
    lines = [
        f"{about['cores']} cores, {about['threads']} threads, torch {about['torch']}, "
        f"{about['matmul_gflops']} GFLOP/s in the ring's matrix product, medians of {results['rounds']} rounds",
        "",
        "| Work | × textbook (least–most) | bar | member-steps/s | textbook steps/s |",
        "|---|---|---|---|---|",
    ]
    for row in results["rows"]:
        speeds = f"{row['member_steps_per_second']:,.0f} | {row['textbook_steps_per_second']:,.0f}"
        lines.append(
            f"| {row['name']} | {row['ratio']:.2f} ({row['ratio_least']:.2f}–{row['ratio_most']:.2f}) "
            f"| {row['at_least'] or ''} | {speeds} |"
        )
    if results["optimisers"]:
        lines += [
            "",
            "| Optimiser, ring, simultaneous, K=8 | × Adam (least–most) | steps/s | steps/s with Adam |",
            "|---|---|---|---|",
        ]
    for row in results["optimisers"]:
        lines.append(
            f"| {row['name']} | {row['ratio']:.2f} ({row['ratio_least']:.2f}–{row['ratio_most']:.2f}) "
            f"| {row['steps_per_second']:,.0f} | {row['adam_steps_per_second']:,.0f} |"
        )
    return "\n".join(lines)
