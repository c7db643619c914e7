"""What a generator's latent space is like, measured: is the arc better than the line, what does truncation cost, is a
coordinate special, does arithmetic work? NumPy only: a generator is `decode`, the digit classifier is `classify`.

    study = coordinates(decode, classify, z, directions)
    study.step(len(study.tasks))           # or by a worker of the pool, task by task
    study.results

Each study compares with what it would be compared with by a sceptic: an axis with random directions, the arc with the
straight line, a sum that is right with one that leaves its third term out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_core.studies import latent_space
from gan_core.studies.tasks import Study

Floats = NDArray[np.float64]
Images = NDArray[np.uint8]
Decode = Callable[[latent_space.Latents], Images]  # (n, d) → (n, 28, 28)
Classify = Callable[[Images], NDArray[np.floating]]  # (n, 28, 28) → (n, 10) probabilities

T = TypeVar("T")

CLASSES = 10


# ── walks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class WalkResult:
    """One kind of walk over many pairs: at each of `count` places the mean confidence of the classifier, its standard
    error over the pairs, and the mean length of z; all (count,)."""

    kind: str
    confidence: Floats
    error: Floats
    length: Floats


def walks(
    decode: Decode, classify: Classify, a: latent_space.Latents, b: latent_space.Latents, count: int
) -> Study[WalkResult]:
    """Every kind of walk between the same pairs a, b (n, d)."""
    return Study([partial(_walks, kind, decode, classify, a, b, count) for kind in latent_space.WALKS])


def _walks(
    kind: str, decode: Decode, classify: Classify, a: latent_space.Latents, b: latent_space.Latents, count: int
) -> WalkResult:
    z = np.stack([latent_space.WALKS[kind](start, end, count) for start, end in zip(a, b, strict=True)])
    sure = classify(decode(z.reshape(-1, z.shape[-1]))).max(1).reshape(len(a), count).astype(np.float64)
    error = sure.std(0, ddof=1) / np.sqrt(len(a))
    return WalkResult(kind, sure.mean(0), error, np.linalg.norm(z, axis=-1).mean(0))


# ── truncation ───────────────────────────────────────────────────────────────────────────────────────────────────────


def truncations(
    decode: Decode,
    score: Callable[[Images], T],
    z: latent_space.Latents,
    limits: Sequence[float],
    latent: str = "normal",
) -> Study[tuple[float, T]]:
    """(limit, score of the pictures) for each limit, all of the same latents z (n, d)."""

    def task(limit: float) -> tuple[float, T]:
        return limit, score(decode(latent_space.truncated(z, limit, latent)))

    return Study([partial(task, limit) for limit in limits])


# ── one coordinate at a time ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Effect:
    """What moving along a direction does, from one end to the other, over many latents.

    class_change  share of the latents at which the classifier's class is another one
    pixel_change  root mean square change of a pixel, in [0, 1]
    """

    class_change: float
    pixel_change: float


def coordinates(
    decode: Decode, classify: Classify, z: latent_space.Latents, directions: Floats, reach: float = 2.0
) -> Study[Effect]:
    """The effect of each direction (m, d), unit vectors: z·u is set to −reach and to +reach at all latents z (n, d)."""

    def task(direction: Floats) -> Effect:
        ends = latent_space.along(z, direction, [-reach, reach])
        images = decode(ends.reshape(-1, z.shape[1]))
        classes = classify(images).argmax(1).reshape(-1, 2)
        pixels = images.reshape(len(z), 2, -1).astype(np.float64) / 255
        moved = np.sqrt(np.square(pixels[:, 1] - pixels[:, 0]).mean())
        return Effect(float((classes[:, 0] != classes[:, 1]).mean()), float(moved))

    return Study([partial(task, direction) for direction in directions])


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Classified:
    """Latents (n, d) with their pictures (n, 28, 28), the classifier's class (n,) and confidence (n,)."""

    z: latent_space.Latents
    images: Images
    label: NDArray[np.int64]
    confidence: Floats


def classified(decode: Decode, classify: Classify, z: latent_space.Latents) -> Classified:
    images = decode(z)
    probabilities = classify(images)
    return Classified(z, images, probabilities.argmax(1), probabilities.max(1).astype(np.float64))


def extremes(known: Classified, digit: int, attribute: str, count: int = 3) -> tuple[NDArray, NDArray] | None:
    """Indices (count,) of the pictures of a digit with the most and with the least of an attribute, each among those
    that are read without doubt; None if the generator makes too few of that digit."""
    sure = np.flatnonzero((known.label == digit) & (known.confidence > 0.9))
    if len(sure) < 4 * count:
        return None
    amount = latent_space.ATTRIBUTES[attribute](known.images[sure])
    order = sure[np.argsort(amount, kind="stable")]
    return order[-count:][::-1], order[:count]


@dataclass(frozen=True, eq=False)
class Analogy:
    """(much of the attribute, digit one) − (little, digit one) + (little, digit two) = ? (much, digit two)

    terms (4, d): latents of the three means, each rescaled, and of the answer; images (4, 28, 28); label (4,) as the
    classifier reads them; amount (4,) of the attribute.
    """

    terms: latent_space.Latents
    images: Images
    label: NDArray[np.int64]
    amount: Floats

    @property
    def works(self) -> bool:
        """The answer is the second digit, and has more of the attribute than the second digit it began with."""
        return bool(self.label[3] == self.label[2] and self.amount[3] > self.amount[2])


def analogy(
    known: Classified, one: int, two: int, attribute: str, decode: Decode, classify: Classify, latent: str = "normal"
) -> Analogy | None:
    """The sum for two digits; None if the generator makes too few of one of them."""
    found = _analogies(known, [(one, two)], attribute, decode, classify, latent)
    return found[0] if found else None


def analogies(
    known: Classified, attribute: str, decode: Decode, classify: Classify, latent: str = "normal"
) -> tuple[int, int]:
    """(how many work, how many there are) of the sums over all ordered pairs of digits that the generator makes."""
    pairs = [(i, j) for i in range(CLASSES) for j in range(CLASSES) if i != j]
    found = _analogies(known, pairs, attribute, decode, classify, latent)
    return sum(one.works for one in found), len(found)


def _analogies(
    known: Classified, pairs: Sequence[tuple[int, int]], attribute: str, decode: Decode, classify: Classify, latent: str
) -> list[Analogy]:
    """The sums of the pairs whose digits are both made often enough; all pictures are decoded at once."""
    ends = {digit: extremes(known, digit, attribute) for digit in {digit for pair in pairs for digit in pair}}
    sums = []
    for one, two in pairs:
        first, second = ends[one], ends[two]
        if first is not None and second is not None:
            a, b, c = (known.z[index].mean(0) for index in (first[0], first[1], second[1]))
            sums.append(
                np.stack(
                    [
                        *(latent_space.rescaled(mean, latent) for mean in (a, b, c)),
                        latent_space.analogy(a, b, c, latent),
                    ]
                )
            )
    if not sums:
        return []
    images = decode(np.concatenate(sums))
    label, amount = classify(images).argmax(1), latent_space.ATTRIBUTES[attribute](images)
    rows = [slice(4 * k, 4 * k + 4) for k in range(len(sums))]
    return [Analogy(terms, images[at], label[at], amount[at]) for terms, at in zip(sums, rows, strict=True)]


def directions(known: Classified, latent: str = "normal") -> dict[str, Floats]:
    """Unit vectors (d,): for each attribute from the mean latent of its lowest quarter to that of its highest; for each
    digit "0" … "9" that is made at least ten times from the mean of the others to the mean of its own."""
    found: dict[str, Floats] = {}
    for name, measure in latent_space.ATTRIBUTES.items():
        amount = measure(known.images)
        whole = np.flatnonzero(np.isfinite(amount))
        if len(whole) < 8:
            continue
        order = whole[np.argsort(amount[whole], kind="stable")]
        quarter = len(order) // 4
        found[name] = _unit(known.z[order[-quarter:]].mean(0) - known.z[order[:quarter]].mean(0))
    for digit in range(CLASSES):
        mine = known.label == digit
        if 10 <= mine.sum() <= len(mine) - 10:
            found[str(digit)] = _unit(known.z[mine].mean(0) - known.z[~mine].mean(0))
    return found


def _unit(vector: NDArray) -> Floats:
    wide = np.asarray(vector, np.float64)
    return wide / max(float(np.linalg.norm(wide)), 1e-12)


@dataclass(frozen=True, eq=False)
class Shift:
    """What adding α times a direction does to many latents, for each α (m,): the mean of the attributes, by name (m,);
    the share read as the same class as without it (m,); the share read as each digit (m, 10)."""

    alpha: Floats
    amount: dict[str, Floats]
    same: Floats
    classes: Floats


def shift(
    decode: Decode, classify: Classify, z: latent_space.Latents, direction: Floats, alpha: Sequence[float]
) -> Shift:
    steps = np.asarray(alpha, np.float64)
    moved = (z[:, None] + steps[:, None] * direction).astype(np.float32)
    images = decode(moved.reshape(-1, z.shape[1]))
    classes = classify(images).argmax(1).reshape(len(z), len(steps))
    before = classify(decode(z)).argmax(1)[:, None]
    amount = {
        name: np.nanmean(measure(images).reshape(len(z), -1), axis=0)
        for name, measure in latent_space.ATTRIBUTES.items()
    }
    shares = np.stack([(classes == digit).mean(0) for digit in range(CLASSES)], axis=1)
    return Shift(steps, amount, (classes == before).mean(0), shares)
