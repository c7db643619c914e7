"""What comes with the app is not overwritten by something shorter, and folders are checked before training."""

from __future__ import annotations

import pytest

from gan_core.__main__ import main


@pytest.mark.parametrize("shorter", [["--steps", "5"], ["--data", "mnist"]])
def test_a_shipped_checkpoint_is_not_overwritten_by_another(shorter, capsys) -> None:
    assert main(["build-pretrained", "mlp", *shorter]) == 2
    assert "--folder" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_refused_before_training(capsys) -> None:
    assert main(["build-pretrained", "mlp", "--steps", "5", "--folder", __file__]) == 2
    assert "is no folder that can be written" in capsys.readouterr().err


def test_the_finished_runs_stand_beside_real_digits_and_makers_without_skill(capsys) -> None:
    assert main(["scores"]) == 0
    said = capsys.readouterr().out
    assert all(f"| {name} |" in said for name in ("real", "copies", "gaussian", "noise", "dcgan"))
    assert main(["scores", "--json"]) == 0
    assert '"fid_infinite"' in capsys.readouterr().out


def test_another_run_is_not_scored_anew(capsys) -> None:
    assert main(["rescore", "stylegan"]) == 2
    assert "choose among dcgan" in capsys.readouterr().err
