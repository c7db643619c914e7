"""What a visitor takes by the hand besides q on its line (test_drag.py) and the board (test_board.py): p, two Gaussians
in the plane, θ of the parallel lines, two digits for a walk, a sketch of every page that has one, an eraser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import press, wait_at_rest, wait_idle
from tests.browser.test_drag import middle, number
from tests.browser.test_play import until

pytestmark = pytest.mark.slow
SHORT = "batch=16&g_layers=16&d_layers=16&steps=48"


def stopped(page: Page, address: str, said: str) -> Locator:
    """The picture that is taken, at rest: it moves until somebody asks it to stop, and then the address says where."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/{address}")
    wait_idle(page)
    picture = page.locator(".gan-drag")
    expect(picture).to_have_attribute("data-playing", "true")
    picture.get_by_role("button", name="Now do it yourself").click()
    expect(picture).to_have_attribute("data-playing", "false")
    expect(page).to_have_url(re.compile(said))
    wait_idle(page)
    return picture


def dragged(page: Page, handle: Locator, by: tuple[float, float], seen: Locator) -> set[str]:
    """What stands in a place while the pointer moves, of which nobody is asked."""
    x, y = middle(handle)
    here, said = page.url, set()
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(1, 6):
        page.mouse.move(x + by[0] * i / 5, y + by[1] * i / 5)
        page.wait_for_function("() => new Promise(requestAnimationFrame)")
        said.add(seen.inner_text())
    assert page.url == here
    page.mouse.up()
    return said


def test_p_is_dragged_on_its_line(page: Page) -> None:
    picture = stopped(page, "distances", "line_q_mean=")
    handle = page.get_by_role("slider", name="p: mean")
    assert len(dragged(page, handle, (-60, 0), picture.locator("[data-name=w1] b"))) >= 4
    expect(page).to_have_url(re.compile("line_p_mean=-"))
    wait_idle(page)
    assert number(picture, "w1") > 0


def test_p_and_q_are_dragged_in_the_plane(page: Page) -> None:
    picture = stopped(page, "distances?tab=plane", "plane_q_x=")
    for side, way in (("p", (-70, 30)), ("q", (60, -40))):
        handle = page.get_by_role("slider", name=re.compile(f"^{side}: ")).first
        assert len(dragged(page, handle, way, picture)) >= 4
        expect(page).to_have_url(re.compile(rf"\w*_{side}_\w+="))
        wait_idle(page)


def test_theta_is_dragged_and_the_pull_of_w1_turns_round_with_it_while_no_other_pulls(page: Page) -> None:
    picture = stopped(page, "wgan?part=lines", "theta=")
    handle = picture.get_by_role("slider", name=re.compile("θ"))
    box = picture.locator("svg.picture").bounding_box()
    assert box is not None

    def to(share: float) -> None:
        """θ where that share of the picture's width is."""
        dragged(page, handle, (box["x"] + share * box["width"] - middle(handle)[0], 0), picture)
        wait_idle(page)
        until(lambda: abs(number(picture, "w1") - abs(theta())) < 6e-3)  # where it lies on the page's own steps

    def theta() -> float:
        return float(picture.get_attribute("data-theta") or 0)

    to(0.8)
    right = theta()
    pulls = picture.locator("[data-name=w1] .pull"), picture.locator("[data-name=jsd] .pull")
    w1, of_w1, of_jsd = number(picture, "w1"), *(pull.inner_text() for pull in pulls)
    assert right > 0.5 and abs(w1 - right) < 6e-3 and of_w1 != of_jsd
    expect(page).to_have_url(re.compile("theta=[01]"))
    wait_idle(page)
    to(0.25)
    left = theta()
    assert left < -0.5 and abs(number(picture, "w1") + left) < 6e-3
    assert pulls[1].inner_text() == of_jsd and pulls[0].inner_text() != of_jsd
    expect(page).to_have_url(re.compile("theta=-"))


def test_two_digits_that_are_clicked_are_the_ends_of_a_walk(page: Page) -> None:
    page.goto("/digits?section=latent&walk_from=4&walk_to=7")
    wait_idle(page)
    grid = page.locator("[class*=walk_from] .gan-live[data-kind=digits] canvas").last
    walk = page.locator("[class*=latent-walk] .gan-live[data-kind=digits] canvas").last
    before = walk.evaluate("e => e.toDataURL()")
    for column, ends in ((2, "walk_from=7.*walk_to=3"), (5, "walk_from=3.*walk_to=6")):
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        assert box is not None
        grid.click(position={"x": (column + 0.5) * box["width"] / 20, "y": 20})
        expect(page).to_have_url(re.compile(ends))
        wait_idle(page)
    until(lambda: walk.evaluate("e => e.toDataURL()") != before)


@pytest.mark.parametrize("address", ["play_2d", "collapse", "vanishing", "wgan"])
def test_a_sketch_that_is_drawn_before_play_is_marked_after_it(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/{address}?{SHORT}&members=1")
    wait_idle(page)
    sketch = page.locator(".gan-live[data-kind=sketch]")
    sketch.scroll_into_view_if_needed()
    box = sketch.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 0.6 * box["height"], steps=6)
    page.mouse.up()
    expect(sketch).to_have_attribute("data-drawn", "true")
    press(page, "Play")
    wait_at_rest(page)
    expect(sketch).to_contain_text(re.compile(r"your sketch is off by \d[\d.]* on average"))


def test_what_the_eraser_passes_is_gone(page: Page) -> None:
    page.goto("/play_2d?batch=16&g_layers=16&d_layers=16&data=two_gaussians")
    wait_idle(page)
    page.get_by_role("combobox", name=re.compile("Data")).click()
    page.get_by_role("option", name="draw your own …").click()
    board = page.locator(".gan-live[data-kind=board]")
    expect(board).to_have_attribute("data-clusters", "3")
    board.get_by_role("button", name="Clear").click()
    canvas = board.locator("canvas")
    box = canvas.bounding_box()
    assert box is not None

    def stroke(tool: str, start: float, end: float) -> int:
        board.get_by_role("button", name=tool).click()
        page.mouse.move(box["x"] + start * box["width"], box["y"] + 0.5 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + end * box["width"], box["y"] + 0.5 * box["height"], steps=12)
        page.mouse.up()
        page.wait_for_function("() => new Promise(requestAnimationFrame)")
        return int(board.get_attribute("data-points") or 0)

    drawn = stroke("Brush", 0.2, 0.8)
    until(lambda: int(board.get_attribute("data-points") or 0) > 20)
    assert 0 < stroke("Erase", 0.2, 0.5) < 0.8 * drawn
    assert stroke("Erase", 0.1, 0.9) == 0
