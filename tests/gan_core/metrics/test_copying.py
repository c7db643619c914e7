"""The tests for copies: their statistics by brute force, their false alarms, and what they find."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gan_core.metrics.copying import CELL_LEAST, TAIL, copying
from gan_core.metrics.scored import SURE


def sets(n: int, m: int, seed: int, cells: int = 4) -> tuple[np.ndarray, ...]:
    """Distances and cells of n images and of m held-out ones, of one distribution, all above 1; cells differ in it."""
    rng = np.random.default_rng(seed)
    cell, beside = rng.integers(0, cells, n), rng.integers(0, cells, m)
    return 1 + (1 + cell) * rng.gamma(4, size=n), cell, 1 + (1 + beside) * rng.gamma(4, size=m), beside


def test_c_t_and_near_by_brute_force() -> None:
    distance, cell, held_out, beside = sets(150, 200, 0, cells=2)
    scores, weights, near = [], [], 0
    for one in (0, 1):
        q, p = distance[cell == one], held_out[beside == one]
        u = sum((a > b) + 0.5 * (a == b) for a in q for b in p)
        scores.append((u - len(q) * len(p) / 2) / math.sqrt(len(q) * len(p) * (len(q) + len(p) + 1) / 12))
        weights.append(len(p))
        near += sum(a < sorted(p)[max(1, round(TAIL * (len(p) + 1))) - 1] for a in q)
    found = copying(distance, cell, held_out, beside, searched=9)
    assert found.c_t == pytest.approx(np.average(scores, weights=weights), rel=1e-9)
    assert (found.near, found.n, found.same, found.searched) == (near, 150, 0, 9)


@pytest.mark.parametrize(("n", "m"), [(1000, 9000), (400, 1000)])
def test_false_alarms_are_as_rare_as_promised(n: int, m: int) -> None:
    found = [copying(*sets(n, m, seed)) for seed in range(200)]
    for name in ("c_t_p", "near_p"):
        p = np.array([getattr(one, name) for one in found])
        assert (p < SURE).mean() <= 0.025 and 0.02 <= (p < 0.1).mean() <= 0.16
    assert np.mean([one.near for one in found]) == pytest.approx(found[0].near_expected, rel=0.1)


def test_five_percent_of_copies_are_found_among_good_images_and_among_bad_ones() -> None:
    """C_T alone misses them where the others are off the data."""
    hits: dict[tuple[float, float], list[bool]] = {}
    for worse in (1.0, 1.6):
        for share in (0.0, 0.05, 1.0):
            for seed in range(20):
                distance, cell, held_out, beside = sets(1000, 9000, seed)
                distance = distance * worse
                distance[: round(share * 1000)] = 0
                found = copying(distance, cell, held_out, beside)
                assert found.same == round(share * 1000)
                hits.setdefault((worse, share), []).append(found.copies)
                if worse > 1 and share == 0.05:
                    assert found.c_t > 0 and found.c_t_p > 0.5
    assert all(map(all, (hits[worse, share] for worse in (1.0, 1.6) for share in (0.05, 1.0))))
    assert sum(hits[1.0, 0.0]) <= 2 and not any(hits[1.6, 0.0])


def test_cells_with_too_few_take_no_part() -> None:
    distance, cell, held_out, beside = sets(CELL_LEAST - 1, 500, 0, cells=1)
    found = copying(0 * distance, cell, held_out, beside)
    assert not found.copies and (found.c_t, found.c_t_p, found.near_p, found.same) == (0, 1, 1, CELL_LEAST - 1)
