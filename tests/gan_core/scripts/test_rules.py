"""Every loss and every penalty, under both updates: the script's autograd and the engine's closed form agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core import config as facts
from gan_core.config import RunConfig
from gan_core.scripts.rules import RULES, SLOPES
from tests.gan_core.scripts.made import difference

NETS = {"batch": 16, "g_layers": (8,), "d_layers": (8, 6)}
CASES = [{"loss": name, "update": update} for name in facts.LOSSES for update in facts.options("update")]
CASES += [{"loss": name, "label_smoothing": 0.1} for name, one in facts.LOSSES.items() if one.smoothable]
CASES += [{name: 0.7, "update": update} for name in facts.PENALTIES for update in facts.options("update")]
CASES += [dict.fromkeys(facts.PENALTIES, 0.7) | {"instance_noise": 0.2, "packing": 2}, {"lecam": 0.3}]


def test_there_is_a_text_for_every_row_of_the_registries() -> None:
    assert set(RULES) == set(facts.LOSSES) and set(SLOPES) == set(facts.PENALTIES)
    assert {name for name, rule in RULES.items() if rule.smoothed} == {
        name for name, one in facts.LOSSES.items() if one.smoothable
    }


@pytest.mark.parametrize("changes", CASES, ids=str)
def test_the_rules_are_the_engines(changes: dict, tmp_path: Path) -> None:
    assert difference(RunConfig.of(**NETS | changes), 4, tmp_path) < 1e-9
