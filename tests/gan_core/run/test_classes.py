"""Which digits a generator makes, and when it makes too few of them."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.run.classes import ClassHistory, collapses


def two_members(steps: int = 40) -> ClassHistory:
    """One that makes every digit, one that makes two of them."""
    classes = np.zeros((steps, 2, 10), np.int64)
    classes[:, 0], classes[:, 1, :2] = 20, 100
    return ClassHistory(np.arange(steps) * 32, classes, np.ones((steps, 2)), np.full(10, 0.1), 200)


def test_a_collapse_is_found_by_the_digits_that_are_made() -> None:
    known = two_members()
    assert list(known.made[-1]) == [10, 2] and known.floor == 9 / 400
    np.testing.assert_allclose(known.kl[-1], [0, np.log(5)], atol=1e-12)
    healthy, fallen = collapses(known)
    assert healthy is None and fallen is not None and fallen.made == 2 and fallen.kl == pytest.approx(np.log(5))
    assert collapses(known.until(500)) == (None, None)
    learning = two_members()
    learning.classes[:20, 1] = np.eye(10, dtype=int)[0] * 200  # ln 10 before, ln 5 = .7 of it now
    assert collapses(learning) == (None, None)
    known.classes[-4:, 1] = 0  # not finite any more
    assert collapses(known) == (None, None) and np.isnan(known.shares[-1, 1]).all()
