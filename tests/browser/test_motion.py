"""The stage in motion, on every page with a player: nothing jumps from the recorded run to the trained one, at an
alarm, at the end or after an answer; all views show one step; a tap, a drag and a key do what they say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.driver import (
    PATIENCE,
    Server,
    button,
    press,
    scrubber,
    timeline,
    visitor,
    wait_at_rest,
    wait_idle,
)  # fmt: skip
from tests.browser.test_play import until

pytestmark = pytest.mark.slow
WINDOW = {"width": 1280, "height": 720}
TELEPHONE = {"width": 390, "height": 844}
STILL = 10  # pixels that the picture and both players may move
SHORT = "batch=16&g_layers=16&d_layers=16&steps=48"
OPENING = ("play_2d", "collapse", "vanishing", "wgan", "wgan?part=critic", "wgan?part=digits", "digits?section=scratch")
ALONE = ("play_2d", "digits?section=scratch")  # of one panel
# Sampled in the page: where things are (below the top of the page, however far one has scrolled; a player that stays at
# the foot of the window is where it is seen), and which step each view shows.
WATCH = """() => {
  const main = () => document.querySelector('[data-testid=stMain]');
  const roots = () => [...document.querySelectorAll('*')].flatMap((e) => e.shadowRoot
    ? [...e.shadowRoot.querySelectorAll('.gan-live')] : []).filter((e) => e.getClientRects().length);
  const top = (e) => e?.getClientRects().length ? Math.round(e.getBoundingClientRect().top + main().scrollTop) : null;
  window.places = () => {
    const all = roots(), of = (kind) => all.find((e) => e.matches(`[data-kind=${kind}]`));
    const picture = all.find((e) => e.matches('[data-kind=scene], [data-kind=digits]'));
    const track = (of('timeline') ?? of('recorded'))?.querySelector('.track');
    const player = document.querySelector('.st-key-stage-player button');
    return { picture: top(picture?.querySelector('.grid')), track: top(track), player: top(player) };
  };
  window.steps = () => {
    const time = roots().find((e) => e.matches('[data-kind=timeline]')), slider = time?.querySelector('input');
    if (!time || slider === time.getRootNode().activeElement) return undefined;
    const said = +time.innerText.match(/step ([\\d,]+)/)[1].replace(',', '');
    const views = roots().filter((e) => !e.matches('[data-kind=recorded], [data-kind=recorded] *, [data-kind=sketch]'));
    const told = views.filter((e) => e.matches('[data-kind=words]')).flatMap((e) =>
      [...e.innerText.matchAll(/[Ss]tep ([\\d,]+)/g)].map((found) => +found[1].replace(',', '')));
    const share = parseFloat(slider.style.getPropertyValue('--here'));
    const stepped = views.filter((e) => e.dataset.step);
    return { said, slider: +slider.value, here: Math.round(share * slider.max / 100), told,
             drawn: stepped.map((e) => +e.dataset.step) };
  };
  window.seen = { places: [], steps: [] };
  const note = () => {
    for (const what of ['places', 'steps']) {
      const now = JSON.stringify(window[what]());
      if (now && now !== window.seen[what].at(-1)) window.seen[what].push(now);
    }
    setTimeout(note, 50);
  };
  note();
}"""


def arrive(page: Page, address: str) -> None:
    page.goto(f"/{address}", wait_until="domcontentloaded")
    wait_idle(page)
    page.wait_for_timeout(600)  # the file of a recording, and what is laid out after it
    page.evaluate(WATCH)


def seen(page: Page, what: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in page.evaluate(f"window.seen.{what}")]


def assert_still(page: Page, before: dict[str, int]) -> None:
    for now in seen(page, "places"):
        moved = {name: now[name] - y for name, y in before.items() if now[name] is not None and y is not None}
        assert all(abs(far) <= STILL for far in moved.values()), f"moved by {moved} from {before}"


def views(page: Page, kind: str) -> Locator:
    return page.locator(f".gan-live[data-kind={kind}]")


@pytest.mark.parametrize(
    ("address", "size"),
    [(address, WINDOW) for address in OPENING] + [(address, TELEPHONE) for address in ALONE],
    ids=lambda of: of if isinstance(of, str) else str(of["width"]),
)
def test_the_trained_run_stands_where_the_recorded_one_stood(
    browser: Browser, app_server: Server, address: str, size: Any
) -> None:
    with visitor(browser, app_server, viewport=size) as page:
        arrive(page, address)
        before = page.evaluate("window.places()")
        assert None not in before.values()
        if size is WINDOW:
            assert before["player"] < size["height"] - 20
        press(page, "Play")
        expect(timeline(page)).to_have_attribute("data-step", re.compile(r"[1-9]"))
        press(page, "Pause")
        wait_at_rest(page)
        print(address, before, *seen(page, "places"), sep="\n  ")
        assert_still(page, before)


def test_one_of_several_seeds_is_enlarged_by_click_and_key_and_escape_leads_back(page: Page) -> None:
    page.set_viewport_size(WINDOW)
    arrive(page, f"play_2d?{SHORT}&members=8")
    scene = views(page, "scene").first
    panels = scene.locator("canvas")
    expect(panels).to_have_count(8)
    sides = {round(panels.nth(i).bounding_box()["width"]) for i in range(8)}
    assert len(sides) == 1 and min(sides) >= 200
    columns = {round(panels.nth(i).bounding_box()["x"]) for i in range(8)}
    assert 2 <= len(columns) <= 4
    panels.nth(5).click()
    expect(panels).to_have_count(1)
    assert panels.first.bounding_box()["width"] > 450
    panels.first.press("Escape")
    expect(panels).to_have_count(8)
    panels.nth(2).press("Enter")
    expect(panels).to_have_count(1)
    scene.get_by_role("button", name="all seeds").click()
    expect(panels).to_have_count(8)


@pytest.mark.parametrize("address", ["wgan", "collapse"])
def test_a_grid_is_scrolled_as_a_page_and_its_player_stays_in_sight(page: Page, address: str) -> None:
    page.set_viewport_size(WINDOW)
    more = "&members=3" if address == "wgan" else "&members=8"
    arrive(page, f"{address}?{SHORT}{more}")
    panels = views(page, "scene").first.locator("canvas")
    assert min(panels.nth(i).bounding_box()["width"] for i in range(panels.count())) >= 200
    if address == "wgan":  # a row a method, a column a seed
        boxes = [panels.nth(i).bounding_box() for i in range(9)]
        assert len({round(box["x"]) for box in boxes}) == len({round(box["y"]) for box in boxes}) == 3
    for seen_one in (button(page, "Play"), scrubber(page)):
        expect(seen_one).to_be_in_viewport(ratio=1)
    panels.last.scroll_into_view_if_needed()
    expect(panels.last).to_be_in_viewport(ratio=0.9)
    expect(button(page, "Play")).to_be_in_viewport(ratio=1)
    lowest, player = panels.last.bounding_box(), timeline(page).bounding_box()
    page.mouse.move(lowest["x"] + 20, lowest["y"] + 20)
    page.mouse.wheel(0, 400)  # over a picture the page scrolls
    page.wait_for_timeout(400)
    assert panels.last.bounding_box()["y"] < lowest["y"] - 100
    assert timeline(page).bounding_box()["y"] <= player["y"]


def test_fingers_tap_a_chip_drag_the_scrubber_and_scroll_over_the_plane(browser: Browser, app_server: Server) -> None:
    with visitor(browser, app_server, viewport=TELEPHONE, has_touch=True, is_mobile=True) as page:
        arrive(page, f"play_2d?{SHORT}")
        press(page, "Play")
        expect(timeline(page)).to_have_attribute("data-step", "48")
        wait_at_rest(page)
        chip = views(page, "scene").first.locator(".chip[data-layer=real]")
        chip.tap()
        expect(chip).to_have_attribute("aria-pressed", "false")
        touch = page.context.new_cdp_session(page)

        def drag(start: tuple[float, float], to: tuple[float, float]) -> None:
            def point(x: float, y: float) -> dict[str, float]:
                return {"x": x, "y": y}

            touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point(*start)]})
            for k in range(1, 11):
                at = [a + (b - a) * k / 10 for a, b in zip(start, to, strict=True)]
                touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point(*at)]})
                page.wait_for_timeout(30)
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        box = scrubber(page).bounding_box()
        y = box["y"] + box["height"] / 2
        drag((box["x"] + box["width"] - 8, y), (box["x"] + box["width"] * 0.3, y))
        until(lambda: int(timeline(page).get_attribute("data-step") or 48) < 30)
        expect(timeline(page)).to_contain_text("looked back at")
        plane = views(page, "scene").first.locator("canvas").bounding_box()
        middle = plane["x"] + plane["width"] / 2
        before = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
        drag((middle, plane["y"] + 0.8 * plane["height"]), (middle, plane["y"] + 0.1 * plane["height"]))
        page.wait_for_function(
            "was => document.querySelector('[data-testid=stMain]').scrollTop > was + 50", arg=before,
            timeout=PATIENCE * 1000,
        )  # fmt: skip


def test_keys_belong_to_what_has_the_focus(page: Page) -> None:
    page.set_viewport_size(WINDOW)
    arrive(page, f"play_2d?{SHORT}".replace("steps=48", "steps=100000"))
    step = button(page, "Step")
    step.focus()
    page.keyboard.press("Space")
    expect(timeline(page)).to_have_attribute("data-step", "1")
    wait_idle(page)
    chip = views(page, "scene").first.locator(".chip[data-layer=modes]")
    chip.focus()
    page.keyboard.press("Space")
    expect(chip).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(500)
    expect(button(page, "Play")).to_be_visible()  # and nothing trains
    page.get_by_role("heading", name="Play in 2-D").click()
    page.keyboard.press("Space")
    expect(button(page, "Pause")).to_be_visible()
    until(lambda: int(timeline(page).get_attribute("data-step") or 0) > 20)
    page.get_by_role("heading", name="Play in 2-D").click()
    page.keyboard.press("Space")
    wait_at_rest(page)
    last = int(timeline(page).get_attribute("data-step") or 0)
    scrubber(page).press("ArrowLeft")
    until(lambda: int(timeline(page).get_attribute("data-step") or last) < last)
    scrubber(page).press("End")
    expect(timeline(page)).to_have_attribute("data-step", str(last))


def test_the_keys_of_a_slide_step_start_anew_look_back_and_leave(page: Page) -> None:
    page.set_viewport_size(WINDOW)
    arrive(page, f"play_2d?{SHORT}")
    press(page, "Step")
    expect(timeline(page)).to_have_attribute("data-step", "1")
    wait_idle(page)
    page.locator(".st-key-slide-enter button").first.click()
    expect(page.locator(".st-key-slide")).to_be_visible()
    wait_idle(page)
    page.keyboard.press("s")
    expect(timeline(page)).to_have_attribute("data-step", "2")
    wait_idle(page)
    page.keyboard.press("ArrowLeft")
    expect(timeline(page)).to_have_attribute("data-step", "1")
    page.keyboard.press("r")
    expect(timeline(page)).to_have_attribute("data-step", "0")
    wait_idle(page)
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-slide")).to_have_count(0)
