"""What is shown as the source is the source: the very functions that the registries hold."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gan_core import config as facts
from gan_core.config import RunConfig
from gan_core.scripts.sources import TOPICS, of_run, of_topic

ROOT = Path(__file__).parents[3]
RUNS = [{"loss": name} for name in facts.LOSSES]
RUNS += [{name: 0.5} for name in (*facts.PENALTIES, "lecam")]
RUNS += [{"optimiser": name, "unrolled": 0} for name in facts.options("optimiser")]
RUNS += [{"update": "simultaneous"}, {"unrolled": 3}]


@pytest.mark.parametrize("changes", RUNS, ids=str)
def test_a_run_shows_the_lines_that_compute_it(changes: dict) -> None:
    found = of_run(RunConfig.of(**changes))
    (name, value), *_ = changes.items()
    assert value in [one.name for one in found] or name in [one.name for one in found] or name == "unrolled"
    assert {one.kind for one in found} >= {"loss", "update", "optimiser"}
    for one in found:
        ast.parse(one.code)
        assert one.formulas and one.files
        flat = ["".join((ROOT / file).read_text(encoding="utf-8").split()) for file in one.files]
        assert all(any("".join(part.split()) in text for text in flat) for part in one.code.split("\n\n\n"))


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_shows_its_functions(name: str) -> None:
    source = of_topic(name)
    shown = {node.name for node in ast.parse(source.code).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert shown == set(TOPICS[name].functions)
    for formula in source.formulas:
        assert formula.count("{") == formula.count("}") and formula.isascii()
