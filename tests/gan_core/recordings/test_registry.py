"""The entries: their configurations are those that the pages begin with, and a digest tells two of them apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gan_core.presets import PRESETS
from gan_core.recordings.charts import CHARTS
from gan_core.recordings.images import CHARTS_OF_IMAGES
from gan_core.recordings.lookup import opening
from gan_core.recordings.registry import FINISHED, PICKS, RECORDED
from gan_core.run.trainer import Trainer
from gan_core.zoo import checkpoints


@pytest.mark.parametrize("name", RECORDED)
def test_an_entry_can_be_recorded(name: str) -> None:
    entry = RECORDED[name]
    assert set(entry.charts) <= set(CHARTS_OF_IMAGES if entry.config.data.is_image else CHARTS) | {"losses", "outputs"}
    assert entry.pick in PICKS and 0 <= (entry.thumb or 0) < len(entry.variants)
    assert (len(entry.names) == len(entry.variants) and set(entry.names) != {""}) or len(entry.variants) == 1
    assert entry.seeds == 1 or {config.train.members for config in entry.configs} == {1}
    assert entry.offers in ("", *PRESETS)
    last = entry.config.train.steps if entry.until is None else entry.until
    assert entry.steps[0] == 0 and entry.steps[-1] == last
    assert list(entry.steps) == sorted(set(entry.steps))


@pytest.mark.parametrize("name", [name for name, entry in RECORDED.items() if entry.until is not None])
def test_a_run_that_is_recorded_until_it_ends_ends_there(name: str) -> None:
    entry = RECORDED[name]
    assert entry.until is not None
    for config in entry.configs:
        trainer = Trainer(config)
        trainer.step(entry.until)
        assert trainer.failure is None
        trainer.step(1)
        assert trainer.failure is not None and trainer.step_count == entry.until + 1


def test_every_finished_run_has_its_past() -> None:
    for run in checkpoints.names():
        configs = [checkpoints.load_card(run).config]
        assert opening(configs, FINISHED) == f"past_{run}" != opening(configs)


def test_whatever_decides_a_file_is_in_its_digest() -> None:
    ring = RECORDED["ring"]
    others = [replace(ring, config=ring.config.replace(seed=1)), replace(ring, points=10), replace(ring, charts=())]
    others.append(replace(ring, seeds=1))
    assert len({one.origin.digest for one in (ring, *others)}) == 5
