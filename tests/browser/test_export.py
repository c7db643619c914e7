"""A replay in a slide deck: one file in an iframe, without a network, with keys, a scrubber and layers. And what the
corner of a chart saves; what is refused at a click is a sentence on the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from gan_core.config import RunConfig
from gan_core.export.flipbook import flipbook
from gan_core.export.games import Game, dirac
from gan_core.export.look import Look
from gan_core.export.replay import replay
from gan_core.run.recording import record, watch
from gan_core.run.trainer import Trainer
from tests.browser.driver import ROOT, SMALL, context_of, serve, visitor, wait_idle

INK = """(canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.reduce((sum, value, i) => (i % 4 === 3 && value ? sum + 1 : sum), 0);
}"""


def test_a_replay_plays_offline_inside_a_slide_deck(browser, tmp_path) -> None:
    trainer = Trainer(RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,), members=2))
    watch(trainer)
    trainer.step(64)
    title = "Eight modes </script><script>document.title = 'stolen'</script>"
    (tmp_path / "replay.html").write_bytes(replay(record(trainer), Look(title=title)))
    (tmp_path / "paths.html").write_bytes(flipbook(dirac([Game("gan")], steps=60, step_size=0.2), Look(theme="dark")))
    frames = (f'<iframe name="{name}" src="{name}.html" style="width: 1200px; height: 640px"></iframe>'
              for name in ("replay", "paths"))  # fmt: skip
    (tmp_path / "deck.html").write_text("<!doctype html><title>deck</title>" + "".join(frames))
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "deck.html").as_uri())
    slide = page.frame_locator('iframe[name="replay"]')
    body, picture = slide.locator("body"), slide.locator("#picture")
    expect(body).to_have_attribute("data-step", "64")
    assert picture.evaluate(INK) > 1000 and slide.locator("#charts canvas").count() == 2
    slide.locator("#scrubber").press("ArrowLeft")
    expect(body).not_to_have_attribute("data-step", "64")
    scrubber = slide.locator("#scrubber")
    scrubber.fill("3")  # moments: steps 0, 1, 2, 4, …
    expect(body).to_have_attribute("data-step", "4")
    scrubber.click(position={"x": scrubber.bounding_box()["width"] / 2, "y": 5})
    expect(body).not_to_have_attribute("data-step", re.compile("^(4|64)$"))
    scrubber.press("Home")
    expect(body).to_have_attribute("data-step", "0")
    scrubber.press("End")
    expect(body).to_have_attribute("data-step", "64")
    before = picture.screenshot()
    slide.get_by_label("generated").uncheck()
    assert picture.screenshot() != before
    slide.get_by_label("Seed").select_option("1")
    slide.locator("h1").click()
    slide.locator("#scrubber").press("Space")
    expect(slide.get_by_role("button", name="Pause")).to_be_visible()
    expect(body).to_have_attribute("data-step", "64")  # it ends at the last moment
    expect(slide.get_by_role("button", name="Play")).to_be_visible()
    assert slide.locator("h1").inner_text() == title and page.title() == "deck"
    paths = page.frame_locator('iframe[name="paths"]')  # a closed form, which is turned page by page
    expect(paths.locator("body")).to_have_attribute("data-page", "60")
    assert paths.locator("#picture svg path").count() > 100
    paths.locator("#scrubber").fill("12")
    expect(paths.locator("#picture")).to_contain_text("step 12")
    paths.locator("#scrubber").press("End")
    paths.locator("#picture").click()
    expect(paths.get_by_role("button", name="Pause")).to_be_visible()
    assert not errors and all(re.match("file:", url) for url in asked)
    context.close()


@pytest.mark.slow
def test_the_corner_of_a_chart_saves_it_for_a_slide(page) -> None:
    page.goto("/distances?tab=size")
    page.locator(".js-plotly-plot").first.wait_for()
    wait_idle(page)
    chart = page.locator('[class*="st-key-chart-"]').first
    assert not chart.locator('[data-title^="Download"]').count()  # Plotly's own, which saves the screen
    for kind in ("SVG", "PNG"):
        chart.hover(position={"x": 200, "y": 200})
        with page.expect_download() as download:
            chart.get_by_role("button", name=kind).click()
        content = download.value.path().read_bytes()
        if kind == "SVG":
            assert content.startswith(b"<svg") and b"Distances" in content and b'width="960"' in content
        else:
            assert (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")) == (1920, 1080)


REFUSES = """
from gan_core.errors import ExportError
from pages.shared.play import making
def refused(*_):
    raise ExportError("export.no_film")
making.made = refused
"""


WAITS = """
from pages.shared.play.runs import Show
Show.moment = lambda show: None
"""


@pytest.mark.slow
def test_a_run_without_a_picture_yet_is_a_sentence(browser, tmp_path) -> None:
    (tmp_path / "app.py").write_text(WAITS + (ROOT / "app.py").read_text())
    with serve(tmp_path / "log.txt", script=tmp_path / "app.py") as server, visitor(browser, server) as page:
        page.goto(f"/play_2d?{SMALL}")
        page.get_by_text("Pictures for slides, films and files").click()
        expect(page.get_by_test_id("stAlert").filter(has_text="Nothing was recorded yet")).to_be_visible()
        assert not page.locator(".st-key-export-buttons").count()


@pytest.mark.slow
def test_what_is_refused_at_a_click_is_a_sentence_where_the_visitor_is(browser, tmp_path) -> None:
    (tmp_path / "app.py").write_text(REFUSES + (ROOT / "app.py").read_text())
    with serve(tmp_path / "log.txt", script=tmp_path / "app.py") as server, context_of(browser, server) as context:
        page = context.new_page()
        page.goto("/play_2d")
        wait_idle(page)
        page.get_by_text("Pictures for slides, films and files").click()
        page.get_by_role("button", name="SVG").first.click()
        expect(page.get_by_test_id("stAlert")).to_contain_text("let the run take a step first.")
        assert "/play_2d" in page.url
