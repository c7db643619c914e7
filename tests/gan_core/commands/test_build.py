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
