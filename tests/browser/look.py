"""Pictures of every page and section, to be looked at: `python -m tests.browser.look FOLDER [ADDRESS …]`.

    --sizes 1280x720 390x844     windows, the page is loaded in the first
    --themes light dark
    --moments before middle end  nothing pressed; some seconds into a run; a short run that has ended

Prints what was measured, one JSON object a picture. Each is what a visitor sees without scrolling; contact sheets put
several beside each other. It measures:
`y`, `width`, `height` of the main picture and `foot`, the lowest pixel of the player; how much has `moved` between two
looks (share of the pixels of the main picture); `shift`, the layout shifts since the page came to rest; `line`, the
characters in the longest line of text.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, sync_playwright

from pages.collapse import options as collapse
from pages.convergence import options as convergence
from pages.digits import models as digits
from pages.distances import options as distances
from pages.shared.shell.site import PAGES
from pages.vanishing import options as vanishing
from pages.wgan import options as wgan
from tests.browser.driver import FLAGS, PATIENCE, button, chromium, context_of, serve, timeline, wait_at_rest, wait_idle

SECTIONS: dict[str, tuple[str, Sequence[str]]] = {  # page → the word of its address, and what that may say
    "digits": (digits.SECTION, digits.SECTIONS),
    "collapse": (collapse.TAB, collapse.TABS),
    "vanishing": (vanishing.TAB, vanishing.TABS),
    "convergence": ("tab", convergence.SECTIONS),
    "distances": ("tab", distances.SECTIONS),
    "wgan": ("part", wgan.PARTS),
}
MOMENTS = ("before", "middle", "end")
SHORT = 160  # steps of a run whose end is looked at
NARROW = 768
SHEET = 2600  # pixels of a contact sheet's width
MEASURE = """() => {
  const all = (from, found = []) => {
    for (const e of from.querySelectorAll('*')) { found.push(e); if (e.shadowRoot) all(e.shadowRoot, found); }
    return found;
  };
  const elements = all(document), box = (e) => e.getBoundingClientRect();
  const big = elements.filter((e) => (e.tagName === 'CANVAS' || e.matches('svg.main-svg, .stage svg, img'))
    && box(e).width > 150 && box(e).height > 60);
  const main = big.sort((a, b) => box(a).top - box(b).top || box(b).width - box(a).width)[0];
  const player = document.querySelector('.st-key-stage-player'), time = document.querySelector('.st-key-stage-time');
  const foot = Math.max(...[player, time].filter(Boolean).map((e) => box(e).bottom), 0);
  let line = 0, text = '';
  for (const e of elements) {
    if (!e.matches('p, li, .sentence, figcaption') || !e.getClientRects().length) continue;
    if (e.closest('table, button, label, [data-testid=stSidebar]')) continue;
    const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), rows = new Map(), range = document.createRange();
    while (walk.nextNode()) {
      for (const word of walk.currentNode.data.matchAll(/\\S+\\s?/g)) {
        range.setStart(walk.currentNode, word.index); range.setEnd(walk.currentNode, word.index + word[0].length);
        const at = Math.round(range.getBoundingClientRect().bottom / 6);
        rows.set(at, (rows.get(at) ?? 0) + word[0].length);
      }
    }
    const n = Math.max(0, ...rows.values());
    if (n > line) { line = n; text = e.textContent.trim().slice(0, 60); }
  }
  const r = main && box(main);
  return { y: r ? Math.round(r.top) : null, width: r ? Math.round(r.width) : 0, height: r ? Math.round(r.height) : 0,
           foot: Math.round(foot), line, text, tall: document.querySelector('[data-testid=stMain]').scrollHeight,
           shift: +(window.shifted ?? 0).toFixed(4), by: (window.shifters ?? []).slice(0, 4),
           wide: document.documentElement.scrollWidth > innerWidth + 1 };
}"""
SHIFTS = """() => {
  window.shifted = 0; window.shifters = [];
  new PerformanceObserver((list) => { for (const e of list.getEntries()) {
    window.shifted += e.value;
    for (const { node } of e.sources) window.shifters.push(`${node?.className || node?.tagName}`.slice(0, 60)); }
  }).observe({ type: 'layout-shift' });
}"""


def addresses() -> Iterator[str]:
    for entry in PAGES:
        word, sections = SECTIONS.get(entry.name, ("", ("",)))
        for section in sections:
            yield f"{entry.name}?{word}={section}" if word else entry.name


def window(size: str) -> Any:
    width, height = map(int, size.split("x"))
    return {"width": width, "height": height}


def shot(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def moved(one: Image.Image, other: Image.Image) -> float:
    """Share of the pixels of the window that two looks do not share."""
    a, b = (np.asarray(image, int) for image in (one, other))
    return float((np.abs(a - b).max(-1) > 24).mean())


def look(context: BrowserContext, address: str, sizes: Sequence[str], moment: str) -> Iterator[tuple[Any, Image.Image]]:
    """What is measured, and the picture, in windows of each size."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)[:160]))
    page.set_viewport_size(window(sizes[0]))
    short = f"{'&' if '?' in address else '?'}steps={SHORT}" if moment == "end" else ""
    page.goto(f"/{address}{short}", wait_until="domcontentloaded")
    wait_idle(page)
    page.wait_for_timeout(1000)
    page.evaluate(SHIFTS)
    play = button(page, "Play").first
    if moment != "before" and play.count() and play.is_enabled():
        play.click()
        if moment == "end":
            timeline(page).wait_for()
            wait_at_rest(page)
        page.wait_for_timeout(2500)
    for i, size in enumerate(sizes):
        if i:
            page.set_viewport_size(window(size))
        page.wait_for_timeout(700)
        first = shot(page)
        page.wait_for_timeout(700)
        picture = shot(page)
        found = {"address": address, "size": size, "moment": moment, **page.evaluate(MEASURE)}
        found["moved"] = moved(first, picture)
        found["problems"] = problems + page.locator('[data-testid="stException"]').all_inner_texts()
        yield found, picture
    page.close()


def sheets(folder: Path, name: str, pictures: Sequence[tuple[str, Image.Image]]) -> None:
    """Contact sheets of pictures of one size."""
    width = pictures[0][1].width
    columns = 2 if width > NARROW else 6
    each = SHEET // columns
    rows_a_sheet = 3 if width > NARROW else 1
    for i in range(0, len(pictures), columns * rows_a_sheet):
        some = pictures[i : i + columns * rows_a_sheet]
        height = round(some[0][1].height * each / width) + 24
        sheet = Image.new("RGB", (SHEET, height * -(-len(some) // columns)), "white")
        for j, (label, picture) in enumerate(some):
            at = (j % columns * each, j // columns * height)
            ImageDraw.Draw(sheet).text((at[0] + 4, at[1] + 4), label, fill="black", font_size=16)
            small = picture.resize((each - 8, height - 28), Image.Resampling.LANCZOS)
            sheet.paste(small, (at[0] + 4, at[1] + 24))
        sheet.save(folder / f"sheet-{name}-{i // (columns * rows_a_sheet):02}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("addresses", nargs="*")
    parser.add_argument("--sizes", nargs="+", default=["1280x720"])
    parser.add_argument("--themes", nargs="+", default=["light"], choices=("light", "dark"))
    parser.add_argument("--moments", nargs="+", default=["before"], choices=MOMENTS)
    given = parser.parse_args()
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium on this machine; install it (on Debian: apt-get install chromium).")
    given.folder.mkdir(parents=True, exist_ok=True)
    with (
        sync_playwright() as playwright,
        TemporaryDirectory() as logs,
        serve(Path(logs) / "log.txt") as server,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for theme in given.themes:
            with context_of(browser, server, color_scheme=theme) as context:
                for moment in given.moments:
                    kept: dict[str, list[tuple[str, Image.Image]]] = {size: [] for size in given.sizes}
                    for address in given.addresses or addresses():
                        for found, picture in look(context, address, given.sizes, moment):
                            name = f"{re.sub(r'[^a-z0-9]+', '_', address)}-{found['size']}-{theme}-{moment}"
                            picture.save(given.folder / f"{name}.png")
                            kept[found["size"]].append((address, picture))
                            print(json.dumps(found | {"theme": theme}), flush=True)
                        for size, pictures in kept.items():
                            sheets(given.folder, f"{size}-{theme}-{moment}", pictures)
        browser.close()


if __name__ == "__main__":
    main()
