"""Recorded runs in a real browser: they play by themselves, ask the server for nothing, and hand over to a run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.driver import Server, button, visitor, wait_idle


def recorded(page: Page) -> Locator:
    return page.locator(".gan-live[data-kind=recorded]").first


def moment(page: Page) -> int:
    return int(recorded(page).get_attribute("data-moment") or 0)


def place(part: Locator) -> float:
    """How far below the top of the page it begins, however far one has scrolled."""
    return part.evaluate(
        "e => e.getBoundingClientRect().top + document.querySelector('[data-testid=stMain]').scrollTop"
    )


def test_a_page_opens_on_a_run_that_moves_and_hands_over(page: Page) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto("/play_2d")
    expect(recorded(page)).to_have_attribute("data-state", "playing")
    expect(recorded(page)).to_have_attribute("data-moment", re.compile(r"^[1-9]\d*$"))
    wait_idle(page)
    assert not [url for url in sockets if "/live/" in url]  # nothing is pushed
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(button(page, "Play")).to_be_in_viewport(ratio=1)  # with the picture and the player of the recording
    expect(recorded(page).get_by_role("slider")).to_be_in_viewport(ratio=1)
    picture, play = recorded(page).locator(".scene canvas").bounding_box(), button(page, "Play").bounding_box()
    assert picture["height"] > 450 and picture["y"] + picture["height"] < play["y"]
    was = place(recorded(page).locator(".scene canvas")), place(button(page, "Play"))
    player = recorded(page).get_by_role("button", name="Pause the recording")
    player.click()
    expect(recorded(page)).to_have_attribute("data-state", "still")
    recorded(page).get_by_role("slider").press("End")
    expect(recorded(page).locator(".caption")).to_contain_text("It does not settle")
    expect(recorded(page).get_by_role("button", name="Players that come to rest")).to_be_in_viewport(ratio=1)
    sketch = page.locator(".gan-live[data-kind=sketch]")
    sketch.scroll_into_view_if_needed()
    box = sketch.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 80, steps=4)
    page.mouse.up()
    expect(sketch).to_have_attribute("data-drawn", "true")
    recorded(page).get_by_role("button", name="Now train it yourself").click()
    expect(button(page, "Pause")).to_be_visible()
    expect(page.locator(".gan-live[data-kind=recorded]")).to_have_count(0)
    live = page.locator(".gan-live[data-kind=scene] canvas").first
    expect(live).to_be_visible()
    wait_idle(page)
    assert (place(live), place(button(page, "Pause"))) == pytest.approx(was, abs=10)  # nothing jumps for it
    expect(sketch).to_contain_text(re.compile(r"your sketch is off by 0\.\d+ on average.*you would be off by 0\.\d"))


def test_the_end_of_what_does_not_settle_leads_to_what_does(page: Page) -> None:
    page.goto("/play_2d")
    expect(recorded(page)).to_have_attribute("data-state", "playing")
    recorded(page).get_by_role("slider").press("End")
    recorded(page).get_by_role("button", name="Players that come to rest").click()
    page.wait_for_url(re.compile("loss=relativistic"))
    expect(recorded(page)).to_have_attribute("data-state", "playing")
    recorded(page).get_by_role("slider").press("End")
    expect(recorded(page).locator(".caption")).to_contain_text("At rest")
    assert recorded(page).locator(".caption button").count() == 0


def test_while_the_next_recording_is_on_its_way_the_last_one_stands(page: Page) -> None:
    held: list[Route] = []
    page.route("**/preset_settling", lambda route: held.append(route))
    page.goto("/play_2d")
    expect(recorded(page)).to_have_attribute("data-moment", re.compile(r"^[1-9]\d*$"))
    page.get_by_role("button", name="It ends best").click()
    expect(recorded(page)).to_have_attribute("data-state", "loading")  # while its clock went on
    wait_idle(page)
    held[0].continue_()
    expect(recorded(page)).to_have_attribute("data-state", "playing")


def test_while_a_prediction_is_open_the_beginning_plays_and_does_not_tell(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("/collapse")
    expect(recorded(page)).to_have_attribute("data-moment", re.compile(r"^[1-9]\d*$"))
    strips = recorded(page).locator("[data-kind=heat] canvas")
    expect(strips).to_be_in_viewport(ratio=1)  # the hero, beside the plane
    expect(recorded(page).locator(".caption")).to_contain_text("Predict how it goes on")
    seen = recorded(page).evaluate(  # over and over: the moments that are drawn until it begins again
        """root => new Promise(done => { const seen = []; const look = () => { seen.push(+root.dataset.moment);
        seen.at(-1) < seen.at(-2) ? done(seen) : requestAnimationFrame(look); }; look(); })"""
    )
    assert max(seen) <= 24
    parts = [strips, recorded(page).locator(".scene canvas"), button(page, "Play")]
    before = [place(part) for part in parts]
    page.get_by_text("at most 3 in 8").click()
    expect(recorded(page)).to_have_attribute("data-moment", re.compile(r"^(2[5-9]|[3-9]\d)$"))
    assert [place(part) for part in parts] == before  # what is asked and answered has its room


# Of each chart, at the first moment of a recording: in how many rows of its pixels something is drawn that is neither
# nothing nor a line of the grid, which goes all across.
DRAWN = """root => new Promise(done => {
  const rows = (canvas) => {
    const [w, h] = [canvas.width, canvas.height], ratio = w / canvas.clientWidth;
    const [left, foot] = [60 * ratio, 26 * ratio], wide = Math.floor(w - 2 * left);
    const { data } = canvas.getContext('2d').getImageData(left, 0, wide, h - foot);
    const inked = Array.from({ length: Math.floor(h - foot) }, (_, y) =>
      Array.from({ length: wide }, (_, x) => data[4 * (y * wide + x) + 3] > 0).filter(Boolean).length);
    return inked.filter((count) => count > 0 && count < 0.95 * wide).length;
  };
  let frames = 0; // the charts are drawn in the frame after the one in which their recording is
  const look = () => {
    frames = root.dataset.moment === '0' ? frames + 1 : 0;
    if (frames < 3) requestAnimationFrame(look);
    else done([...root.querySelectorAll('[data-kind=curves] canvas')].map(rows));
  };
  look();
})"""


def test_no_chart_is_empty_at_the_first_moment_while_a_prediction_is_open(page: Page) -> None:
    """Its curves begin with the first step, and grey is the beginning that plays over and over."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/vanishing")
    expect(recorded(page)).to_have_attribute("data-state", "playing")
    drawn = recorded(page).evaluate(DRAWN)
    assert len(drawn) == 2 and min(drawn) > 5, drawn
    assert "secret" in (recorded(page).get_attribute("class") or "")


def test_who_wants_no_motion_sees_the_beginning_of_what_is_to_be_predicted(
    browser: Browser, app_server: Server
) -> None:
    with visitor(browser, app_server, reduced_motion="reduce") as page:
        page.goto("/vanishing")
        expect(recorded(page)).to_have_attribute("data-moment", "24")
        expect(recorded(page)).to_have_attribute("data-state", "still")


def test_who_wants_no_motion_sees_the_end_and_a_card_is_a_link_as_a_whole(browser: Browser, app_server: Server) -> None:
    with visitor(browser, app_server, reduced_motion="reduce") as page:
        page.goto("/")
        expect(recorded(page)).to_have_attribute("data-state", "still")
        assert moment(page) > 100
        wait_idle(page)
        card = page.locator(".st-key-card-page-wgan").first
        card.scroll_into_view_if_needed()
        card.click(position={"x": 40, "y": 60})  # on its picture
        page.wait_for_url(re.compile("/wgan"))
