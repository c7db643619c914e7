"""What comes with the app of the usual map: written and read alike, beside generators without skill."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gan_core.metrics.floors import NO_SKILL
from gan_core.studies import map_record
from gan_core.studies.map import SCORES, USUAL, Plan, is_record


def test_what_is_shipped_has_whole_cells_and_what_needs_no_skill() -> None:
    assert map_record.shipped() and all(map(is_record, map_record.shipped().values()))
    known = map_record.computed()
    found = known["no_skill"]
    assert list(found) == list(NO_SKILL) and map_record.no_skill() == pytest.approx(found, rel=0.01)
    assert map_record.perfect() == pytest.approx(known["perfect"], rel=0.01)
    floors = {floor for one in map_record.shipped().values() for floor in one["scores"]["w1_floor"]}
    assert floors == {map_record.perfect().median} and min(found.values()) > 2 * map_record.perfect().high


def test_what_is_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_record, "SHIPPED", tmp_path / "map.json")
    (cell, *_) = Plan.of(USUAL, ("d_lr", 1e-4, 1e-3, 2), ("g_lr", 1e-4, 1e-3, 2), 1, 10).cells
    record = {"query": cell.config.to_query(), "scores": {name: [0.123456] for name in SCORES}}
    map_record._content.cache_clear()
    try:
        map_record.ship({cell: record})
        assert map_record.shipped() == {cell.file: record | {"scores": {name: [0.123] for name in SCORES}}}
        assert json.loads((tmp_path / "map.json").read_text())["no_skill"] == map_record.no_skill()
    finally:
        map_record._content.cache_clear()
