"""Which run a command is for."""

from __future__ import annotations

import argparse

import pytest

from gan_core.commands import runs
from gan_core.config import ConfigError, RunConfig
from gan_core.presets import PRESETS


def asked(*words: str, **others: object) -> RunConfig:
    command = argparse.ArgumentParser()
    runs.add_options(command)
    command.set_defaults(**{"steps": None, "points": None, **others})
    return runs.configured(command.parse_args(words))[0]


def test_a_preset_a_query_and_what_is_said_beside_them() -> None:
    assert asked() == asked("--query", "") == RunConfig()
    assert asked("--preset", "ring", steps=7) == PRESETS["ring"].config.replace(steps=7)
    assert asked("--query", "?preset=collapse&batch=64") == PRESETS["collapse"].config.replace(batch=64)
    assert asked("--query", "?data=grid&modes=25", "--seed", "0") == RunConfig.of(data="grid", modes=25, seed=0)


def test_what_there_is_not_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="rings"):
        asked("--preset", "rings")
    with pytest.raises(ConfigError, match="preset = 'rings' is not possible: choose one of ring,"):
        asked("--query", "preset=rings&batch=64")
    with pytest.raises(SystemExit):
        asked("--preset", "ring", "--query", "data=grid")
