"""Downloads beside everything else: one for all who wait, with an end, and nothing of it stays that is not whole."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gan_core.data import fetch, images
from gan_core.data.fetch import wanted
from gan_core.errors import DataUnavailable
from tests.gan_core.data.test_images import write_originals

PATIENCE = 60.0
HANGS = "import time; time.sleep(600)"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv(images.CACHE_VARIABLE, str(tmp_path))
    yield tmp_path
    for under_way in list(fetch._fetches.values()):
        under_way.end()


def instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Another program in place of the one that downloads."""
    monkeypatch.setattr(fetch, "COMMAND", (sys.executable, "-c", program))


def over(under_way: fetch.Fetch) -> DataUnavailable | None:
    told = threading.Event()
    under_way.call(told.set)
    assert told.wait(PATIENCE) and under_way.over
    return under_way.error


def test_what_is_there_is_not_fetched(folder: Path) -> None:
    assert wanted("mnist") is None
    write_originals(folder / "MNIST" / "raw", suffix=".gz")
    assert wanted("mnist_full") is None


def test_however_many_ask_it_is_fetched_once_and_then_is_there(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    program = "from pathlib import Path; from tests.gan_core.data.test_images import write_originals as w; "
    instead(monkeypatch, program + f"w(Path({str(folder)!r}) / 'FashionMNIST' / 'raw')")
    first, second = wanted("fashion_mnist"), wanted("fashion_mnist")
    assert first is not None and first is second
    assert over(first) is None and wanted("fashion_mnist") is None


def test_a_download_that_hangs_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, HANGS)
    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    under_way = wanted("mnist_full")
    assert under_way is not None
    with pytest.raises(DataUnavailable, match=r"within .* minutes; choose mnist"):
        raise over(under_way) or AssertionError
    assert under_way._process is not None and under_way._process.poll() is not None
    assert not fetch._fetches  # who asks again starts it anew


def test_it_ends_with_the_last_one_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, HANGS)
    under_way = wanted("mnist_full")
    assert under_way is not None
    heard: list[int] = []
    one, other = (lambda: heard.append(1)), (lambda: heard.append(2))
    under_way.call(one)
    under_way.call(other)
    under_way.leave(one)
    assert not under_way._ended
    under_way.leave(other)
    under_way.join(PATIENCE)
    assert under_way.over and not heard and "was ended" in str(under_way.error)
    assert under_way._process is None or under_way._process.poll() is not None
    assert wanted("mnist_full") is not under_way


def test_why_it_failed_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "print('there is no network'); raise SystemExit(1)")
    under_way = wanted("mnist_full")
    assert under_way is not None
    with pytest.raises(DataUnavailable, match=r"could not be downloaded \(there is no network\); choose mnist"):
        raise over(under_way) or AssertionError
    under_way.call(told := threading.Event().set)  # who comes late is told at once
    under_way.leave(told)


def test_the_program_says_why_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(name: str) -> None:
        raise ImportError("No module named 'torchvision'")

    monkeypatch.setattr(fetch.signal, "signal", lambda *_: None)
    monkeypatch.setattr(images, "importlib", SimpleNamespace(import_module=load))
    assert fetch.main("mnist_full") == 1
    assert capsys.readouterr().out == "No module named 'torchvision'\n" and not list(folder.iterdir())
