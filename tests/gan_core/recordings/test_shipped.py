"""Every file that comes with the app says of what it is, and is of what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gan_core.config import RunConfig
from gan_core.errors import CheckpointError
from gan_core.recordings import files, shipped
from gan_core.recordings.shipped import FILES, current, origin
from gan_core.zoo import checkpoints


def test_there_is_a_file_for_every_entry_and_no_other() -> None:
    assert sorted(path.stem for path in files.FOLDER.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("file", FILES)
def test_every_file_says_in_the_same_words_of_what_it_is_and_is_of_what_is_there(file: str) -> None:
    """`python -m gan_core record` makes it anew."""
    header, of = files.header(file), origin(file)
    said = of.said(file.removesuffix(files.SMALL))
    assert {word: header[word] for word in said} == said and current(file)
    assert ("weights" in header) == bool(of.weights)
    assert tuple(RunConfig.from_query(query) for query in header["queries"]) == of.configs
    assert len(files.content(file)[0]) <= files.MOST


def test_of_a_run_that_was_trained_anew_or_is_gone_no_file_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "header", lambda name: {"digest": "of others"})
    assert not current("walk_mlp")
    monkeypatch.undo()

    def gone(name: str) -> checkpoints.Card:
        raise CheckpointError("mlp.json", "checkpoint.missing")

    monkeypatch.setattr(checkpoints, "load_card", gone)
    assert not current("past_mlp") and not current("walk_mlp") and current("ring")


def test_files_are_written_where_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FOLDER", tmp_path / "runs")
    said: list[str] = []
    name = f"distances{files.SMALL}"
    assert shipped.write("distances", said.append) == {f"{name}.gan": files.path(name).stat().st_size}
    assert files.header_of(files.path(name).read_bytes())["name"] == "distances" and len(said) == 1
