"""The scenarios of Mode collapse: each can be run, and its runs differ in what their names say and nothing else."""

from __future__ import annotations

import pytest

from gan_core.studies.scenarios import FIRST, SCENARIOS, VARIANTS


@pytest.mark.parametrize("name", SCENARIOS)
def test_runs_side_by_side_differ_in_what_their_names_say(name: str) -> None:
    scenario = SCENARIOS[name]
    assert len(set(scenario.configs)) == len(scenario.variants) == len(set(scenario.variants))
    for variant, config in zip(scenario.variants, scenario.configs, strict=True):
        changed = config.differences(scenario.config)
        assert set(changed) <= set(VARIANTS[variant]) and config.train.seed == scenario.config.train.seed


def test_the_first_one_shows_what_is_luck() -> None:
    assert SCENARIOS[FIRST].config.train.members == 8 and SCENARIOS[FIRST].variants == ("plain",)
