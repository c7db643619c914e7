"""The page "Mode collapse" in a real browser: the strips are drawn, read out, clicked, and fit a telephone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pages.shared.views.live.component import drawing_code
from tests.browser.driver import Server, timeline, visitor, wait_at_rest, wait_idle

# two members of small nets: a test needs steps, not modes
SMALL = "/collapse?members=2&batch=16&g_layers=16&d_layers=16&latent_dim=2&steps=400"


def strips(page: Page) -> Locator:
    return page.locator(".gan-live[data-kind=heat]")


def arrive(page: Page, address: str = SMALL) -> None:
    page.goto(address)
    expect(strips(page)).to_have_attribute("data-step", re.compile(r"\d+"))
    wait_idle(page)


def train(page: Page) -> None:
    """To the end of the run."""
    page.get_by_role("button", name="Play").first.click()
    expect(strips(page)).to_have_attribute("data-step", "400")
    wait_at_rest(page)


@pytest.fixture(scope="module")
def code(browser: Browser):
    """call(expression): evaluate it where the drawing code's functions stand."""
    page = browser.new_page()
    page.add_script_tag(content=drawing_code().replace("export default function", "function start"))
    yield lambda expression: page.evaluate(f"() => {expression}")
    page.close()


def test_the_colour_of_a_share_says_nothing_right_or_everything(code) -> None:
    scale = "[[0, 150, 0], [240, 220, 0], [200, 0, 0]]"
    assert code(f"shareColour(0, 0.125, {scale})[3]") == 0
    assert code(f"shareColour(0.125, 0.125, {scale})") == [0, 150, 0, 1]
    assert code(f"shareColour(1, 0.125, {scale})") == pytest.approx([200, 0, 0, 1])
    half = code(f"shareColour({0.125**0.5}, 0.125, {scale})")
    assert half == pytest.approx([240, 220, 0, 1], abs=0.01)
    faint, fuller = (code(f"shareColour({share}, 0.125, {scale})[3]") for share in (0.02, 0.1))
    assert 0 < faint < fuller < 1
    # a mode of weight 0 should get nothing at all
    assert code(f"shareColour(0.1, 0, {scale})") == [200, 0, 0, 1]
    assert code(f"shareColour(1, 1, {scale})") == [0, 150, 0, 1]


def test_the_strips_follow_the_run_are_read_out_and_bring_a_step_back(page: Page) -> None:
    arrive(page)
    expect(strips(page).locator("canvas")).to_have_count(1)  # of both seeds
    train(page)
    canvas = strips(page).locator("canvas").first
    painted = canvas.evaluate(
        "c => { const d = c.getContext('2d').getImageData(c.width / 4, 4, c.width / 2, 40).data;"
        "let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 100; return n / (d.length / 4); }"
    )
    assert painted > 0.05
    canvas.hover(position={"x": 100, "y": 20})
    said = re.compile(r"step \d+, mode \d+: [\d.]+ % \(should be 12\.5 %\)")
    expect(strips(page).locator(".when")).to_have_text(said)
    high = float(canvas.evaluate("c => c.clientHeight"))
    canvas.hover(position={"x": 100, "y": high - 24})  # on the small one of the other seed
    expect(strips(page).locator(".when")).to_have_text(re.compile(r"seed \d, step \d+, mode \d: "))
    canvas.click(position={"x": 100, "y": 20})
    expect(timeline(page)).to_contain_text("looked back at")
    here = timeline(page).inner_text()
    canvas.click(position={"x": 250, "y": high - 24})
    expect(timeline(page)).to_contain_text("looked back at")
    expect(timeline(page)).not_to_have_text(here)


@pytest.mark.slow
@pytest.mark.parametrize(("beside", "least"), [("", 0.3), ("&beside=plain-pacgan2", 0.25)])
def test_a_strip_is_as_high_as_a_hero_while_it_trains(page: Page, beside: str, least: float) -> None:
    """At the settings that the page opens with, eight seeds; of each run, in pixels of the window."""
    page.set_viewport_size({"width": 1280, "height": 720})
    arrive(page, f"/collapse?batch=16&g_layers=16&d_layers=16&latent_dim=2&steps=400{beside}")
    train(page)
    boxes = strips(page).evaluate(
        "root => [...root.querySelectorAll('canvas')].map((c) => [c.getBoundingClientRect().top, c.clientHeight])"
    )
    assert len(boxes) == (2 if beside else 1)
    for top, high in boxes:
        small = 7 * (16 + 4) + 22  # the other seeds and the axis
        assert high - small >= least * 720
        assert top + high <= 720


@pytest.mark.slow
def test_methods_side_by_side_survive_a_reload(page: Page) -> None:
    arrive(page, f"{SMALL}&beside=plain-pacgan2")
    expect(strips(page).locator("figcaption").nth(1)).to_have_text(re.compile("PacGAN 2"))
    page.reload()
    expect(strips(page).locator("figcaption").nth(1)).to_have_text(re.compile("PacGAN 2"))
    assert "beside=plain-pacgan2" in page.url


@pytest.mark.slow
def test_the_claims_are_scored_and_the_table_is_there(page: Page) -> None:
    arrive(page)
    page.get_by_text("Put to the test", exact=True).click()
    page.get_by_role("button", name="Score them").first.click()
    expect(page.locator(".gan-live[data-kind=scene]").nth(1)).to_be_visible()
    page.get_by_text("Mitigations compared", exact=True).click()
    expect(page.get_by_role("columnheader", name="method").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="LaTeX").first.click()
    assert download.value.suggested_filename == "mode-collapse-ring.tex"


@pytest.mark.slow
@pytest.mark.parametrize("height", [720, 1080])
def test_what_a_claim_runs_is_brought_into_sight_from_far_below(page: Page, height: int) -> None:
    page.set_viewport_size({"width": 1280, "height": height})
    arrive(page, f"{SMALL}&tab=myths")
    runs = page.get_by_role("button", name=re.compile("^Run: "))
    for i in range(runs.count()):
        runs.nth(i).click()
        expect(strips(page).locator("canvas").first).to_be_in_viewport()
        expect(page.get_by_role("heading", name="Mode collapse")).to_be_in_viewport()
        expect(timeline(page)).to_be_in_viewport()


@pytest.mark.slow
def test_nothing_is_wider_than_a_telephone(browser: Browser, app_server: Server) -> None:
    with visitor(browser, app_server, viewport={"width": 390, "height": 844}) as page:
        arrive(page, f"{SMALL}&beside=plain-pacgan2")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        table = page.locator(".st-key-collapse-numbers table")
        expect(table).to_be_visible()
        assert table.evaluate("e => e.getBoundingClientRect().right <= innerWidth + 1 || "
                              "getComputedStyle(e.parentElement).overflowX !== 'visible'")  # fmt: skip
