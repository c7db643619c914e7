"""The map of the page "Convergence" in a real browser: pointing at a cell says its seeds, a click opens its run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pages.convergence.options import OPTIONS
from tests.browser.driver import wait_idle


def test_a_cell_says_its_seeds_and_a_click_opens_its_run(page: Page) -> None:
    page.goto("/convergence?tab=map")
    plane = page.locator(".js-plotly-plot .nsewdrag").first
    box = plane.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.29 * box["width"] - 3, box["y"] + 0.37 * box["height"])
    page.mouse.move(box["x"] + 0.29 * box["width"], box["y"] + 0.37 * box["height"])
    expect(page.locator(".hoverlayer")).to_contain_text(re.compile(r"\(perfect: 8\).*diverged 0 / 4"))
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"play_2d\?.*g_lr=.*d_lr=.*members=4&steps=1500"))


@pytest.mark.slow
def test_a_large_cell_is_met_in_its_corner_too(page: Page) -> None:
    """What is pointed at is a mark in its middle, which Plotly finds within 20 pixels."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/convergence?tab=map")
    wait_idle(page)
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert box is not None
    cells = OPTIONS["map_cells"].usual
    wide, high = box["width"] / cells, box["height"] / cells
    assert min(wide, high) > 50
    for shift in (6, 5):  # the second move is one that Plotly hears of
        page.mouse.move(box["x"] + 2 * wide + shift, box["y"] + 3 * high + shift)
    expect(page.locator(".hoverlayer")).to_contain_text(re.compile(r"\(perfect: 8\).*diverged"))


@pytest.mark.slow
def test_on_a_telephone_nothing_of_the_map_is_cut(page: Page) -> None:
    """The numbers of its lower axis were: several panels are scrolled through in their room, and so was the chart."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/convergence?tab=map")
    wait_idle(page)
    numbers = page.locator(".js-plotly-plot .xaxislayer-above .xtick, .js-plotly-plot .g-xtitle")
    expect(numbers.first).to_be_attached()
    box = "e => { const { top, bottom } = e.getBoundingClientRect(); return [top, bottom]; }"
    top, foot = page.locator(".st-key-stage-picture-filled").evaluate(box)
    assert numbers.count() >= 5
    for number in numbers.all():
        above, below = number.evaluate(box)
        assert top <= above < below <= foot + 1
    cells = page.locator(".js-plotly-plot .heatmaplayer image").first.bounding_box()
    plane = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert cells is not None and plane is not None
    assert cells["width"] > 0.95 * plane["width"] and cells["height"] > 0.95 * plane["height"]
