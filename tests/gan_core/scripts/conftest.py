from __future__ import annotations

from pathlib import Path

import pytest

from tests.gan_core.scripts.made import write_digits


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of MNIST, as torchvision leaves them."""
    folder = tmp_path_factory.mktemp("scripts")
    write_digits(folder)
    return folder


@pytest.fixture
def at_work(workshop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, and scripts run there."""
    monkeypatch.chdir(workshop)
    return workshop
