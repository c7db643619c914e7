"""What the pages say was measured holds on seeds that nobody used to choose a setting or to make a record: 400 to 407.

    pytest -m slow tests/test_audit.py

Eight seeds a claim, or four where they take long, one test each, so that one that no longer holds is named.
"""

from __future__ import annotations

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
from gan_core.studies.table import MODES, QUALITY, Table
from gan_core.studies.table import shipped as table

FIRST, SEEDS, FEW = 400, 8, 4
CHASE = ("plain", "pacgan2", "stronger_d")  # rows of the ring's table that are computed again
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


@pytest.mark.parametrize("kind", alarm.KINDS)
def test_the_alarm_is_as_often_wrong_as_its_card_says_of_the_audit(kind: str) -> None:
    """Each kind's looks come out again. Of all kinds together audit and record agree, which a quick test holds; beside
    balanced players on the ring the audit has more false runs than the record, and card and README say so."""
    told, found = measured()["audit"]["kinds"][kind], alarm.watched(alarm.KINDS[kind], alarm.AUDITED_ON)
    assert alarm.summary([alarm.counted(found)]) == {name: of for name, of in told.items() if name != "query"}


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
    """The table's row on four further seeds. A verdict on means called a stronger D beyond noise in modes too, whose
    mean here it was not: STRONGER. The verdict on every run calls it so in quality alone, in the table and here."""
    found = table("ring")
    (shipped,) = (row for row in found.rows if row.name == method)
    trainer = trained(found.base.replace(**METHODS[method]), FEW)
    audit = Table.of(found.base, [record(method, trainer, k) for k in range(FEW)], found.beside)
    (row,) = audit.rows
    judged_by = {*MODES, QUALITY}
    assert judged_by & {*audit.beyond(row)} == judged_by & {*found.beyond(shipped)}, audit.markdown()
    if method == "stronger_d":
        assert (audit.text(row, "modes"), audit.text(row, "high_quality")) == STRONGER
    assert (row.cells["near"].mean == 8) == (method != "plain"), row
