"""The page "Digits" in a real browser: digits at once, the slider moves them, the sections keep their address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.driver import (
    Server,
    at_the_newest_step,
    button,
    press,
    timeline,
    to_the_start,
    visitor,
    wait_at_rest,
    wait_idle,
)


def samples(page: Page) -> Locator:
    return page.locator(".gan-live[data-kind=digits]").first


def arrive(page: Page, address: str = "/digits") -> None:
    page.goto(address)
    expect(samples(page)).to_have_attribute("data-frames", re.compile("[1-9]"))
    wait_idle(page)


def test_digits_come_by_themselves_and_training_goes_on_from_there(page: Page) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.set_viewport_size({"width": 1280, "height": 720})
    arrive(page)
    recorded = page.locator(".gan-live[data-kind=recorded]")
    expect(recorded).to_have_attribute("data-moment", re.compile(r"^[1-9]\d*$"))
    assert not [url for url in sockets if "/live/" in url]  # the server has nothing to send
    go_on = button(page, "Go on training, live")
    expect(go_on).to_be_in_viewport(ratio=1)
    recorded.get_by_role("slider").press("End")
    expect(recorded.locator(".caption")).to_contain_text("Step 10,000.")
    was = samples(page).locator("canvas").bounding_box()
    go_on.click()
    expect(button(page, "Pause")).to_be_visible()
    expect(recorded).to_have_count(0)
    wait_idle(page)
    now = samples(page).locator("canvas").bounding_box()
    assert was is not None and now is not None
    assert [now[of] for of in ("x", "y", "width")] == pytest.approx([was[of] for of in ("x", "y", "width")], abs=10)
    press(page, "Pause")
    wait_at_rest(page)
    to_the_start(page)
    expect(samples(page)).to_have_attribute("data-step", "0")
    timeline(page).get_by_role("button", name="Play the recorded steps").click()
    expect(samples(page)).not_to_have_attribute("data-step", "0")
    timeline(page).get_by_role("button", name="Pause the replay").click()
    expect(timeline(page)).to_contain_text("looked back at")
    timeline(page).get_by_role("button", name="To the newest step").click()
    expect(timeline(page)).not_to_contain_text("looked back at")


@pytest.mark.slow
def test_a_section_survives_a_reload_and_a_change_of_page(page: Page) -> None:
    arrive(page, "/digits?section=nonsense")
    expect(page.get_by_text("“section = nonsense” in the address is not possible")).to_be_visible()
    page.get_by_test_id("stButtonGroup").get_by_text("Latent space").click()
    page.wait_for_url(re.compile("section=latent"))
    page.reload()
    expect(page.get_by_text("Measured over")).to_be_visible()
    wait_idle(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Play in 2-D").click()
    expect(page.locator(".gan-live[data-kind=scene]")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Digits").click()
    expect(page.get_by_text("Measured over")).to_be_visible()
    assert "section=latent" in page.url


@pytest.mark.slow
def test_nothing_is_wider_than_a_telephone(browser: Browser, app_server: Server) -> None:
    with visitor(browser, app_server, viewport={"width": 390, "height": 844}) as page:
        for section in ("replay", "scores"):
            arrive(page, f"/digits?section={section}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


@pytest.mark.slow
def test_on_a_telephone_the_digits_fill_the_room_above_their_player(browser: Browser, app_server: Server) -> None:
    """Sixty-four in eight columns left a third of it empty."""
    with visitor(browser, app_server, viewport={"width": 390, "height": 844}) as page:
        page.goto("/digits?section=scratch")
        recorded = page.locator(".gan-live[data-kind=recorded]")
        expect(recorded).to_have_attribute("data-moment", re.compile(r"\d"))
        wait_idle(page)

        def fills(track: Locator) -> None:
            picture = page.locator(".gan-live[data-kind=digits] canvas:visible").first.bounding_box()
            player = track.bounding_box()
            assert picture is not None and player is not None and picture["width"] > 0.9 * player["width"]
            assert 0 <= player["y"] - picture["y"] - picture["height"] < 24

        fills(recorded.locator(".track"))
        press(page, "Step")
        expect(timeline(page)).to_have_attribute("data-step", "1")
        wait_idle(page)
        fills(timeline(page))


@pytest.mark.slow
def test_who_gets_which_digit_is_read_out_by_the_digits_themselves(page: Page) -> None:
    """The rows counted from 1, so an 8 read 9."""
    page.goto("/digits?section=scratch")
    expect(page.locator(".gan-live[data-kind=recorded]")).to_have_attribute("data-moment", re.compile(r"\d"))
    wait_idle(page)
    press(page, "Step")
    strips = page.locator(".gan-live[data-kind=heat]")
    expect(strips).to_have_attribute("data-step", "1")
    wait_idle(page)
    strips.locator("canvas").first.focus()
    for digit in range(10):
        page.keyboard.press("ArrowDown" if digit else "ArrowLeft")
        expect(strips.locator(".when")).to_contain_text(f"digit {digit}:")


@pytest.mark.slow
def test_who_goes_on_training_finds_the_scrubber_at_the_newest_step(page: Page) -> None:
    """It stood at 0 beside step 4,161."""
    arrive(page)
    button(page, "Go on training, live").click()
    expect(button(page, "Pause")).to_be_enabled()
    press(page, "Pause")
    wait_at_rest(page)
    assert at_the_newest_step(page)
