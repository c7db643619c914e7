"""The page "Vanishing gradients" in a real browser: the slide fits, the run moves, the answer is marked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import press, wait_idle

SMALL = "members=2&batch=16&g_layers=16&d_layers=16&steps=40"


def button(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMain").get_by_role("button", name=re.compile(f"^{label}"))


def arrive(page: Page, address: str = f"/vanishing?{SMALL}") -> None:
    page.goto(address)
    expect(page.locator(".gan-live[data-kind=scene]")).to_have_attribute("data-step", "0")
    wait_idle(page)


def bottom(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.slow
def test_both_planes_and_the_player_fit_one_window(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    arrive(page, "/vanishing?seed=1")
    assert bottom(page.locator(".gan-live[data-kind=scene]")) <= 720
    assert bottom(page.locator(".st-key-stage-player button").first) <= 720
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_slider_moves_the_point_and_its_numbers(page: Page) -> None:
    page.goto("/vanishing?tab=curves")
    wait_idle(page)
    expect(page.get_by_role("cell", name="54.6")).to_be_visible()  # e⁴
    page.get_by_role("slider", name="logit a of a generated sample").press("ArrowRight")
    expect(page.get_by_role("cell", name="49.4")).to_be_visible()  # e³·⁹
    drawn = page.locator(".js-plotly-plot").first
    expect(drawn.get_by_text(re.compile("slope −0.0198"))).to_be_visible()  # −σ(−3.9)


@pytest.mark.slow
def test_predict_then_look(page: Page) -> None:
    arrive(page)
    question = page.get_by_test_id("stRadio").filter(has_text="Which generator")
    question.get_by_text("both about as far").click()
    wait_idle(page)
    press(page, "Play")
    expect(page.locator(".gan-live[data-kind=scene]")).to_have_attribute("data-step", "40")
    expect(page.get_by_text(re.compile("The run shows")).first).to_be_visible()
    expect(question.get_by_role("radio", name="both about as far")).to_be_checked()
    expect(question.get_by_role("radio").first).to_be_disabled()
    expect(page.locator(".gan-live[data-kind=curves]").first).to_have_attribute("data-step", "40")


@pytest.mark.slow
def test_an_experiment_runs_shows_its_curves_and_is_marked(page: Page) -> None:
    page.goto(f"/vanishing?{SMALL}&tab=frozen")
    wait_idle(page)
    page.get_by_test_id("stButtonGroup").filter(has_text="4,000").get_by_text("1,000").click()
    wait_idle(page)
    button(page, "Freeze G").click()
    expect(page.get_by_text(re.compile("After 1,000 updates of D the saturating gradient"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^G after 200 joint steps"))).to_be_visible()  # recorded


@pytest.mark.slow
@pytest.mark.parametrize("tab", ["frozen", "helps"])
def test_nothing_moves_when_a_guess_brings_the_rest_of_the_recorded_curves(page: Page, tab: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/vanishing?tab={tab}")
    wait_idle(page)
    places = [page.locator(place) for place in
              (".st-key-stage-verdict", ".st-key-stage-picture-filled .js-plotly-plot", ".st-key-stage-player button",
               "[class*=st-key-vanishing-predict-]")]  # fmt: skip
    before = [place.bounding_box() for place in places]
    page.get_by_test_id("stRadio").get_by_text("fall below a third").click()
    expect(page.get_by_text(re.compile("The run shows")).first).to_be_visible()
    wait_idle(page)
    for was, place in zip(before, places, strict=True):
        now = place.bounding_box()
        assert (
            was is not None and now is not None and (now["x"], now["y"]) == pytest.approx((was["x"], was["y"]), abs=1)
        )
