"""A notebook is valid JSON of its format, and its cells, run in turn, make the script's run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.scripts.notebook import notebook
from gan_core.scripts.textbook import script
from tests.gan_core.scripts.made import module


@pytest.mark.parametrize("name", ["ring", "wgan_gp", "digits_progressive"])
def test_a_notebook_has_the_form_of_one(name: str) -> None:
    book = json.loads(notebook(PRESETS[name].config, title=PRESETS[name].title))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5) and book["metadata"]["kernelspec"]["name"] == "python3"
    cells = book["cells"]
    ids = [cell["id"] for cell in cells]
    assert len(set(ids)) == len(ids) and all(1 <= len(one) <= 64 for one in ids)
    for cell in cells:
        assert set(cell) >= {"cell_type", "id", "metadata", "source"}
        assert all(line.endswith("\n") for line in cell["source"][:-1])
        code = cell["cell_type"] == "code"
        assert ("outputs" in cell) == ("execution_count" in cell) == code and (code or cell["cell_type"] == "markdown")
    assert "$$L_D = " in "".join(cells[0]["source"]) and PRESETS[name].title in cells[0]["source"][0]


def test_its_cells_make_the_scripts_run(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    config = RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,), steps=3)
    cells = [c for c in json.loads(notebook(config))["cells"] if c["cell_type"] == "code"]
    made = module("\n\n".join("".join(cell["source"]) for cell in cells), tmp_path)  # as a kernel runs them: in turn
    assert "of the samples" in capsys.readouterr().out
    G, _ = module(script(config), tmp_path).train(0, 3)
    z = torch.zeros(4, 2, dtype=torch.float64)
    assert torch.equal(made.G(z), G(z))
