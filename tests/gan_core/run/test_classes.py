"""Which digits a generator makes, and when it makes too few of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from gan_core.config import RunConfig
from gan_core.run.classes import EVERY, SAMPLES, ClassHistory, ClassWatch, collapses
from gan_core.run.trainer import Trainer


def two_members(steps: int = 40) -> ClassHistory:
    """One that makes every digit, one that makes two of them."""
    classes = np.zeros((steps, 2, 10), np.int64)
    classes[:, 0], classes[:, 1, :2] = 20, 100
    return ClassHistory(np.arange(steps) * 32, classes, np.ones((steps, 2)), np.full(10, 0.1), 200)


def test_a_collapse_is_found_by_the_digits_that_are_made() -> None:
    known = two_members()
    assert list(known.made[-1]) == [10, 2]
    np.testing.assert_allclose(known.kl[-1], [0, np.log(5)], atol=1e-12)
    healthy, fallen = collapses(known)
    assert healthy is None and fallen is not None and fallen.made == 2 and fallen.kl == pytest.approx(np.log(5))
    assert collapses(known.until(500)) == (None, None)
    learning = two_members()
    learning.classes[:20, 1] = np.eye(10, dtype=int)[0] * 200  # ln 10 before, ln 5 = .7 of it now
    assert collapses(learning) == (None, None)
    known.classes[-4:, 1] = 0  # not finite any more
    assert collapses(known) == (None, None) and np.isnan(known.shares[-1, 1]).all()


def test_as_many_real_digits_score_what_the_chi_squared_distribution_says() -> None:
    """2N KL of N draws has nine degrees of freedom, for large N: its median and its 5 and 95 % quantiles."""
    np.testing.assert_allclose(two_members().perfect, chi2.ppf([0.5, 0.05, 0.95], 9) / 400, rtol=0.07)


def test_a_watch_reads_as_many_digits_as_it_draws_and_none_of_a_lost_member() -> None:
    trainer = Trainer(RunConfig.of(data="mnist", batch=8, g_layers=(8,), d_layers=(8,), members=2))
    watch = ClassWatch(trainer)
    assert watch.due(EVERY) and not watch.due(EVERY - 1)
    trainer.ensembles[1].generator.theta[0] = np.nan
    trainer.step()
    watch.look(trainer)
    found = watch.history()
    assert found.classes[-1].sum(1).tolist() == [SAMPLES, 0]
    assert 0.1 <= found.confidence[-1, 0] <= 1 and np.isnan(found.confidence[-1, 1])
    assert found.weights.sum() == pytest.approx(1)


def test_what_has_no_digits_cannot_be_watched() -> None:
    with pytest.raises(ValueError, match="ring has none"):
        ClassWatch(Trainer(RunConfig.of(batch=8, g_layers=(8,), d_layers=(8,))))
