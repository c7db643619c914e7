"""A calculation as a file: settings last, where they can be changed, and the same lines in a notebook."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np

from gan_core.scripts.calculations import Calculation, array, notebook, script
from gan_core.theory.parallel_lines import parallel_lines
from tests.gan_core.scripts.made import module

LINES = Calculation("Parallel lines", (parallel_lines,), "found = parallel_lines(0.5)\n", ("parallel_lines",))


def test_a_script_runs_and_its_settings_stand_last(tmp_path: Path) -> None:
    text = script(LINES)
    assert str(ast.get_docstring(ast.parse(text))).startswith("Parallel lines: what the page computes")
    assert text.rstrip().endswith("found = parallel_lines(0.5)")
    assert vars(module(text, tmp_path).found) == vars(parallel_lines(0.5))


def test_a_notebook_has_the_formulas_and_the_same_lines() -> None:
    cells = json.loads(notebook(LINES))["cells"]
    assert "$$W_1 = " in "".join(cells[0]["source"]) and "".join(cells[-1]["source"]) == LINES.code.strip()


def test_many_numbers_are_packed_and_few_are_written_out(tmp_path: Path) -> None:
    for n in (3, 3000):
        values = np.random.default_rng(n).normal(size=(n, 2))
        made = module(f"import base64\nimport zlib\n\nimport numpy as np\n\nfound = {array(values)}\n", tmp_path)
        assert np.array_equal(made.found, values)
