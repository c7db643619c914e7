"""A replay in a slide deck: one file in an iframe, without a network, with keys, a scrubber and layers. And what the
corner of a chart saves; what is refused at a click is a sentence on the page."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from gan_core.config import RunConfig
from gan_core.export.flipbook import flipbook
from gan_core.export.games import Game, dirac
from gan_core.export.look import Look
from gan_core.export.replay import replay
from gan_core.recordings.played import played
from gan_core.run.recording import record, watch
from gan_core.run.trainer import Trainer
from pages.shared.play.making import SECONDS
from pages.shared.shell.site import PAGES
from tests.browser.driver import ROOT, SMALL, context_of, serve, visitor, wait_idle
from tests.browser.look import addresses
from tests.gan_core.export.test_bad_input import READERS

INK = """(canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.reduce((sum, value, i) => (i % 4 === 3 && value ? sum + 1 : sum), 0);
}"""


@pytest.mark.slow
def test_a_replay_plays_offline_inside_a_slide_deck(browser, tmp_path) -> None:
    trainer = Trainer(RunConfig.of(batch=16, g_layers=(8,), d_layers=(8,), members=2))
    watch(trainer)
    trainer.step(64)
    title = "Eight modes </script><script>document.title = 'stolen'</script>"
    (tmp_path / "replay.html").write_bytes(replay(record(trainer), Look(title=title)))
    (tmp_path / "paths.html").write_bytes(flipbook(dirac([Game("gan")], steps=60, step_size=0.2), Look(theme="dark")))
    (tmp_path / "alone.html").write_bytes(replay(played("vanishing")[0], Look()))
    frames = (f'<iframe name="{name}" src="{name}.html" style="width: 1200px; height: 640px"></iframe>'
              for name in ("replay", "paths", "alone"))  # fmt: skip
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
    assert paths.locator("#picture svg path").count() > 50  # 49 arrows, and the path
    paths.locator("#scrubber").fill("12")
    expect(paths.locator("#picture")).to_contain_text("step 12")
    paths.locator("#scrubber").press("End")
    paths.locator("#picture").click()
    expect(paths.get_by_role("button", name="Pause")).to_be_visible()
    alone = page.frame_locator('iframe[name="alone"]')  # without curves, whose room the picture has, and its layers
    plane, layers = (alone.locator(where).bounding_box() for where in ("#picture", "#layers"))
    assert plane["height"] > 500 and layers["x"] > plane["x"] + plane["width"]
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


def clicked(page: Page, button: Locator, kind: str) -> bytes:
    """What a click gives, within the time that the app promises; its reader opens it."""
    with page.expect_download(timeout=1000 * (SECONDS + 10)) as download:
        button.click()
    content = download.value.path().read_bytes()
    READERS[kind](content)
    return content


def drawn(svg: bytes) -> bool:
    """Whether it has a picture of pixels, or more lines, areas and points than a sheet without a figure."""
    names = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()]
    return "image" in names or sum(name in ("path", "circle", "rect") for name in names) > 10


def hues(png: bytes) -> int:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size == (1920, 1080)
        return len(picture.convert("RGB").getcolors(1 << 24) or ())


@pytest.mark.slow
@pytest.mark.parametrize("name", [entry.name for entry in PAGES])
def test_one_click_each_keeps_what_every_section_shows(page: Page, name: str) -> None:
    """Opened at its address and nothing else: the main picture as SVG and PNG. Once on the page of a run, and once of a
    figure that moves by itself: film, replay and all of it; of a run its time strip, too."""
    done: set[bool] = set()
    for address in (one for one in addresses() if one.partition("?")[0] == name):
        page.goto(f"/{address}")
        wait_idle(page)
        page.get_by_text("Pictures for slides, films and files").click()
        buttons = page.locator(".st-key-export-buttons")
        buttons.wait_for()
        wait_idle(page)

        def kept(label: str, kind: str, buttons: Locator = buttons) -> bytes:
            return clicked(page, buttons.get_by_role("button", name=label), kind)

        assert drawn(kept("SVG", "svg")), address
        assert hues(kept("PNG", "png")) > 50, address
        of_run = page.get_by_label("Steps of the time strip").count() > 0
        if of_run in done or not buttons.get_by_role("button", name="Film (WebP)").count():
            continue
        done.add(of_run)
        for label, kind in (("Film (WebP)", "webp"), ("Film (GIF)", "gif"), ("Replay (HTML)", "html")):
            kept(label, kind)
        names = zipfile.ZipFile(io.BytesIO(kept("All of it", "zip"))).namelist()
        assert {"CITATION.txt"} | ({"run.json"} if of_run else set()) <= set(names), address
        if of_run:
            page.get_by_role("combobox", name="Figure").click()
            page.get_by_role("option", name="Time strip").click()
            wait_idle(page)
            assert drawn(kept("SVG", "svg")), address


@pytest.mark.slow
def test_a_click_gets_its_file_though_nobody_says_which_moment_is_shown(page: Page) -> None:
    """The browser first tells the server where its recording is; on a busy network that may hang."""
    page.route("**/moment/**", lambda route: None)
    page.goto("/convergence?tab=two")
    wait_idle(page)
    page.get_by_text("Pictures for slides, films and files").click()
    button = page.locator(".st-key-export-buttons").get_by_role("button", name="SVG")
    button.wait_for()
    wait_idle(page)
    assert drawn(clicked(page, button, "svg"))


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
