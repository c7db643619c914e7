"""A log has every recorded step of every member, as the history has it, also of a run that was stopped."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gan_core.commands.logs import COLUMNS, logged
from gan_core.commands.output import Refused
from gan_core.config import RunConfig
from gan_core.run.trainer import Trainer


@pytest.fixture
def trainer() -> Trainer:
    return Trainer(RunConfig.of(batch=8, g_layers=(4,), d_layers=(4,), members=2, seed=5))


def test_a_csv_log_is_the_history(trainer: Trainer, tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    with pytest.raises(KeyboardInterrupt), logged(trainer, [file]) as flush:
        for _ in range(7):
            trainer.step(25)
            flush()
        trainer.step(5)
        raise KeyboardInterrupt
    with open(file, newline="") as lines:
        rows = list(csv.DictReader(lines))
    curves = trainer.history.curves()
    assert tuple(rows[0]) == COLUMNS and len(rows) == 2 * len(curves.step)
    assert [int(row["step"]) for row in rows[::2]] == curves.step.tolist()
    for k, seed in enumerate((5, 6)):
        mine = [row for row in rows if row["seed"] == str(seed)]
        np.testing.assert_array_equal(np.array([row["d_grad"] for row in mine], np.float32), curves.d_grad[:, k])


def test_a_parquet_log_is_the_history(trainer: Trainer, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "run.parquet"
    with logged(trainer, [file]) as flush:
        trainer.step(10)
        flush()
        trainer.step(10)
    table = parquet.read_table(file)
    assert tuple(table.column_names) == COLUMNS and table.num_rows == 2 * len(trainer.history.curves().step)
    np.testing.assert_array_equal(table["g_loss"].to_numpy()[1::2], trainer.history.curves().g_loss[:, 1])


@pytest.mark.parametrize("name", ["run.xlsx", "run", "no/such/folder/run.csv"])
def test_a_log_that_cannot_be_kept_is_refused_before_the_run(trainer: Trainer, tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused), logged(trainer, [tmp_path / name]):
        pytest.fail("the run began")


@pytest.mark.parametrize(("package", "options"), [("tensorboard", 0), ("trackio", 1)])
def test_a_tracker_is_written_to_or_its_package_is_named(trainer, tmp_path, package: str, options: int) -> None:
    wanted = (tmp_path, None) if not options else (None, "gan")
    if importlib.util.find_spec(package) is None:
        with pytest.raises(Refused, match=f"pip install {package}"), logged(trainer, [], *wanted):
            pytest.fail("the run began")
    elif package == "tensorboard":
        with logged(trainer, [], *wanted):
            trainer.step(3)
        assert list(tmp_path.glob("events.*"))


def test_trackio_hears_of_every_recorded_step(trainer: Trainer, monkeypatch) -> None:
    """By its three functions, here those of a stand-in: the project and configuration, each row, the end."""
    heard: list = []
    stand_in = SimpleNamespace(
        init=lambda **about: heard.append(about),
        log=lambda named, step: heard.append((step, named)),
        finish=lambda: heard.append("end"),
    )
    monkeypatch.setitem(sys.modules, "trackio", stand_in)
    with logged(trainer, [], None, "ring") as flush:
        trainer.step(3)
        flush()
        trainer.step(2)
    assert heard[0] == {"project": "ring", "config": trainer.config.to_query()} and heard[-1] == "end"
    curves = trainer.history.curves()
    assert [step for step, _ in heard[1:-1]] == np.repeat(curves.step, 2).tolist()
    assert heard[1][1]["d_loss/seed 5"] == curves.d_loss[0, 0] and heard[2][1]["g_loss/seed 6"] == curves.g_loss[0, 1]
