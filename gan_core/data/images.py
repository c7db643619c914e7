"""Images of 28×28 grey pixels: a subset of MNIST that comes with the code, and two data sets that are downloaded.

The subset in `mnist/` needs no network: 1,000 training and 200 test digits of each class, one xz file a split, ordered
by class, so that no labels have to be stored; `build_mnist` makes it. The whole of MNIST and Fashion-MNIST lie in their
original idx files in a folder outside of the code. torchvision fetches them there and is needed for nothing else: where
the files are in place, they are read without it.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib
import lzma
import math
import os
import tempfile
import threading
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from gan_core.errors import DataUnavailable, Option, Sentence

EMBEDDED = Path(__file__).parent / "mnist"
PER_CLASS = {"train": 1000, "test": 200}  # embedded digits of each class
FOLDERS = {"mnist_full": "MNIST", "fashion_mnist": "FashionMNIST"}  # torchvision's names of class and folder alike
FILES = {  # images, labels
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
# digits 0 … 9 among the 60,000 training images of MNIST; the embedded ones are balanced
MNIST_COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
SHARES: dict[str, tuple[float, ...]] = {"mnist": (0.1,) * 10, "mnist_full": tuple(c / 60_000 for c in MNIST_COUNTS)}
CACHE_VARIABLE, CACHE_DEFAULT = "GAN_EXPLORER_DATA", "~/.cache/gan_explorer"

_one_download = threading.Lock()


@lru_cache(maxsize=4)
def load_images(name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """(images uint8 (N, 28, 28), labels int64 (N,)), both read-only, kept in memory once loaded.

    `name` is "mnist" (embedded; the labels run 0, 1, …, 9, 0, 1, …, so every part of it is balanced), "mnist_full" or
    "fashion_mnist" (downloaded once to the folder in the variable GAN_EXPLORER_DATA); `split` is "train" or "test".

    Raises DataUnavailable if the files are broken or cannot be fetched, ValueError on another name or split.
    """
    if split not in FILES or name not in ("mnist", *FOLDERS):
        raise ValueError(
            f"there are no images {name!r}, {split!r}; the data sets are mnist, {', '.join(FOLDERS)}, each with the "
            f"splits {', '.join(FILES)}"
        )
    images, labels = _load_embedded(split) if name == "mnist" else _load_original(name, split)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


def _load_embedded(split: str) -> tuple[np.ndarray, np.ndarray]:
    path, n = EMBEDDED / f"{split}.xz", PER_CLASS[split]
    try:
        packed = path.read_bytes()
        if (
            f"{hashlib.sha256(packed).hexdigest()}  {path.name}"
            not in (EMBEDDED / "SHA256SUMS").read_text().splitlines()
        ):
            raise ValueError("its checksum is another one")
        by_class = np.frombuffer(lzma.decompress(packed), np.uint8).reshape(10, n, 28, 28)
    except (OSError, ValueError, lzma.LZMAError) as error:
        raise DataUnavailable("images.embedded_damaged", file=path.name, reason=reason(error)) from error
    return by_class.swapaxes(0, 1).reshape(10 * n, 28, 28), np.tile(np.arange(10, dtype=np.int64), n)


def cache_folder() -> Path:
    """Where this user's downloads and computed records are kept between two starts."""
    return Path(os.environ.get(CACHE_VARIABLE) or CACHE_DEFAULT).expanduser()


def _load_original(name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    folder = cache_folder() / FOLDERS[name] / "raw"
    if not all(_find(folder, file) for file in FILES[split]):
        download(name)
    try:
        return read_pair(folder, split)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataUnavailable(
            "images.damaged", name=Option("data", name), reason=reason(error), where=where(name)
        ) from error


def here(name: str) -> bool:
    """Whether `load_images` answers without a download."""
    folder = cache_folder() / FOLDERS.get(name, "") / "raw"
    return name not in FOLDERS or all(_find(folder, file) for file in FILES["train"])


def where(name: str) -> Sentence:
    """The folder that the original files belong into."""
    return Sentence("images.where", folder=FOLDERS[name], variable=CACHE_VARIABLE, usual=CACHE_DEFAULT)


def download(name: str) -> None:
    """Fetch the original files into a folder beside their own, and put them there once all have come: a download that
    is broken off leaves nothing behind. Raises DataUnavailable."""
    if not _one_download.acquire(blocking=False):
        raise DataUnavailable("images.under_way", name=Option("data", name))
    try:
        root, data = cache_folder(), FOLDERS[name]
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix="fetch-") as beside:
            getattr(importlib.import_module("torchvision.datasets"), data)(Path(beside), download=True)
            (root / data / "raw").mkdir(parents=True, exist_ok=True)
            for file in (Path(beside) / data / "raw").glob("*"):
                file.replace(root / data / "raw" / file.name)
    # Without torchvision: ImportError. Beside a torch of another build: RuntimeError. Without a network: many kinds.
    except Exception as error:
        raise DataUnavailable(
            "images.not_here", name=Option("data", name), reason=reason(error), where=where(name)
        ) from error
    finally:
        _one_download.release()


def read_pair(folder: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """(images uint8 (N, 28, 28), labels int64 (N,)) from the two original files of a split.

    Raises OSError, EOFError or zlib.error if they cannot be read, ValueError if they hold anything else.
    """
    images, labels = (read_idx(folder, file) for file in FILES[split])
    if images.shape != (len(labels), 28, 28) or labels.ndim != 1 or not len(labels) or labels.max() > 9:
        raise ValueError(f"they hold images of the shape {images.shape} and labels of the shape {labels.shape}")
    return images, labels.astype(np.int64)


# idx: two zero bytes, the type (8 = uint8), the number of dimensions, the dimensions as big-endian uint32, the values
def read_idx(folder: Path, file: str) -> np.ndarray:
    """The uint8 array in an idx file, plain or with .gz; raises as `read_pair` does."""
    path = _find(folder, file)
    if path is None:
        raise FileNotFoundError(f"{file} is missing")
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    start = 4 + 4 * content[3] if len(content) > 3 else 4
    if content[:3] != b"\0\0\x08" or len(content) < start:
        raise ValueError(f"{file} is not an idx file of bytes")
    shape = [int(size) for size in np.frombuffer(content[4:start], ">u4")]
    if len(content) - start != math.prod(shape):
        raise ValueError(f"{file} has {len(content) - start} values instead of {math.prod(shape)}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _find(folder: Path, file: str) -> Path | None:
    return next((path for path in (folder / file, folder / f"{file}.gz") if path.is_file()), None)


def reason(error: Exception) -> str:
    """The beginning of an error's own words, without paths of this machine."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (words.splitlines() or [type(error).__name__])[0][:120]
