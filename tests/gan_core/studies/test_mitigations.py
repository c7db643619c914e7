"""Which runs the table of mitigations has, how they are kept and resumed, and where they are computed."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from gan_core.config import ConfigError
from gan_core.engine.version import VERSION
from gan_core.studies import cluster, mitigations
from gan_core.studies.cluster import ClusterError
from gan_core.studies.mitigations import BALANCED, DATA, METHODS, PROTOCOLS, Store, Task, compute, plan
from gan_core.studies.table import SHIPPED, shipped
from tests.gan_core.studies.test_table import fake_record


def tasks(methods=("plain", "pacgan2"), seeds: int = 2, steps: int = 3) -> list[Task]:
    return plan("ring", methods, seeds, steps)


@pytest.fixture
def quick(monkeypatch):
    """Score by a shorter transport, in this process."""
    monkeypatch.setattr(mitigations, "W1_POINTS", 50)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs_on_every_data_set(data, method, quick):
    (task,) = plan(data, [method], 1, 2)
    found = mitigations.run(task)
    assert found["method"] == method and found["steps"] == 2 and not found["diverged"]
    assert found["scores"]["modes"] == task.config.data.modes and found["scores"]["samples"] == 2500
    assert found["cpu_seconds"] > 0 and "torch" in found["versions"]


def test_all_methods_share_everything_but_their_changes():
    for method, changes in METHODS.items():
        (task,) = plan("ring", [method], 1, 50)
        assert set(task.config.differences(DATA["ring"])) <= {*changes, "steps", "seed"}


@pytest.mark.parametrize("data", ["ring", "grid"])
@pytest.mark.parametrize("method", PROTOCOLS["pacgan"].methods)
def test_the_papers_protocol_is_the_papers(data, method, quick):
    """Lin et al. 2018 and their code: G 2–400–400–400–400–2 with batch norm, D of three layers of 200 maxout units of
    five pieces, batches of 100 packs, Adam with 1e-4 and β₁ .8, both players at once, 400,000 steps."""
    (task,) = plan(data, [method], 1, 1, "pacgan")
    config, packing = task.config, int(method[-1]) if method[-1].isdigit() else 1
    assert PROTOCOLS["pacgan"].steps == 400_000 == PROTOCOLS["pacgan"].data[data].train.steps
    assert (config.data.radius, config.data.std) == {"ring": (1.0, 0.01), "grid": (4.0, 0.05)}[data]
    assert config.train.batch == 100 * packing and config.model.packing == packing
    g = 2 * 400 + 3 * 400 * 400 + 4 * 400 + 2 * 4 * 400 + 400 * 2 + 2  # weights, biases, norms
    d = 5 * (2 * packing * 200 + 200 + 2 * (200 * 200 + 200)) + 200 + 1
    assert config.parameter_counts == (g, d)
    found = mitigations.run(task)
    assert found["method"] == method and not found["diverged"]


def test_all_methods_of_a_seed_start_from_the_same_generator():
    from gan_core.run.trainer import Trainer

    plain, unrolled = (Trainer(task.config) for task in plan("ring", ["plain", "unrolled"], 1, 10))
    np.testing.assert_array_equal(plain.snapshot().fake, unrolled.snapshot().fake)


@pytest.mark.parametrize(
    "arguments, field",
    [
        (("moons", ["plain"], 1, 5), "data"),
        (("ring", ["plain", "magic"], 1, 5), "methods"),
        (("ring", [], 1, 5), "methods"),
        (("ring", ["plain"], 0, 5), "seeds"),
        (("ring", ["plain"], 1, 0), "steps"),
    ],
)
def test_what_there_is_not_is_refused(arguments, field):
    with pytest.raises(ConfigError) as refused:
        plan(*arguments)
    assert refused.value.field == field


@pytest.mark.parametrize("method", PROTOCOLS["balanced"].methods)
def test_balanced_players_run_with_every_method_and_an_average_is_scored_where_one_is_kept(method, quick):
    (task,) = plan("ring", [method], 1, 3, "balanced")
    assert task.config.train.decay_steps in (0, 3)  # rates that fall do so over the whole run
    found = mitigations.run(task)
    assert not found["diverged"] and np.shape(found["early"]) == (4, 2)
    if task.config.train.ema:
        raw = mitigations.run(Task(method, task.config.replace(ema=0.0)))
        assert raw["early"] == found["early"] and raw["scores"] != found["scores"]


def test_the_gamma_of_consensus_is_what_its_rule_chose_on_seeds_that_the_table_has_not():
    from benchmarks import consensus

    told = json.loads((SHIPPED / "consensus.json").read_text(encoding="utf-8"))
    tried = told["high_quality"]
    assert [float(gamma) for gamma in tried] == list(consensus.CANDIDATES)
    assert {len(shares) for shares in tried.values()} == {consensus.SEEDS} and told["steps"] == consensus.STEPS
    assert told["seeds"][0] == consensus.FIRST > max(record["seed"] for record in shipped("balanced").records)
    assert BALANCED["consensus"] == {"consensus": told["chosen"]} == {"consensus": consensus.chosen(tried)}
    assert consensus.chosen({"10": [0.1, 0.9], "1": [0.5, 0.5], "0.1": [0.2, 0.3]}) == 10  # of equals the larger


def test_a_method_may_have_a_number_of_seeds_of_its_own():
    found = plan("ring", ["plain", "unrolled:1"], 3, 5)
    assert [(task.method, task.seed) for task in found] == [("plain", 0), ("plain", 1), ("plain", 2), ("unrolled", 0)]


def test_a_method_that_is_named_twice_is_one():
    assert plan("ring", ["plain", "unrolled", "plain"], 2, 5) == plan("ring", ["plain", "unrolled"], 2, 5)


def test_an_interrupted_table_goes_on_without_repeating_a_run(tmp_path, monkeypatch):
    computed: list[Task] = []

    def run(task: Task) -> dict:
        if len(computed) == 3:
            raise KeyboardInterrupt
        computed.append(task)
        return fake_record(task.method, task.seed) | {"query": task.config.to_query(), "versions": {"engine": VERSION}}

    monkeypatch.setattr(mitigations, "run", run)
    with pytest.raises(KeyboardInterrupt):
        compute(tasks(seeds=3), Store(tmp_path), jobs=1)
    assert len(list(tmp_path.glob("*.json"))) == 3 and not list(tmp_path.glob("*.part"))

    first, kept = list(computed), []
    computed.clear()
    records = compute(tasks(seeds=3), Store(tmp_path), jobs=1, done=lambda task, old: kept.append(old))
    assert len(computed) == 3 and not set(computed) & set(first)
    assert sorted(kept) == [False] * 3 + [True] * 3
    assert [(r["method"], r["seed"]) for r in records] == [(t.method, t.seed) for t in tasks(seeds=3)]

    computed.clear()
    compute(tasks(seeds=3), Store(tmp_path), jobs=1)
    assert not computed


def test_another_length_or_way_to_score_is_another_run(tmp_path, monkeypatch):
    (short,), (long,) = tasks(["plain"], 1, 3), tasks(["plain"], 1, 4)
    assert short.file != long.file
    before = short.file
    monkeypatch.setattr(mitigations, "FORMAT", mitigations.FORMAT + 1)
    assert short.file != before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"scores": 3}', '{"scores": {}, "query": {"data": "grid"}}'])
def test_a_file_that_is_no_record_of_the_run_counts_as_missing(tmp_path, content):
    (task,) = tasks(["plain"], 1)
    (tmp_path / task.file).write_text(content)
    assert Store(tmp_path).get(task) is None


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    (task,) = tasks(["plain"], 1)
    with pytest.raises(TypeError):
        Store(tmp_path).put(task, {"scores": object()})
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_one_process_or_several_or_a_cluster_give_the_same_numbers(tmp_path):
    """Bit for bit, because a run depends on its configuration alone."""
    distributed = pytest.importorskip("distributed")
    here = compute(tasks(), Store(tmp_path / "here"), jobs=1)
    processes = compute(tasks(), Store(tmp_path / "processes"), jobs=2)
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options, protocol="tcp://", host="127.0.0.1") as cluster:
        on_cluster = compute(tasks(), Store(tmp_path / "cluster"), dask=cluster.scheduler_address)
    for other in (processes, on_cluster):
        assert [r["scores"] for r in other] == [r["scores"] for r in here]
        assert [(r["method"], r["seed"]) for r in other] == [(r["method"], r["seed"]) for r in here]
    assert len(list((tmp_path / "cluster").glob("*.json"))) == 4


def test_a_cluster_that_is_not_there_and_a_missing_package_are_sentences(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS", 0.2)
    with pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        compute(tasks(), Store(tmp_path), dask="tcp://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="pip install"):
        compute(tasks(), Store(tmp_path), dask="tcp://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(ClusterError, match=r"A table needs packages more: .* pip install joblib"):
        compute(tasks(), Store(tmp_path))


def test_a_store_does_not_mix_engines(tmp_path, monkeypatch) -> None:
    (task,) = tasks(methods=("plain",), seeds=1)
    record = fake_record("plain", 0) | {"query": task.config.to_query(), "versions": {"engine": VERSION}}
    store = Store(tmp_path)
    store.put(task, record)
    assert store.get(task) == record
    store.put(task, record | {"versions": {"engine": VERSION - 1}})
    assert store.get(task) is None
    before = task.digest
    monkeypatch.setattr("gan_core.studies.mitigations.ENGINE", VERSION + 1)
    assert task.digest != before
