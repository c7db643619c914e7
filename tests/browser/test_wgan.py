"""GAN against WGAN in a real browser: one scrubber moves all, the parts keep their state, an extreme is one click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import press, to_the_start, wait_at_rest, wait_idle

SMALL = "batch=16&g_layers=16&d_layers=16&steps=32"


def scene(page: Page) -> Locator:
    return page.locator(".gan-live[data-kind=scene]").first


@pytest.mark.slow
def test_one_scrubber_moves_all_runs_and_another_part_leaves_them_alone(page: Page) -> None:
    page.goto(f"/wgan?members=2&{SMALL}")
    expect(scene(page)).to_have_attribute("data-step", "0")
    wait_idle(page)
    press(page, "Play")
    expect(page.get_by_text(re.compile("The run shows")).first).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("updates of D or critic 32 160 160"))).to_be_visible()
    wait_at_rest(page)
    to_the_start(page)
    expect(scene(page)).to_have_attribute("data-step", "0")
    expect(page.get_by_role("row", name=re.compile("updates of D or critic 0 0 0"))).to_be_visible()
    page.get_by_text("Parallel lines", exact=True).click()
    expect(page.locator(".gan-drag").first).to_be_visible()
    page.get_by_text("Side by side", exact=True).first.click()
    expect(scene(page)).to_have_attribute("data-step", "0")
    expect(page.get_by_text(re.compile("The run shows")).first).to_be_visible()


@pytest.mark.slow
def test_an_extreme_of_c_is_one_click_away_and_outlives_a_reload(page: Page) -> None:
    page.goto(f"/wgan?part=critic&{SMALL}")
    expect(scene(page)).to_have_attribute("data-step", "0")
    wait_idle(page)
    page.get_by_role("button", name="c = 0.001").click()  # among the settings
    expect(scene(page)).to_have_attribute("data-step", "32")
    expect(page).to_have_url(re.compile(r"c=0\.001"))
    expect(page.get_by_text("clipped, c = 0.001").first).to_be_visible()
    page.reload()
    expect(scene(page)).to_have_attribute("data-step", "0")
    expect(page.get_by_role("columnheader", name="clipped, c = 0.001")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_the_outcome_of_the_prediction_pushes_no_table_and_no_chart_down(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"/wgan?{SMALL.replace('32', '48')}")
    wait_idle(page)
    press(page, "Step")  # from here on the question is in the rail
    asked = page.locator(".st-key-stage-rail [class*=-predict-follow]")
    expect(asked).to_be_visible()
    wait_at_rest(page)
    before, table = asked.bounding_box(), page.get_by_role("table").first.bounding_box()
    press(page, "Play")
    expect(asked).to_contain_text("The run shows")
    wait_at_rest(page)
    after, below = asked.bounding_box(), page.get_by_role("table").first.bounding_box()
    assert before is not None and after is not None and table is not None and below is not None
    needed = asked.evaluate(
        "e => [...e.children].at(-1).getBoundingClientRect().bottom - e.getBoundingClientRect().top"
    )
    assert after["height"] == pytest.approx(before["height"], abs=1) and needed <= after["height"], needed
    assert below["y"] - after["y"] == pytest.approx(table["y"] - before["y"], abs=1)
