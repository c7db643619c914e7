"""Every page opens for a visitor who brings its address and nothing else."""

import pytest
from playwright.sync_api import Page, expect

from pages.shared.shell.site import PAGES
from tests.browser.driver import wait_idle

ADDRESSES = ["/", *(f"/{entry.name}" for entry in PAGES)]  # the home page answers to its name too


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_opens_by_its_address(page: Page, address: str) -> None:
    page.goto(address)
    wait_idle(page)
    expect(page.locator("h3, h1").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)  # "page not found"
