"""What every stage has: a plane of 600 pixels that grows with the window, one row of sections that is in the address,
settings of which few are open, a replay that is paused, sought and slowed, keys for what has the focus."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pages.distances import options as distances
from pages.shared.controls.fields import GROUPS, OPEN
from tests.browser.driver import (
    Server,
    a_moment,
    button,
    press,
    scrubber,
    timeline,
    visitor,
    wait_at_rest,
    wait_idle,
)  # fmt: skip
from tests.browser.look import EDGES, FAINT, SECTIONS
from tests.browser.test_play import until

pytestmark = pytest.mark.slow
SHORT = "batch=16&g_layers=16&d_layers=16&steps=48"
CONTROLS = ", ".join(f"[data-testid=st{kind}]" for kind in ("Selectbox", "Slider", "NumberInput", "MultiSelect"))
PLANE = ".gan-live[data-kind=scene] canvas:visible"


@pytest.mark.parametrize("address", ["play_2d", "collapse"])
@pytest.mark.parametrize("trained", [False, True], ids=["recorded", "trained"])
def test_the_plane_has_600_pixels_at_1280_by_800_and_grows_with_the_window(
    page: Page, address: str, trained: bool
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/{address}")
    wait_idle(page)
    if trained:
        press(page, "Step")
        expect(timeline(page)).to_have_attribute("data-step", "1")
        wait_idle(page)
        if (panels := page.locator(PLANE)).count() > 1:  # of several seeds one is enlarged
            panels.first.click()
            expect(panels).to_have_count(1)

    def side() -> float:
        box = page.locator(PLANE).first.bounding_box()
        assert box is not None
        return min(box["width"], box["height"])

    least = 600.0
    for width, height, more in ((1280, 800, 50), (1600, 900, 100), (1920, 1080, 0)):
        page.set_viewport_size({"width": width, "height": height})
        until(lambda least=least: side() >= least)
        player = button(page, "Play").bounding_box()
        assert player is not None and player["y"] + player["height"] <= height
        least = side() + more


@pytest.mark.parametrize(("address", "planes"), [
    ("convergence?tab=two", 1), ("vanishing?tab=twins", 2), ("wgan?part=beside", 3), ("wgan?part=critic", 3),
    ("distances?tab=plane", 1), ("wgan?part=lines", 1),
])  # fmt: skip
def test_a_row_of_sections_takes_no_room_from_the_plane(page: Page, address: str, planes: int) -> None:
    """The row stands on the line of the heading. Several planes are as large as the width lets them be; it took 43
    pixels from a single one."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/{address}")
    wait_idle(page)
    row, title = page.locator(".st-key-sections [data-testid=stButtonGroup]"), page.locator(".st-key-head h1")
    across = page.locator(".st-key-stage").bounding_box()
    assert across is not None

    def box(of: Locator) -> dict[str, float]:
        found = of.first.bounding_box()
        assert found is not None
        return {**found, "foot": found["y"] + found["height"]}

    def side() -> float:
        picture = box(page.locator(f"{PLANE}, .gan-drag .picture"))
        return min(picture["width"], picture["height"])

    until(lambda: side() >= min(600, (across["width"] - 20 * (planes - 1)) / planes - 1))
    assert box(title)["y"] <= box(row)["foot"] and box(row)["y"] <= box(title)["foot"]
    player = page.locator(".st-key-stage-player, .st-key-stage-time, .gan-drag .play")
    page.set_viewport_size({"width": 1280, "height": 720})
    until(lambda: all(one["y"] + one["height"] <= 720 for e in player.all() if (one := e.bounding_box())))
    page.set_viewport_size({"width": 390, "height": 844})
    until(lambda: box(row)["y"] >= box(title)["foot"] - 4)  # a line of its own


@pytest.mark.parametrize(("address", "least"), [
    ("digits?section=replay", 430), ("digits?section=labels", 340), ("digits?section=latent", 340),
    ("digits?section=scratch", 430),
])  # fmt: skip
def test_images_are_as_large_as_the_first_screen_lets_them_be(page: Page, address: str, least: float) -> None:
    """In pixels of the lesser side. Those of *Draw me sevens* were 236 high, and a finished run pushed its own button
    off the screen."""
    images = page.locator(".st-key-stage-opens .gan-live[data-kind=digits] canvas:visible").first
    page.goto(f"/{address}")
    wait_idle(page)

    def seated(high: int) -> bool:
        player, picture = page.locator(".st-key-stage-player").bounding_box(), images.bounding_box()
        assert player is not None and picture is not None
        large = min(picture["width"], picture["height"]) >= least
        return large and picture["y"] + picture["height"] <= player["y"] and player["y"] + player["height"] <= high

    for height in (720, 800):
        page.set_viewport_size({"width": 1280, "height": height})
        until(lambda height=height: seated(height))


# sections without runs of their own: what is taken by the hand, closed forms, and what was trained before
STILL = [
    "wgan?part=line", "wgan?part=lines", "digits?section=scores", "digits?section=labels&draw_me=3",
    "digits?section=latent&walk_to=12", "digits?section=latent&view=coordinate",
    *(f"distances?tab={tab}" for tab in distances.SECTIONS),
    *(f"vanishing?tab={tab}" for tab in ("curves", "frozen", "distance", "helps")),
    *(f"convergence?tab={tab}" for tab in ("map", "losses")),
]  # fmt: skip
VERDICT = ".gan-drag .caption, .st-key-stage-verdict [data-kind=words]"
PICTURE = ".gan-drag .picture, [class*=st-key-stage-picture] :is(.js-plotly-plot, canvas)"


@pytest.mark.parametrize("address", STILL)
def test_a_section_without_runs_has_the_stage_of_all(page: Page, address: str) -> None:
    """The verdict above a picture that grows with the window, its player on the same screen; on a telephone the
    picture, the player, the verdict. What can be set stands aside."""

    def box(what: str) -> dict[str, float]:
        found = page.locator(what).first.bounding_box()
        assert found is not None
        return {**found, "foot": found["y"] + found["height"]}

    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/{address}")
    wait_idle(page)
    expect(page.locator(VERDICT).first).to_contain_text(re.compile(r"\w"))
    player = ".st-key-stage-player" if page.locator(".st-key-stage-player").count() else PICTURE
    verdict, picture, small = box(VERDICT), box(PICTURE), box(PICTURE)
    assert 40 < verdict["height"] < 56 and verdict["foot"] <= picture["y"] < 200  # three lines, however many it says
    assert picture["foot"] <= 720 and box(player)["foot"] <= 720
    assert page.get_by_test_id("stMain").locator(CONTROLS).locator("visible=true").count() <= 1  # what is played with
    page.set_viewport_size({"width": 1920, "height": 1080})
    until(lambda: box(PICTURE)["width"] * box(PICTURE)["height"] > 1.5 * small["width"] * small["height"])
    assert box(PICTURE)["height"] > 1.3 * small["height"]  # some grew in width alone
    assert box(PICTURE)["foot"] <= 1080 and box(player)["foot"] <= 1080
    page.set_viewport_size({"width": 390, "height": 844})
    until(lambda: box(PICTURE)["width"] <= 390)
    until(lambda: box(VERDICT)["y"] >= box(player)["foot"] >= box(PICTURE)["foot"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edge_of_the_main_button_is_seen_under_the_pointer(
    browser: Browser, app_server: Server, theme: str
) -> None:
    """On the dark page its ground darkens to 2 : 1."""
    with visitor(browser, app_server, color_scheme=theme) as page:
        page.goto("/play_2d")
        wait_idle(page)
        play = button(page, "Play").first
        ground = "e => getComputedStyle(e).backgroundColor"
        was = play.evaluate(ground)
        play.hover()
        until(lambda: play.evaluate(ground) != was)
        page.wait_for_function(f"() => !({EDGES})().length && !({FAINT})().length")  # once it has stopped changing


@pytest.mark.parametrize("name", SECTIONS)
def test_sections_are_one_row_of_buttons_each_of_which_is_an_address(page: Page, name: str) -> None:
    word, sections = SECTIONS[name]
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/{name}?{word}={sections[-1]}")
    wait_idle(page)
    row = page.locator(".st-key-sections").get_by_role("radio")
    expect(row).to_have_count(len(sections))
    expect(row.last).to_be_checked()
    for i, section in enumerate(sections):
        row.nth(i).click(force=True)
        expect(row.nth(i)).to_be_checked()
        if i:
            expect(page).to_have_url(re.compile(rf"[?&]{word}={section}\b"))
        else:  # the page's own
            expect(page).not_to_have_url(re.compile(rf"[?&]{word}="))
        wait_idle(page)


@pytest.mark.parametrize(
    "name", ["play_2d", "collapse", "vanishing", "wgan", "digits?section=scratch", "convergence?tab=two"]
)
def test_few_settings_are_open_and_the_first_stands_at_the_top(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/{name}")
    wait_idle(page)
    sidebar = page.get_by_test_id("stSidebar")
    groups = sidebar.get_by_test_id("stExpander")
    opened = groups.locator("details[open]")
    assert 3 <= groups.count() <= len(GROUPS) + 2 and opened.count() <= len(OPEN)
    controls = sidebar.locator(CONTROLS)
    first, folded = controls.first.bounding_box(), groups.first.bounding_box()
    assert first is not None and folded is not None and first["y"] < folded["y"]
    assert controls.count() <= 12


@pytest.mark.parametrize("name", ["play_2d", "digits?section=scratch", "vanishing", "wgan", "convergence?tab=two"])
def test_a_recorded_run_is_paused_sought_and_slowed(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"/{name}")
    recorded = page.locator(".gan-live[data-kind=recorded]").first
    expect(recorded).to_have_attribute("data-state", "playing")
    speed = recorded.get_by_role("button", name="Speed of the recording")
    until(lambda: (speed.click(), speed.inner_text())[1] == "×0.5")
    recorded.get_by_role("button", name="Pause the recording").click()
    expect(recorded).to_have_attribute("data-state", "still")
    at = recorded.get_attribute("data-moment")
    a_moment(page)
    assert recorded.get_attribute("data-moment") == at
    recorded.get_by_role("slider").press("Home")
    expect(recorded).to_have_attribute("data-moment", "0")
    recorded.get_by_role("slider").press("ArrowRight")
    expect(recorded).to_have_attribute("data-moment", "1")


@pytest.mark.parametrize(
    "address",
    [
        f"play_2d?{SHORT}",
        f"vanishing?{SHORT}",
        "digits?section=scratch&batch=16&steps=48",
        f"convergence?tab=two&{SHORT}",
    ],
)
def test_a_trained_run_is_replayed_paused_sought_and_slowed(page: Page, address: str) -> None:
    page.goto(f"/{address}")
    wait_idle(page)
    press(page, "Play")
    expect(timeline(page)).to_have_attribute("data-step", "48")
    wait_at_rest(page)
    speed = timeline(page).get_by_role("button", name="Speed of the replay")
    until(lambda: (speed.click(), speed.inner_text())[1] == "×0.5")
    timeline(page).get_by_role("button", name="Play the recorded steps").click()
    expect(timeline(page)).to_contain_text("looked back at")
    timeline(page).get_by_role("button", name="Pause the replay").click()
    a_moment(page)  # what was asked for before is drawn
    at = timeline(page).get_attribute("data-step")
    a_moment(page)
    assert timeline(page).get_attribute("data-step") == at and int(at or 48) < 48
    scrubber(page).press("Home")
    expect(timeline(page)).to_have_attribute("data-step", "0")


def test_space_belongs_to_new_seed_and_to_an_expander_that_have_the_focus(page: Page) -> None:
    """On each of these it started to train."""
    page.goto(f"/play_2d?{SHORT.replace('48', '100000')}")
    wait_idle(page)
    button(page, "New seed").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("seed="))
    wait_idle(page)
    summary = page.get_by_test_id("stSidebar").get_by_test_id("stExpander").last.locator("summary")
    was = summary.evaluate("e => e.parentElement.open")
    summary.focus()
    page.keyboard.press("Space")
    wait_idle(page)
    assert summary.evaluate("e => e.parentElement.open") is not was
    a_moment(page)
    expect(button(page, "Play")).to_be_visible()
    assert button(page, "Pause").count() == 0


@pytest.mark.parametrize(
    ("name", "begins"),
    [("play_2d", "Play"), ("digits?section=scratch", "Play"), ("digits?run=d_won", "Go on training, live")],
)
def test_no_tooltip_stays_over_the_page(page: Page, name: str, begins: str) -> None:
    """The pointer stays where it was pressed."""
    tooltips = page.get_by_test_id("stTooltipContent")
    page.goto(f"/{name}")
    wait_idle(page)
    press(page, begins)
    expect(button(page, "Pause")).to_be_visible()
    wait_idle(page)
    expect(tooltips).to_have_count(0)
    press(page, "Pause")
    wait_at_rest(page)
    expect(tooltips).to_have_count(0)
    timeline(page).get_by_role("button", name="Play the recorded steps").click()
    expect(tooltips).to_have_count(0)


def test_the_sentence_about_a_bad_address_stays(page: Page) -> None:
    page.goto("/wgan?part=nope")
    said = page.get_by_text("This page has no part nope")
    expect(said).to_be_visible()
    a_moment(page)
    expect(said).to_be_visible()
