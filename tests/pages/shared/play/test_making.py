"""Files are made by a worker, piece by piece; whoever cannot have one hears why."""

import pytest

from gan_core.config import RunConfig
from gan_core.errors import ExportError, PoolFull
from gan_core.export.files import Wish
from gan_core.export.look import Look
from gan_core.jobs.admission import Admission
from gan_core.jobs.pool import Pool
from gan_core.run.recording import record
from gan_core.run.trainer import Trainer
from pages.shared.play import making


@pytest.fixture(scope="module")
def recording():
    trainer = Trainer(RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,)))
    trainer.step(3)
    return record(trainer)


@pytest.fixture
def pool():
    pool = Pool(workers=1)
    yield pool
    pool.close()


def test_a_worker_makes_the_files_and_leaves_nothing_behind(pool, recording):
    found = making.made(pool, recording, Look(), Wish(("losses",), ("svg", "csv")))
    assert {"losses.svg", "curves.csv", "run.json", "CITATION.txt"} <= {file.name for file in found}
    assert len(pool) == 0


def test_what_cannot_be_made_is_said_and_leaves_nothing_behind(pool, recording):
    with pytest.raises(ExportError, match="from 0 to 0"):
        making.made(pool, recording, Look(member=7), Wish(("picture",), ("svg",)))
    assert len(pool) == 0


def test_a_full_server_says_so(recording):
    full = Pool(workers=1, max_jobs=0)
    small = Pool(workers=1, admission=Admission(budget=10))
    try:
        for pool in (full, small):
            with pytest.raises(PoolFull):
                making.made(pool, recording, Look(), Wish())
    finally:
        full.close()
        small.close()


def test_nobody_waits_for_ever(pool, recording, monkeypatch):
    monkeypatch.setattr(making, "SECONDS", 0.0)
    with pytest.raises(ExportError, match="try again later"):
        making.made(pool, recording, Look(), Wish())
    assert len(pool) == 0
