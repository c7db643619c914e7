"""The first page: it opens, moves, and leads to every other."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from gan_core.presets import PRESETS
from pages.shared.play import resources
from pages.shared.shell import site
from tests.pages.test_pages import PATIENCE, ROOT, views, visit, words


def test_home_opens_without_a_run_and_leads_to_every_page_and_preset() -> None:
    before = set(resources.pool()._jobs)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    assert not app.exception
    assert "0.1.0" in words(app) and set(resources.pool()._jobs) <= before
    links = [(link.proto.page, link.proto.query_string) for link in app.get("page_link")]
    opened = {page for page, _ in links}
    assert {one.name for one in site.PAGES if one.settings} <= opened
    presets = {query.removeprefix("preset=") for _, query in links}
    assert {name for name in PRESETS if not name.startswith("bench_")} <= presets
    moving = [frame["address"].split("/")[-1] for kind, frame in views(app) if kind == "recorded"]
    assert (
        moving[0] == "ring" and len(moving) == len(set(moving)) == len(site.PAGES) - 1
    )  # all but Digits, and the hero


def test_the_guided_path_leads_from_stop_to_stop() -> None:
    stop, seen = site.PATH[0], [site.PATH[0].name]
    while (following := site.after(stop.page, PRESETS[stop.preset].config if stop.preset else None)) is not None:
        stop = following
        seen.append(stop.name)
    assert seen == [stop.name for stop in site.PATH]
    app = visit("collapse")
    assert "Next:" in app.get("page_link")[-1].proto.label
