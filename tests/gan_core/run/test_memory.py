"""What a run is said to need, beside what a process grows by when it makes and trains it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gan_core.config import RunConfig
from gan_core.jobs.admission import FLOOR, PROGRAM, SHARE
from gan_core.presets import PRESETS
from gan_core.run.memory import (
    DRAWN,
    LONGEST_STEP,
    drawn_ahead,
    estimate,
    lowered,
    step_seconds,
)
from gan_core.run.trainer import Trainer

MIB = 2**20
MNIST = {"data": "mnist", "latent_dim": 64}
WIDE = (1024,) * 7


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_admitted_on_the_smallest_server(name: str) -> None:
    config = PRESETS[name].config
    assert estimate(config).total <= SHARE * (FLOOR - PROGRAM) and step_seconds(config) < LONGEST_STEP / 4


def test_the_link_that_took_gigabytes_is_found_out_without_torch() -> None:
    config = RunConfig.of(g_layers=WIDE, d_layers=WIDE, batch=1024, unrolled=3)
    assert estimate(config).total > 2e9 and step_seconds(config) > LONGEST_STEP
    assert lowered(config, step_seconds) == "d_layers"
    code = "import sys; from gan_core.run import memory; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("field", ["members", "batch", "unrolled", "d_steps"])
def test_more_needs_more(field: str) -> None:
    small, large = (RunConfig.of(**{field: value}) for value in (2, 8))
    assert estimate(large).total >= estimate(small).total and step_seconds(large) > step_seconds(small)


COSTLY: list[dict[str, object]] = [
    {"r1": 1.0}, {"r1": 1.0, "r2": 1.0}, {"wgan_gp": 10.0}, {"dragan": 10.0}, {"dragan": 1.0, "d_steps": 3},
    {"wgan_gp": 1.0, "dragan": 1.0}, {"loss": "relativistic"}, {"consensus": 1.0}, {"update": "simultaneous"},
    {"update": "simultaneous", "consensus": 1.0}, {"update": "extragradient"},
    {"update": "extragradient", "consensus": 1.0}, {"update": "extragradient", "r1": 1.0}, {"unrolled": 1},
    {"unrolled": 5}, {"d_steps": 3}, {"d_activation": "maxout"},
]  # fmt: skip


@pytest.mark.parametrize("changes", COSTLY, ids=str)
def test_a_step_costs_as_many_operations_as_is_said(changes: dict[str, object]) -> None:
    """Products of matrices that torch counts in one step, against those of the plainest: no time is measured."""
    plain = {"batch": 64, "g_layers": (64, 64), "d_layers": (64, 64)}
    said, counted = zip(*(_cost(RunConfig.of(**plain, **more)) for more in ({}, changes)), strict=True)
    assert said[1] / said[0] == pytest.approx(counted[1] / counted[0], rel=0.15)


def _cost(config: RunConfig) -> tuple[float, int]:
    from torch.utils.flop_counter import FlopCounterMode

    from gan_core.engine.ensemble import STEPS

    ensemble, step = Trainer(config).ensembles[0], STEPS[config.train.update]
    step(ensemble)  # what it draws ahead is drawn
    with FlopCounterMode(display=False) as counted:
        step(ensemble)
    return step_seconds(config), counted.get_total_flops()


def test_every_penalty_has_its_cost() -> None:
    from gan_core.config import PENALTIES
    from gan_core.run.memory import PENALTY_OPERATIONS

    assert {name for names in PENALTY_OPERATIONS for name in names} == set(PENALTIES)


def test_the_numbers_of_other_rooms_are_these() -> None:
    from gan_core.engine import random

    assert DRAWN == random.BLOCK
    for numbers in (1, 2, 512, 4096, 6400, 65_536, 65_540, 2**20):
        assert drawn_ahead(numbers) == random.ahead(numbers)


@pytest.mark.parametrize("changes", [{}, {"members": 5, "batch": 32}, {**MNIST, "batch": 16}], ids=str)
def test_a_picture_holds_what_is_said(changes: dict[str, object]) -> None:
    """The history may hold as much as is said, and its pictures are as large as is said."""
    from gan_core.run import memory

    trainer = Trainer(RunConfig.of(**changes))
    trainer.step(2)
    said, found = trainer.config.train.members * memory._picture(trainer.config), trainer.snapshot().nbytes
    assert found == pytest.approx(said, rel=0.02)


def test_a_shrunk_history_keeps_its_ends_and_stays_small() -> None:
    trainer = Trainer(RunConfig.of(batch=8, g_layers=(4,), d_layers=(4,)))
    trainer.step(200)
    history = trainer.history
    before = history.steps
    limit = history.snapshots[0].nbytes * 10
    history.shrink(limit)
    assert history.steps[0] == 0 and history.steps[-1] == before[-1] and set(history.steps) < set(before)
    assert 3 <= len(history.steps) <= 10
    trainer.step(300)
    assert len(history.steps) <= 10 and history.steps[-1] > 400


MEASURED: dict[str, dict[str, object]] = {
    "ring": {}, "ring of 8": {"members": 8}, "64 members": {"members": 64}, "batch": {"batch": 1024},
    "wide D": {"d_layers": (1024,) * 8}, "wide G": {"g_layers": WIDE, "batch": 1024},
    "penalty": {"loss": "wasserstein", "wgan_gp": 10.0, "d_layers": (512,) * 4, "batch": 512},
    "norms": {"g_norm": "batch", "d_norm": "batch", "batch": 1024}, "unrolled": {"unrolled": 5},
    "unrolled, wide": {"unrolled": 3, "d_layers": (512,) * 4, "batch": 512},
    "digits": {**MNIST, "g_layers": (256, 512), "d_layers": (512, 256), "batch": 64},
    "8 of digits": {**MNIST, "g_layers": (256, 512), "d_layers": (512, 256), "batch": 64, "members": 8},
    "dcgan": {**MNIST, "architecture": "dcgan", "batch": 64},
    "dcgan, batch": {**MNIST, "architecture": "dcgan", "batch": 512},
    "dcgan, 4": {**MNIST, "architecture": "dcgan", "batch": 64, "members": 4},
    "dcgan, penalty": {**MNIST, "architecture": "dcgan", "batch": 64, "loss": "wasserstein", "wgan_gp": 10.0},
    "progressive": {**MNIST, "architecture": "progressive", "batch": 64, "grow_steps": 1},
    "multi-scale": {**MNIST, "architecture": "multi_scale", "batch": 64},
}  # fmt: skip
GROWTH = """
import ctypes, sys
import torch
from gan_core.config import RunConfig
from gan_core.run.trainer import Trainer

def kilobytes(field):
    return int(dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())[field].split()[0])

torch.set_num_threads(1)
config = RunConfig.from_json(sys.stdin.read())
tiny = {"batch": 8, "members": 1, "g_layers": (8,), "d_layers": (8,)}
# what everybody's first run costs
Trainer(config.replace(**tiny)).step(40 if config.model.architecture == "mlp" else 2)
trim = ctypes.CDLL(None).malloc_trim
trim(0)
before, held = kilobytes("VmRSS"), kilobytes("RssAnon")
open("/proc/self/clear_refs", "w").write("5")
trainer = Trainer(config)
trainer.step(34 if config.model.architecture == "mlp" and sum(config.parameter_counts) < 3e6 else 2)
peak = kilobytes("VmHWM") - before
trim(0)
print(peak, kilobytes("RssAnon") - held)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the kernel's account of the process")
@pytest.mark.parametrize("changes", MEASURED.values(), ids=MEASURED.keys())
def test_a_process_grows_by_what_is_said(changes: dict[str, object]) -> None:
    """At the peak within a factor of 2; held, at least four fifths of what is found, whose pictures are those of a few
    steps, but for a megabyte that torch takes once."""
    config = RunConfig.of(**changes)
    done = subprocess.run(
        [sys.executable, "-c", GROWTH], input=config.to_json(), capture_output=True, text=True, check=True
    )
    peak, held = (int(number) * 1024 for number in done.stdout.split())
    need = estimate(config)
    assert peak / 2 <= need.total <= 2 * peak + 8 * MIB, f"{peak / MIB:.0f} MiB, said {need.total / MIB:.0f}"
    assert need.held + MIB >= 0.8 * held, f"{held / MIB:.0f} MiB, said {need.held / MIB:.0f}"
