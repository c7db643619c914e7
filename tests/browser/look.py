"""Pictures of every page and section, to be looked at: `python -m tests.browser.look FOLDER [ADDRESS …]`.

    --sizes 1280x720 390x844     windows, the page is loaded in the first
    --themes light dark
    --markdown                   a table, one row an address, of what is measured before anything is pressed
    --moments before middle end  nothing pressed; some seconds into a run; a short run that has ended

Prints what was measured, one JSON object a picture. Each is what a visitor sees without scrolling; contact sheets put
several beside each other. A section without a player has the first moment only. It measures:
`y`, `width`, `height` of the main picture, which is the largest that begins in the upper part of the window, else the
first one; `seen`, the share of it that stands in the first window; `foot`, the lowest pixel of the player; how much
has `moved` between two looks (share of the pixels of the window); `shift`, the layout shifts since the page came to
rest; `line`, the characters in the longest line of text; `faint`, texts whose contrast is too low; `edges`,
controls whose frame has too little; `empty`, charts of axes alone; `wide`, whether the page is wider than its window.
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
from playwright.sync_api import BrowserContext, Page, TimeoutError, sync_playwright

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
  const pictures = 'canvas, svg.main-svg, svg.picture, img';
  const area = (e) => box(e).width * box(e).height;
  const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const big = elements.filter((e) => e.matches(pictures) && box(e).width > 100 && box(e).height > 60 && visible(e));
  const first = big.sort((a, b) => box(a).top - box(b).top || box(a).left - box(b).left)[0];
  const near = big.filter((e) => box(e).top < 0.6 * innerHeight);
  const main = near.reduce((one, other) => area(other) > 1.1 * area(one) ? other : one, first);
  const player = document.querySelector('.st-key-stage-player'), time = document.querySelector('.st-key-stage-time');
  const foot = Math.max(...[player, time].filter(Boolean).map((e) => box(e).bottom), 0);
  let line = 0, text = '';
  for (const e of elements) {
    if (!e.matches('p, li, .sentence, figcaption') || !e.checkVisibility()) continue;
    if (e.closest('table, button, label, [data-testid=stSidebar]')) continue;
    const walk = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), rows = new Map(), range = document.createRange();
    while (walk.nextNode()) {
      for (const word of walk.currentNode.data.matchAll(/\\S+\\s?/g)) {
        range.setStart(walk.currentNode, word.index); range.setEnd(walk.currentNode, word.index + word[0].length);
        const parts = [...range.getClientRects()], long = parts.reduce((sum, one) => sum + one.width, 0);
        for (const part of parts) { // of an address that is broken over two lines each has its share
          const at = Math.round(part.bottom / 6);
          rows.set(at, (rows.get(at) ?? 0) + (long ? (word[0].length * part.width) / long : 0));
        }
      }
    }
    const n = Math.round(Math.max(0, ...rows.values()));
    if (n > line) { line = n; text = e.textContent.trim().slice(0, 60); }
  }
  const r = main && box(main);
  const seen = r && Math.max(0, Math.min(r.bottom, innerHeight) - Math.max(r.top, 0)) / r.height;
  const [width, height] = r ? [Math.round(r.width), Math.round(r.height)] : [0, 0];
  return { y: r ? Math.round(r.top) : null, width, height,
           seen: +(seen ?? 0).toFixed(2), pictures: big.length, foot: Math.round(foot), line, text,
           tall: document.querySelector('[data-testid=stMain]').scrollHeight,
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
COLOURS = """
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (css) => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = '#000'; pen.fillStyle = css; pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const page = rgba(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor).slice(0, 3);
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a)];
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parent = (e) => e.parentElement ?? e.getRootNode().host;
  const chain = (e) => { const found = []; for (; e; e = parent(e)) found.push(e); return found; };
  const lies = ({ left, right, top, bottom }, [x, y]) => left <= x && x <= right && top <= y && y <= bottom;
  const ground = (e, at) => chain(e).reverse().reduce((below, one) => {
    if (one !== e && !lies(one.getBoundingClientRect(), at)) return below; // what hangs out of its element
    const style = getComputedStyle(one), [r, g, b, a] = rgba(style.backgroundColor);
    return a ? over([r, g, b, a], below) : below;
  }, page);
  const all = (from, found = []) => {
    for (const e of from.querySelectorAll('*')) { found.push(e); if (e.shadowRoot) all(e.shadowRoot, found); }
    return found;
  };
  const hex = (rgb) => '#' + rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('');
  const between = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const seen = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
"""
# [{text, ratio, wanted, colour, ground}] of those that are too faint. A colour is laid over what is behind it, each
# with its alpha and the opacity of all that it is in. What is disabled need not be read; what is shown as large as 24
# pixels, or 18.66 in bold, and the icons of controls need 3 : 1, all else 4.5 : 1.
FAINT = (
    f"""() => {{{COLOURS}"""
    + """
  const NOT = 'style, script, [disabled], [aria-disabled=true], .heatmaplayer'; // a cell is no ground of CSS
  const found = new Map();
  for (const e of all(document.querySelector('[data-testid=stApp]'))) {
    const text = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join('').trim();
    if (!text || !seen(e)) continue;
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width < 2 || box.height < 2 || e.closest(NOT)) continue;
    const svg = e.namespaceURI.endsWith('svg');
    const [r, g, b, a] = rgba(svg ? style.fill : style.color);
    const opacity = chain(e).reduce((product, one) => product * +getComputedStyle(one).opacity, 1);
    const behind = ground(e, [(box.left + box.right) / 2, (box.top + box.bottom) / 2]);
    const drawn = over([r, g, b, a * opacity], behind), ratio = between(drawn, behind);
    const size = parseFloat(style.fontSize), icon = /Material/.test(style.fontFamily);
    const wanted = icon || size >= 24 || (size >= 18.66 && +style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio >= wanted - 0.01) continue;
    found.set(`${hex(drawn)} ${hex(behind)}`, { text: text.slice(0, 40), ratio: +ratio.toFixed(2), wanted,
      colour: hex(drawn), ground: hex(behind), of: e.closest('[class*=st-key]')?.className.match(/st-key-\\S+/)?.[0]
      ?? e.tagName });
  }
  return [...found.values()];
}"""
)

# [{of, ratio, colour, ground}] of controls whose frame or ground is too little apart from what is around them
# (WCAG 2.2, 1.4.11). One without a frame is known by its words.
EDGES = (
    f"""() => {{{COLOURS}"""
    + """
  const found = new Map();
  const CONTROLS = 'button, input, textarea, select, [role=combobox], [role=spinbutton]';
  for (const e of all(document.querySelector('[data-testid=stApp]'))) {
    if (!e.matches(CONTROLS) || e.closest('[disabled], [aria-disabled=true], [data-testid=stHeader]')) continue;
    const high = e.getBoundingClientRect().height;
    let box = e, style;
    for (; box; box = parent(box)) {
      if (box.getBoundingClientRect().height > high + 24) { box = undefined; break; }
      style = getComputedStyle(box);
      const drawn = parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== 'none';
      if (drawn && rgba(style.borderTopColor)[3]) break;
    }
    if (!box || !seen(box) || high < 2) continue;
    const { left, right, top, bottom } = box.getBoundingClientRect(), at = [(left + right) / 2, (top + bottom) / 2];
    const outer = ground(parent(box), at), [r, g, b, a] = rgba(style.borderTopColor);
    const opacity = chain(box).reduce((product, one) => product * +getComputedStyle(one).opacity, 1);
    const edge = over([r, g, b, a * opacity], outer);
    const ratio = Math.max(between(edge, outer), between(ground(box, at), outer));
    if (ratio >= 2.99) continue;
    const of = box.closest('[data-testid]')?.dataset.testid ?? box.className ?? box.tagName;
    found.set(`${of} ${hex(edge)}`, { of, ratio: +ratio.toFixed(2), colour: hex(edge), ground: hex(outer),
      text: (e.textContent || e.ariaLabel || '').slice(0, 30) });
  }
  return [...found.values()];
}"""
)

# Before anything is pressed, of each chart in which nothing is drawn but its axes, what it is. A line or a point of a
# canvas has a hue, which axes and letters have not (nor has a method that is shown in grey, in a run), and an image has
# many greys; of Plotly's charts each subplot is looked at. A view of charts that has no width draws none of them.
EMPTY = """() => {
  const all = (from, found = []) => {
    for (const e of from.querySelectorAll('*')) { found.push(e); if (e.shadowRoot) all(e.shadowRoot, found); }
    return found;
  };
  const elements = all(document), large = (e) => e.getBoundingClientRect().width > 60 && e.checkVisibility();
  const drawn = (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), greys = new Set();
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = data.subarray(i, i + 4);
      if (a < 40) continue;
      if (Math.max(r, g, b) - Math.min(r, g, b) > 40) return true;
      greys.add(r);
    }
    return !!canvas.closest('[data-kind=digits]') && greys.size > 8;
  };
  const charts = '[data-kind]:not([data-kind=sketch], [data-kind=board]) canvas'; // those two are there to be drawn on
  const blank = elements.filter((e) => e.matches(charts) && large(e) && !drawn(e));
  const none = elements.filter((e) => e.matches('[data-kind=curves], [data-kind=heat]') && e.checkVisibility()
    && !e.getBoundingClientRect().width);
  // a second axis has its marks in the first one's subplot
  const marks = (axes) => `:is(.overplot > .${axes}, .subplot.${axes} > .plot) :is(path, image)`;
  const seen = (e) => { const { width, height } = e.getBoundingClientRect(); return width + height > 2; };
  const bare = elements.filter((e) => e.matches('.js-plotly-plot') && large(e)).flatMap((chart) =>
    chart.querySelector('.gl-container canvas') ? [] : [...chart.querySelectorAll('.cartesianlayer > .subplot')]
      .map((plot) => plot.classList.item(1)).filter((axes) => ![...chart.querySelectorAll(marks(axes))].some(seen))
      .map((axes) => `${chart.closest('[class*=st-key-]')?.className} ${axes}`));
  const named = blank.map((e) => `${e.closest('[data-kind]').dataset.kind}: ${e.ariaLabel ?? ''}`.slice(0, 120));
  return [...none.map((e) => `${e.dataset.kind}: no width`), ...named, ...bare];
}"""

# Of each axis of Plotly whose title lies over its numbers or above them, the title.
CROSSED = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((chart) => {
  const box = (e) => e.getBoundingClientRect(), numbers = [...chart.querySelectorAll('.xtick text')];
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const titles = [...chart.querySelectorAll('.xtitle')], feet = Math.max(...numbers.map((e) => box(e).bottom));
  const above = (title) => titles.length === 1 && numbers.length && box(title).top < feet - 4; // of a single axis
  return titles.filter((title) => above(title) || numbers.some((e) => over(box(title), box(e))))
    .map((e) => e.textContent);
})"""


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


def _arrive(page: Page, address: str, problems: list[str]) -> None:
    page.goto(f"/{address}", wait_until="domcontentloaded")
    try:
        wait_idle(page)
    except TimeoutError:
        problems.append(f"not at rest after {PATIENCE:g} s")
    page.wait_for_timeout(1000)
    page.evaluate(SHIFTS)


def _begun(page: Page, address: str, moment: str, problems: list[str]) -> bool:
    """Whether there is a run to begin; then it has begun, or ended."""
    play = button(page, "Play").first
    if not play.count():
        return False
    if moment == "end":
        _arrive(page, f"{address}{'&' if '?' in address else '?'}steps={SHORT}", problems)
    play.click()
    try:
        timeline(page).wait_for()
        if moment == "end":
            wait_at_rest(page)
    except (TimeoutError, AssertionError):  # a run that no address shortens, as the recipe's twins
        problems.append(f"{moment}: not reached after {PATIENCE:g} s")
    page.wait_for_timeout(2500)
    return True


def look(context: BrowserContext, address: str, sizes: Sequence[str], moment: str) -> Iterator[tuple[Any, Image.Image]]:
    """What is measured, and the picture, in windows of each size."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)[:160]))
    page.set_viewport_size(window(sizes[0]))
    _arrive(page, address, problems)
    if moment != "before" and not _begun(page, address, moment, problems):
        page.close()
        return
    for i, size in enumerate(sizes):
        if i:
            page.set_viewport_size(window(size))
            page.wait_for_timeout(1000)
            page.evaluate("window.shifted = 0; window.shifters = []")
        page.wait_for_timeout(700)
        first = shot(page)
        page.wait_for_timeout(700)
        picture = shot(page)
        found = {"address": address, "size": size, "moment": moment, **page.evaluate(MEASURE)}
        found |= {"faint": page.evaluate(FAINT), "edges": page.evaluate(EDGES)}
        found["empty"] = page.evaluate(EMPTY) if moment == MOMENTS[0] else []
        found["moved"] = moved(first, picture)
        found["problems"] = problems + page.locator('[data-testid="stException"]').all_inner_texts()
        yield found, picture
    page.close()


def sheets(folder: Path, name: str, pictures: Sequence[tuple[str, Image.Image]]) -> None:
    """Contact sheets of pictures of one size."""
    if not pictures:
        return
    width = pictures[0][1].width
    columns = 2 if width > NARROW else 5
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
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--moments", nargs="+", default=["before"], choices=MOMENTS)
    given = parser.parse_args()
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium on this machine; install it (on Debian: apt-get install chromium).")
    given.folder.mkdir(parents=True, exist_ok=True)
    seen: list[Any] = []
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
                            seen.append(found | {"theme": theme})
                            print(json.dumps(seen[-1]), flush=True)
                    for size, pictures in kept.items():
                        sheets(given.folder, f"{size}-{theme}-{moment}", pictures)
        browser.close()
    if given.markdown:
        print(markdown(seen, given.sizes))


def markdown(seen: Sequence[Any], sizes: Sequence[str]) -> str:
    """A row an address: the y of its main picture in windows of each size, and whether it moves by itself."""
    lines = [f"| address | {' | '.join(sizes)} | moves |", "|---" * (len(sizes) + 2) + "|"]
    first = [found for found in seen if (found["theme"], found["moment"]) == (seen[0]["theme"], MOMENTS[0])]
    for address in dict.fromkeys(found["address"] for found in first):
        of = {found["size"]: found for found in first if found["address"] == address}
        moves = "yes" if any(found["moved"] > 0 for found in of.values()) else "no"
        lines.append(f"| `{address}` | {' | '.join(str(of[size]['y']) for size in sizes)} | {moves} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
