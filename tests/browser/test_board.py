"""The board in a real browser: what a pointer, the keys and the buttons draw becomes the data that a run is seen on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from gan_core.data.drawings import read
from tests.browser.driver import SMALL, press, timeline, wait_at_rest, wait_idle
from tests.browser.test_play import arrive, step, until, words


def test_what_is_drawn_is_trained_on_and_stands_in_the_link(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}&data=two_gaussians")
    press(page, "Play")  # the run goes on with its data while somebody draws
    page.get_by_role("combobox", name=re.compile("Data")).click()
    page.get_by_role("option", name="draw your own …").click()
    board = page.locator(".gan-live[data-kind=board]")
    expect(board).to_have_attribute("data-clusters", "3")
    assert timeline(page).get_attribute("data-state") != "rest"
    board.get_by_role("button", name="Clear").click()
    expect(board).to_have_attribute("data-clusters", "0")
    canvas = board.locator("canvas")
    box = canvas.bounding_box()
    assert box is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    board.get_by_role("button", name="Cluster").click()
    page.mouse.click(*at(0.3, 0.3))
    page.mouse.click(*at(0.7, 0.7))
    page.mouse.move(*at(0.7, 0.7))
    page.mouse.down()
    page.mouse.move(*at(0.7, 0.5), steps=4)
    page.mouse.up()
    canvas.press("Escape")
    canvas.press("ArrowLeft")
    canvas.press("ArrowLeft")
    canvas.press("Shift+ArrowDown")
    canvas.press("Shift+ArrowDown")
    canvas.press("Enter")  # a third one by keys
    expect(board).to_have_attribute("data-clusters", "3")
    canvas.press("Delete")
    expect(board).to_have_attribute("data-clusters", "2")
    board.get_by_role("button", name="Brush").click()
    page.mouse.move(*at(0.1, 0.9))
    page.mouse.down()
    page.mouse.move(*at(0.9, 0.9), steps=10)
    page.mouse.up()
    expect(board).not_to_have_attribute("data-points", "0")
    for _ in range(1):
        board.get_by_role("button", name="Undo").click()
    expect(board).to_have_attribute("data-points", "0")
    board.get_by_role("button", name="Train on this").click()
    expect(board).to_have_count(0)
    until(lambda: step(page) > 0)
    press(page, "Pause")
    wait_at_rest(page)
    wait_idle(page)
    first, second = sorted(read(words(page)["points"]).clusters, key=lambda cluster: cluster.x)
    assert (first.x, first.y) == (307, 716) or abs(first.x - 307) < 4 > abs(first.y - 716)
    assert abs(second.x - 716) < 4 and abs(second.y - 511) < 4  # where it was dragged to
    page.reload()
    wait_idle(page)
    expect(page.get_by_text("Drawn: 2 clusters and 0 points")).to_be_visible()
