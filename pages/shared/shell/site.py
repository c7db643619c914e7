"""The pages of the site, in one table: a new page is one line here, a folder in pages/ and a section in texts/en.toml.

The line says the folder's name, which is also its address, the group in the menu, and its icon. The words come from the
texts: `<name>.title` (menu and heading), `<name>.intro` (what it is for: in the menu, and under the heading where no
section has a sentence of its own), `site.<group>` (the menu).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from pages.shared.shell.i18n import t

PAGES_FOLDER = Path(__file__).parents[2]
PART = "part"  # in the address of a page in parts
PLACES = (PART, "tab")  # words that say which part, of all pages


@dataclass(frozen=True)
class Entry:
    name: str
    group: str
    icon: str
    settings: bool = True  # whether there is anything to set
    sections: bool = False  # whether those it consists of stand in its heading, each with a sentence of its own

    @property
    def file(self) -> str:
        return str(PAGES_FOLDER / self.name / "page.py")

    @property
    def symbol(self) -> str:
        return f":material/{self.icon}:"


PAGES = (
    Entry("home", "", "home", settings=False),
    Entry("play_2d", "play", "scatter_plot"),
    Entry("digits", "play", "draw", sections=True),
    Entry("collapse", "understand", "grain"),
    Entry("vanishing", "understand", "trending_flat", sections=True),
    Entry("convergence", "understand", "cyclone", sections=True),
    Entry("distances", "understand", "straighten", sections=True),
    Entry("wgan", "compare", "compare_arrows", sections=True),
)


@dataclass(frozen=True)
class Stop:
    """A stop of the guided path: a page, with the preset that it opens with there. Its words: `path.<name>`."""

    name: str
    page: str
    preset: str | None = None


PATH = (
    Stop("collapse", "collapse"),
    Stop("why", "play_2d", "collapse"),
    Stop("cure", "play_2d", "collapse_unrolled"),
    Stop("vanishing", "vanishing"),
    Stop("w1", "wgan"),
    Stop("convergence", "convergence"),
)


def after(page: str, config: RunConfig | None = None) -> Stop | None:
    """The stop that follows this page with this configuration; None after the last one, and off the path. A page of
    several stops, at none of their presets, counts as the first of them."""
    here = [i for i, stop in enumerate(PATH) if stop.page == page]
    exact = [i for i in here if (name := PATH[i].preset) and PRESETS[name].config == config]
    at = next(iter(exact or here), len(PATH))
    return PATH[at + 1] if at + 1 < len(PATH) else None


def entry(name: str) -> Entry:
    return next(one for one in PAGES if one.name == name)


def menu() -> dict[str, list[st.Page]]:
    """Group heading → pages, as `st.navigation` takes it; a group without pages does not appear.

    The first page opens at "/". Streamlit would answer its own name with "page not found", so it is there a second
    time, unseen, under that name.
    """
    groups: dict[str, list[st.Page]] = {"": [_page(PAGES[0], url_path="start", default=True)]}
    for one in PAGES:
        page = _page(one, url_path=one.name, visibility="hidden" if one is PAGES[0] else "visible")
        groups.setdefault(t(f"site.{one.group}") if one.group else "", []).append(page)
    return groups


def _page(one: Entry, **options: Any) -> st.Page:
    title, purpose = t(f"{one.name}.title"), t(f"{one.name}.intro")
    return st.Page(one.file, title=title, icon=one.symbol, help=purpose, **options)
