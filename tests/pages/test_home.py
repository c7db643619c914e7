"""The first page: it opens, moves, and leads to every other."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from gan_core.presets import FLAGSHIP, PRESETS
from pages.shared.play import resources
from pages.shared.shell import site
from pages.shared.shell.i18n import t
from tests.pages.test_pages import PATIENCE, ROOT, params, press, state, views, visit, words


def test_home_opens_without_a_run_and_leads_to_every_page_and_preset() -> None:
    before = set(resources.pool()._jobs)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    assert not app.exception
    assert "0.1.0" in words(app) and set(resources.pool()._jobs) <= before
    links = [(link.proto.page, link.proto.query_string) for link in app.get("page_link")]
    opened = {page for page, _ in links}
    assert {one.name for one in site.PAGES if one.settings} <= opened
    start = next(link.proto for link in app.get("page_link") if link.proto.label == t("home.start"))
    assert (start.page, start.query_string) == ("play_2d", f"preset={FLAGSHIP}")
    presets = {query.removeprefix("preset=") for _, query in links}
    assert {name for name in PRESETS if not name.startswith("bench_")} <= presets
    moving = [frame["address"].split("/")[-1] for kind, frame in views(app) if kind == "recorded"]
    assert (
        moving[0] == f"preset_{FLAGSHIP}" and len(moving) == len(set(moving)) == len(site.PAGES) - 1
    )  # all but Digits, and the hero


def test_the_guided_path_leads_from_stop_to_stop() -> None:
    stop, seen = site.PATH[0], [site.PATH[0].name]
    while (following := site.after(stop.page, PRESETS[stop.preset].config if stop.preset else None)) is not None:
        stop = following
        seen.append(stop.name)
    assert seen == [stop.name for stop in site.PATH]
    app = visit("collapse")
    assert "Next:" in app.get("page_link")[-1].proto.label


def test_a_link_to_another_preset_leads_there_from_its_own_page_too() -> None:
    """From the second stop of the path to the third, which are one page: the click was lost."""
    app = visit("play_2d", preset="collapse")
    app = press(app, "step")
    for preset in ("collapse_unrolled", "ring"):
        link = next(one.proto for one in app.get("page_link") if one.proto.label.startswith("Next: "))
        assert (preset == "ring") or link.query_string == f"preset={preset}"
        app.query_params.clear()
        app.query_params["preset"] = preset  # as the browser puts it there
        app.run()
        page = state(app)
        assert page.config == PRESETS[preset].config and "preset" not in params(app)
        assert page.show is None or page.show.configs == page.configs()
    page.update(g_lr=1e-4)
    app.run()
    assert state(app).config.train.g_lr == 1e-4  # what is set afterwards stays
