"""Scripts whole: of every preset the trainer's run, a file that runs by itself, and what it cannot be."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.scripts import RECORD, STEPS, compared, markdown, tolerance
from gan_core.config import ConfigError, RunConfig
from gan_core.engine.version import VERSION
from gan_core.presets import PRESETS
from gan_core.scripts.textbook import command, script
from tests.gan_core.scripts.made import difference


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_takes_the_trainers_first_steps(name: str, at_work: Path) -> None:
    config = PRESETS[name].config.replace(batch=16)
    assert difference(config, 2, at_work) < tolerance(config)


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_makes_the_trainers_run(name: str, at_work: Path) -> None:
    found, told = compared(name, at_work), json.loads(RECORD.read_text(encoding="utf-8"))["presets"][name]
    assert (found is None) is (told is None) is (name == "diverging")
    assert found is None or found < tolerance(PRESETS[name].config)


def test_the_table_of_the_readme_is_the_record_and_has_every_preset() -> None:
    told = json.loads(RECORD.read_text(encoding="utf-8"))
    assert told["steps"] == STEPS and told["versions"]["engine"] == VERSION
    assert list(told["presets"]) == list(PRESETS)
    for name, found in told["presets"].items():
        assert found is None or found < tolerance(PRESETS[name].config), name
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert f"\n\n{markdown(told)}\n\n" in readme


@pytest.mark.parametrize("name", PRESETS)
def test_a_script_reads_like_one(name: str) -> None:
    text = script(PRESETS[name].config, title=PRESETS[name].title)
    tree = ast.parse(text)
    imported = {a.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    imported |= {str(n.module).split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported - sys.stdlib_module_names == {"torch", "numpy"}
    assert ast.get_docstring(tree).startswith(PRESETS[name].title)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 120 and not [line for line in lines if line != line.rstrip()]
    assert len(lines) <= (360 if PRESETS[name].config.model.architecture.startswith(("p", "mu")) else 200)
    assert f"gan_core train --preset {name}" in text or name.startswith("bench_")


def test_a_script_runs_by_itself(tmp_path: Path) -> None:
    config = RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,), steps=500, members=2, seed=7)
    path = tmp_path / "gan.py"
    path.write_text(script(config), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "gan.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.count("of the samples within 3σ of a mode") == 2 and "seed 8, step 500: L_D" in done.stdout


def test_what_a_script_cannot_repeat_is_refused_with_a_sentence() -> None:
    config = RunConfig.of(data="mnist", architecture="dcgan", precision="bfloat16")
    with pytest.raises(ConfigError, match="a script could not repeat it; choose float32"):
        script(config)
    with pytest.raises(ConfigError, match="set it to 0 for a script"):
        script(RunConfig.of(consensus=0.1))


def test_the_command_of_a_run() -> None:
    assert command(RunConfig.of(g_lr=1e-4)) == 'python -m gan_core train --query "g_lr=0.0001"'
