"""Is a generated image new, or a training image again? Nearest neighbours by the distance of pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS_AT_ONCE = 150  # half a megabyte in float32, which stays in a core's cache
BLOCK = 1000  # rows at once among which many neighbours are looked for: 8 MB of products with 2,000 queries


def nearest_images(
    images: NDArray[np.uint8], sample: NDArray[np.uint8], count: int = 5
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The `count` images (N, h, w) nearest to `sample` (h, w): their indices, nearest first, and the distances.

    ‖x − y‖ over all pixels, each in [0, 1]; two equal images have distance 0.
    """
    target = sample.reshape(-1).astype(np.float32) / 255
    rows = images.reshape(len(images), -1)
    squares = np.concatenate(
        [
            np.square(rows[i : i + ROWS_AT_ONCE].astype(np.float32) / 255 - target).sum(1)
            for i in range(0, len(rows), ROWS_AT_ONCE)
        ]
    )
    nearest = np.argsort(squares, kind="stable")[:count]
    return nearest, np.sqrt(squares[nearest])


def nearest_rows(rows: NDArray, queries: NDArray) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For each query (m, d) the nearest of `rows` (n, d): its index (m,), and the distance (m,) between the two, in the
    units of both. Rows of uint8 stay uint8 but for the block that is looked at.

    ‖x − y‖² = ‖x‖² + ‖y‖² − 2x·y finds the neighbour with one matrix product; its distance is then taken anew, because
    that difference of large numbers has lost the digits of a small one.
    """
    wanted = queries.astype(np.float32)
    nearest, least = np.zeros(len(wanted), np.int64), np.full(len(wanted), np.inf, np.float32)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK].astype(np.float32)
        gaps = np.square(block).sum(1) - 2 * (wanted @ block.T)
        here = gaps.argmin(1)
        gap = np.take_along_axis(gaps, here[:, None], 1)[:, 0]
        closer = gap < least
        nearest[closer], least[closer] = start + here[closer], gap[closer]
    return nearest, np.sqrt(np.square(rows[nearest] - wanted).sum(1))
