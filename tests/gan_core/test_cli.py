"""The command line makes the same runs as the pages, and answers nonsense with a sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load

from gan_core.__main__ import main
from gan_core.config import RunConfig
from gan_core.run.trainer import Trainer

FAST = "batch=16&g_layers=8&d_layers=8"


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def test_train_prints_one_json_object_and_progress_elsewhere(capsys):
    status, out, err = run(capsys, "train", "--query", FAST + "&members=2", "--steps", "30", "--seed", "3", "--json")
    assert status == 0
    result = json.loads(out)
    assert result["steps"] == 30 and [m["seed"] for m in result["members"]] == [3, 4]
    assert "30/30" in err
    config = RunConfig.from_query(result["query"])
    trainer = Trainer(config)
    trainer.step(30)
    assert result["members"][1]["d_loss"] == pytest.approx(float(trainer.history.curves().d_loss[-1, 1]), abs=0)
    for member in result["members"]:
        assert {"captured", "high_quality", "w1", "w1_floor", "jsd", "jsd_floor", "near_floor_low"} <= set(member)


def test_train_prints_a_table_without_json(capsys):
    status, out, _ = run(capsys, "train", "--query", "?" + FAST, "--steps", "5")
    assert status == 0 and "high_quality" in out and "alternating updates" in out


def test_train_takes_points_from_a_table(capsys, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("x,y\n" + "\n".join(f"{x},{y}" for x, y in np.random.default_rng(0).normal(size=(50, 2))))
    status, out, _ = run(capsys, "train", "--query", FAST, "--points", str(path), "--steps", "5", "--json")
    assert status == 0 and json.loads(out)["query"]["data"] == "custom"


def test_a_diverged_run_is_reported_in_valid_json(capsys):
    status, out, _ = run(capsys, "train", "--preset", "diverging", "--json")
    assert status == 0
    result = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert not result["members"][0]["alive"] and "no longer a number" in result["failures"][0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--preset", "no_such"], "preset = 'no_such'"),
        (["train", "--query", "g_lr=1000"], "g_lr = 1000.0 is not possible: it is a number from 0 to 1"),
        (["train", "--query", "data=custom"], "points"),
        (["train", "--query", FAST, "--steps", "0"], "steps = 0"),
        (["train", "--query", FAST, "--points", "/no/such/file.csv"], "/no/such/file.csv"),
    ],
)
def test_nonsense_is_answered_with_a_sentence(capsys, arguments, words):
    status, out, err = run(capsys, *arguments)
    assert status == 2 and out == "" and words in err and "Traceback" not in err


def test_the_module_runs_as_a_program():
    command = [sys.executable, "-m", "gan_core", "train", "--query", FAST, "--steps", "2", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout)["steps"] == 2


def test_a_saved_run_is_resumed_bit_for_bit(capsys, tmp_path):
    whole, half, end = (tmp_path / f"{name}.safetensors" for name in ("whole", "half", "end"))
    query = ("train", "--query", FAST + "&members=2")
    assert run(capsys, *query, "--steps", "60", "--save", str(whole))[0] == 0
    assert run(capsys, *query, "--steps", "25", "--save", str(half))[0] == 0
    log = tmp_path / "log.csv"
    more = ("--steps", "60", "--save", str(end), "--log", str(log), "--json")
    status, out, _ = run(capsys, "train", "--resume", str(half), *more)
    assert status == 0 and json.loads(out)["steps"] == 60
    first, second = load(whole.read_bytes()), load(end.read_bytes())
    assert [name for name in first if not np.array_equal(first[name], second[name])] == []
    assert len(log.read_text().splitlines()) == 1 + 2 * 60


def test_a_digit_run_prints_its_scores_beside_real_digits(capsys):
    status, out, err = run(capsys, "train", "--query", FAST + "&data=mnist", "--steps", "2", "--json")
    assert status == 0, err
    (member,) = json.loads(out)["members"]
    assert sum(map(int, member["classes"].split("-"))) == member["samples"] == 1000
    assert member["fid"] > 5 * member["fid_floor"] > 0 and member["class_kl"] > member["class_kl_floor"] > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resume", "/no/such/run.safetensors"], "/no/such/run.safetensors"),
        (["--resume", __file__], "not a safetensors file"),
        (["--resume", __file__, "--seed", "3"], "leave --points and --seed out"),
        (["--query", FAST, "--save", "/no/such/folder/run.safetensors"], "cannot be written"),
        (["--query", FAST, "--save", "/"], "cannot be written"),
        (["--query", FAST, "--log", "run.xlsx"], "ends in .csv or .parquet"),
    ],
)
def test_files_that_cannot_be_are_refused_before_the_run(capsys, arguments, words):
    status, out, err = run(capsys, "train", *arguments)
    assert status == 2 and out == "" and words in err and "step" not in err.split(words)[0]
