"""p, q and θ taken by the hand: numbers move while the pointer does, and widgets and address follow when it lets go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import wait_idle


def number(tiles: Locator, name: str) -> float:
    return float(tiles.locator(f"[data-name={name}] b").inner_text().replace("∞", "inf").replace("−", "-"))


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.slow
def test_q_slides_by_itself_until_it_is_dragged_and_the_numbers_move_with_it(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("/distances")
    picture = page.locator(".gan-drag")
    expect(picture).to_have_attribute("data-playing", "true")
    first = picture.get_attribute("data-q")
    expect(picture).not_to_have_attribute("data-q", first or "")
    wait_idle(page)
    assert "line_" not in page.url
    box = picture.get_by_role("button", name="Now do it yourself").bounding_box()  # below the picture
    assert box is not None and box["y"] + box["height"] <= 720
    handle = page.get_by_role("slider", name="q: mean")
    picture.get_by_role("button", name="Now do it yourself").click()  # it stands where it was, and is the settings
    expect(page).to_have_url(re.compile("line_q_mean="))
    wait_idle(page)
    x, y = middle(handle)
    inward = -12 if float(picture.get_attribute("data-q") or 0) > 0 else 12
    page.mouse.move(x, y)
    page.mouse.down()
    here = page.url
    seen = set()
    for i in range(1, 6):
        page.mouse.move(x + inward * i, y)
        page.wait_for_function("() => new Promise(requestAnimationFrame)")
        seen.add((picture.get_attribute("data-q"), number(picture, "w1")))
    assert len(seen) >= 4 and page.url == here  # live, and nobody was asked
    page.mouse.up()
    expect(page).not_to_have_url(here)
    wide = page.get_by_role("slider", name="q: spread σ")
    wide.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"line_q_std=0\.35"))
    expect(wide).to_have_attribute("aria-valuenow", "0.35")
    picture.locator("[data-name=w1]").click()
    expect(page).to_have_url(re.compile("draw=w1"))
    wait_idle(page)
    at_rest = page.locator("table tr", has_text="W₁").locator("strong")
    assert abs(float(at_rest.inner_text()) - number(picture, "w1")) < 6e-3  # as gan_core computes it


@pytest.mark.slow
def test_a_table_of_other_shapes_is_faint_until_it_has_followed(page: Page) -> None:
    page.goto("/distances?tab=plane")
    stage, table = page.locator(".st-key-stage"), page.locator(".st-key-stage-rail table")
    expect(stage).to_have_attribute("data-ahead", "")
    expect(table).to_have_css("opacity", "0.7")
    page.locator(".gan-drag").get_by_role("button", name="Now do it yourself").click()
    expect(stage).not_to_have_attribute("data-ahead", "")
    expect(table).to_have_css("opacity", "1")
    page.goto("/distances?tab=plane")
    expect(stage).to_have_attribute("data-ahead", "")
    page.locator(".st-key-sections").get_by_text("On a line").click()  # of another section nothing is
    expect(page.locator(".gan-drag [data-name=w1]")).to_be_visible()
    expect(stage).not_to_have_attribute("data-ahead", "")
