"""What every stage has: a plane of 600 pixels that grows with the window, settings of which few are open, a replay that
is paused, sought and slowed, keys for what has the focus."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pages.shared.controls.fields import GROUPS, OPEN
from tests.browser.driver import button, press, scrubber, timeline, wait_at_rest, wait_idle
from tests.browser.test_play import until

pytestmark = pytest.mark.slow
SHORT = "batch=16&g_layers=16&d_layers=16&steps=48"
CONTROLS = ", ".join(f"[data-testid=st{kind}]" for kind in ("Selectbox", "Slider", "NumberInput"))
PLANE = ".gan-live[data-kind=scene] canvas:visible"


@pytest.mark.parametrize("address", ["play_2d", "collapse"])
@pytest.mark.parametrize("trained", [False, True], ids=["recorded", "trained"])
def test_the_plane_has_600_pixels_at_1280_by_800_and_grows_with_the_window(
    page: Page, address: str, trained: bool
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/{address}")
    wait_idle(page)
    if trained:
        press(page, "Step")
        expect(timeline(page)).to_have_attribute("data-step", "1")
        wait_idle(page)
        if (panels := page.locator(PLANE)).count() > 1:  # of several seeds one is enlarged
            panels.first.click()
            expect(panels).to_have_count(1)
    sides = []
    for width, height in ((1280, 800), (1600, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(1000)
        box, player = page.locator(PLANE).first.bounding_box(), button(page, "Play").bounding_box()
        assert box is not None and player is not None and player["y"] + player["height"] <= height
        sides.append(min(box["width"], box["height"]))
    assert sides[0] >= (596 if trained else 600) and sides[1] >= sides[0] + 50 and sides[2] >= sides[1] + 100


@pytest.mark.parametrize("name", ["play_2d", "collapse", "vanishing", "digits?section=scratch"])
def test_few_settings_are_open_and_the_first_stands_at_the_top(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/{name}")
    wait_idle(page)
    sidebar = page.get_by_test_id("stSidebar")
    groups = sidebar.get_by_test_id("stExpander")
    opened = groups.locator("details[open]")
    assert 3 <= groups.count() <= len(GROUPS) + 2 and opened.count() <= len(OPEN)
    controls = sidebar.locator(CONTROLS)
    first, folded = controls.first.bounding_box(), groups.first.bounding_box()
    assert first is not None and folded is not None and first["y"] < folded["y"]
    assert controls.count() <= 12


def test_a_trained_run_is_replayed_paused_sought_and_slowed(page: Page) -> None:
    page.goto(f"/play_2d?{SHORT}")
    wait_idle(page)
    press(page, "Play")
    expect(timeline(page)).to_have_attribute("data-step", "48")
    wait_at_rest(page)
    speed = timeline(page).get_by_role("button", name="Speed of the replay")
    until(lambda: (speed.click(), speed.inner_text())[1] == "×0.5")
    timeline(page).get_by_role("button", name="Play the recorded steps").click()
    expect(timeline(page)).to_contain_text("looked back at")
    timeline(page).get_by_role("button", name="Pause the replay").click()
    at = timeline(page).get_attribute("data-step")
    page.wait_for_timeout(700)
    assert timeline(page).get_attribute("data-step") == at and int(at or 48) < 48
    scrubber(page).press("Home")
    expect(timeline(page)).to_have_attribute("data-step", "0")


def test_space_belongs_to_new_seed_and_to_an_expander_that_have_the_focus(page: Page) -> None:
    """On each of these it started to train."""
    page.goto(f"/play_2d?{SHORT.replace('48', '100000')}")
    wait_idle(page)
    button(page, "New seed").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("seed="))
    wait_idle(page)
    summary = page.get_by_test_id("stSidebar").get_by_test_id("stExpander").last.locator("summary")
    was = summary.evaluate("e => e.parentElement.open")
    summary.focus()
    page.keyboard.press("Space")
    wait_idle(page)
    assert summary.evaluate("e => e.parentElement.open") is not was
    page.wait_for_timeout(700)
    expect(button(page, "Play")).to_be_visible()
    assert button(page, "Pause").count() == 0


@pytest.mark.parametrize("name", ["play_2d", "digits?section=scratch"])
def test_no_tooltip_stays_over_the_page(page: Page, name: str) -> None:
    page.goto(f"/{name}")
    wait_idle(page)
    press(page, "Play")
    expect(button(page, "Pause")).to_be_visible()
    press(page, "Pause")
    wait_at_rest(page)
    timeline(page).get_by_role("button", name="Play the recorded steps").click()
    page.mouse.move(640, 5)
    expect(page.get_by_test_id("stTooltipContent")).to_have_count(0)
