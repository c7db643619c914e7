"""The map of the page "Convergence" in a real browser: pointing at a cell says its seeds, a click opens its run."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


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
