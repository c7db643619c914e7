"""The stage in motion, on every page with a player: nothing jumps from the recorded run to the trained one, at an
alarm, at the end or after an answer; all views show one step; a tap, a drag and a key do what they say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gan_core.studies.recipe import KNOBS
from tests.browser.driver import (
    PATIENCE,
    Server,
    button,
    press,
    scrubber,
    timeline,
    to_the_start,
    visitor,
    wait_at_rest,
    wait_idle,
)  # fmt: skip
from tests.browser.test_play import until

pytestmark = pytest.mark.slow
WINDOW = {"width": 1280, "height": 720}
TELEPHONE = {"width": 390, "height": 844}
STILL = 10  # pixels that the picture and both players may move
BELOW = 120  # … of a player's buttons, in three lines, on a telephone
SHORT = "batch=16&g_layers=16&d_layers=16&steps=48"
DIGITS = "batch=16&steps=24"
ALARMED = "batch=64&g_layers=32-32&d_layers=32-32&members=4&steps=100000"  # at step 700, as each machine finds it
OPENING = (
    "play_2d", "collapse", "vanishing", "wgan", "wgan?part=critic", "wgan?part=digits", "digits?section=scratch",
    "convergence?tab=two",
)  # fmt: skip
BRIEF = ("convergence?tab=two",)  # whose run is over before anybody could pause it
NO_TIME = re.compile("outputs now|mean slope")  # charts over what D says
LIVE = ("play_2d", "collapse", "wgan", "vanishing")
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
    const verdict = top(document.querySelector('.st-key-stage-moving .st-key-stage-verdict'));
    return { picture: top(picture?.querySelector('.grid')), track: top(track), player: top(player), verdict };
  };
  window.steps = () => {
    const time = roots().find((e) => e.matches('[data-kind=timeline]')), slider = time?.querySelector('input');
    if (!time || slider === time.getRootNode().activeElement) return undefined;
    const said = +time.innerText.match(/step ([\\d,]+)/)?.[1].replaceAll(',', '');
    const views = roots().filter((e) => !e.matches('[data-kind=recorded], [data-kind=recorded] *, [data-kind=sketch]'));
    const told = views.filter((e) => e.matches('[data-kind=words]')).flatMap((e) =>
      [...e.innerText.matchAll(/[Ss]tep ([\\d,]+)/g)].map((found) => +found[1].replaceAll(',', '')));
    const part = (name) => Math.round(parseFloat(slider.style.getPropertyValue(name)) * slider.max / 100);
    const stepped = views.filter((e) => e.dataset.step);
    return { said, slider: +slider.value, here: part('--here'), last: part('--last'), told,
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
    until(lambda: None not in [page.evaluate("window.places()")[name] for name in ("picture", "track", "player")])
    expect(page.locator(".gan-live[data-kind=recorded][data-state=loading]")).to_have_count(0)
    page.evaluate("window.seen.places = []")


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
    [(address, size) for address in OPENING for size in (WINDOW, TELEPHONE)],
    ids=lambda of: of if isinstance(of, str) else str(of["width"]),
)
def test_the_trained_run_stands_where_the_recorded_one_stood(
    browser: Browser, app_server: Server, address: str, size: Any
) -> None:
    with visitor(browser, app_server, viewport=size) as page:
        arrive(page, address)
        before = page.evaluate("window.places()")
        assert None not in [before[name] for name in ("picture", "track", "player")]
        if size is WINDOW:
            assert before["player"] < size["height"] - 20
        press(page, "Play")
        expect(timeline(page)).to_have_attribute("data-step", re.compile(r"[1-9]"))
        if address not in BRIEF:
            press(page, "Pause")
        wait_at_rest(page)
        print(address, before, *seen(page, "places"), sep="\n  ")
        now = page.evaluate("window.places()")
        if size is WINDOW:
            assert_still(page, before)
        else:  # the picture, the player and right below it the verdict
            assert all(abs(now[name] - before[name]) <= STILL for name in ("picture", "track", "player")), now
            assert now["picture"] < now["track"] < now["player"] < now["verdict"] < now["player"] + BELOW, now


def own(address: str) -> str:
    """The page with settings of the visitor's own, which nobody has recorded: its run is there, and short."""
    return f"{address}{'&' if '?' in address else '?'}{DIGITS if 'digits' in address else SHORT}"


@pytest.mark.parametrize("size", [WINDOW], ids=lambda of: str(of["width"]))
@pytest.mark.parametrize("address", OPENING)
def test_nothing_moves_for_an_answer_nor_for_the_end_which_is_told_while_one_looks_back(
    browser: Browser, app_server: Server, address: str, size: Any
) -> None:
    with visitor(browser, app_server, viewport=size) as page:
        arrive(page, own(address))
        before = page.evaluate("window.places()")
        assert None not in before.values()
        if (question := page.locator("[class*=-predict-] label[data-baseweb=radio]")).count():
            question.first.click()
            wait_idle(page)
        press(page, "Play")
        last = 24 if "digits" in address else 48
        expect(timeline(page)).to_have_attribute("data-step", str(last))
        wait_at_rest(page)
        ending = page.locator("[class*=st-key-][class*=-ending]:not(.st-key-stage-ending)")
        told = ending.locator(".sentence").first
        expect(told).to_contain_text(re.compile(rf"Step {last}.*(perfect|real digits): "))
        expect(ending.get_by_role("button", name="Train on, twice as far")).to_be_enabled()
        expect(ending.get_by_role("button", name=re.compile("What if"))).to_have_count(2)
        expect(told).not_to_contain_text("…")  # a worker has found out what it stands beside
        said = told.inner_text()
        to_the_start(page)
        expect(timeline(page)).to_contain_text("looked back at")
        wait_idle(page)
        page.wait_for_timeout(400)
        assert told.inner_text() == said  # it is about the end, whichever step one looks at
        print(address, size["width"], before, *seen(page, "places"), sep="\n  ")
        assert_still(page, before)


def test_the_twins_of_the_recipe_end_where_they_were_with_a_sentence_each_and_what_to_try(page: Page) -> None:
    page.set_viewport_size(WINDOW)
    arrive(page, "digits?section=recipe")
    before = page.evaluate("window.places()")
    press(page, "Play")
    ending = page.locator(".st-key-recipe-ending")
    told = ending.locator(".sentence")
    twins = KNOBS["g_norm"].twins
    expect(told).to_have_count(len(twins), timeout=10 * PATIENCE * 1000)  # they train for a minute, on a good machine
    now = page.evaluate("window.places()")
    assert all(abs(now[name] - before[name]) <= STILL for name in ("picture", "track", "player")), (before, now)
    for one in told.all():
        expect(one).to_contain_text(re.compile(r"of 10 digits are made.*real digits: "))
    expect(ending.get_by_role("button", name="Train on, twice as far")).to_be_enabled()
    expect(ending.get_by_role("button", name=re.compile("What if"))).to_have_count(2)


@pytest.mark.parametrize("size", [WINDOW, TELEPHONE], ids=lambda of: str(of["width"]))
@pytest.mark.parametrize("address", ["collapse", f"collapse?{ALARMED}"], ids=["eight", "four"])
def test_nothing_moves_for_an_alarm(browser: Browser, app_server: Server, address: str, size: Any) -> None:
    with visitor(browser, app_server, viewport=size) as page:
        arrive(page, address)
        press(page, "Play")
        until(lambda: int(timeline(page).get_attribute("data-step") or 0) > 0)
        wait_idle(page)
        assert not views(page, "words").locator(".sentence.warning").count()
        before = page.evaluate("window.places()")
        page.evaluate("window.seen.places = []")
        alarm = views(page, "words").locator(".sentence.warning").first
        expect(alarm).to_contain_text(
            "Alarm in", timeout=10 * PATIENCE * 1000
        )  # after hundreds of steps, on any machine
        press(page, "Pause")
        wait_at_rest(page)
        expect(alarm).to_be_visible()
        assert_still(page, before)


def assert_one_step(page: Page, least: int) -> None:
    """What was drawn together, at moments of a run that trains, is of one step; the scrubber stands where it is, which
    is the end of what there is."""
    steps = seen(page, "steps")
    assert len({moment["said"] for moment in steps}) >= least
    for moment in steps:
        several = {moment[name] for name in ("said", "slider", "here", "last")} | {*moment["drawn"]}
        assert len(several) == 1, moment


@pytest.mark.parametrize("address", LIVE)
def test_all_views_of_a_frame_show_one_step(page: Page, address: str) -> None:
    page.set_viewport_size(WINDOW)
    arrive(page, own(address).replace("steps=48", "steps=100000"))
    press(page, "Play")
    until(lambda: int(timeline(page).get_attribute("data-step") or 0) > 30)
    wait_idle(page)
    page.evaluate("window.seen.steps = []")
    until(lambda: len(page.evaluate("window.seen.steps")) > 20)
    found = seen(page, "steps")
    press(page, "Pause")
    print(*found[:5], sep="\n")
    assert len(found[0]["drawn"]) >= 4
    assert_one_step(page, 15)


@pytest.mark.parametrize(("address", "begin"), [
    ("digits?section=replay&run=mlp", "Go on training, live"), ("wgan?part=critic", "Play"),
])  # fmt: skip
def test_the_scrubber_stands_at_the_end_of_the_progress(page: Page, address: str, begin: str) -> None:
    page.set_viewport_size(WINDOW)
    arrive(page, address)
    press(page, begin)
    expect(button(page, "Pause")).to_be_visible()
    page.wait_for_timeout(500)
    wait_idle(page)
    page.evaluate("window.seen.steps = []")
    until(lambda: len(page.evaluate("window.seen.steps")) > 5)
    print(*seen(page, "steps")[:5], sep="\n")
    press(page, "Pause")
    assert_one_step(page, 4)


@pytest.mark.parametrize(("address", "kind"), [
    *((address, "curves") for address in (*LIVE, "digits?section=scratch")), ("collapse", "heat"),
])  # fmt: skip
def test_a_click_on_each_time_axis_moves_the_scrubber(page: Page, address: str, kind: str) -> None:
    """One after the other, so that each click takes the focus from the chart before it."""
    page.set_viewport_size(WINDOW)
    arrive(page, own(address))
    last = 24 if "digits" in address else 48
    press(page, "Play")
    expect(timeline(page)).to_have_attribute("data-step", str(last))
    wait_at_rest(page)
    axes = [one for one in views(page, kind).locator("canvas:visible").all()
            if not NO_TIME.search(one.get_attribute("aria-label") or "")]  # fmt: skip
    assert len(axes) >= {"curves": 2, "heat": 1}[kind]  # the strips of all seeds have one
    for k, axis in enumerate(axes):
        axis.scroll_into_view_if_needed()
        box = axis.bounding_box()
        axis.click(position={"x": (0.3, 0.7)[k % 2] * box["width"], "y": 0.4 * box["height"]})
        until(lambda k=k: (0 < int(timeline(page).get_attribute("data-step") or 0) < last / 2) == (k % 2 == 0))
        expect(timeline(page)).to_contain_text("looked back at")
        expect(scrubber(page)).to_have_js_property("value", timeline(page).get_attribute("data-step"))


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
