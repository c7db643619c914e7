"""A file that another one has replaced: what the browser still says of it is no wish about the new one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gan_core.config import RunConfig
from gan_core.data.tables import Wishes
from pages.shared.controls import files, uploads
from pages.shared.shell.state import PageState

BROUGHT = Path(__file__).parents[2] / "gan_core" / "data" / "brought"


def test_widgets_of_a_replaced_file_have_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    page, told, heard = PageState("play_2d", RunConfig(), RunConfig()), [], []  # type: ignore[var-annotated]
    monkeypatch.setattr(files, "_choices", lambda key, table, now, kind, say: told.append(say))
    monkeypatch.setattr(files, "_preview", lambda key, now, paint: told.append(paint))
    read = lambda name: files.bring((BROUGHT / name).read_bytes(), uploads.KIND)  # noqa: E731
    at = files.kept("points")

    def now() -> Any:
        return page.choices[at]

    for name in ("moons_label.csv", "outlier_999.csv"):
        page.choices[at] = shown = read(name)
        assert files.control(page, "points", uploads.KIND, "a file", heard.append) is shown
    say_old, paint_old, say, paint = told
    say_old(Wishes(columns=("x1", "x2")))
    paint_old("label")
    assert now() is shown and not heard
    say(Wishes(far=False))
    assert now().content == shown.content and now().wishes.far is False and heard == [now()]
    paint("")
    assert heard == [now()]  # that widget is of what was read before
