"""What the README tells people to type works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

OPTUNA = """
class Trial:
    def suggest_float(self, name, low, high, log):
        assert low < high and log
        return (low * high) ** 0.5

class Study:
    def optimize(self, score, n_trials):
        print(score(Trial()))

create_study = Study
"""  # as much of it as the recipe uses


def test_every_case_that_is_shown_is_tested() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    part = text.partition("## What people bring")[2].partition("\n## ")[0]
    brought = {path.name for path in (ROOT / "tests/gan_core/data/brought").iterdir()}
    assert set(re.findall(r"^\| `(\w+\.(?:csv|txt))`", part, re.M)) == brought
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/gan_core").rglob("test_*.py"))
    for name in re.findall(r"`(?:[\w/.]+::)?(test_\w+)`", part):
        assert f"def {name}(" in tests, name
    from tests.gan_core.data.test_tables import NEIGHBOURS

    assert f"has {len(NEIGHBOURS)} more" in part


@pytest.mark.slow
def test_the_recipe_for_optuna_scores_a_run(tmp_path: Path) -> None:
    (recipe,) = re.findall(r"```python\n(import optuna.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len([line for line in recipe.splitlines() if line and not line.startswith(("import", "from"))]) <= 10
    (tmp_path / "optuna.py").write_text(OPTUNA)
    (tmp_path / "recipe.py").write_text(recipe)
    found = subprocess.run(
        [sys.executable, str(tmp_path / "recipe.py")], capture_output=True, text=True, check=True, timeout=200,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert 0 < float(found.stdout) < 3
