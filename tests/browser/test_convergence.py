"""The page "Convergence" in a real browser: the stage fits, a click sets the start, the replay is marked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import wait_idle

VIEW = ".gan-live[data-kind=paths]"


def arrive(page: Page, address: str = "/convergence") -> None:
    page.goto(address)
    expect(page.locator(VIEW)).to_have_attribute("data-at", "0")
    wait_idle(page)


def test_picture_and_controls_fit_a_slide(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    arrive(page)
    box = page.locator(f"{VIEW} canvas").bounding_box()
    assert box is not None and box["y"] + box["height"] <= 720
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_predict_play_and_read_what_came(page: Page) -> None:
    arrive(page)
    question = page.get_by_test_id("stRadio").filter(has_text="Where will the right path go?")
    question.get_by_text("to the equilibrium").click()
    wait_idle(page)
    page.get_by_role("button", name="▶ Play").click()
    expect(page.locator(VIEW)).to_have_attribute("data-at", "500", timeout=20_000)
    expect(page.get_by_text(re.compile("The run shows: to the equilibrium.*As you predicted"))).to_be_visible()
    expect(page.get_by_text(re.compile("The run shows: away"))).to_be_visible()


def test_a_click_in_the_plane_sets_the_start_without_a_new_page(page: Page) -> None:
    arrive(page)
    page.evaluate("window.sameDocument = true")
    canvas = page.locator(f"{VIEW} canvas")
    canvas.click(position={"x": 34 + 40, "y": 16 + 40})  # in the left plane, above and left of the equilibrium
    expect(page).to_have_url(re.compile(r"theta=-1\.\d+.*psi=1\.\d+|psi=1\.\d+.*theta=-1\.\d+"))
    assert page.evaluate("window.sameDocument")
    address = page.url
    canvas.click(position={"x": 34 + 40, "y": 4})  # on its title, above the plane
    expect(page.get_by_text(re.compile("outside the plane"))).to_be_visible()
    assert page.url == address


@pytest.mark.slow
def test_every_section_has_its_picture_first_on_a_telephone_and_all_of_it_on_a_slide(page: Page) -> None:
    for tab in ("smallest", "two", "map", "losses"):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"/convergence?tab={tab}")
        wait_idle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        opens = tab == "two"  # on a recorded run, which has no verdict yet
        picture = _area(page, "opens", " .grid") if opens else _area(page, "picture")
        foot = picture["y"] + picture["height"]
        assert opens or foot <= _area(page, "verdict")["y"]
        player = page.locator(".st-key-stage-player")
        if tab != "smallest":  # its player is a part of the picture, below the planes
            box = player.bounding_box()
            assert box is not None and foot <= box["y"] and (opens or box["y"] < _area(page, "verdict")["y"])
        page.set_viewport_size({"width": 1280, "height": 720})
        picture = _area(page, "opens", " .grid") if opens else _area(page, "picture")
        square = tab in ("two", "losses")  # as wide as the window leaves it high below a row of sections
        assert picture["width"] >= (470 if square else 520) and picture["y"] + picture["height"] <= 720
        box = player.bounding_box() if tab != "smallest" else picture
        assert box is not None and box["y"] + box["height"] <= 720


def _area(page: Page, name: str, within: str = "") -> dict:
    box = page.locator(f"[class*=st-key-stage-{name}]{within}").first.bounding_box()
    assert box is not None
    return dict(box)
