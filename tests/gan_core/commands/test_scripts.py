"""`script` prints a file, a notebook, or a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gan_core.__main__ import main


def test_it_prints_a_script_or_a_notebook(capsys: pytest.CaptureFixture) -> None:
    assert main(["script", "--preset", "wgan_gp", "--seed", "3"]) == 0
    out = capsys.readouterr().out
    assert "def slope(" in out and "SEED, STEPS, BATCH, LATENT_DIM = 3, 3000" in out
    assert main(["script", "--query", "loss=hinge", "--notebook"]) == 0
    assert json.loads(capsys.readouterr().out)["nbformat"] == 4


def test_a_table_of_points_goes_along(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("x,y\n" + "\n".join(f"{i},{i * i % 7}" for i in range(40)))
    assert main(["script", "--points", str(table)]) == 0
    assert "# your table, 40 points" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "no_such"], "preset = 'no_such'"),
        (["--query", "data=custom&points=abc"], "its table is not at hand"),
        (["--query", "data=mnist&architecture=dcgan&precision=bfloat16"], "choose float32"),
    ],
)
def test_what_cannot_be_a_script_is_a_sentence(capsys: pytest.CaptureFixture, arguments: list[str], words: str) -> None:
    assert main(["script", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err
