"""Where the app lies, and what its pages say when they are asked for figures without a browser."""

import subprocess

import pytest

from gan_core.__main__ import main
from gan_core.commands.app import APP


def test_the_app_is_there():
    assert APP.is_file() and (APP.parent / "pages" / "shared" / "shell" / "headless.py").is_file()


def test_a_page_is_asked_in_a_process_of_its_own_and_its_sentence_is_the_last_line(tmp_path, capsys, monkeypatch):
    asked = []

    def run(command, **how):
        asked.append((command, how))
        return subprocess.CompletedProcess(command, 2, stderr="a warning\nThere is no such page.\n")

    monkeypatch.setattr(subprocess, "run", run)
    assert main(["export", "--page", "nowhere", "--query", "tab=size", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.strip() == "There is no such page."
    ((_, how),) = asked
    assert how["cwd"] == APP.parent and '"tab=size"' in how["input"] and str(tmp_path) in how["input"]


@pytest.mark.slow
def test_a_page_is_written_as_it_stands_at_its_address_and_twice_the_same(tmp_path):
    for name in ("one", "two"):
        words = ["export", "--page", "wgan", "--query", "part=lines&theta=1.5", "--format", "svg,html,webp"]
        assert main([*words, "--out", str(tmp_path / name)]) == 0
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two and {"CITATION.txt", "wgan-lines-lines.html", "wgan-lines-lines.webp"} <= set(one)
    drawn = one["wgan-lines-lines.svg"].decode()
    assert "θ = 1.5" in drawn and "GAN against WGAN · Parallel lines" in drawn  # the section in words
