"""Fixtures of the tests in a real browser: `page` is a fresh visitor of the app, on a server the tests started.

    def test_home(page):
        page.goto("/")
        wait_idle(page)

Other visitors and other servers come from `driver`, and share the one `browser`: two cannot be started at once.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser.driver import FLAGS, Server, chromium, context_of, serve, visitor

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a test that failed stands what its page showed: what is red once in a hundred times cannot be asked."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and isinstance(page, Page):
        with suppress(Error):
            report.sections.append((f"what {page.url} showed", page.locator("body").aria_snapshot(timeout=5000)))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        reason = "There is no Chromium on this machine; install it (on Debian: apt-get install chromium)."
        if os.environ.get("GAN_EXPLORER_BROWSER") == "1":
            pytest.fail(f"{reason} GAN_EXPLORER_BROWSER=1 makes it a must.", pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def app_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("server") / "log.txt") as server:
        yield server


@pytest.fixture(scope="session")
def window(browser: Browser, app_server: Server) -> Iterator[BrowserContext]:
    context = context_of(browser, app_server)
    yield context
    context.close()


@pytest.fixture
def page(browser: Browser, app_server: Server, window: BrowserContext) -> Iterator[Page]:
    with visitor(browser, app_server, context=window) as page:
        yield page
