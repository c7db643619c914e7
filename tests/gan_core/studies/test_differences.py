"""Methods beside the plain one: an exact test over seeds, corrected for how many methods are asked about."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy import stats

from gan_core.studies.differences import LEVEL, against, holm, rank_test, too_few
from gan_core.studies.mitigations import DATA
from gan_core.studies.table import Table
from tests.gan_core.studies.test_table import fake_record


@pytest.mark.parametrize(("m", "n"), [(8, 8), (4, 8), (3, 5), (1, 6)])
def test_the_rank_test_is_the_one_of_scipy(m, n):
    for seed in range(5):
        a, b = (np.random.default_rng(seed).normal(shift, size=size) for shift, size in ((0.8, m), (0, n)))
        expected = stats.mannwhitneyu(a, b, alternative="two-sided", method="exact").pvalue
        assert rank_test(a, b) == pytest.approx(min(1, expected), rel=1e-12)
        assert rank_test(b, a) == rank_test(a, b) == rank_test(10 * a**3, 10 * b**3)  # of ranks alone


def test_groups_that_do_not_overlap_have_the_least_p_and_equal_ones_the_greatest():
    assert rank_test([5, 6, 7, 8], [1, 2, 3, 4]) == pytest.approx(2 / comb(8, 4))
    assert rank_test([8, 8, 8], [8, 8, 8]) == 1  # nothing but ties
    # two of three beside none of three: of the 20 ways to deal, the 4 + 4 with both or none of them in the first
    assert rank_test([8, 8, 1], [1, 1, 1]) == pytest.approx(8 / 20)
    with pytest.raises(ValueError, match="either group"):
        rank_test([], [1.0])


def test_under_the_null_no_more_than_the_level_are_told_apart():
    """Both groups from one distribution: p ≤ 5 % in one case of twenty at most, whatever the distribution is."""
    rng = np.random.default_rng(0)
    for draw in (rng.normal, lambda size: rng.integers(0, 3, size), rng.standard_cauchy):
        told = [rank_test(draw(size=5), draw(size=5)) <= LEVEL for _ in range(400)]
        assert np.mean(told) <= LEVEL + 3 * np.sqrt(LEVEL * (1 - LEVEL) / 400)


def test_holms_correction_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == [1, 1] and holm([]) == []


def table(**of):
    return Table.of(DATA["ring"], [fake_record(m, i, high_quality=q) for m, found in of.items()
                                   for i, q in enumerate(found)])  # fmt: skip


def test_what_no_run_shares_with_plain_is_told_and_what_overlaps_is_not():
    plain, shift = np.linspace(0.4, 0.5, 8), {"unrolled": 0.3, "pacgan2": 0.01, "wgan_gp": -0.3}
    found = against(table(plain=plain, **{name: plain + by for name, by in shift.items()}), "high_quality")
    assert [each.verdict for each in found.values()] == ["more", "untold", "less"] and list(found) == list(shift)
    assert found["unrolled"].p == pytest.approx(3 * 2 / comb(16, 8))


def test_of_four_seeds_and_many_methods_nothing_can_be_told():
    """However far apart: 2 ways of 70 are one in 35, and of five methods one would be so by chance in every seventh
    table."""
    plain, many = [0, 0.01, 0.02, 0.03], ("unrolled", "pacgan2", "pacgan3", "pacgan4", "minibatch_std")
    four = table(plain=plain, **{name: [0.9, 0.91, 0.92, 0.93] for name in many})
    assert too_few(four) and {each.verdict for each in against(four, "high_quality").values()} == {"untold"}
    alone = table(plain=plain, unrolled=[0.9, 0.91, 0.92, 0.93])
    assert not too_few(alone) and against(alone, "high_quality")["unrolled"].verdict == "more"
    with pytest.raises(KeyError):
        against(table(unrolled=[0.1]), "high_quality")
