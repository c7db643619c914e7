"""The two Play pages as a visitor uses them, in a real browser: what no test without one can see."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.driver import (
    PATIENCE,
    SMALL,
    Server,
    button,
    press,
    scrubber,
    serve,
    timeline,
    to_the_start,
    visitor,
    wait_at_rest,
    wait_idle,
)  # fmt: skip

PLAYERS = {"play_2d": "scene", "digits": "digits"}


def view(page: Page, name: str = "play_2d") -> Locator:
    """The main view, whose data-step is the step that is drawn."""
    return page.locator(f".gan-live[data-kind={PLAYERS[name]}]").first


def step(page: Page, name: str = "play_2d") -> int:
    return int(view(page, name).get_attribute("data-step") or -1)


def arrive(page: Page, address: str, name: str = "play_2d") -> None:
    page.goto(address)
    expect(view(page, name)).to_have_attribute("data-step", re.compile(r"\d+"))
    wait_idle(page)


def train(page: Page, name: str = "play_2d", more_than: int = 0) -> int:
    """Play until more than so many steps are drawn, pause, and give the step of the last picture."""
    press(page, "Play")
    until(lambda: step(page, name) > more_than)
    press(page, "Pause")
    wait_at_rest(page)
    return step(page, name)


def words(page: Page) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize("name", ["play_2d", pytest.param("digits", marks=pytest.mark.slow)])
def test_play_pause_step_and_reset(page: Page, name: str) -> None:
    arrive(page, f"/{name}?{SMALL}", name)
    assert step(page, name) == 0
    last = train(page, name, more_than=3)
    assert last > 3
    press(page, "Step")
    expect(view(page, name)).to_have_attribute("data-step", str(last + 1))
    press(page, "Reset")
    expect(view(page, name)).to_have_attribute("data-step", "0")


@pytest.mark.slow
def test_step_d_changes_the_picture_and_not_the_count(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}")
    frames = int(view(page).get_attribute("data-frames") or 0)
    press(page, "Step D")
    until(lambda: int(view(page).get_attribute("data-frames") or 0) > frames)
    assert step(page) == 0


def test_the_scrubber_brings_a_step_back_into_all_views(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}")
    last = train(page, more_than=20)
    to_the_start(page)
    expect(view(page)).to_have_attribute("data-step", "0")
    expect(page.locator(".gan-live[data-kind=curves]").first).to_have_attribute("data-step", "0")
    expect(timeline(page)).to_contain_text(f"step 0 of {last:,}, looked back at")
    scrubber(page).press("ArrowRight")  # to the next step that was recorded
    expect(view(page)).to_have_attribute("data-step", re.compile("[1-9]"))
    scrubber(page).press("End")
    expect(view(page)).to_have_attribute("data-step", str(last))


@pytest.mark.slow
def test_a_replay_ends_in_the_present(page: Page) -> None:
    page.set_default_timeout(20_000)
    arrive(page, f"/play_2d?{SMALL}")
    last = train(page, more_than=20)
    scrubber(page).press("PageDown")  # ten recorded steps before
    expect(timeline(page)).to_contain_text("looked back at")
    timeline(page).get_by_role("button", name="Speed of the replay").click()
    expect(timeline(page)).to_contain_text("×2")
    timeline(page).get_by_role("button", name="Play the recorded steps").click()
    expect(view(page)).to_have_attribute("data-step", str(last), timeout=20_000)  # it ends in the present
    expect(timeline(page)).not_to_contain_text("looked back at")


def test_the_configuration_survives_a_reload_and_a_copied_address(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}&loss=hinge&seed=3")
    page.get_by_test_id("stSidebar").get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("g_lr="))
    before = words(page)
    assert before["loss"] == "hinge" and before["seed"] == "3" and float(before["g_lr"]) > 1e-3
    page.reload()
    expect(view(page)).to_have_attribute("data-step", "0")
    wait_idle(page)
    assert words(page) == before


def test_a_rate_of_runs_that_train_is_in_the_address_at_once_and_told_when_they_rest(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}&steps=1000000")
    press(page, "Play")
    until(lambda: step(page) > 5)
    rate = page.get_by_test_id("stSidebar").get_by_role("slider").first
    for rung in ("0.002", "0.003"):
        rate.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile(f"g_lr={rung}"))
        expect(page.get_by_test_id("stSidebar").get_by_test_id("stSliderThumbValue").first).to_have_text(rung)
    seen = step(page)
    until(lambda: step(page) > seen)
    press(page, "Pause")
    wait_at_rest(page)
    page.get_by_text("Share or repeat this run").click()
    expect(page.get_by_text("the run was changed", exact=False)).to_have_count(2)
    expect(page.get_by_text("g_lr=0.003", exact=False).first).to_be_visible()


def test_back_in_the_browser_takes_the_last_change_back(page: Page) -> None:
    arrive(page, "/play_2d")
    rate = page.get_by_test_id("stSidebar").get_by_role("slider").first
    rate.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("g_lr="))
    wait_idle(page)
    page.go_back()
    page.wait_for_url(lambda url: "g_lr" not in url)
    wait_idle(page)
    assert words(page) == {}
    expect(page.get_by_test_id("stSidebar").get_by_test_id("stSliderThumbValue").first).to_have_text("0.001")


def test_changing_the_page_and_coming_back_keeps_the_run(page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}&seed=5")
    last = train(page, more_than=2)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Digits").click()
    expect(view(page, "digits")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Play in 2-D").click()
    expect(view(page)).to_have_attribute("data-step", str(last))
    wait_idle(page)
    assert words(page)["seed"] == "5"


@pytest.mark.slow
def test_a_card_on_the_home_page_opens_its_preset(page: Page) -> None:
    page.goto("/")
    page.locator(".st-key-card-preset-collapse a").first.click()
    expect(view(page)).to_have_attribute("data-step", "0")
    wait_idle(page)
    assert words(page)["g_lr"] == "0.0001" and words(page)["members"] == "4"


@pytest.mark.slow
def test_a_bad_address_is_one_sentence_and_the_page_lives(page: Page) -> None:
    arrive(page, "/play_2d?g_lr=fast")
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_text("G: learning rate = 'fast' is not possible")).to_be_visible()
    press(page, "Step")
    expect(view(page)).to_have_attribute("data-step", "1")


@pytest.mark.slow
def test_a_click_on_a_sample_shows_its_neighbours(page: Page) -> None:
    arrive(page, f"/digits?{SMALL}", "digits")
    grids = page.locator(".gan-live[data-kind=digits]")
    expect(grids).to_have_count(4)  # samples, neighbours, walk, growth
    canvas = grids.first.locator("canvas")
    canvas.click(position={"x": 100, "y": 10})
    expect(page.get_by_text("from sample 1 to")).to_be_visible()


@pytest.mark.slow
def test_two_tabs_are_two_visitors(browser: Browser, app_server: Server, page: Page) -> None:
    arrive(page, f"/play_2d?{SMALL}")
    with visitor(browser, app_server) as other:
        arrive(other, f"/play_2d?{SMALL}&loss=hinge")
        train(other, more_than=2)
        assert step(page) == 0 and "loss" not in words(page)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processor times from /proc")
def test_a_closed_tab_stops_its_training(browser: Browser, tmp_path: Path) -> None:
    """Seen from outside: the server, which was busy, computes nothing any more."""
    with serve(tmp_path / "log.txt") as alone:
        with visitor(browser, alone) as page:
            arrive(page, f"/play_2d?{SMALL}")
            press(page, "Play")
            expect(button(page, "Pause")).to_be_visible()
            until(lambda: busy(alone) > 0.5)
        until(lambda: busy(alone) < 0.1)


def busy(server: Server, seconds: float = 1.0) -> float:
    """Share of one core that the server's process uses over a moment."""
    ticks = os.sysconf("SC_CLK_TCK")

    def used() -> float:
        fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    before, start = used(), time.monotonic()
    time.sleep(seconds)
    return (used() - before) / (time.monotonic() - start)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end


@pytest.mark.slow
def test_the_first_visitor_of_a_new_server_gets_the_run_of_a_deep_link(browser: Browser, tmp_path: Path) -> None:
    """Streamlit may then not yet know that there is such a page."""
    with serve(tmp_path / "log.txt") as cold, visitor(browser, cold) as page:
        arrive(page, f"/digits?{SMALL}&seed=8", "digits")
        assert words(page)["seed"] == "8"
        expect(page.get_by_test_id("stSidebarNavLink").first).to_be_attached()
        train(page, "digits", more_than=1)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.slow
def test_nothing_is_wider_than_the_window(browser: Browser, app_server: Server, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900}
    with visitor(browser, app_server, viewport=size, color_scheme=scheme) as page:
        arrive(page, f"/play_2d?{SMALL}&members=3")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_at_1280_by_900_the_plane_the_player_and_the_numbers_need_no_scrolling(page: Page) -> None:
    arrive(page, "/play_2d?seed=1")
    for seen in (
        view(page),
        button(page, "Play"),
        page.locator(".gan-live .number").last,
        timeline(page),
    ):
        box = seen.bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 900


BROUGHT = Path(__file__).parents[1] / "gan_core/data/brought"


def test_a_file_is_shown_as_it_was_read_and_a_click_changes_it(page: Page) -> None:
    arrive(page, "/play_2d")
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name="my own points").click()
    file = page.locator("input[type=file]").first
    file.set_input_files(BROUGHT / "moons_label.csv")
    expect(page.get_by_text("columns x1, x2 taken")).to_be_visible()
    expect(page.get_by_text("200 points of your own")).to_be_visible()
    file.set_input_files(BROUGHT / "outlier_999.csv")
    expect(page.get_by_text("One row lies")).to_be_visible()
    page.get_by_text("Leave out what lies far out").click()
    expect(page.get_by_text("200 points of your own")).to_be_visible()


def test_a_run_that_was_taken_home_is_opened_where_it_was(page: Page, tmp_path: Path) -> None:
    arrive(page, f"/play_2d?{SMALL}")
    at = train(page, more_than=20)
    page.get_by_text("Open a run, or take this one home").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Run (safetensors)").click()
    download.value.save_as(tmp_path / "run.safetensors")
    arrive(page, "/play_2d")
    page.get_by_text("Open a run, or take this one home").click()
    page.locator("input[type=file]").first.set_input_files(tmp_path / "run.safetensors")
    until(lambda: step(page) == at)
