"""Addresses in a real browser: what is set stands there at once and survives a reload, and a hostile one shows text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.mark.slow
def test_distances_puts_what_is_set_into_the_address_and_a_reload_finds_it(page: Page) -> None:
    page.goto("/distances?line_q_mean=2&line_p_mean=0")
    mean = page.get_by_role("slider", name="p: mean")
    mean.press("ArrowRight")
    expect(page).to_have_url(re.compile("line_p_mean=0.1"))
    page.get_by_text("Cover or seek", exact=True).click()
    expect(page).to_have_url(re.compile("tab=fit"))
    page.reload()
    expect(page).to_have_url(re.compile("tab=fit"))
    expect(mean).to_have_count(0)
    page.get_by_text("On a line", exact=True).click()
    expect(mean).to_have_attribute("aria-valuenow", "0.10")
    expect(page).to_have_url(re.compile("line_q_mean=2"))


def test_a_picture_and_a_link_in_the_address_are_shown_as_text(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    hostile = "![x](http://example.com/a.png) [y](http://example.com) http://example.com"
    page.goto("/play_2d?loss=" + hostile.replace(" ", "%20").replace("#", "%23"))
    warning = page.get_by_test_id("stAlert").first
    expect(warning).to_contain_text("[y](http:")
    assert warning.locator("a, img").count() == 0
    assert not [url for url in asked if url.startswith("http://example.com")]
