"""Every page opens for a visitor who brings its address and nothing else."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.ui.site import PAGES
from tests.browser.driver import serve, visitor, wait_idle

ADDRESSES = ["/", *(f"/{entry.name}" for entry in PAGES)]  # the home page answers to its name too


def opens(page: Page, address: str) -> None:
    page.goto(address)
    wait_idle(page)
    expect(page.locator("h3, h1").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)  # "page not found"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_opens_by_its_address(page: Page, address: str) -> None:
    opens(page, address)


def test_the_first_visitor_of_a_new_server_may_come_by_a_deep_link(browser: Browser, tmp_path: Path) -> None:
    """Streamlit then runs the page without app.py, so the page has to bring the frame itself."""
    with serve(tmp_path / "log.txt") as cold, visitor(browser, cold) as page:
        opens(page, ADDRESSES[-1])
        expect(page.get_by_test_id("stTopNavLink").or_(page.get_by_test_id("stSidebarNavLink")).first).to_be_attached()
