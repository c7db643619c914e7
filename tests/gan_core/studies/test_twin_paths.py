"""Twin runs of both losses under Adam and SGD: what the record says comes out again, on other seeds too."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.metrics.floors import NO_SKILL
from gan_core.presets import PRESETS
from gan_core.studies.twin_paths import (
    LOSSES,
    ROWS,
    RUNS,
    SEEDS,
    beside_shipped,
    compute,
    compute_beside,
    shipped,
    ways,
)


def test_the_record_is_of_the_presets_that_the_page_shows() -> None:
    known = shipped()
    assert list(known) == list(RUNS)
    for optimiser, twins in known.items():
        assert list(twins) == list(LOSSES)
        for loss, twin in twins.items():
            preset = PRESETS[RUNS[optimiser]].config
            assert twin.config == preset.replace(loss=loss, members=SEEDS, seed=0)
            assert twin.config.train.optimiser == optimiser and twin.step[-1] == preset.train.steps
            assert twin.gradient.shape == twin.change.shape == (len(twin.step), SEEDS) and len(twin.step) <= ROWS
            assert twin.path.shape == (SEEDS,)


def test_without_a_gradient_sgd_stands_still_and_adam_does_not() -> None:
    """The finding itself, in medians over 20 seeds."""
    middle = {
        (name, loss): {k: float(np.median(np.atleast_2d(getattr(twin, k))[-1])) for k in ("gradient", "change", "path")}
        for name, twins in shipped().items() for loss, twin in twins.items()
    }  # fmt: skip
    for name in RUNS:
        assert middle[name, "minimax"]["gradient"] < 0.02 * middle[name, "non_saturating"]["gradient"]
    assert middle["sgd", "minimax"]["path"] < 0.15 and middle["sgd", "non_saturating"]["path"] > 3
    assert middle["adam", "minimax"]["path"] > 2 * middle["sgd", "minimax"]["path"]
    assert shipped()["adam"]["minimax"].path.max() > 3 > 1 > shipped()["sgd"]["minimax"].path.max()
    # the update of the vanished gradient: as its own rate allows under SGD, of the same order as the other's under Adam
    assert middle["sgd", "minimax"]["change"] == pytest.approx(0.01 * middle["sgd", "minimax"]["gradient"], rel=0.3)
    assert middle["adam", "minimax"]["change"] > 0.1 * middle["adam", "non_saturating"]["change"]
    assert middle["sgd", "minimax"]["change"] < 0.03 * middle["sgd", "non_saturating"]["change"]


def test_the_first_steps_come_out_again() -> None:
    """Of two seeds of the record, up to the last bits of another processor."""
    fresh, known = compute("sgd", "minimax", seeds=2, steps=20), shipped()["sgd"]["minimax"]
    both = np.intersect1d(fresh.step, known.step)
    assert len(both) >= 2
    for name in ("gradient", "change"):
        found, kept = (getattr(twin, name)[np.isin(twin.step, both), :2] for twin in (fresh, known))
        np.testing.assert_allclose(found, kept, rtol=0.02)


def test_others_are_as_far_as_the_mean_over_all_pairs_says() -> None:
    start, real = np.zeros((2, 3, 2)), np.array([[3.0, 4.0], [-3.0, 4.0], [0.0, 5.0]])
    start[1] += (0.0, 5.0)
    found = ways(start, real)
    assert found["perfect"] == pytest.approx([5, 2 * np.sqrt(10) / 3]) and list(found) == ["perfect", *NO_SKILL]


def test_beside_the_record_stand_the_data_and_generators_without_skill() -> None:
    """A run of −log D has come as far as samples of the data are; under log(1−D) SGD stands still beside all."""
    known, again = beside_shipped(), compute_beside()
    for name, values in again.items():
        np.testing.assert_allclose(known[name], values, rtol=0.01)
    for twins in shipped().values():
        assert np.median(twins["non_saturating"].path) == pytest.approx(np.median(known["perfect"]), rel=0.03)
    least = min(float(np.median(known[name])) for name in NO_SKILL)
    assert np.median(shipped()["sgd"]["minimax"].path) < 0.1 * least


@pytest.mark.slow
@pytest.mark.parametrize("optimiser", RUNS)
def test_other_seeds_agree(optimiser: str) -> None:
    """Seeds 200 to 207: their medians lie within the range of the record."""
    for loss in LOSSES:
        fresh, known = compute(optimiser, loss, seeds=8, first_seed=200), shipped()[optimiser][loss]
        assert known.path.min() <= np.median(fresh.path) <= known.path.max()
