"""The command gan-explorer, and the package as `pip install .` makes it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import gan_core
from gan_core import launch

ROOT = Path(__file__).parents[2]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The processes that would have been started."""
    found: list[list[str]] = []
    monkeypatch.setattr(subprocess, "call", lambda command: found.append(command) or 0)
    return found


def test_the_command_alone_starts_the_app_and_hands_streamlits_options_on(started: list[list[str]]) -> None:
    assert launch.main([]) == 0 and launch.main(["--server.port", "8600"]) == 0
    app = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    assert started == [app, [*app, "--server.port", "8600"]] and launch.APP.is_file()


def test_every_other_word_is_a_command_of_the_package(
    started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert launch.main(["train", "--query", "batch=8", "--steps", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"] == 2
    assert launch.main(["train", "--preset", "no_such"]) == 2
    assert launch.main(["--help"]) == 0 and "gan-explorer train" in capsys.readouterr().out
    assert started == []


def test_the_version_stands_once() -> None:
    assert "version" not in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert gan_core.__version__.count(".") == 2


@pytest.mark.slow
def test_a_wheel_holds_all_that_runs_need_and_runs_away_from_the_checkout(tmp_path: Path) -> None:
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*wheel, str(ROOT)], check=True)
    (built,) = tmp_path.glob("gan_explorer-*.whl")
    zipfile.ZipFile(built).extractall(tmp_path / "site")
    there = {str(path.relative_to(tmp_path / "site")) for path in (tmp_path / "site").rglob("*")}
    assert {f"gan_core/pretrained/{path.name}" for path in (ROOT / "pretrained").iterdir()} <= there
    assert {"gan_core/py.typed", "gan_core/data/mnist/train.xz", "gan_core/records/ring.json"} <= there
    assert {"gan_explorer/app.py", "gan_explorer/.streamlit/config.toml"} <= there
    pages = [path for path in (ROOT / "pages").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {f"gan_explorer/{path.relative_to(ROOT)}" for path in pages} <= there
    code = """
        import sys
        sys.path.insert(0, "site")
        import gan_core
        from gan_core import launch, metrics
        from gan_core.data import load_images
        from gan_core.metrics.classifier import classify
        from gan_core.zoo.checkpoints import load_replay, names
        assert gan_core.__file__.startswith(sys.argv[1]) and str(launch.APP).endswith("gan_explorer/app.py")
        images, labels = load_images("mnist", "test")
        assert (classify(images).argmax(1) == labels).mean() > 0.97
        assert len(names()) > 5 and len(load_replay(names()[0]).steps) > 5
        sys.exit(launch.main(["train", "--query", "batch=8", "--steps", "2", "--json"]))
    """
    lines = "\n".join(line.removeprefix("        ") for line in code.splitlines())
    run = [sys.executable, "-c", lines, str(tmp_path / "site")]
    assert json.loads(subprocess.run(run, cwd=tmp_path, check=True, capture_output=True).stdout)["steps"] == 2
