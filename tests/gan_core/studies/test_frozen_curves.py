"""What is kept of curves, and what is said of where they end."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.studies.frozen_curves import EARLY, LATE, FrozenCurves

ROUNDS = np.arange(0, 2001, 20)


def curves(end: float) -> FrozenCurves:
    """Of two members, from 1 to `end` and to its double."""
    norms = np.geomspace(1.0, [end, 2 * end], len(ROUNDS))
    return FrozenCurves(RunConfig(), ROUNDS, {"minimax": norms})


@pytest.mark.parametrize(("end", "verdict"), [(0.1, "falls"), (0.9, "stays"), (4.0, "grows")])
def test_the_verdict_is_of_the_median_of_what_became_of_the_first(end: float, verdict: str) -> None:
    assert curves(end).change("minimax") == pytest.approx([end, 2 * end])
    assert curves(end).verdict("minimax") == verdict


def test_a_part_ends_where_it_was_cut() -> None:
    part = curves(0.1).until(50)
    assert part.rounds.tolist() == [0, 20, 40]
    np.testing.assert_array_equal(part.norms["minimax"], curves(0.1).norms["minimax"][:3])


def test_a_record_keeps_the_early_rounds_and_the_last() -> None:
    kept = curves(0.1).thinned()
    assert kept.rounds[kept.rounds <= EARLY].tolist() == list(range(0, EARLY + 1, 20))
    assert set(np.diff(kept.rounds[kept.rounds >= EARLY])) == {LATE} and kept.rounds[-1] == ROUNDS[-1]
    assert kept.change("minimax") == pytest.approx(curves(0.1).change("minimax"))
