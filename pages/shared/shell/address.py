"""The address of a page is its configuration: the fields that differ from the default, and a few words of the app.

    ?data=grid&g_lr=0.0003     fields of `RunConfig`, as `to_query` writes them; what is left out is the page's default
    ?preset=collapse           starts from a preset; fields beside it change it
    ?lang=ru                   the language
    ?hide=controls-presets     what a teacher's link leaves out (`HIDABLE`)
    ?slide=1                   the picture alone, over the whole window

`read_config` is called when a visitor arrives, `write` in every run of a page, so a reload or a copied address gives
the same run. Streamlit keeps its own words (embed, embed_options) away from both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from gan_core.config import ConfigError, RunConfig
from gan_core.presets import PRESETS, asked
from pages.shared.shell.i18n import DEFAULT, languages, t
from pages.shared.shell.state import PageState, app

APP_WORDS = {"lang", "hide", "preset", "slide"}
HIDABLE = ("controls", "presets", "share", "figures", "code")


def read_app() -> None:
    """Language, hidden parts and slide mode from the address, whenever it says something new; what is not known is
    left out."""
    state, words = app(), _app_words()
    if words == state.heard:
        return
    state.heard = words
    if words[0] in languages():
        state.language = words[0]
    if words[1] is not None:
        state.hidden = frozenset(words[1].split("-")) & frozenset(HIDABLE)
    state.slide = words[2] == "1"


def _app_words() -> tuple[str | None, ...]:
    return tuple(st.query_params.get(name) for name in ("lang", "hide", "slide"))


def read_config(params: Mapping[str, str], default: RunConfig) -> RunConfig | None:
    """The configuration that the address asks for, None if it asks for nothing. Raises ConfigError."""
    words = {name: text for name, text in params.items() if name == "preset" or name not in APP_WORDS}
    if (preset := words.get("preset")) is not None and preset not in PRESETS:  # by its title, in the visitor's language
        titles = (t(f"preset.{name}.title", default=one.title) for name, one in PRESETS.items())
        raise ConfigError("preset", preset, "config.one_of", options=", ".join(f"“{title}”" for title in titles))
    return asked(words, default) if words else None


def query(config: RunConfig, default: RunConfig) -> dict[str, str]:
    """The words that give `config` on a page with this default: what differs from it, and from which preset it differs
    where it is not the default of all runs, so that the words mean the same run anywhere."""
    fields = config.to_query(default)
    base = next((name for name, preset in PRESETS.items() if preset.config == default), None)
    return {"preset": base} | fields if fields and base and default != RunConfig() else fields


def write_page(page: PageState) -> None:
    """Put the page's configuration, if it has one, and its own words into the address."""
    write(page.config if page.plays else None, page.default, page.words)


def write(config: RunConfig | None, default: RunConfig | None, own: Mapping[str, str] = MappingProxyType({})) -> None:
    """Put the configuration into the address, with the app's words and the page's own; nothing if it stands there."""
    state = app()
    words = {"lang": state.language} if state.language != DEFAULT else {}
    if state.hidden:
        words["hide"] = "-".join(sorted(state.hidden))
    if state.slide:
        words["slide"] = "1"
    wanted = words | dict(own) | (query(config, default) if config and default else {})
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    state.heard = _app_words()  # what we write is no news
