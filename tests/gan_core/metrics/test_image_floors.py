"""What held-out digits, copies and makers without skill score: drawn anew, and beside the shipped record."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.metrics import features, image_floors, image_statistics
from gan_core.metrics.image_floors import MAKERS, detections, drawn_floors, floors, held_out
from gan_core.metrics.scored import ESTIMATES
from gan_core.metrics.yardsticks import shipped


def fid(rows: np.ndarray) -> float:
    known = features.load()
    return image_statistics.frechet_distance(known.held_out[rows], known.reference)


def test_the_fid_of_real_digits_with_exact_shares() -> None:
    """1,000 test digits, 100 of each, against the 10,000 training digits: 2.6 ± .3."""
    rng = np.random.default_rng(7)
    found = [fid(held_out(1000, "mnist", rng, exact=True)[1]) for _ in range(30)]
    assert np.mean(found) == pytest.approx(2.6, abs=0.15) and np.std(found) == pytest.approx(0.3, abs=0.12)


def test_draws_have_the_shares_of_the_data() -> None:
    known, rng = features.load(), np.random.default_rng(0)
    for data, shares in image_floors.SHARES.items():
        seen, rows = held_out(1000, data, rng, exact=True)
        counts = np.bincount(known.test_labels[rows], minlength=10)
        assert np.abs(counts - 1000 * np.array(shares)).max() < 1 and len(set(rows.tolist())) == 1000
        many = np.mean([np.bincount(known.test_labels[held_out(1000, data, rng)[1]]) for _ in range(40)], 0)
        assert np.abs(many - 1000 * np.array(shares)).max() < 8
        np.testing.assert_array_equal(seen.nearest, known.test_nearest[data][rows])


@pytest.mark.slow
def test_the_shipped_floors_come_out_again() -> None:
    """A fresh draw of few, with another seed: the median lies within the shipped middle 90 %."""
    for data in image_floors.SHARES:
        fresh, known = drawn_floors(1000, data, draws=6, seed=5), floors(1000, data)
        assert set(known) == set(ESTIMATES) == set(fresh)
        for name, (middle, low, high) in known.items():
            assert low <= middle <= high
            assert low - 0.3 * (high - low) <= fresh[name][0] <= high + 0.3 * (high - low), name
    few = floors(50, "mnist")
    assert few["fid"][0] > 3 * floors(1000, "mnist")["fid"][0]  # fewer samples, higher floor


def test_makers_without_skill_and_copies() -> None:
    known = shipped()
    fids = {name: found["fid"] for name, found in known["yardsticks"].items()}
    real = known["floors"]["mnist_full"]["fid"]
    assert set(fids) == {"exact", *MAKERS}
    assert fids["exact"][2] < real[0] and fids["copies"][0] < real[0]
    assert min(fids[name][1] for name in ("gaussian", "mean", "noise")) > 50 * real[2]
    assert known["yardsticks"]["mean"]["precision"][0] == 1 and known["yardsticks"]["mean"]["coverage"][0] < 0.01
    rng = np.random.default_rng(0)
    for name, maker in MAKERS.items():
        made = maker(20, "mnist_full", rng)
        assert made.shape == (20, 28, 28) and made.dtype == np.uint8, name
    assert (MAKERS["mean"](3, "mnist", rng)[0] == MAKERS["mean"](3, "mnist", rng)[2]).all()


def test_the_gaussian_has_the_moments_of_the_pixels() -> None:
    from gan_core.data import load_images

    mean, root = image_floors._pixels()
    x = load_images("mnist", "train")[0].reshape(-1, 784).astype(float)
    np.testing.assert_allclose(mean, x.mean(0))
    np.testing.assert_allclose(root.T @ root, np.cov(x, rowvar=False), atol=1e-6)


def test_copies_are_found_as_often_as_the_record_says() -> None:
    """0, 5 and 100 % of copies, over 20 sets of 1,000 each, beside what ships (200 sets)."""
    found, known = detections(1000, "mnist_full", None, 20, seed=3), shipped()["copying"]
    assert found["0"]["either"] <= 0.1 and found["0.05"]["either"] == found["1"]["either"] == 1
    for rest in ("held_out", "generated"):
        assert known[rest]["0"]["either"] <= 0.03
        assert known[rest]["0.05"]["either"] == known[rest]["1"]["either"] == 1
    assert known["held_out"]["1"]["c_t_median"] < -10 < known["held_out"]["0.05"]["c_t_median"] < 0
