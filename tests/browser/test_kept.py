"""What a visitor takes along, by real clicks: files made of runs of every kind, the runs of a visit beside each other,
and slides that are turned by keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from gan_core.packing import array_of
from gan_core.recordings import files
from pages.shared.play.making import SECONDS
from tests.browser.driver import SMALL, press, timeline, wait_at_rest, wait_idle
from tests.browser.test_play import arrive, step, train, until, view, words
from tests.gan_core.export.test_bad_input import READERS

DIVERGES = "optimiser=sgd&loss=pearson&g_lr=1&d_lr=1&steps=300&batch=16&g_layers=16&d_layers=16"
MANY = f"{SMALL}&members=128"
EVERY = {
    "SVG": "svg", "PNG": "png", "Film (WebP)": "webp", "Film (GIF)": "gif", "Replay (HTML)": "html",
    "Data (CSV)": "zip", "All of it": "zip",
}  # fmt: skip


def panel(page: Page) -> Locator:
    """The buttons of the panel of exports, which is opened."""
    page.get_by_text("Pictures for slides, films and files").click()
    buttons = page.locator(".st-key-export-buttons")
    buttons.wait_for()
    return buttons


def kept(page: Page, buttons: Locator, label: str) -> bytes:
    with page.expect_download(timeout=1000 * (SECONDS + 10)) as download:  # within the time that the app promises
        buttons.get_by_role("button", name=label).click()
    content = download.value.path().read_bytes()
    READERS[EVERY[label]](content)  # raises on a broken file
    return content


def end_of(page: Page, address: str) -> None:
    """Of a run that ends by itself."""
    arrive(page, address)
    press(page, "Play")
    until(lambda: step(page) > 0)
    wait_at_rest(page)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_diverged_run_is_kept_in_every_kind_of_file(page: Page) -> None:
    end_of(page, f"/play_2d?{DIVERGES}")
    buttons = panel(page)
    for label in ("SVG", "PNG", "Film (WebP)", "Replay (HTML)", "Data (CSV)"):
        if buttons.get_by_role("button", name=label).count():
            kept(page, buttons, label)
    assert not page.get_by_test_id("stException").count()


@pytest.mark.slow
def test_a_run_is_kept_in_every_kind_of_file_while_it_trains(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}")
    press(page, "Play")
    until(lambda: step(page) > 3)
    buttons = panel(page)
    for label in EVERY:
        before = step(page)
        kept(page, buttons, label)
        expect(view(page)).not_to_have_attribute("data-step", str(before))
    assert not page.get_by_test_id("stException").count()


@pytest.mark.slow
def test_of_a_recorded_run_the_moment_on_the_screen_is_kept(page: Page) -> None:
    page.goto("/play_2d")
    live = page.locator(".gan-live[data-kind=recorded]")
    expect(live).to_have_attribute("data-state", "playing")
    buttons = panel(page)
    wait_idle(page)
    steps = files.header("ring")["steps"]
    known = array_of(files.content("ring")[0], steps).tolist()

    def drawn() -> int:
        (said,) = re.findall(r">[^<>]*, step ([\d,]+)<", kept(page, buttons, "SVG").decode())
        return int(said.replace(",", ""))

    first = known[int(live.get_attribute("data-moment"))]
    assert first <= drawn() <= known[int(live.get_attribute("data-moment"))]  # it goes on meanwhile
    live.get_by_role("slider").press("Home")
    for _ in range(3):
        live.get_by_role("slider").press("ArrowRight")
    expect(live).to_have_attribute("data-moment", "3")
    assert drawn() == known[3]
    live.get_by_role("slider").press("End")
    buttons.get_by_role("button", name="SVG").focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert f"step {known[-1]:,}" in download.value.path().read_text(encoding="utf-8")


@pytest.mark.slow
def test_128_members_are_kept(page: Page) -> None:
    arrive(page, f"/play_2d?{MANY}")
    train(page, more_than=1)
    buttons = panel(page)
    for label in ("SVG", "PNG", "Replay (HTML)", "Data (CSV)"):
        kept(page, buttons, label)


@pytest.mark.slow
@pytest.mark.parametrize("title", ["w" * 10_000, "<script>alert(1)</script>"], ids=("long", "script"))
def test_a_title_of_any_kind_is_text_in_every_file(page: Page, title: str, tmp_path: Path) -> None:
    """Of 10,000 letters the field takes as many as it says, and the sheet as many as there is room for."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    arrive(page, f"/play_2d?{SMALL}")
    train(page, more_than=3)
    buttons = panel(page)
    field = page.get_by_label("Title", exact=True)
    field.fill(title)
    field.press("Enter")
    wait_idle(page)
    for label in ("SVG", "PNG", "Film (WebP)", "Film (GIF)", "Replay (HTML)", "All of it"):
        content = kept(page, buttons, label)
        if label == "SVG" and "<" in title:
            assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in content and b"<script" not in content
        if label == "Replay (HTML)":
            (tmp_path / "replay.html").write_bytes(content)
    other = page.context.new_page()
    other.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    other.goto((tmp_path / "replay.html").as_uri())
    expect(other.locator("body")).to_have_attribute("data-step", re.compile(r"\d+"))
    other.close()
    assert not asked and not page.get_by_test_id("stException").count()


@pytest.mark.slow
def test_a_run_at_its_start_has_pictures_and_says_that_it_has_no_film(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}")
    buttons = panel(page)
    for label in ("SVG", "PNG", "Replay (HTML)", "Data (CSV)", "All of it"):
        kept(page, buttons, label)
    assert not buttons.get_by_role("button", name="Film").count()
    expect(page.get_by_text("let the run take a step first")).to_be_visible()


# ── runs beside each other ───────────────────────────────────────────────────────────────────────────────────────────


def table(page: Page) -> Locator:
    """The runs of this visit, opened."""
    page.get_by_text("Runs of this visit, beside each other").click()
    box = page.locator('[class*="-kept"]').filter(has_text="Runs of this visit").first
    expect(box.get_by_text(re.compile("The last 12 runs|Nothing has run yet"))).to_be_visible()
    wait_idle(page)
    return box


@pytest.mark.slow
def test_before_anything_has_run_the_table_says_so_and_a_run_comes_into_it(page: Page) -> None:
    page.goto(f"/play_2d?{SMALL}")
    box = table(page)
    expect(box).to_contain_text("Nothing has run yet")
    train(page, more_than=3)
    expect(box).to_contain_text("1 · Play in 2-D")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "says"),
    [(f"play_2d?{DIVERGES}", "diverged"), (f"play_2d?{MANY}", "perfect"), (f"digits?{SMALL}", "of the ten digits")],
    ids=("diverged", "members", "digits"),
)  # fmt: skip
def test_a_run_of_any_kind_is_a_row_with_its_picture_its_scores_and_its_link(
    page: Page, address: str, says: str
) -> None:
    name = address.partition("?")[0]
    arrive(page, f"/{address}", name)
    press(page, "Play")
    until(lambda: step(page, name) > 0)
    if "steps=300" not in address:
        press(page, "Pause")
    wait_at_rest(page)
    box = table(page)
    expect(box).to_contain_text(says)
    assert box.locator("img").first.evaluate("(image) => image.complete && image.naturalWidth > 20")
    box.get_by_role("button", name="Link").click()
    expect(page.get_by_test_id("stPopoverBody")).to_contain_text(f"/{name}?")


@pytest.mark.slow
def test_two_runs_in_one_chart_the_way_back_and_a_page_that_is_loaded_anew(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}&seed=5")
    train(page, more_than=20)
    press(page, "New seed")
    until(lambda: step(page) == 0)
    train(page, more_than=20)
    box = table(page)
    expect(box).to_contain_text(re.compile("2 · Play in 2-D.*1 · Play in 2-D", re.DOTALL))
    chart = box.locator(".js-plotly-plot")
    expect(chart.locator(".scatterlayer .trace")).to_have_count(4)  # D's loss and G's of both
    for seed in (5, 6):
        expect(chart).to_contain_text(f"Seed {seed}")
    box.get_by_text("What D says").click()
    wait_idle(page)
    expect(chart.locator(".scatterlayer .trace")).to_have_count(4)
    box.locator('[class*="st-key-play_2d-kept-1"]').get_by_role("button").click()  # back to the first
    expect(page).to_have_url(re.compile("seed=5"))
    expect(view(page)).to_have_attribute("data-step", "0")
    wait_idle(page)
    page.reload()
    expect(view(page)).to_have_attribute("data-step", "0")
    wait_idle(page)
    assert words(page)["seed"] == "5" and words(page)["batch"] == "16"
    expect(table(page)).to_contain_text("Nothing has run yet")


@pytest.mark.slow
def test_the_way_back_from_another_page_leads_to_the_run_and_its_settings(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}&seed=7")
    train(page, more_than=3)
    page.get_by_role("link", name="Vanishing gradients").first.click()
    expect(page).to_have_url(re.compile("/vanishing"))
    wait_idle(page)
    box = table(page)
    expect(box).to_contain_text("1 · Play in 2-D")
    box.get_by_role("link", name="Back to it").click()
    expect(page).to_have_url(re.compile("/play_2d"))
    expect(page).to_have_url(re.compile("seed=7"))
    assert words(page)["batch"] == "16"


# ── slides ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("name", ["play_2d", "digits"])
def test_the_keys_of_a_slide_play_step_look_back_start_anew_and_leave(page: Page, name: str) -> None:
    arrive(page, f"/{name}?{SMALL}&slide=1&embed=true", name)
    page.keyboard.press("s")
    expect(view(page, name)).to_have_attribute("data-step", "1")
    wait_at_rest(page)
    page.keyboard.press("Space")
    until(lambda: step(page, name) > 3)
    page.keyboard.press("Space")
    wait_at_rest(page)
    last = step(page, name)
    page.keyboard.press("ArrowLeft")
    until(lambda: step(page, name) < last)
    page.keyboard.press("ArrowRight")
    expect(view(page, name)).to_have_attribute("data-step", str(last))
    page.keyboard.press("r")
    expect(view(page, name)).to_have_attribute("data-step", "0")
    wait_idle(page)
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-slide")).to_have_count(0)
    assert "slide" not in page.url


SPACE_AT_ONCE = """(timeline) => new MutationObserver((_, observer) => {
  if (timeline.dataset.state !== "running") return;
  observer.disconnect();
  const space = { key: " ", code: "Space", keyCode: 32, bubbles: true, cancelable: true, composed: true };
  document.body.dispatchEvent(new KeyboardEvent("keydown", space));
}).observe(timeline, { attributes: true })"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["play_2d", "digits"])
def test_a_second_space_stops_the_run_even_before_its_button_has_changed(page: Page, name: str) -> None:
    """Pressed in the moment in which the run begins it was lost, three times out of ten."""
    for seed in range(5):
        arrive(page, f"/{name}?{SMALL}&slide=1&embed=true&seed={seed}", name)
        page.keyboard.press("s")
        expect(view(page, name)).to_have_attribute("data-step", "1")
        wait_at_rest(page)
        timeline(page).evaluate(SPACE_AT_ONCE)
        page.keyboard.press("Space")
        until(lambda: step(page, name) > 1)
        wait_at_rest(page)


@pytest.mark.slow
def test_the_arrows_go_through_the_charts_of_a_slide(page: Page) -> None:
    page.goto("/distances?slide=1&embed=true")
    picture = page.locator("img.slide-chart")
    picture.wait_for()
    wait_idle(page)
    first = picture.get_attribute("alt")
    page.keyboard.press("ArrowRight")
    expect(picture).not_to_have_attribute("alt", first)
    wait_idle(page)
    page.keyboard.press("ArrowLeft")
    expect(picture).to_have_attribute("alt", first)
    wait_idle(page)
    page.keyboard.press("Escape")
    expect(picture).to_have_count(0)


@pytest.mark.slow
def test_the_keys_of_the_recorded_slide_of_home(page: Page) -> None:
    page.goto("/?slide=1")
    page.locator(".st-key-slide .gan-live").first.wait_for()
    wait_idle(page)
    live = page.locator(".st-key-slide .gan-live").first
    for key in (" ", "ArrowLeft", "ArrowRight", "s", "r", " "):
        page.keyboard.press(key)
    expect(live).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-slide")).to_have_count(0)
