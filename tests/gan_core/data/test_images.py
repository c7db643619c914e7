"""The embedded digits, and the data sets that are fetched, without ever touching a network."""

from __future__ import annotations

import gzip
import importlib
import shutil
import struct
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gan_core.data import DataUnavailable, images, load_images


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing in memory, an empty folder of originals, and no torchvision."""
    monkeypatch.setenv(images.CACHE_VARIABLE, str(tmp_path / "cache"))
    torchvision(monkeypatch, ImportError("No module named 'torchvision'"))
    load_images.cache_clear()
    yield
    load_images.cache_clear()


def torchvision(monkeypatch: pytest.MonkeyPatch, stand_in: Exception | Callable[[Path], None]) -> None:
    """Puts an error of the import, or a function in place of its data sets, where torchvision would be."""

    def load(name: str) -> SimpleNamespace:
        assert name == "torchvision.datasets"
        if isinstance(stand_in, Exception):
            raise stand_in
        return SimpleNamespace(**dict.fromkeys(images.FOLDERS.values(), lambda root, download: stand_in(root)))

    monkeypatch.setattr(images, "importlib", SimpleNamespace(import_module=load))


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def write_originals(folder: Path, per_class: int = 7, suffix: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Small data in the four files of MNIST: random images, the labels 9, 8, …, 0, 9, 8, …, the same in both splits."""
    labels = np.tile(np.arange(9, -1, -1), per_class)
    pixels = np.random.default_rng(0).integers(0, 256, (len(labels), 28, 28)).astype(np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    pack = gzip.compress if suffix else bytes
    for files in images.FILES.values():
        for file, array in zip(files, (pixels, labels), strict=True):
            (folder / (file + suffix)).write_bytes(pack(idx(array)))
    return pixels, labels


# --- the embedded subset ---


@pytest.mark.parametrize(("split", "n"), [("train", 10_000), ("test", 2_000)])
def test_embedded_digits_are_counted_and_balanced(split: str, n: int) -> None:
    pixels, labels = load_images("mnist", split)
    assert pixels.shape == (n, 28, 28) and pixels.dtype == np.uint8
    assert labels.shape == (n,) and labels.dtype == np.int64
    assert (np.bincount(labels) == n // 10).all()
    assert (np.bincount(labels[:50]) == 5).all()  # every part is balanced
    assert len(np.unique(pixels.reshape(n, -1), axis=0)) == n


def test_embedded_digits_look_like_mnist() -> None:
    """MNIST's pixels have the published mean .1307 and deviation .3081; a 1 has the least ink, a 0 the most."""
    pixels, labels = load_images("mnist", "train")
    assert pixels.mean() / 255 == pytest.approx(0.1307, abs=0.003)
    assert pixels.std() / 255 == pytest.approx(0.3081, abs=0.003)
    ink = [pixels[labels == digit].mean() for digit in range(10)]
    assert np.argmin(ink) == 1 and np.argmax(ink) == 0
    assert pixels[:, :2].max() == 0 or (pixels[:, :2] > 0).mean() < 1e-3  # digits sit in the middle 20 × 20


def test_nearest_class_mean_reads_the_embedded_digits() -> None:
    """82 % of the test digits are nearest to the mean of their own class: labels and pixels belong together."""
    pixels, labels = load_images("mnist", "train")
    means = np.stack([pixels[labels == digit].reshape(-1, 784).mean(axis=0) for digit in range(10)])
    test, truth = load_images("mnist", "test")
    test = test.reshape(-1, 784).astype(np.float64)
    distance = (means**2).sum(1) - 2 * test @ means.T
    assert (distance.argmin(1) == truth).mean() == pytest.approx(0.82, abs=0.03)


def test_loaded_once_and_read_only() -> None:
    pixels, labels = load_images("mnist", "test")
    assert load_images("mnist", "test")[0] is pixels
    assert not pixels.flags.writeable and not labels.flags.writeable


def test_licence_lies_beside_the_digits() -> None:
    licence = (images.EMBEDDED / "LICENCE").read_text()
    assert all(words in licence for words in ("CC BY-SA 3.0", "LeCun", "Cortes", "Burges", "subset"))


def flip_a_byte(folder: Path) -> None:
    content = bytearray((folder / "test.xz").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "test.xz").write_bytes(content)


DAMAGE = {
    "one bit": flip_a_byte,
    "cut": lambda folder: (folder / "test.xz").write_bytes((folder / "test.xz").read_bytes()[:-100]),
    "another file": lambda folder: shutil.copy(folder / "train.xz", folder / "test.xz"),
    "missing": lambda folder: (folder / "test.xz").unlink(),
    "checksums missing": lambda folder: (folder / "SHA256SUMS").unlink(),
    "checksums emptied": lambda folder: (folder / "SHA256SUMS").write_text(""),
    "checksums of bytes": lambda folder: (folder / "SHA256SUMS").write_bytes(b"\xff\xfe"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_digits_are_not_loaded(
    damage: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = shutil.copytree(images.EMBEDDED, tmp_path / "mnist")
    monkeypatch.setattr(images, "EMBEDDED", folder)
    damage(folder)
    with pytest.raises(DataUnavailable, match=r"test\.xz is missing or damaged .* restore the folder") as caught:
        load_images("mnist", "test")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(("name", "split"), [("cifar", "train"), ("mnist", "validation"), ("", "")])
def test_unknown_names_are_refused(name: str, split: str) -> None:
    with pytest.raises(ValueError, match=r"mnist, mnist_full, fashion_mnist.*train, test"):
        load_images(name, split)


# --- the whole sets ---


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(("name", "folder"), images.FOLDERS.items())
def test_files_in_place_need_no_torchvision(name: str, folder: str, suffix: str, tmp_path: Path) -> None:
    pixels, labels = write_originals(tmp_path / "cache" / folder / "raw", suffix=suffix)
    got, digits = load_images(name, "test")
    np.testing.assert_array_equal(got, pixels)
    np.testing.assert_array_equal(digits, labels)
    assert digits.dtype == np.int64 and not got.flags.writeable


def no_network(root: Path) -> None:
    raise urllib.error.URLError("Name or service not known")


@pytest.mark.parametrize("name", images.FOLDERS)
@pytest.mark.parametrize(
    ("stand_in", "words"),
    [
        (ImportError("No module named 'torchvision'"), "No module named 'torchvision'"),
        (RuntimeError("operator torchvision::nms does not exist"), "torchvision::nms"),
        (no_network, "Name or service not known"),
        (lambda root: None, "train-images-idx3-ubyte is missing"),
    ],
    ids=["no torchvision", "a torchvision of another build", "no network", "nothing came"],
)
def test_what_cannot_be_fetched_says_what_to_do(
    stand_in: Exception | Callable[[Path], None], words: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    torchvision(monkeypatch, stand_in)
    with pytest.raises(DataUnavailable) as caught:
        load_images(name, "train")
    sentence = str(caught.value)
    assert words in sentence and "choose mnist, which is built in" in sentence
    assert "GAN_EXPLORER_DATA" in sentence and str(tmp_path) not in sentence
    assert load_images("mnist", "test")[0].shape == (2000, 28, 28)


def test_what_is_fetched_lands_outside_of_the_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    roots: list[Path] = []

    def fetch(root: Path) -> None:
        roots.append(root)
        write_originals(root / "FashionMNIST" / "raw")

    torchvision(monkeypatch, fetch)
    assert load_images("fashion_mnist", "train")[0].shape == (70, 28, 28)
    assert load_images("fashion_mnist", "test")[0].shape == (70, 28, 28)
    assert [root.parent for root in roots] == [tmp_path / "cache"]
    assert [folder.name for folder in (tmp_path / "cache").iterdir()] == ["FashionMNIST"]  # nothing beside it stays


def test_one_download_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sentences: list[str] = []

    def fetch(root: Path) -> None:
        write_originals(root / "MNIST" / "raw")
        with pytest.raises(DataUnavailable) as caught:  # another visitor, while the files are not yet in their place
            load_images("mnist_full", "test")
        assert not images.here("mnist_full")
        sentences.append(str(caught.value))

    torchvision(monkeypatch, fetch)
    assert load_images("mnist_full", "train")[0].shape == (70, 28, 28)
    assert "under way" in sentences[0]
    assert load_images("mnist_full", "test")[0].shape == (70, 28, 28)


LABELS = np.arange(10)
BROKEN = {
    "empty": b"",
    "not idx": b"<html>Not found</html>",
    "of another type": struct.pack(">HBBI", 0, 13, 1, 10) + bytes(40),
    "cut in its head": idx(np.zeros((10, 28, 28)))[:7],
    "cut in its values": idx(np.zeros((10, 28, 28)))[:-1],
    "too long": idx(np.zeros((10, 28, 28))) + b"\0",
    "of another size": idx(np.zeros((10, 32, 32))),
    "of another number": idx(np.zeros((9, 28, 28))),
    "an impossible shape": struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1) + bytes(100),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_damaged_originals_are_not_loaded(content: bytes, suffix: str, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "MNIST" / "raw"
    write_originals(folder, per_class=1, suffix=suffix)
    (folder / ("t10k-images-idx3-ubyte" + suffix)).write_bytes(gzip.compress(content) if suffix else content)
    with pytest.raises(DataUnavailable, match=r"damaged .* choose mnist"):
        load_images("mnist_full", "test")


CUT_SHORT, NO_STREAM = gzip.compress(idx(LABELS), mtime=0)[:-9], b"\x1f\x8b\x08" + bytes(30)


@pytest.mark.parametrize("content", [b"no gzip", CUT_SHORT, NO_STREAM], ids=["no gzip", "cut short", "no stream"])
def test_damaged_gz_is_not_loaded(content: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "MNIST" / "raw"
    write_originals(folder, suffix=".gz")
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(content)
    with pytest.raises(DataUnavailable, match="damaged"):
        load_images("mnist_full", "test")


def test_labels_beyond_nine_are_not_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "MNIST" / "raw"
    write_originals(folder, per_class=1)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(LABELS + 1))
    with pytest.raises(DataUnavailable, match="damaged"):
        load_images("mnist_full", "test")


def test_torchvision_is_not_imported_before_it_is_needed() -> None:
    assert "torchvision" not in vars(importlib.import_module("gan_core.data.images"))
