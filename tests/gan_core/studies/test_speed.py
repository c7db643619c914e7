"""The speed bench: rows that compare like with like, counted ratios, and the table. No clock is judged here."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
import torch

from gan_core.studies import speed


class Work:
    """Takes this many seconds a step of a clock that only it moves."""

    now = 0.0

    def __init__(self, seconds: float) -> None:
        self.seconds, self.steps = seconds, 0

    def step(self, n: int = 1) -> None:
        self.steps += n
        Work.now += n * self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "time", SimpleNamespace(perf_counter=lambda: Work.now))


def test_rows_have_names_of_their_own_and_a_bar_above_the_loop() -> None:
    assert len({row.name for row in speed.ROWS}) == len(speed.ROWS)
    for row in speed.ROWS:
        assert row.at_least > 1 and row.members == row.config.train.members
        assert "K=" not in row.name or row.name.endswith(f"K={row.members}")


def test_what_is_measured_may_be_several_parts_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "_measure", lambda row, *_: row.name)
    monkeypatch.setattr(speed, "_cost", lambda name, *_: name)
    found = speed.measure(rounds=1, threads=torch.get_num_threads(), only="Adam,look,extra,consensus,MLP")
    assert found["optimisers"] == list(speed.OPTIMISERS) and found["rows"] == ["digits MLP, alternating"]


def test_a_ratio_counts_the_steps_of_all_members(clock: None) -> None:
    found = speed._in_turn("x", 2.0, (Work(0.5), 4), (Work(0.25), 8, 3), rounds=5)
    assert found["textbook_steps_per_second"] == pytest.approx(2)
    assert found["member_steps_per_second"] == pytest.approx(12)
    assert found["ratio"] == found["ratio_least"] == found["ratio_most"] == pytest.approx(6)


def test_a_slice_is_a_whole_number_of_turns_and_at_least_one(clock: None) -> None:
    for seconds, turns in itertools.product((0.01, 0.1), (0.1, 1, 3)):
        steps = speed._steps_in(Work(seconds), seconds * speed.TURN * turns)
        assert steps == speed.TURN * max(1, round(turns))


def test_the_table_has_a_line_for_each_row() -> None:
    row = {"name": "ring", "ratio": 2.5, "ratio_least": 2.0, "ratio_most": 3.0, "at_least": None,
           "textbook_steps_per_second": 400.0, "member_steps_per_second": 1234.5}  # fmt: skip
    machine = {"cores": 2, "threads": 2, "torch": "2", "matmul_gflops": 80.0}
    rows = {"rows": [row, row | {"at_least": 2.0}], "optimisers": []}
    lines = speed.table({"machine": machine, "rounds": 3, **rows}).splitlines()
    assert lines[0].startswith("2 cores, 2 threads") and lines[0].endswith("medians of 3 rounds")
    assert lines[-2] == "| ring | 2.50 (2.00–3.00) |  | 1,234 | 400 |"
    assert lines[-1] == "| ring | 2.50 (2.00–3.00) | 2.0 | 1,234 | 400 |"


def test_what_an_optimiser_costs_is_told_beside_adam(clock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Extragradient, whose steps take twice as long here, makes half of them."""
    monkeypatch.setattr(speed, "_Threaded", lambda config, threads: Work(1 + (config.train.update == "extragradient")))
    bar = SimpleNamespace(update=lambda: None)
    found = speed._cost("extragradient", speed.OPTIMISERS["extragradient"], 3, bar)
    assert found["ratio"] == pytest.approx(0.5) and found["steps_per_second"] == pytest.approx(0.5)
    for changes in speed.OPTIMISERS.values():
        assert speed.BOTH.replace(**changes) != speed.BOTH
    machine = {"cores": 2, "threads": 2, "torch": "2", "matmul_gflops": 80.0}
    lines = speed.table({"machine": machine, "rounds": 3, "rows": [], "optimisers": [found]}).splitlines()
    assert lines[-1] == "| extragradient | 0.50 (0.50–0.50) | 0 | 1 |"
