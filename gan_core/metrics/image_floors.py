"""What digits score that no training made: held-out real ones, copies of training digits, and makers without skill.

    floors(1000, "mnist_full")["fid"]     (median, 5 %, 95 %) of as many held-out digits, drawn at random
    MAKERS["gaussian"](1000, "mnist", rng)     images of one Gaussian in the space of pixels

Those of SAMPLES images come with the app; `python -m gan_core build-yardsticks` makes them. Of other numbers they are
drawn when they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.data.images import SHARES, load_images
from gan_core.metrics import features as digits
from gan_core.metrics import image_statistics as statistics
from gan_core.metrics.copying import copying
from gan_core.metrics.scored import SURE
from gan_core.metrics.yardsticks import SHIPPED, shipped

SAMPLES = 1000  # of a score that is kept: a second's work
DRAWS = 20  # of a floor that is not shipped
MOST = 5000  # of the 10,000 test digits in one draw: with more, two draws are hardly two

Quantiles = tuple[float, float, float]  # median, 5 %, 95 %
Maker = Callable[[int, str, np.random.Generator], NDArray[np.uint8]]


# ── makers of digits that need no training ───────────────────────────────────────────────────────────────────────────


def copies(n: int, data: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Training digits again, n different ones with the shares of the data: a machine that has learned them by heart."""
    pictures, labels = load_images("mnist", "train")
    weights = np.array(SHARES[data])[labels]
    return pictures[rng.choice(len(pictures), n, replace=False, p=weights / weights.sum())]


def gaussian(n: int, data: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """One Gaussian in the space of pixels, with the mean and the covariance of the training digits, cut to [0, 255]."""
    mean, root = _pixels()
    return (mean + rng.standard_normal((n, len(mean))) @ root).round().clip(0, 255).astype(np.uint8).reshape(-1, 28, 28)


def mean(n: int, data: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The mean of all training digits, for ever."""
    return np.broadcast_to(_pixels()[0].round().astype(np.uint8).reshape(28, 28), (n, 28, 28))


def noise(n: int, data: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Every pixel uniform in 0 … 255, each for itself."""
    return rng.integers(0, 256, (n, 28, 28), np.uint8)


MAKERS: dict[str, Maker] = {"copies": copies, "gaussian": gaussian, "mean": mean, "noise": noise}


@lru_cache(maxsize=1)
def _pixels() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (784,) of the training digits, and a root R of their covariance: RᵀR = Σ."""
    x = load_images("mnist", "train")[0].reshape(-1, 784).astype(np.float64)
    spread, axes = np.linalg.eigh(np.cov(x, rowvar=False))
    return x.mean(0), np.sqrt(spread.clip(0))[:, None] * axes.T


# ── floors ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def floors(n: int, data: str) -> Mapping[str, Quantiles]:
    """Of every score, what n held-out digits get: the median, and 5 and 95 % of random draws."""
    known = shipped()
    if n == known["samples"]:
        return {name: tuple(found) for name, found in known["floors"][data].items()}
    return drawn_floors(min(n, MOST), data)


@lru_cache(maxsize=16)
def drawn_floors(n: int, data: str, draws: int = DRAWS, seed: int = 0) -> Mapping[str, Quantiles]:
    """The same, drawn now."""
    rng = np.random.default_rng(seed)
    return summary([statistics.values(held_out(n, data, rng)[0], data) for _ in range(draws)])


def held_out(
    n: int, data: str, rng: np.random.Generator, *, exact: bool = False
) -> tuple[statistics.Seen, NDArray[np.int64]]:
    """n test digits, drawn at random without replacement, as the judge sees them; and which of the 10,000 they are.

    The shares of the digits are those of the data in expectation, as a perfect generator's would be; `exact` ones vary
    by less than one image, which is worth a third of the FID and more than a generator can know.
    """
    known, shares = digits.load(), np.array(SHARES[data])
    if exact:
        ends = np.rint(np.cumsum(shares) * n).astype(int)
        rows = np.concatenate(
            [rng.choice(np.flatnonzero(known.test_labels == digit), count, replace=False)
             for digit, count in enumerate(np.diff(ends, prepend=0))]
        )  # fmt: skip
    else:
        weights = (shares / np.bincount(known.test_labels, minlength=10))[known.test_labels]
        rows = rng.choice(len(weights), n, replace=False, p=weights / weights.sum())
    seen = statistics.Seen(known.held_out[rows], known.held_out_probabilities[rows], known.test_nearest[data][rows])
    return seen, rows


def summary(found: list[dict[str, float]]) -> dict[str, Quantiles]:
    """By name, the median and the middle 90 % of what was found several times."""
    return {name: tuple(np.quantile([one[name] for one in found], (0.5, 0.05, 0.95)).tolist()) for name in found[0]}


def build(
    n: int = SAMPLES, draws: int = 100, maker_draws: int = 10, seeds: int = 200,
    others: statistics.Seen | None = None, report: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:  # fmt: skip
    """Draw all of it, and write it to records/digits.json; gives what was written:

    samples, draws   n, and of how many draws the quantiles are
    floors           data → score → (median, 5 %, 95 %) of n held-out digits
    yardsticks       name → score → quantiles against mnist_full: "exact", held-out digits with exact shares, and MAKERS
    copying          what the rest is → share of copies → how often each test finds them, in `seeds` sets of n: the rest
                     are held-out digits, or those of a generator (`others`, looked at)
    """
    known: dict[str, Any] = {"samples": n, "draws": draws, "maker_draws": maker_draws, "seeds": seeds, "floors": {}}
    for data in SHARES:
        known["floors"][data] = drawn_floors(n, data, draws)
        report(f"floors, {data}: {known['floors'][data]}")
    rng = np.random.default_rng(1)
    exact = [statistics.values(held_out(n, "mnist_full", rng, exact=True)[0], "mnist_full") for _ in range(draws)]
    known["yardsticks"] = {"exact": summary(exact)}
    for name, maker in MAKERS.items():
        found = [statistics.look(maker(n, "mnist_full", rng), "mnist_full") for _ in range(maker_draws)]
        known["yardsticks"][name] = summary([statistics.values(seen, "mnist_full") for seen in found])
        report(f"{name}: {known['yardsticks'][name]}")
    known["copying"] = {"held_out": detections(n, "mnist_full", None, seeds)}
    if others is not None:
        known["copying"]["generated"] = detections(n, "mnist_full", others, seeds)
    report(f"copying: {known['copying']}")
    SHIPPED.write_text(json.dumps(_rounded(known), indent=1) + "\n", encoding="utf-8")
    shipped.cache_clear()
    return shipped()


def _rounded(value: Any) -> Any:
    """Five digits of every number: no more of a draw means anything."""
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


# ── how often copies are found ───────────────────────────────────────────────────────────────────────────────────────

MIXED = (0.0, 0.01, 0.02, 0.05, 1.0)  # shares of copies


def detections(
    n: int, data: str, others: statistics.Seen | None, seeds: int, seed: int = 0
) -> dict[str, dict[str, float]]:
    """share of copies → how often each test finds them, and both together: of `seeds` sets of n digits, that many of
    them training digits again and the rest held-out ones, or drawn among `others` (a generator's).

    The held-out digits that are mixed in are left out of those that are compared with. A copy has distance 0, and the
    digit that it shows is read as such.
    """
    known, rng = digits.load(), np.random.default_rng(seed)
    cells, searched = known.held_out_probabilities.argmax(1), len(known.searched(data))
    found: dict[str, dict[str, float]] = {}
    for share in MIXED:
        tests = []
        for _ in range(seeds):
            seen, rows = held_out(n, data, rng)
            beside = np.setdiff1d(np.arange(len(cells)), rows)
            if others is not None:
                chosen = rng.choice(len(others.nearest), n, replace=False)
                seen = statistics.Seen(*(part[chosen] for part in others))
            distance, cell = seen.nearest.copy(), seen.probabilities.argmax(1)
            copied = round(share * n)
            distance[:copied] = 0
            cell[:copied] = rng.choice(10, copied, p=np.array(SHARES[data]))
            tests.append(copying(distance, cell, known.test_nearest[data][beside], cells[beside], searched))
        found[f"{share:g}"] = {
            "c_t": float(np.mean([test.c_t_p < SURE for test in tests])),
            "near": float(np.mean([test.near_p < SURE for test in tests])),
            "either": float(np.mean([test.copies for test in tests])),
            "c_t_median": float(np.median([test.c_t for test in tests])),
        }
    return found
