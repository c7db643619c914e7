"""What the server holds: `python -m benchmarks.memory [--json]`.

One visitor opens every page, and every section of the digits, in a real browser. After each the server's resident
memory in MB: all of it, and of that what is its own (the rest are libraries' files, which the system may take back).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from pages.shared.play.process import SELDOM
from tests.browser.driver import FLAGS, Server, chromium, press, serve, visitor, wait_at_rest, wait_idle

ADDRESSES = (
    "/", "/digits", "/digits?section=scores", "/digits?section=latent", "/digits?section=labels",
    "/digits?section=recipe", "/digits?section=scratch", "/play_2d", "/collapse", "/vanishing", "/distances", "/wgan",
)  # fmt: skip
TRAINED = ("/digits?section=scratch&steps=20&preset=digits_dcgan", "/play_2d?steps=400&members=8")


def resident(server: Server) -> dict[str, float]:
    """MB, from the kernel's account of the process."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    known = {line.split(":")[0]: line.split(":")[1] for line in lines}
    return {name: int(known[field].split()[0]) / 1024 for name, field in (("all", "VmRSS"), ("own", "RssAnon"))}


def visit(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("heading").first.wait_for()
    wait_idle(page)
    page.wait_for_timeout(1500)  # what a worker still draws
    wait_idle(page)


def measure() -> Iterator[tuple[str, dict[str, float]]]:
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium on this machine; install it (on Debian: apt-get install chromium).")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        with serve(Path(folder) / "log.txt") as server, visitor(browser, server) as page:
            for address in ADDRESSES:
                visit(page, address)
                yield address, resident(server)
            for address in TRAINED:
                visit(page, address)
                press(page, "Play")
                wait_at_rest(page)
                yield f"{address}, trained", resident(server)
            page.wait_for_timeout(1000 * (SELDOM + 1))
            visit(page, "/")
            yield "at rest", resident(server)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = {}
    for address, found in measure():
        results[address] = found
        if not options.json:
            print(f"{address:60} {found['all']:6.0f} MB, own {found['own']:6.0f} MB", flush=True)
    if options.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
