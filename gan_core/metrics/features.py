"""What the judge sees in every digit of MNIST: the 60,000 that the finished runs were trained on, and 10,000 of others.

    known = load()
    known.train                       (60000, 64) uint8, the judge's features as codes
    known.nearest(features, "mnist_full")    each one's nearest training digit: index and distance

Features are coded in 255 steps a coordinate; the digit itself then has distance 0, and another one at least 1 (the
nearest pair of a training and a test digit: 1.1; the median: 5.3). Compressed, all of them take 2 MB, a quarter of the
digits themselves, and no run has to look at 10,000 digits before it can be scored.
`python -m gan_core build-features` makes the file, from the whole of MNIST and the judge.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.data.images import SHARES, load_images
from gan_core.errors import CheckpointError
from gan_core.metrics import classifier
from gan_core.metrics.nearest import nearest_rows
from gan_core.weights import DATA_LICENCE, FOLDER, check_alike, read_card

NAME, FILE = "features", "features.safetensors.xz"
LEVELS = 255
TRAIN, TEST, EMBEDDED = 60_000, 10_000, 10_000


@dataclass(frozen=True, eq=False)
class KnownDigits:
    """Codes of the judge's features, and what goes with them.

    train (60000, 64), test (10000, 64)  uint8, in the order of the original files
    train_labels, test_labels            uint8
    embedded (10000,)                    which of the 60,000 come with the app as pictures, in `load_images`' order
    step (64,)                           what one step of a code is in the judge's features
    test_nearest                         name of the data → (10000,): distance of each test digit to the nearest digit
                                         that runs on these data are trained on
    """

    train: NDArray[np.uint8]
    test: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    embedded: NDArray[np.int32]
    step: NDArray[np.float32]
    test_nearest: dict[str, NDArray[np.float32]]

    def encode(self, features: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(n, 64) features → their codes; what lies above every training digit's is cut."""
        return np.rint(features / self.step).clip(0, LEVELS).astype(np.uint8)

    def decode(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        return codes * self.step

    def searched(self, data: str) -> NDArray[np.int64]:
        """Which of the 60,000 a run on these data was trained on."""
        return {"mnist": self.embedded.astype(np.int64), "mnist_full": np.arange(len(self.train))}[data]

    def nearest(self, features: NDArray[np.float32], data: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """For features (n, 64) the nearest digit that runs on these data were trained on: its index among the 60,000,
        and the distance of the two as coded. Raises KeyError on other data than SHARES."""
        rows = self.searched(data)
        index, distance = nearest_rows(self.decode(self.train[rows]), self.decode(self.encode(features)))
        return rows[index], distance

    @cached_property
    def reference(self) -> NDArray[np.float32]:
        """(10000, 64): features of the training digits that come with the app, in the order of `load_images`."""
        return self.decode(self.train[self.embedded])

    @cached_property
    def held_out(self) -> NDArray[np.float32]:
        """(10000, 64): features of the test digits."""
        return self.decode(self.test)

    @cached_property
    def held_out_probabilities(self) -> NDArray[np.float32]:
        """(10000, 10): how the judge reads the test digits."""
        return classifier.read(self.held_out)


@lru_cache(maxsize=1)
def load(folder: Path | None = None) -> KnownDigits:
    """Verified: checksum, names, shapes, types, and that it was this judge who looked. Raises CheckpointError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as parsed

    card = read_card(NAME, folder)
    try:
        packed = ((folder or FOLDER) / FILE).read_bytes()
    except OSError as error:
        raise CheckpointError(FILE, "checkpoint.missing") from error
    if hashlib.sha256(packed).hexdigest() != card.get("sha256"):
        raise CheckpointError(FILE, "checkpoint.changed")
    if card.get("judge") != classifier.card().get("sha256"):
        raise CheckpointError(FILE, "checkpoint.another_judge")
    try:
        arrays = parsed(lzma.decompress(packed))
    except (lzma.LZMAError, SafetensorError, ValueError) as error:
        raise CheckpointError(FILE, "checkpoint.not_safetensors") from error
    check_alike(FILE, arrays, _shapes())
    nearest = {data: arrays.pop(f"nearest.{data}") for data in SHARES}
    codes = {name: np.ascontiguousarray(arrays.pop(name).T) for name in ("train", "test")}
    return KnownDigits(**codes, **arrays, test_nearest=nearest)


def _shapes() -> dict[str, NDArray[Any]]:
    return {
        "train": np.empty((classifier.FEATURES, TRAIN), np.uint8),
        "test": np.empty((classifier.FEATURES, TEST), np.uint8),
        "train_labels": np.empty(TRAIN, np.uint8),
        "test_labels": np.empty(TEST, np.uint8),
        "embedded": np.empty(EMBEDDED, np.int32),
        "step": np.empty(classifier.FEATURES, np.float32),
        **{f"nearest.{data}": np.empty(TEST, np.float32) for data in SHARES},
    }


def build(folder: Path | None = None, report: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Let the judge look at the whole of MNIST; write the codes and their card, and give the card.

    Raises DataUnavailable without the data, CheckpointError without a judge.
    """
    images, labels = load_images("mnist_full", "train")
    others, other_labels = load_images("mnist_full", "test")
    report(f"{len(images):,} training digits and {len(others):,} of others are looked at")
    return write(classifier.features(images), labels, classifier.features(others), other_labels, places(images), folder)


def places(images: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Where the digits that come with the app stand among all training digits (60000, 28, 28); no digit is there
    twice."""
    place = {image.tobytes(): i for i, image in enumerate(images)}
    return np.array([place[image.tobytes()] for image in load_images("mnist", "train")[0]], np.int32)


def write(
    train: NDArray, labels: NDArray, test: NDArray, test_labels: NDArray, embedded: NDArray, folder: Path | None = None
) -> dict[str, Any]:
    """Code the features (60000, 64) and (10000, 64), and write the file and its card; gives the card."""
    from safetensors.numpy import save

    top = train.max(0)
    step = np.where(top > 0, top / LEVELS, 1).astype(np.float32)
    kept: dict[str, Any] = {"train_labels": labels.astype(np.uint8), "test_labels": test_labels.astype(np.uint8),
            "embedded": embedded, "step": step}  # fmt: skip
    plain = KnownDigits(train, test, **kept, test_nearest={})
    codes: dict[str, Any] = {"train": plain.encode(train), "test": plain.encode(test)}
    coded = KnownDigits(**codes, **kept, test_nearest={})
    arrays = {name: np.ascontiguousarray(code.T) for name, code in codes.items()}
    arrays |= kept | {f"nearest.{data}": coded.nearest(test, data)[1] for data in SHARES}
    packed = lzma.compress(save(arrays), preset=6)
    card = {
        "name": NAME,
        "title": "What the classifier sees in every digit of MNIST, coded",
        "data": f"the {len(train):,} training digits and the {len(test):,} test digits of MNIST",
        "judge": classifier.card()["sha256"],
        "licence": DATA_LICENCE,
        "sha256": hashlib.sha256(packed).hexdigest(),
    }
    folder = folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(packed)
    (folder / f"{NAME}.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    load.cache_clear()
    return card
