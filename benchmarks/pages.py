"""How long a visitor waits, and what the page costs the training: `python -m benchmarks.pages [--seconds 15] [--json]`.

A cold server and a real browser. Times are what a visitor sees, from the request to the first usable page, from a click
on the menu to the other page, from Play to the first picture that has moved. `live_against_bare` compares the steps
that a run makes on its page with those of the same Trainer without a page, one torch thread each, in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.driver import FLAGS, chromium, press, serve, visitor, wait_idle

ROUNDS, TURNS = 3, 5
VIEW = ".gan-live[data-kind=scene]"
BARE = """
import sys, time, torch
torch.set_num_threads(1)
from gan_core.config import RunConfig
from gan_core.run.trainer import Trainer
trainer = Trainer(RunConfig.of(steps=1_000_000))
trainer.step(int(sys.argv[1]))
started = time.perf_counter()
while (passed := time.perf_counter() - started) < float(sys.argv[2]):
    trainer.step(10)
print((trainer.step_count - int(sys.argv[1])) / passed)
"""


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def drawn(page: Page, name: str) -> int:
    return int(page.locator(VIEW).first.get_attribute(f"data-{name}") or 0)


def until_drawn(page: Page, reached: Callable[[int], bool]) -> None:
    """Wait for a picture of such a step. The view lives in a shadow root, which only locators look into."""
    while not reached(drawn(page, "step")):
        page.wait_for_timeout(10)


def waits(page: Page) -> dict[str, float]:
    """Seconds for a visitor on the pages of a server that is warm by now."""

    def go(title: str) -> None:
        page.get_by_test_id("stSidebar").get_by_role("link", name=title).click()
        page.get_by_role("heading", name=title).wait_for()

    go("Play in 2-D")
    page.locator(VIEW).first.wait_for()
    wait_idle(page)
    change = []
    for title in ("Digits", "Play in 2-D") * ROUNDS:
        change.append(seconds(lambda title=title: go(title)))
        wait_idle(page)
    play = []
    for _ in range(ROUNDS):
        press(page, "Reset")
        until_drawn(page, lambda step: step == 0)
        wait_idle(page)

        def first_move() -> None:
            press(page, "Play")
            until_drawn(page, lambda step: step > 0)

        play.append(seconds(first_move))
        press(page, "Pause")
        wait_idle(page)
    return {"page_change": statistics.median(change), "play_to_first_picture": statistics.median(play)}


def live(page: Page, duration: float) -> dict[str, float]:
    """Steps and drawn frames a second while the page trains."""
    page.goto("/play_2d?steps=1000000")
    page.locator(VIEW).first.wait_for()
    wait_idle(page)
    press(page, "Play")
    until_drawn(page, lambda step: step > 300)
    step, frames, started = drawn(page, "step"), drawn(page, "frames"), time.perf_counter()
    page.wait_for_timeout(duration * 1000)
    step, frames, passed = drawn(page, "step") - step, drawn(page, "frames") - frames, time.perf_counter() - started
    press(page, "Pause")
    wait_idle(page)
    return {"live_steps_per_second": step / passed, "drawn_frames_per_second": frames / passed}


def bare(duration: float) -> float:
    command = [sys.executable, "-c", BARE, "300", str(duration)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ}).stdout)


def measure(duration: float) -> dict[str, float]:
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium on this machine; install it (on Debian: apt-get install chromium).")
    results: dict[str, float] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        started = time.perf_counter()
        with serve(Path(folder) / "log.txt") as server, visitor(browser, server) as page:
            page.goto("/")
            page.get_by_role("heading", name="GAN explorer").wait_for()
            results["server_start_to_home"] = time.perf_counter() - started
            wait_idle(page)
            results |= waits(page)
            before, rates = bare(duration), []
            for _ in range(TURNS):
                results |= live(page, duration)
                after = bare(duration)  # other machines share the cores: what one stands between is what counts
                rates.append(2 * results["live_steps_per_second"] / (before + after))
                before = after
            results["live_against_bare"] = statistics.median(rates)
            results |= {"live_against_bare_least": min(rates), "live_against_bare_most": max(rates)}
        browser.close()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15, help="how long the page trains in each round (15)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = measure(options.seconds)
    print(json.dumps(results, indent=2) if options.json else "\n".join(f"{k:24} {v:8.2f}" for k, v in results.items()))


if __name__ == "__main__":
    main()
