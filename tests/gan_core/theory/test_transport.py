"""Transport of samples: against the exact one on a line, and against what entropy must cost."""

import numpy as np
import pytest

from gan_core.theory import divergences_1d
from gan_core.theory.distributions_1d import Sample
from gan_core.theory.transport import matching, sinkhorn


@pytest.mark.parametrize("power", [1, 2])
def test_the_pairing_is_the_best_one(power):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 1)), rng.normal(size=(40, 1)) + 1
    partner, value = matching(x, y, power)
    assert sorted(partner) == list(range(40))
    exact = {1: divergences_1d.w1, 2: divergences_1d.w2}[power](Sample(x), Sample(y))
    assert value == pytest.approx(exact, abs=1e-12)


def test_sinkhorn_nears_exact_transport_and_only_the_debiased_value_vanishes_between_equal_samples():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 2)), rng.normal(size=(40, 2)) + 1
    _, exact = matching(x, y)
    found = [sinkhorn(x, y, epsilon) for epsilon in (0.5, 0.1, 0.02)]
    errors = [abs(one.cost - exact) for one in found]
    assert errors == sorted(errors, reverse=True) and errors[-1] < 0.02
    assert all(one.raw >= exact - 1e-3 for one in found)  # the entropy only adds
    for one in found:
        np.testing.assert_allclose(one.plan.sum(axis=0), 1 / 40, atol=1e-12)
        np.testing.assert_allclose(one.plan.sum(axis=1), 1 / 40, atol=1e-4)
    same = sinkhorn(x, x, 0.5)
    assert same.raw > 0.3 and same.debiased == pytest.approx(0, abs=1e-4)


def test_the_raw_value_is_the_cost_and_the_entropy_of_its_plan():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(15, 2)), rng.normal(size=(20, 2))
    found = sinkhorn(x, y, 0.3, tolerance=1e-10)
    relative = float((found.plan * np.log(found.plan * 300)).sum())
    assert found.raw == pytest.approx(found.cost + 0.3 * relative, abs=1e-8)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sinkhorn(np.zeros((2, 1)), np.ones((2, 1)), 0.0),
        lambda: matching(np.zeros((2, 1)), np.ones((3, 1))),
    ],
)
def test_what_cannot_be_transported_is_answered_with_a_sentence(call):
    with pytest.raises(ValueError, match=r"[a-z].*\."):
        call()
