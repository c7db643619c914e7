"""What the browser tests stand on: the machine's Chromium, a server, its visitors, and when a page is at rest."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds for a server to answer or a page to come to rest, on a busy machine
SMALL = "batch=16&g_layers=16&d_layers=16&steps=1000000"  # small nets: a test needs steps, not pictures
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# the exception under a traceback in the server's log
CRASH = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t]+.*\n|\n)*([\w.]+)", re.MULTILINE)
# what Streamlit may log when it was writing to a tab at the moment of its closing, or reading from it
FAREWELLS = (
    "starlette.websockets.WebSocketDisconnect", "starlette.websockets.WebSocketDisconnected",
    "uvicorn.protocols.utils.ClientDisconnected",
)  # fmt: skip
expect.set_options(timeout=PATIENCE * 1000)


def chromium() -> str | None:
    """The path of the machine's Chromium; nothing is downloaded."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


@dataclass(frozen=True)
class Server:
    url: str
    log: Path  # everything the server printed, tracebacks included: visitors never see those
    pid: int


@contextmanager
def serve(log: Path, script: Path = ROOT / "app.py", *, below: str = "") -> Iterator[Server]:
    """The app, or another script, on a free port until the block ends; `below`: the path it is served under."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "server.headless": "true", "server.address": "127.0.0.1", "server.port": port, "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false", "server.baseUrlPath": below,
    }  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", script.name, *(f"--{k}={v}" for k, v in options.items())]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=script.parent, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            url = "/".join(filter(None, [f"http://127.0.0.1:{port}", below]))
            _wait_until_healthy(process, url, log)
            yield Server(url, log, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(process: subprocess.Popen, url: str, log: Path) -> None:
    tries_a_second = 5
    for _ in range(int(PATIENCE * tries_a_second)):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        try:
            process.wait(1 / tries_a_second)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"The server did not start. It said:\n{log.read_text()}")


def context_of(browser: Browser, server: Server, **options: Any) -> BrowserContext:
    """Where the visitors of a server have their tabs and a common cache. `options` as for a new context."""
    return browser.new_context(**{"base_url": server.url, "viewport": {"width": 1280, "height": 900}, **options})


@contextmanager
def visitor(
    browser: Browser, server: Server, *, context: BrowserContext | None = None, **options: Any
) -> Iterator[Page]:
    """A new visitor of a server, whose addresses start there: page.goto("/play_2d"). `options` as for a new context;
    or a tab in the given one, which has Streamlit's client in its cache. All that the app keeps, it keeps for a tab.

    At the end nothing may have gone wrong behind the scenes: no error in the browser's console, no traceback in the
    server's log, and no request to any other host.
    """
    own = context_of(browser, server, **options) if context is None else None
    page = (own or context).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    errors: list[str] = []
    strangers: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _is_error(message) else None)
    page.on("request", lambda request: strangers.append(request.url) if not _is_local(request.url) else None)
    said_before = server.log.stat().st_size
    try:
        yield page
    finally:
        (own or page).close()
    said = server.log.read_bytes()[said_before:].decode(errors="replace")
    assert not strangers, f"the page asked other hosts: {strangers}"
    assert not errors, f"the browser's console shows errors: {errors}"
    crashes = [name for name in CRASH.findall(said) if name not in FAREWELLS]
    assert not crashes, f"the server logged {crashes}:\n{said}"


def _is_error(message: ConsoleMessage) -> bool:
    """Whether it is the page's: below a page's address, Streamlit's client first looks for its server in vain."""
    return message.type == "error" and "/_stcore/" not in message.location["url"]


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in (None, "127.0.0.1")


# longer than the player waits between two looks at what a worker is still doing, with nothing running in between
REST = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const rests = app?.dataset.testConnectionState === "CONNECTED" && app.dataset.testScriptState === "notRunning"
    && !document.querySelector('[data-testid="stSkeleton"]');
  window.restsSince = rests ? (window.restsSince ?? performance.now()) : undefined;
  return rests && performance.now() - window.restsSince > 450;
}"""


def wait_idle(page: Page) -> None:
    """Until the page is connected, its script runs neither now nor again by itself, and nothing is a placeholder."""
    page.wait_for_function(REST, polling="raf", timeout=PATIENCE * 1000)


def wait_at_rest(page: Page) -> None:
    """Until the runs of the page rest, after steps that one can look back at."""
    expect(button(page, "Pause")).to_have_count(0, timeout=PATIENCE * 1000)
    expect(timeline(page)).to_have_attribute("data-state", "rest", timeout=PATIENCE * 1000)
    expect(scrubber(page)).to_be_enabled(timeout=PATIENCE * 1000)
    a_moment(page)  # what went over the socket is told to Streamlit then


def a_moment(page: Page) -> None:
    """For what must not happen: as long as the player waits between two looks, from now on, with nothing running."""
    page.evaluate("window.restsSince = undefined")
    wait_idle(page)


def timeline(page: Page) -> Locator:
    """Progress, scrubber and replay. It tells whether the runs rest (data-state), whether the socket is open
    (data-socket), and which step is drawn (data-step)."""
    return page.locator(".gan-live[data-kind=timeline]").first


def scrubber(page: Page) -> Locator:
    return timeline(page).get_by_role("slider")


def at_the_newest_step(page: Page) -> bool:
    """Whether the scrubber, which shows the progress too, stands at the step that the runs have come to."""
    step = timeline(page).get_attribute("data-step")
    return scrubber(page).input_value() == step != "0" and "looked back at" not in timeline(page).inner_text()


def to_the_start(page: Page) -> None:
    """Looks back at step 0 with the keyboard."""
    scrubber(page).press("Home")


def button(page: Page, label: str) -> Locator:
    """A button of the page with exactly this label; Play and Pause also show the key that presses them."""
    return page.get_by_test_id("stMain").get_by_role("button", name=re.compile(f"^{label}( Shortcut Space)?$"))


def press(page: Page, label: str) -> None:
    button(page, label).first.click()
