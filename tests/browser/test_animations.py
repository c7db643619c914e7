"""Figures that play by themselves, which Plotly draws anew while they do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import a_moment, wait_idle

pytestmark = pytest.mark.slow
COUNT = """chart => { window.drawn = 0; chart.on("plotly_animatingframe", () => window.drawn++); }"""


@pytest.mark.parametrize(("tab", "name"), [("fit", "fit"), ("size", "repeats")])
def test_an_animation_begins_is_paused_and_ends_when_its_section_is_left(page: Page, tab: str, name: str) -> None:
    """The button paused another loop than the one that ran, which threw at every frame once the chart had gone."""
    page.goto(f"/distances?tab={tab}")
    chart = page.locator(f".st-key-chart-distances-chart-{name} .js-plotly-plot")
    buttons = chart.locator(".updatemenu-button")
    expect(buttons).to_have_count(2)
    chart.evaluate(COUNT)
    page.wait_for_function("window.drawn > 9")
    buttons.last.click()
    paused = page.evaluate("window.drawn")
    a_moment(page)
    assert page.evaluate("window.drawn") == paused
    buttons.first.click()
    page.wait_for_function("before => window.drawn > before + 9", arg=paused)
    page.locator(".st-key-sections").get_by_role("radio").first.click(force=True)
    expect(chart).to_have_count(0)
    wait_idle(page)
