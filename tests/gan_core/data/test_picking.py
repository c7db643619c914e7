"""Which rows are left out, which lie far from all others, and which columns differ in their units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays

from gan_core.data.picking import _far, pick
from gan_core.data.tables import Column, Table, Wishes
from gan_core.errors import TableError


def table(*columns: np.ndarray) -> Table:
    made = [Column(f"c{k}", "measured", np.asarray(v, float), tuple(map(str, v))) for k, v in enumerate(columns)]
    return Table(tuple(made), (), np.arange(1, len(columns[0]) + 1), (), ())


NORMAL = np.random.default_rng(0).normal(size=(200, 2))


def test_rows_with_a_hole_are_left_out_and_counted() -> None:
    x, y = NORMAL.T.copy()
    x[3], y[7], y[3] = np.nan, np.nan, np.nan
    picked = pick(table(x, y), Wishes(), 2)
    assert len(picked.values) == 198 and set(range(200)) - set(picked.rows) == {3, 7}
    assert "2 of 200 rows left out for want of a number, the first in line 4" in str(picked.sentence())


def test_a_column_with_few_numbers_is_refused() -> None:
    x, y = NORMAL.T.copy()
    y[50:] = np.nan
    with pytest.raises(TableError, match="150 of 200 rows have no number"):
        pick(table(x, y), Wishes(), 2)


@pytest.mark.parametrize("unit", [1.0, 1e-200, 1e250])
@pytest.mark.parametrize("n", [1, 8])
def test_rows_that_lie_far_out_are_found_in_any_unit(unit: float, n: int) -> None:
    values = NORMAL.copy()
    values[:n] = -999
    far, times = _far(values * unit)
    assert far.nonzero()[0].tolist() == list(range(n)) and 100 < times < 1000


def test_a_sentinel_in_one_small_column_is_found_beside_a_large_one() -> None:
    values = NORMAL * (1, 1e6)
    values[5, 0] = -999
    assert _far(values)[0].nonzero()[0].tolist() == [5]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_far_is_found_in_the_data_of_the_app(seed: int) -> None:
    """Eight points of a ring, a Gaussian, and a mode that holds a tenth of all points ten standard deviations away."""
    rng = np.random.default_rng(seed)
    angle = rng.integers(0, 8, 500) * np.pi / 4
    ring = 2 * np.stack([np.cos(angle), np.sin(angle)], 1) + rng.normal(0, 0.02, (500, 2))
    two = rng.normal(size=(500, 2)) + 10 * (rng.random((500, 1)) < 0.1)
    for values in (ring, rng.normal(size=(500, 2)), two, rng.exponential(size=(500, 2))):
        assert not _far(values)[0].any()


def test_columns_in_other_units_are_said() -> None:
    x, y = NORMAL.T
    (doubt,) = pick(table(x, 160 * y), Wishes(), 2).doubts
    assert doubt.wish == "apart" and doubt.now is False
    assert doubt.said.arguments["times"] == pytest.approx(160 * y.std() / x.std(), rel=0.1)
    assert not pick(table(x, 5 * y), Wishes(), 2).doubts


@settings(deadline=None)
@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=30)))
def test_any_table_is_picked_from_or_refused(values: np.ndarray) -> None:
    count = min(2, values.shape[1])
    try:
        picked = pick(table(*values.T), Wishes(), count)
    except TableError as error:
        assert str(error).endswith(".")
    else:
        assert np.isfinite(picked.values).all() and picked.values.shape[1] == count
