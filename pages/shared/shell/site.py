"""The pages of the site, in one table: a new page is one line here, a folder in pages/ and a section in texts/en.toml.

The line says the folder's name, which is also its address, the group in the menu, and its icon. The words come from the
texts: `<name>.title` (menu and heading), `<name>.intro` (the sentence under the heading), `site.<group>` (the menu).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.shell.i18n import t

PAGES_FOLDER = Path(__file__).parents[2]


@dataclass(frozen=True)
class Entry:
    name: str
    group: str
    icon: str
    settings: bool = True  # whether there is anything to set

    @property
    def file(self) -> str:
        return str(PAGES_FOLDER / self.name / "page.py")

    @property
    def symbol(self) -> str:
        return f":material/{self.icon}:"


PAGES = (
    Entry("home", "", "home", settings=False),
    Entry("play_2d", "play", "scatter_plot"),
    Entry("digits", "play", "draw"),
    Entry("collapse", "understand", "grain"),
    Entry("vanishing", "understand", "trending_flat"),
    Entry("convergence", "understand", "cyclone"),
    Entry("distances", "understand", "straighten"),
    Entry("wgan", "compare", "compare_arrows"),
)


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
