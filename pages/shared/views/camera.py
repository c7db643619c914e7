"""What can be kept of a page without a run: its charts, each with two buttons of its own.

    camera.buttons(key)        # beside the chart of that key: its SVG and its PNG, one click each

Plotly's own camera saves what is on the screen, in the letters of the screen and without a word of where it is from.
These are drawn for a slide, with title and caption, in the shape, theme and width that the panel of exports is set to.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from gan_core.checks import one_of
from gan_core.config import FIELDS
from gan_core.errors import Failure, Refusal
from pages.shared.play import making, recorded, resources, visits
from pages.shared.shell import i18n, site
from pages.shared.shell.i18n import t, value
from pages.shared.shell.state import AppState, PageState, app
from pages.shared.views import live

if TYPE_CHECKING:
    from gan_core.export.plate import Plate

CHOSEN = "export"  # in PageState.choices: what the panel of exports is set to
PROBLEM = "export_problem"  # … and why the last file was not made
OF_ONE_FIGURE = ("svg", "png")
MIME = {
    "svg": "image/svg+xml", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "html": "text/html",
    "csv": "application/zip", "zip": "application/zip",
}  # fmt: skip
ICONS = {
    "svg": "shape_line", "png": "image", "webp": "movie", "gif": "gif_box", "html": "slideshow", "csv": "table",
    "zip": "folder_zip",
}  # fmt: skip
USUAL = {"shape": "16:9", "width": 1920, "transparent": False}  # of the panel, until it is opened


@dataclass(frozen=True)
class Drawn:
    """The charts of a page by their keys, what stands below them, and what its runs are called."""

    charts: Mapping[str, Plate]
    caption: str
    names: tuple[str, ...] = ()


NOTHING = Drawn({}, "")


def there() -> Mapping[str, Plate]:
    """Whatever the page on the screen shows that is no figure of a run: its charts, and what its live views show. What
    a part of the page shows anew later is in it, too."""
    return ChainMap(live.shown(), app().charts)


def theme() -> str:
    """That of the visitor's page."""
    from gan_core.export.look import THEMES

    return one_of(st.context.theme.type, THEMES) or "light"


def caption(page: PageState, says: Mapping[str, Any] | None = None, visit: AppState | None = None) -> str:
    """What a chart of the page is of: the page, its section, its settings, and its seeds. `visit` is that of the page,
    where it is not the present one."""
    from gan_core.export.figures import seeds, settings
    from gan_core.export.look import Look

    visit = visit or app()
    parts = [title_of(page, visit), *filter(None, [visit.section])]
    if page.plays and page.of_runs and visit.staged:  # its charts are of its runs
        config, look = page.config.replace(seed=recorded.trained(page)[0].train.seed), Look(**(says or {}))
        decided = {name for variant in page.variants for name in variant}
        parts += [settings(config, look, decided), seeds(config, look, range(config.train.members))]
    places = {name for name, option in page.options.items() if getattr(option, "place", False)}  # said by the section
    places |= set(site.PLACES)
    return " · ".join([*parts, *(f"{word} {value}" for word, value in page.words.items() if word not in places)])


def title_of(page: PageState, visit: AppState | None = None) -> str:
    """Of the page that the state is of, or of the one on the screen that it is a part of."""
    visit = visit or app()
    name = next(one.name for state in (page.name, visit.here) for one in site.PAGES if state.startswith(one.name))
    return t(f"{name}.title")


def spoken() -> dict[str, Any]:
    """What a Look says in the visitor's language: the labels of the settings in a caption with their values, the words
    of figures, and why a run has ended."""
    from gan_core.export.look import WORDS

    words = {name: t(f"export.words.{name}") for name in WORDS}
    return {"labels": {name: t(f"field.{name}") for name in FIELDS}, "words": words, "options": options_said(),
            "failed": partial(_failed, app().language)}  # fmt: skip


def options_said() -> dict[str, dict[object, str]]:
    """The values of settings that have words, by their fields."""
    chosen = {name: of.metadata["options"] for name, of in FIELDS.items() if of.metadata.get("options")}
    switches = {name: (False, True) for name, of in FIELDS.items() if isinstance(of.default, bool)}
    return {name: {one: value(name, one) for one in ones} for name, ones in (chosen | switches).items()}


def _failed(language: str, failure: Failure) -> str:
    """Any thread may say it."""
    with i18n.speaking(language):
        return i18n.phrase(failure)


def file_name(figure: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in figure)


def buttons(key: str) -> None:
    """Of the chart of the page on the screen that has this key."""
    page = app().pages.get(app().here)
    if page is None or "figures" in app().hidden:
        return
    with st.container(key=f"camera-{key}", horizontal=True, gap=None, width="content"):
        for kind in OF_ONE_FIGURE:
            st.download_button(
                t(f"export.{kind}"), asked(page, key, kind), f"{file_name(key)}.{kind}", MIME[kind],
                key=f"camera-{key}-{kind}", on_click="ignore", icon=f":material/{ICONS[kind]}:", type="tertiary",
                help=t(f"export.camera_{kind}"),
            )  # fmt: skip


def asked(page: PageState, key: str, kind: str) -> Callable[[], bytes]:
    """What a click on a chart's button gives; called in a thread that may wait and has no session."""
    charts, usual, owner, again = app().charts, USUAL | {"theme": theme()}, id(app()), visits.again()
    words = spoken()
    said = caption(page, words)

    def make() -> bytes:
        from gan_core.export.files import Wish
        from gan_core.export.look import Look

        chosen: dict[str, Any] = usual | page.choices.get(CHOSEN, {})
        look = Look(shape=chosen["shape"], theme=chosen["theme"], transparent=chosen["transparent"], **words)
        wish = Wish((key,), (kind,), chosen["width"], {key: charts[key].captioned(said)})
        try:
            return making.made(resources.pool(), None, look, wish, owner)[0].content
        except Refusal as error:
            page.choices[PROBLEM] = error
            again()  # the page says why
            raise

    return make
