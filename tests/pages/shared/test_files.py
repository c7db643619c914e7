"""A file that another one has replaced: what the browser still says of it is no wish about the new one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gan_core.config import RunConfig
from gan_core.data.tables import Wishes
from pages.distances import shapes
from pages.shared.controls import files, uploads
from pages.shared.shell.i18n import t
from pages.shared.shell.state import PageState
from tests.pages.test_pages import state, visit

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


def test_of_all_visitors_files_the_last_ones_can_be_read_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    content = (BROUGHT / "moons_label.csv").read_bytes()
    visitors = [PageState("play_2d", RunConfig(), RunConfig()) for _ in range(4)]
    files._held.clear()
    for visitor in visitors[:3]:
        files._keep(visitor, "points", files.bring(content, uploads.KIND))
    each = max(size for _, size in files._held.values())
    assert each > len(content)
    monkeypatch.setattr(files, "HELD", 2 * each)
    del visitors[1]  # who has left counts no more
    files._keep(visitors[-1], "points", files.bring(content, uploads.KIND))
    first, *rest = [visitor.choices[files.kept("points")] for visitor in visitors]
    assert first.table is None and first.picked is None and not first.content and first.result is not None
    assert all(brought.table is not None and brought.content == content for brought in rest)
    monkeypatch.setattr(files, "HELD", 1)  # one that is larger than all may be is the only one
    files._keep(visitors[0], "points", files.bring(content, uploads.KIND))
    assert [visitor.choices[files.kept("points")].table is not None for visitor in visitors] == [True, False, False]


def test_numbers_whose_file_was_let_go_of_stay_in_use() -> None:
    app = visit("distances", line_p_kind="sample")
    page = state(app, "distances")
    content = (BROUGHT / "one_column_decimal_comma.csv").read_bytes()
    page.choices[files.kept("line-p")] = brought = files.bring(content, shapes.KINDS[1])
    page.choices[files.kept("line-p")] = replace(brought, content=b"", table=None, picked=None)
    app.run()
    assert not app.exception and t("file.let_go") in [caption.value for caption in app.caption]
    assert page.choices[files.kept("line-p")].result is not None
