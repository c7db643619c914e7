"""`export` writes the same folder twice, and what it cannot make is a sentence."""

import zipfile

import pytest

from gan_core.__main__ import main
from gan_core.errors import ExportError
from gan_core.export.look import steps_of

FAST = "batch=16&g_layers=8&d_layers=8"


def export(*words):
    return main(["export", "--query", FAST, *words])


def test_the_same_command_twice_gives_the_same_bytes(tmp_path, capsys):
    for name in ("one", "two"):
        words = ["--steps", "0,3,20", "--format", "svg,png,csv", "--figures", "picture,strip,losses", "--width", "320"]
        assert export(*words, "--out", str(tmp_path / name)) == 0
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two and {"picture-000003.svg", "picture-000020.png", "strip.svg", "run.json"} <= set(one)
    assert str(tmp_path / "two" / "strip.svg") in capsys.readouterr().out


def test_runs_are_written_beside_each_other(tmp_path):
    words = ["export", "--query", FAST, "--query", FAST + "&loss=hinge", "--steps", "0,3", "--width", "320"]
    assert main([*words, "--format", "svg,png", "--out", str(tmp_path)]) == 0
    assert {"picture-000000.svg", "picture-000003.png", "losses.svg", "run-1.json", "run-2.json"} <= {
        path.name for path in tmp_path.iterdir()
    }
    assert "non saturating" in (tmp_path / "losses.svg").read_text()


def test_a_zip_holds_it(tmp_path, capsys):
    file = tmp_path / "run.zip"
    assert export("--steps", "2", "--format", "svg", "--zip", str(file)) == 0
    assert "losses.svg" in zipfile.ZipFile(file).namelist()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--steps", "a,b"], "whole numbers"),
        (["--steps", "-1"], "whole numbers"),
        (["--format", "pdf"], "formats are"),
        (["--shape", "2:1"], "16:9"),
        (["--width", "0"], "160"),
        (["--steps", "0", "--figures", "losses"], "picture"),
        (["--steps", "1", "--member", "4"], "from 0 to 0"),
        (["--steps", "0", "--format", "gif"], "step first"),
    ],
)
def test_what_cannot_be_made_is_a_sentence(words, said, tmp_path, capsys):
    assert export(*words, "--out", str(tmp_path / "none")) == 2
    assert said in capsys.readouterr().err and not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence_before_the_run(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert export("--steps", "1", "--out", str(tmp_path / "file")) == 2
    assert "no folder" in capsys.readouterr().err


def test_steps():
    assert steps_of("1000, 0,0,100") == (0, 100, 1000)
    for wrong in ("", "1.5", "9" * 40, ",".join(map(str, range(65)))):
        with pytest.raises(ExportError):
            steps_of(wrong)
