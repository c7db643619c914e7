"""What a visitor sees first, on every page and in every section, in both themes: the picture where README's table says
that it is, its player on the same screen, charts in which something is drawn, no scrolling sideways on a telephone, and
every text and every control told from what is behind it (WCAG 2.2, 1.4.3 and 1.4.11, from what Chromium computed; what
a canvas draws is measured by its palette in tests/pages/shared/test_stage.py)."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, TimeoutError

from tests.browser.driver import ROOT, Server, visitor, wait_idle
from tests.browser.look import CROSSED, EDGES, EMPTY, FAINT, MEASURE, NARROW, addresses, window

ROW = re.compile(r"^\| [^|]+ \| `([^`]+)` \| (\d+) \| (\d+) \| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
SIZES = ("1920x1080", "1280x720", "390x844")  # in the order of the columns
NEAR = 12  # pixels: a line more or less of another machine's letters is more
WIDEST = 78  # characters of a line: 75, and what is narrower than a 0


def told() -> dict[str, tuple[int, ...]]:
    """README's table: address → y of the main picture in windows of SIZES."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {found[1]: tuple(int(y) for y in found.groups()[1:4]) for found in ROW.finditer(readme)}


def test_the_table_has_a_row_for_every_section() -> None:
    assert list(told()) == list(addresses())


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", list(addresses()))
def test_the_first_screen(browser: Browser, app_server: Server, address: str, theme: str) -> None:
    with visitor(browser, app_server, color_scheme=theme) as page:
        page.set_viewport_size(window(SIZES[0]))
        page.goto(f"/{address}")
        wait_idle(page)
        for size, y in zip(SIZES, told()[address], strict=True):
            page.set_viewport_size(window(size))
            page.wait_for_timeout(1000)  # views lay themselves out after the window
            with suppress(TimeoutError):  # a recorded run comes in its own time; what is still missing is told below
                there = f"!({EMPTY})().length && !({CROSSED})().length && Math.abs(({MEASURE})().y - {y}) <= {NEAR}"
                page.wait_for_function(there, polling=500)
            found = page.evaluate(MEASURE)
            assert abs(found["y"] - y) <= NEAR and not found["wide"] and found["line"] <= WIDEST, (size, found)
            assert page.evaluate(EMPTY) == [] and page.evaluate(CROSSED) == [], size
            assert window(size)["width"] < NARROW or found["foot"] <= window(size)["height"], (size, found)
        assert page.evaluate(FAINT) == [] and page.evaluate(EDGES) == []
