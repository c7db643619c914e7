"""The map in a real browser: everything on it moves and says what it is, a card is a link as a whole, and the guided
path leads from page to page to its end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from gan_core.presets import PRESETS
from pages.shared.shell import site
from pages.shared.shell.i18n import texts
from tests.browser.driver import Server, visitor, wait_idle
from tests.browser.look import moved, shot
from tests.browser.test_play import until

pytestmark = pytest.mark.slow
ENGLISH = texts("en")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_picture_moves_has_the_ground_of_its_page_and_says_what_it_is(
    browser: Browser, app_server: Server, theme: str
) -> None:
    """As an animated WebP it stood still, stayed white and had no words."""
    with visitor(browser, app_server, color_scheme=theme, viewport={"width": 1280, "height": 720}) as page:
        page.goto("/")
        wait_idle(page)
        pictures = page.locator(".gan-live[data-kind=recorded], .gan-live[data-kind=digits]")
        assert pictures.count() == len(site.PAGES)  # that at the top, and one for every other page
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            canvas = picture.locator("canvas").first
            assert len(canvas.get_attribute("aria-label") or picture.get_attribute("aria-label") or "") > 20
            expect(canvas).to_be_in_viewport(ratio=0.9)
            until(lambda: _moves(page) > 0)
            dark = canvas.evaluate(
                """e => { const { data } = e.getContext('2d').getImageData(0, 0, e.width, e.height);
                let light = 0; for (let i = 0; i < data.length; i += 4)
                light += data[i + 3] > 250 && Math.min(data[i], data[i + 1], data[i + 2]) > 240;
                return light / (data.length / 4); }"""
            )
            assert theme == "light" or dark < 0.2


def _moves(page: Page) -> float:
    """The share of the window that has moved within a moment, which is the picture's: nothing else does."""
    one = shot(page)
    page.wait_for_timeout(600)
    return moved(one, shot(page))


def test_every_page_and_preset_has_a_card_that_is_a_link_as_a_whole_and_says_why(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto("/")
    wait_idle(page)
    pages = [one.name for one in site.PAGES if one.settings]
    presets = [name for name in PRESETS if not name.startswith("bench_")]
    covered = """card => { const box = card.getBoundingClientRect(), link = card.querySelector('a');
      card.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = card.getBoundingClientRect();
      return [[.06, .1], [.5, .3], [.94, .5], [.5, .94]].every(([x, y]) => { let e = document.elementFromPoint(
        left + x * width, top + y * height); while (e && e !== link) e = e.parentElement; return e === link; }); }"""
    for kind, names in (("page", pages), ("preset", presets)):
        for name in names:
            card = page.locator(f".st-key-card-{kind}-{name}")
            assert card.evaluate(covered), name
            said = card.inner_text()
            assert (ENGLISH[f"home.question_{name}"] if kind == "page" else PRESETS[name].why)[:30] in said
    fails = page.get_by_role("heading", name=ENGLISH["home.fail"])
    expect(fails).to_be_visible()
    for name in presets:
        below = page.locator(f".st-key-card-preset-{name}").bounding_box()["y"] > fails.bounding_box()["y"]
        assert below == PRESETS[name].fails, name


def test_the_guided_path_is_walked_to_its_end_by_its_links(page: Page) -> None:
    page.goto("/")
    wait_idle(page)
    page.locator(".st-key-path a").first.click()
    for stop in site.PATH:
        page.wait_for_url(re.compile(rf"/{stop.page}\b"))
        wait_idle(page)
        expect(page.get_by_role("heading", name=ENGLISH[f"{stop.page}.title"]).first).to_be_visible()
        onward = page.locator(".st-key-onward a:visible")
        expect(onward).to_have_count(1)
        onward.click()
    page.wait_for_url(re.compile(r"/(start)?$"))
