"""Scores of generated digits: how good, how diverse, how much by heart; each beside what real digits score.

Every score rests on the features of *our* judge, not of Inception's: it orders runs of this app, and no published value
can be compared with it. Beside every value stands what as many real digits score that nobody was trained on: the median
and the middle 90 % of random draws among the 10,000 test digits of MNIST, with the shares of the digits in the training
data (`gan_core.metrics.image_floors`). They are of other hands than the training digits, so a generator can score
better; one that shows training digits again does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_core.data.images import SHARES
from gan_core.metrics.image_floors import SAMPLES, floors
from gan_core.metrics.image_statistics import class_histogram, copies, look, values
from gan_core.metrics.scored import ESTIMATES, Copying, ImageScores, Score

__all__ = ["ESTIMATES", "SAMPLES", "Copying", "ImageScores", "Score", "image_scores"]


def image_scores(images: NDArray[np.uint8], data: str = "mnist") -> ImageScores:
    """All scores of uint8 images (N, 28, 28), N ≥ 10; `data` is what the run was trained on: mnist or mnist_full.

    Raises ValueError on anything else, CheckpointError without a usable judge.
    """
    if data not in SHARES:
        raise ValueError(f"digits are scored against {' or '.join(SHARES)}, and {data!r} has none")
    if len(images) < 10:
        raise ValueError(f"scores need at least 10 images, and these are {len(images)}")
    seen = look(images, data)
    beside = floors(len(images), data)
    return ImageScores(
        samples=len(images),
        copying=copies(seen, data),
        classes=tuple(class_histogram(seen.probabilities).tolist()),
        **{name: Score(value, *beside[name]) for name, value in values(seen, data).items()},
    )
