"""Builds the embedded subset of MNIST: python -m gan_core.data.build_mnist ROOT.

ROOT holds the four original files, plain or .gz, in ROOT/MNIST/raw, as torchvision leaves them. From each class every
k-th image is taken, so that the subset runs through all writers of the original. Equal input gives equal files.
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gan_core.data.images import EMBEDDED, PER_CLASS, read_pair

# lc = 4: the pixel before tells more about a pixel than its position in memory (pb = 0).
XZ = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0, "dict_size": 1 << 24}]


def build(root: Path, folder: Path = EMBEDDED, per_class: Mapping[str, int] = PER_CLASS) -> None:
    """Writes train.xz, test.xz (the pixels (10, n, 28, 28) by class) and SHA256SUMS into `folder`.

    Raises OSError or ValueError if the originals are missing or broken, or have too few images of a class.
    """
    sums = []
    for split, n in per_class.items():
        images, labels = read_pair(root / "MNIST" / "raw", split)
        by_class = np.stack([images[every_kth(np.flatnonzero(labels == digit), n)] for digit in range(10)])
        packed = lzma.compress(by_class.tobytes(), filters=XZ)
        (folder / f"{split}.xz").write_bytes(packed)
        sums.append(f"{hashlib.sha256(packed).hexdigest()}  {split}.xz\n")
    (folder / "SHA256SUMS").write_text("".join(sums))


def every_kth(indices: np.ndarray, n: int) -> np.ndarray:
    """n of the indices in equal steps, the first one included."""
    if len(indices) < n:
        raise ValueError(f"there are {len(indices)} images of a class, and {n} are needed")
    return indices[np.arange(n) * len(indices) // n]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the embedded subset of MNIST from the four original files.")
    parser.add_argument("root", type=Path, help="the folder that holds MNIST/raw")
    try:
        build(parser.parse_args().root)
    except (OSError, ValueError) as error:
        parser.error(str(error))
