"""A run is kept whole or not at all, and goes on as far as it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core.commands import saving
from gan_core.commands.output import Refused
from gan_core.config import ConfigError, RunConfig
from gan_core.run.trainer import Trainer


@pytest.fixture
def trainer() -> Trainer:
    trainer = Trainer(RunConfig.of(batch=8, g_layers=(4,), d_layers=(4,), steps=10))
    trainer.step(10)
    return trainer


def test_a_kept_run_goes_on_as_far_as_told(trainer: Trainer, tmp_path: Path) -> None:
    file = tmp_path / "run.safetensors"
    saving.check(file)
    saving.keep(trainer, file)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert saving.resumed(file, None).config == trainer.config
    more = saving.resumed(file, 30)
    assert more.step_count == 10 and more.config.train.steps == 30
    with pytest.raises(ConfigError):
        saving.resumed(file, 0)


def test_what_cannot_be_written_is_refused(trainer: Trainer, tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "no" / "run.safetensors"):
        with pytest.raises(Refused, match="cannot be written"):
            saving.check(wrong)
    with pytest.raises(Refused, match="cannot be written"):
        saving.keep(trainer, tmp_path / "no" / "run.safetensors")


def test_what_is_no_run_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"{}")
    for name in ("a", "b"):
        with pytest.raises(Refused, match=str(tmp_path / name)):
            saving.resumed(tmp_path / name, None)
