"""Files are made by a worker, piece by piece; whoever cannot have one hears why."""

import threading

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


def test_one_export_is_made_after_the_other(pool, recording, monkeypatch):
    begun, going = [], threading.Event()
    usual = making._made

    def seen(*wanted):
        begun.append(making._turn.locked())
        going.wait(30)
        return usual(*wanted)

    monkeypatch.setattr(making, "_made", seen)
    found = []

    def visitor():
        found.append(making.made(pool, recording, Look(), Wish(("losses",), ("svg",))))

    visitors = [threading.Thread(target=visitor) for _ in range(3)]
    for one in visitors:
        one.start()
    monkeypatch.setattr(making, "SECONDS", 0.0)
    with pytest.raises(ExportError, match="try again later"):  # whoever comes now, and cannot wait
        making.made(pool, recording, Look(), Wish(("losses",), ("svg",)))
    assert begun == [True]
    monkeypatch.undo()
    going.set()
    for one in visitors:
        one.join(60)
    assert len(found) == 3 and not making._turn.locked()
