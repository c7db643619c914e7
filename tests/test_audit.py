"""What the pages say was measured holds on seeds that nobody used to choose a setting or to make a record: 400 to 407.

    pytest -m slow tests/test_audit.py

Eight seeds a claim, or four where they take long, one test each, so that one that no longer holds is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from benchmarks import alarm, balance
from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.run.judging import judged
from gan_core.run.modes import measured
from gan_core.run.trainer import Trainer
from gan_core.studies import twin_paths
from gan_core.studies.mitigations import METHODS, record
from gan_core.studies.table import Table
from gan_core.studies.table import shipped as table

FIRST, SEEDS, FEW = 400, 8, 4
FALSE = (3, 16)  # runs in which the alarm was wrong, of healthy ones on balanced rings
# methods of the ring's table → where they are beyond every generator without skill, of modes and quality
CHASE: dict[str, set[str]] = {"plain": set(), "pacgan2": set(), "stronger_d": {"high_quality"}}
STRONGER = ("7.5 ± 0.3", "1.0 ± 0.1")  # modes hit, and HQ in per cent, of a stronger D on the seeds of the audit
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", balance.RUNS)
def test_two_players_are_called_what_they_do(name: str) -> None:
    """At most one of eight is called something else, as rarely as in the record of forty."""
    made_for, config = balance.RUNS[name]
    assert sum(found == made_for for found in balance.names_of(config, FIRST)) >= SEEDS - 1


def test_without_a_gradient_sgd_stands_still_and_adam_moves_on() -> None:
    middle = {
        (optimiser, loss): float(np.median(twin_paths.compute(optimiser, loss, SEEDS, FIRST).path))
        for optimiser in twin_paths.RUNS for loss in twin_paths.LOSSES
    }  # fmt: skip
    assert middle["sgd", "minimax"] < 0.15 and middle["adam", "minimax"] > 2 * middle["sgd", "minimax"], middle
    assert min(middle["sgd", "non_saturating"], middle["adam", "non_saturating"]) > 3, middle


def heard(kinds: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    monkeypatch.setattr(alarm, "SEEDS", SEEDS)
    counts = [alarm.counted(alarm.watched(alarm.KINDS[kind], FIRST)) for kind in kinds]
    return alarm.summary(counts)["per_run"]


def test_the_alarm_hears_a_chase(monkeypatch: pytest.MonkeyPatch) -> None:
    caught = heard(("chase",), monkeypatch)["caught"]
    assert caught["k"] >= caught["n"] - 1 and caught["n"] >= SEEDS - 1, caught


def test_the_alarm_is_as_rarely_wrong_beside_balanced_players_as_its_card_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The intervals of audit and card share something. At first the bar was one false run in 16, as the record has 0 of
    31 of these two kinds; it had FALSE of them (Fisher's p = .03), so beside these players the card is too kind, which
    the README says."""
    false, card = heard(("ring", "relativistic"), monkeypatch)["false"], measured()["all"]["per_run"]["false"]
    low, high = alarm.interval(false["k"], false["n"])
    assert low <= card["interval"][1] and high >= card["interval"][0], (false, card)
    assert false["n"] >= 2 * SEEDS - 2, false


def trained(config: RunConfig, seeds: int, steps: int | None = None) -> Trainer:
    trainer = Trainer(config.replace(members=seeds, seed=FIRST))
    trainer.take_threads(2)
    trainer.step(steps or config.train.steps)
    return trainer


def test_the_players_that_come_to_rest_do_so() -> None:
    """Both of two seeds, because a seed takes most of a minute of a core."""
    trainer = trained(PRESETS["settling"].config, 2)
    quality = [judged(trainer, k).high_quality for k in range(2)]
    assert all(share is not None and share >= 0.9 for share in quality), quality


def test_balanced_players_find_all_modes_and_the_average_is_far_better_than_they_are() -> None:
    """The table of balanced players, on four of the seeds and at half of its length."""
    trainer = trained(PRESETS["ring"].config.replace(ema=0.999), FEW, 2500)
    raw, averaged = ([judged(trainer, k, averaged=of) for k in range(FEW)] for of in (False, True))
    assert all(one.near == 8 for one in raw)
    better = [a.high_quality - r.high_quality for a, r in zip(averaged, raw, strict=True)]
    assert min(better) > 0.1, better


@pytest.mark.parametrize("method", CHASE)
def test_the_chase_is_beyond_noise_where_its_table_says(method: str) -> None:
    """The table's row on four further seeds: in quality, in neither, or without even the modes. The bar was that a
    stronger D is beyond noise in modes too, as the record's four seeds are; it hit STRONGER of them, which the README
    and the page say."""
    found = table("ring")
    trainer = trained(found.base.replace(**METHODS[method]), FEW)
    audit = Table.of(found.base, [record(method, trainer, k) for k in range(FEW)], found.beside)
    (row,) = audit.rows
    assert set(audit.beyond(row)) & {"modes", "high_quality"} == CHASE[method], audit.markdown()
    if method == "stronger_d":
        assert (audit.text(row, "modes"), audit.text(row, "high_quality")) == STRONGER
    assert (row.cells["near"].mean == 8) == (method != "plain"), row
