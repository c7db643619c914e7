"""What a visitor takes along, by real clicks: files made of runs of every kind, the runs of a visit beside each other,
and slides that are turned by keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import SMALL, press, timeline, wait_at_rest, wait_idle
from tests.browser.test_play import arrive, step, train, until, view
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
    with page.expect_download() as download:
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
def test_128_members_are_kept(page: Page) -> None:
    arrive(page, f"/play_2d?{MANY}")
    train(page, more_than=1)
    buttons = panel(page)
    for label in ("SVG", "PNG", "Replay (HTML)", "Data (CSV)"):
        kept(page, buttons, label)


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
