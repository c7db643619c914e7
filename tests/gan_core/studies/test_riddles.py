"""The recorded runs of the guessing game: each record shows what its name says, and is the run that it names."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.data.points import points_digest
from gan_core.engine.version import VERSION
from gan_core.run.trainer import Trainer
from gan_core.studies import riddles
from gan_core.studies.riddles import PICTURES, POINTS, RIDDLES, build, numbers, recorded, shipped


@pytest.mark.parametrize("name", RIDDLES)
def test_a_shipped_record_shows_what_its_name_says(name: str) -> None:
    told = shipped()[name]
    assert RIDDLES[name].holds(numbers(told))
    config = RunConfig.from_query(told["query"])
    assert config.replace(seed=0) in RIDDLES[name].candidates and told["engine"] == VERSION
    assert len(told["step"]) == len(told["d_loss"]) == len(told["g_loss"]) <= POINTS
    assert told["diverged"] or len(told["pictures"]) == len(PICTURES)


@pytest.mark.parametrize("name", RIDDLES)
def test_a_record_begins_as_the_run_that_it_names(name: str) -> None:
    """On another kind of processor the last digits differ."""
    told, riddle = shipped()[name], RIDDLES[name]
    trainer = Trainer(RunConfig.from_query(told["query"]), points=riddle.points)
    trainer.step(told["step"][0])
    curves = trainer.history.curves()
    assert curves.d_loss[0, 0] == pytest.approx(told["d_loss"][0], rel=1e-3, abs=1e-3)
    assert curves.g_loss[0, 0] == pytest.approx(told["g_loss"][0], rel=1e-3, abs=1e-3)


def test_nothing_is_shipped_that_is_no_riddle() -> None:
    assert shipped().keys() == RIDDLES.keys()


def test_a_record_is_plain_json_and_made_again_as_it_was() -> None:
    config = RunConfig.of(g_layers=(8,), d_layers=(8,), batch=16, steps=200)
    told = recorded(config)
    assert told == json.loads(json.dumps(told)) == recorded(config)
    assert told["digest"] != recorded(config.replace(seed=1))["digest"]
    found = numbers(told)
    assert found["steps"] == 200 and 0 <= found["near"] <= 8 and found["diverged"] == 0
    assert np.isfinite([found[name] for name in ("w1", "w1_late", "floor", "swing", "d_last", "g_last")]).all()


def test_copies_are_told_from_fresh_draws() -> None:
    table = RIDDLES["memorising"].points
    assert table is not None and RIDDLES["memorising"].candidates[0].data.points == points_digest(table)
    told = {"points": table.tolist(), "pictures": [{"fake": np.repeat(table, 3, 0).tolist()}]}
    copies = riddles._copying(told)
    assert copies["copied"] == 0 and copies["fresh"] > 0.2 and copies["near_points"] == copies["table"] == 20
    fresh = np.random.default_rng(5).normal(size=(500, 2)).tolist()
    found = riddles._copying({"points": table.tolist(), "pictures": [{"fake": fresh}]})
    assert found["copied"] == pytest.approx(found["fresh"], rel=0.15)


def test_a_riddle_without_a_run_that_shows_it_has_no_record(monkeypatch) -> None:
    config = RunConfig.of(g_layers=(4,), d_layers=(4,), batch=4, steps=60)
    monkeypatch.setitem(RIDDLES, "healthy", riddles.Riddle((config,), lambda n: False))
    monkeypatch.setattr(riddles, "SEEDS", 1)
    assert list(build(["healthy"])) == [("healthy", None)]


@pytest.mark.slow
def test_the_whole_of_a_record_is_made_again() -> None:
    ((name, told),) = build(["diverged"])
    assert told == shipped()[name]
