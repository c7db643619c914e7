"""A kept file is whole or not there, and colleagues may read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gan_core.studies.store import read_json, write_json


def test_what_is_written_is_read_and_its_mode_is_what_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_json(tmp_path / "deep" / "a.json", {"x": [1, 2]})
        assert (tmp_path / "deep" / "a.json").stat().st_mode & 0o777 == 0o644
        os.umask(0o002)
        write_json(tmp_path / "b.json", {})
        assert (tmp_path / "b.json").stat().st_mode & 0o777 == 0o664
    finally:
        os.umask(before)
    assert read_json(tmp_path / "deep" / "a.json") == {"x": [1, 2]}


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"x": object()})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    assert read_json(tmp_path / "a.json") is None and read_json(tmp_path / "none.json") is None
