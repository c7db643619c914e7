"""The map: its plan, what a cell is, and that it goes on wherever it was stopped."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from gan_core.config import ConfigError, RunConfig
from gan_core.metrics.scores import scores
from gan_core.run.trainer import Trainer
from gan_core.studies import map as maps
from gan_core.studies.cluster import ClusterError
from gan_core.studies.map import AXES, Block, Map, Plan, checked_range, compute, stride, values
from gan_core.studies.mitigations import Store

BASE = RunConfig.of(g_layers=(8,), d_layers=(8,), batch=16)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "TOGETHER", 8)


RATES = ("d_lr", 1e-3, 1e-1, 3), ("g_lr", 1e-3, 1e-2, 2)


def plan(x=RATES[0], y=RATES[1], seeds=2, steps=30, base=BASE) -> Plan:
    return Plan.of(base, x, y, seeds, steps)


def computed(made: Plan) -> Map:
    """All of its blocks, here and now."""
    pairs = (pair for cells in made.blocks() for pair in zip(cells, maps.run(cells), strict=True))
    return Map.of(made, dict(pairs))


@pytest.mark.parametrize("name", AXES)
def test_every_axis_makes_runs(name: str) -> None:
    axis = AXES[name]
    count = 3
    found = values(name, axis.low, axis.high, count)
    assert len(found) == count and list(found) == sorted(set(found)) and found[0] == axis.low
    if axis.whole:
        assert all(isinstance(value, int) for value in found)
    other = RATES[1] if name != "g_lr" else RATES[0]
    made = plan((name, axis.low, axis.high, count), other, seeds=1, steps=2)
    fields = axis.changes(found[1])
    cell = next(cell for cell in made.cells if (cell.column, cell.row) == (1, 0))
    assert all(dict(cell.config.flat())[field] == value for field, value in fields.items())
    assert len(Block(made.blocks()[0]).records()) == len(made.blocks()[0])


def test_the_coarse_grid_comes_first_and_every_cell_once() -> None:
    made = plan(("d_lr", 1e-4, 1e-1, 9), ("g_lr", 1e-4, 1e-1, 7))
    strides = [stride(cell.column, cell.row) for cell in made.cells]
    assert strides == sorted(strides, reverse=True) and strides[:2] == [16, 8]
    assert len({(cell.column, cell.row) for cell in made.cells}) == 63
    assert [cell for block in made.blocks() for cell in block] == list(made.cells)  # all of one shape


def test_cells_of_one_shape_are_stepped_together_and_others_are_not() -> None:
    alike = plan(("beta1", 0.0, 0.9, 4), ("r1", 0.01, 1.0, 4), seeds=4)
    assert {len(block) for block in alike.blocks()} == {maps.TOGETHER // 4}
    wide = plan(("width", 8, 32, 3), RATES[1], seeds=1)
    for block in wide.blocks():
        assert len({cell.config.model.g_layers for cell in block}) == 1
    assert {cell for block in wide.blocks() for cell in block} == set(wide.cells)


def test_a_cell_is_the_same_run_alone() -> None:
    """In float64, with rates, betas and penalties that differ inside the block."""
    for axes in (RATES, (("beta1", 0.0, 0.9, 2), ("r1", 0.1, 2.0, 2))):
        block = Block(plan(*axes, steps=40).blocks()[0], torch.float64)
        assert len({member.train for member in block.members}) == len(block.members)
        block.step(40)
        for k, member in enumerate(block.members):
            alone = Trainer(member, dtype=torch.float64)
            alone.step(40)
            assert_allclose(block.fakes()[k], alone.snapshot().fake[0], rtol=0, atol=1e-8)


def test_its_colour_is_what_play_shows() -> None:
    (block, *_) = [Block(cells) for cells in plan(steps=60).blocks()]
    block.step(60)
    record = block.records()[0]
    for k, member in enumerate(block.members[:2]):
        alone = Trainer(member)
        shot, data = alone.snapshot(), alone.distribution
        shot_fake = block.fakes()[k]
        one = scores(shot.real, shot_fake, data.centres, data.std, data.weights, extent=shot.extent)
        assert record["scores"]["modes"][k] == one.near
        assert record["scores"]["w1"][k] == pytest.approx(one.w1, rel=1e-5)


def test_a_member_that_stops_being_finite_has_diverged_and_the_others_go_on() -> None:
    base = BASE.replace(loss="wasserstein", optimiser="sgd", d_layers=(32, 32), g_layers=(32, 32))
    made = plan(("d_lr", 1e-4, 1.0, 2), ("g_lr", 1e-4, 1.0, 2), seeds=2, steps=200, base=base)
    found = computed(made)
    assert found.known.all() and found.diverged[1, 1] == 1.0 and found.diverged[0, 0] == 0.0
    assert np.isnan(found.median("modes")[1, 1]) and np.isfinite(found.median("w1")[0, 0])
    assert "×" in found.summary()


def test_it_goes_on_where_it_was_stopped(tmp_path) -> None:
    made, store, told = plan(seeds=4), Store(tmp_path), []

    def stop(cells: int) -> None:
        told.append(cells)
        if len(told) == 2:  # the kept ones, and a first block
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(made, store, jobs=1, done=stop)
    kept = len(list(tmp_path.glob("cell-*.json")))
    assert 0 < kept < 6
    told.clear()
    records = compute(made, store, jobs=1, done=told.append)
    assert told[0] == kept and sum(told) == 6 and len(records) == 6
    (tmp_path / made.cells[0].file).write_text("{", encoding="utf-8")  # cut by a crash of the machine
    again = compute(made, store, jobs=1)
    assert again == records


KILLED = """
import os, signal, sys
from pathlib import Path
from gan_core.config import RunConfig
from gan_core.studies import map as maps
from gan_core.studies.map import Plan, compute
from gan_core.studies.mitigations import Store
maps.TOGETHER = 8
told = []
def done(cells):
    told.append(cells)
    if len(told) == 3:  # the kept ones, and two blocks
        os.kill(os.getpid(), signal.SIGKILL)
base = RunConfig.of(g_layers=(8,), d_layers=(8,), batch=16)
plan = Plan.of(base, ("d_lr", 1e-3, 1e-1, 3), ("g_lr", 1e-3, 1e-2, 2), 4, 30)
compute(plan, Store(Path(sys.argv[1])), jobs=1, done=done)
"""


def test_killed_it_goes_on_where_it_was(tmp_path) -> None:
    """By a signal that nothing hears of: what was finished is there, whole, and is not computed again."""
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "killed")])
    assert killed.returncode == -signal.SIGKILL
    made, told = plan(seeds=4), []
    kept = {cell for cell in made.cells if Store(tmp_path / "killed").get(cell) is not None}
    assert len(kept) == 4
    records = compute(made, Store(tmp_path / "killed"), jobs=1, done=told.append)
    assert told == [4, 2] and records == compute(made, Store(tmp_path / "whole"), jobs=1)


def test_a_cluster_that_goes_away_is_a_sentence_and_loses_nothing(tmp_path, monkeypatch) -> None:
    def gone(*arguments):
        raise ClusterError("The Dask cluster at tcp://127.0.0.1:9 has gone away.")

    made = plan()
    kept = compute(made, Store(tmp_path), jobs=1)
    (tmp_path / made.cells[-1].file).unlink()
    with monkeypatch.context() as patched, pytest.raises(ClusterError, match="has gone away"):
        patched.setattr(maps, "in_parallel", gone)
        compute(made, Store(tmp_path), dask="tcp://127.0.0.1:9")
    assert compute(made, Store(tmp_path), jobs=1) == kept


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_in_mid_map_finds_what_processes_find(tmp_path) -> None:
    distributed = pytest.importorskip("distributed")
    made, told = plan(seeds=4, steps=2000), []
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options, protocol="tcp://", host="127.0.0.1") as local:
        before = {nanny.pid for nanny in local.workers.values()}

        def kill(cells: int) -> None:
            told.append(cells)
            if len(told) == 2:  # the kept ones, and a first block: others are under way
                os.kill(next(iter(local.workers.values())).pid, signal.SIGKILL)

        on_cluster = compute(made, Store(tmp_path / "cluster"), dask=local.scheduler_address, done=kill)
        assert len(told) > 2 and {nanny.pid for nanny in local.workers.values()} != before
    assert sum(told) == len(made.cells) and on_cluster == compute(made, Store(tmp_path / "processes"), jobs=1)


def test_the_work_for_the_pool_finds_what_the_command_finds() -> None:
    made, found = plan(steps=7), {}
    blocks = made.blocks()
    work = maps.Charting(blocks, found.__setitem__)
    work.step(8)
    assert work.step_count == 8 and set(found) == set(blocks[0])
    work.step(100)
    assert work.step_count == 7 * len(blocks) and set(found) == set(made.cells)
    assert found[made.cells[0]] == maps.run(blocks[0])[0]


def test_unknown_cells_are_painted_from_the_coarser_ones() -> None:
    made = plan(("d_lr", 1e-4, 1e-1, 4), ("g_lr", 1e-4, 1e-1, 4), seeds=1, steps=1)
    first = [cell for cell in made.cells if stride(cell.column, cell.row) >= 2]
    record = {"scores": {"modes": [3.0], "w1": [1.0], "high_quality": [0.5], "w1_floor": [0.1], "diverged": [0.0]}}
    found = Map.of(made, {cell: record for cell in first})
    assert found.known.sum() == 4 and np.isnan(found.median("modes")).sum() == 12
    assert (found.coarse(found.median("modes")) == 3.0).all()
    assert len(found.rows()) == 4


def test_its_lines_are_a_csv() -> None:
    made = plan(steps=2)
    found = computed(made)
    lines = list(csv.DictReader(io.StringIO(found.csv())))
    assert len(lines) == 12 and set(lines[0]) == {"d_lr", "g_lr", "seed", *maps.SCORES}
    assert {float(line["d_lr"]) for line in lines} == set(made.xs)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: plan(RATES[0], RATES[0]), "two different settings"),
        (lambda: plan(("d_lr", 1e-5, 1e-2, 1000), ("g_lr", 1e-5, 1e-2, 1000)), "at most 1,024 cells"),
        (lambda: plan(("d_lr", 1e-2, 1e-2, 3)), "from a smaller to a larger"),
        (lambda: plan(("d_lr", 1e-2, 1e-5, 3)), "from a smaller to a larger"),
        (lambda: plan(("d_lr", 0.0, 1e-2, 3)), "above 0"),
        (lambda: plan(("d_lr", 1e-3, float("inf"), 3)), "finite"),
        (lambda: plan(("d_lr", 1e-3, 7.0, 3)), "from 0 to 1"),
        (lambda: plan(("d_steps", 1, 3, 9)), "not so many different values"),
        (lambda: plan(("momentum", 0, 1, 3)), "d_lr, g_lr"),
        (lambda: plan(seeds=0), "whole number from 1 to 16"),
        (lambda: plan(("d_lr", 1e-3, 1e-2, 1)), "whole number from 2"),
        (lambda: plan(base=RunConfig.of(data="mnist")), "points in the plane"),
        (lambda: checked_range("d_lr:1:2"), "d_lr:1e-5:1e-2:12"),
        (lambda: checked_range("d_lr:a:2:3"), "d_lr:1e-5:1e-2:12"),
        (lambda: checked_range("size"), "d_lr, g_lr"),
    ],
)
def test_what_is_no_map_is_refused_with_a_sentence(make, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make()


@pytest.mark.slow
def test_the_command_writes_lines_a_table_and_a_figure(tmp_path) -> None:
    query = "g_layers=8&d_layers=8&batch=16"
    command = [sys.executable, "-m", "gan_core", "map", "--x", "d_lr:1e-3:1e-2:2", "--y", "beta1:0:0.5:2", "--seeds",
               "2", "--steps", "5", "--query", query, "--store", str(tmp_path / "store"), "--jobs", "1"]  # fmt: skip
    files = ["--parquet", str(tmp_path / "map.parquet"), "--figure", str(tmp_path / "map.html")]
    done = subprocess.run([*command, "--csv", *files], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 9
    import pandas as pd

    assert len(pd.read_parquet(tmp_path / "map.parquet")) == 8
    assert "plotly" in (tmp_path / "map.html").read_text(encoding="utf-8").lower()
    refused = subprocess.run([*command, "--figure", "map.doc"], capture_output=True, text=True)
    assert refused.returncode == 2 and "end in .html" in refused.stderr


def test_only_a_whole_record_is_one():
    whole = {"scores": {name: [1.0, "nan"] for name in maps.SCORES}}
    assert maps.is_record(whole)
    for wrong in ([1.0], ["x", 1], [[], 1], [10**400, 1], None):
        assert not maps.is_record({"scores": {**whole["scores"], "w1": wrong}})
    assert not any(map(maps.is_record, (None, [], {}, {"scores": {}})))
