"""Every page opens for a visitor who brings its address and nothing else, and fits a telephone."""

import pytest
from playwright.sync_api import Browser, expect

from pages.shared.shell.site import PAGES
from tests.browser.driver import Server, visitor, wait_idle

ADDRESSES = ["/", *(f"/{entry.name}" for entry in PAGES)]  # the home page answers to its name too


def test_every_page_opens_by_its_address_and_is_no_wider_than_a_telephone(browser: Browser, app_server: Server) -> None:
    """One after the other in one tab: a new one would load Streamlit's client anew."""
    with visitor(browser, app_server, viewport={"width": 390, "height": 844}) as page:
        for address in ADDRESSES:
            page.goto(address)
            wait_idle(page)
            expect(page.locator("h3, h1").first, address).to_be_visible()
            expect(page.get_by_test_id("stException"), address).to_have_count(0)
            expect(page.get_by_role("dialog"), address).to_have_count(0)  # "page not found"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), address


# of every row of buttons, the words that lie beyond its edge
CUT = """() => [...document.querySelectorAll('[data-testid="stButtonGroup"]')].flatMap((row) =>
  [...row.querySelectorAll("button")].filter((button) =>
    button.getBoundingClientRect().right > row.getBoundingClientRect().right + 1).map((button) => button.innerText))"""
ROWS = ["/collapse", "/vanishing?tab=twins", "/wgan?part=critic", "/wgan?part=line", "/wgan?part=lines", "/digits",
        "/digits?section=latent", "/distances", "/convergence?tab=two"]  # fmt: skip


# of every row of buttons, the words of those without an edge on all four sides
OPEN = """() => [...document.querySelectorAll('button[data-variant="segmented_control"]')].filter((button) =>
  ["Top", "Right", "Bottom", "Left"].some((side) =>
    /, 0\\)$/.test(getComputedStyle(button)[`border${side}Color`]))).map((button) => button.innerText)"""


@pytest.mark.slow
def test_no_button_of_a_row_is_cut_off(browser: Browser, app_server: Server) -> None:
    with visitor(browser, app_server, viewport={"width": 1280, "height": 720}) as page:
        for address in ROWS:
            page.goto(address)
            wait_idle(page)
            assert page.evaluate(CUT) == [], address


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_row_of_buttons_that_is_broken_has_all_its_edges(browser: Browser, app_server: Server, theme: str) -> None:
    with visitor(browser, app_server, viewport={"width": 390, "height": 844}, color_scheme=theme) as page:
        for address in ROWS:
            page.goto(address)
            wait_idle(page)
            assert page.evaluate(OPEN) == [], address
