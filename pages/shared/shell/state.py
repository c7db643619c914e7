"""What one visitor has: one typed object under one key of the session.

    app()          AppState of this session
    app().pages    name -> PageState, made by `layout.begin` at a page's first visit, kept until the tab is closed

`PageState.config` is the one truth about what the controls say. A widget never owns a value: it shows the field of the
configuration and its callback calls `update`, which refuses what cannot run and keeps the reason in `problem`. So a
change of page, of language or of the URL cannot lose or double a setting. What *runs* is in `PageState.show`
(`runs.Show`), and the two may differ until the visitor restarts.
"""

from __future__ import annotations

import itertools
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Protocol

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gan_core.config import ConfigError, RunConfig
from gan_core.errors import Sentence
from pages.shared.play.runs import Show

KEY = "gan"
Offer = Callable[[RunConfig], Mapping[str, Any] | None]  # what has to change; None where it does not apply


class Option(Protocol):
    """A word of a page's address beside the configuration; `controls.options` has the kinds."""

    @property
    def usual(self) -> Any: ...

    def read(self, word: str, /) -> Any:
        """The value of a text. Raises ValueError, with what is allowed."""

    def write(self, value: Any, /) -> str: ...


class Works(Protocol):
    """What the pool computes for one visitor."""

    def pause(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class PageState:
    """One page with controls. `variants`: the fields in which its runs side by side differ; ({},) is one run. `first`:
    those that its bare address has."""

    name: str
    default: RunConfig
    config: RunConfig
    variants: tuple[Mapping[str, Any], ...] = ({},)
    first: tuple[Mapping[str, Any], ...] = ({},)
    problem: str | Sentence = ""  # why the last input was refused; of several, a sentence a line
    elsewhere: RunConfig | None = None  # what was refused because it is for the page of the other kind of data
    show: Show | None = None
    works: dict[str, Works] = field(default_factory=dict)  # what else is computed for it, by name
    choices: dict[Any, Any] = field(default_factory=dict)  # what only changes the view: the member looked at, …
    options: Mapping[str, Option] = field(default_factory=dict)  # what the address may say beside the configuration
    words: dict[str, str] = field(default_factory=dict)  # … and what it says, where that is not the usual
    plays: bool = True  # whether it has runs, and a configuration of them
    titles: Callable[[PageState, Any], list[str]] | None = None  # what the page calls the runs of a frame
    over: Callable[[PageState, Any], Mapping[str, Any]] | None = None  # the curves of a slide by name; None: the usual
    also: tuple[str, ...] = ()  # what else is watched of its runs, see `gan_core.run.recording.watch`
    what_if: Mapping[str, Offer] | None = None  # the experiments that follow a run, see `ending`; None: the usual
    arrived: bool = False  # in this run of the page: from elsewhere, by its address, or with the browser's back button
    spelled: bool = False  # … and it says in words what it is set to, beside its controls
    of_runs: bool = True  # whether the section on the screen shows its runs
    turns: Counter[str] = field(default_factory=Counter)  # how often the program has changed a field, not its widget

    @property
    def decided(self) -> set[str]:
        """The fields that the variants decide, so that no control may."""
        return {name for variant in self.variants for name in variant}

    @property
    def shown(self) -> Show:
        """The runs, for a view: it is called only when there are some. A visitor who leaves takes them away in the
        middle of a look; that look ends, for nobody is there to see it. Raises LookupError in a worker that looks."""
        if self.show is None:
            if get_script_run_ctx(suppress_warning=True) is None:
                raise LookupError("the runs were closed while somebody drew them")
            st.stop()
        return self.show

    @property
    def of_images(self) -> bool:
        """Whether its views show images; those of other pages show points, as its default does."""
        return self.default.data.is_image

    def configs(self, config: RunConfig | None = None) -> tuple[RunConfig, ...]:
        """One configuration for each run. Raises ConfigError if a variant contradicts the base."""
        return tuple((config or self.config).replace(**variant) for variant in self.variants)

    def take(
        self, make: Callable[[], RunConfig], by: str = "", variants: tuple[Mapping[str, Any], ...] | None = None
    ) -> bool:
        """Take over the configuration that `make` gives, and `variants`, or keep the old ones and remember why.

        `by` is the field whose widget asks for it, if one does.
        """
        variants = self.variants if variants is None else variants
        self.elsewhere = None
        try:
            config = make()
            if config.data.is_image != self.of_images:
                self.elsewhere = config
                raise ConfigError("data", config.data.data, "config.other_page")
            for variant in variants:
                config.replace(**variant)
        except ConfigError as error:
            self.problem = error
            return False
        self.turns.update(config.differences(self.config).keys() - {by})
        self.config, self.variants, self.problem = config, variants, ""
        return True

    def vary(self, variants: tuple[Mapping[str, Any], ...]) -> bool:
        """Runs with these differences, unless they contradict the rest. What was refused before stays so."""
        refused = self.problem, self.elsewhere
        taken = variants == self.variants or self.take(lambda: self.config, variants=variants)
        if taken:
            self.problem, self.elsewhere = refused
        return taken

    def update(self, by: str = "", **changes: Any) -> None:
        """Change fields by their flat names."""
        self.take(lambda: self.config.replace(**changes), by)

    def parse(self, by: str = "", **texts: str) -> None:
        """Change fields from texts, written as in an address."""
        self.take(lambda: RunConfig.from_query(texts, base=self.config), by)


@dataclass
class AppState:
    language: str = "en"
    here: str = ""  # the page on the screen
    hidden: frozenset[str] = frozenset()  # what a teacher's link hides
    slide: bool = False  # the picture alone, over the whole window
    staged: bool = False  # in this run of the page: a player has shown its runs, or a recorded one
    section: str = ""  # … and which section is open, in words
    sections: Any = None  # the room in the heading for its sections, where they stand there
    heard: tuple[str | None, ...] = (None, None, None)  # the last words about these in the address
    linked: str | None = None  # the preset of the link that led here, until the page has written its own address
    pages: dict[str, PageState] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)  # of a page in parts, the one that was open last
    charts: dict[str, Any] = field(default_factory=dict)  # of the page on the screen, by the keys of their elements
    waiting: list[Any] = field(default_factory=list)  # of the script run before: `waiting.Waiting`
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)  # runs of this visit, see `play.kept`
    widgets: dict[str, str] = field(default_factory=dict)  # which key a control has that gets new ones, by its name

    def shows(self) -> Iterator[Show]:
        return (page.show for page in list(self.pages.values()) if page.show)

    def __post_init__(self) -> None:
        # Only the session keeps this object: however it lets go of it, what was trained for it ends. In a thread of its
        # own, for the collector calls this wherever it likes, also where a lock is held that closing needs.
        weakref.finalize(self, Thread(target=_close, args=(self.pages,), daemon=True).start).atexit = False

    def pause(self) -> None:
        for works in itertools.chain(self.shows(), *(page.works.values() for page in list(self.pages.values()))):
            works.pause()

    def close(self) -> None:
        """End all runs; a visitor who comes back all the same finds fresh ones."""
        _close(self.pages)


def _close(pages: Mapping[str, PageState]) -> None:
    for page in list(pages.values()):
        if (show := page.show) is not None:
            page.show = None
            show.close()
        while page.works:
            page.works.popitem()[1].close()


def app() -> AppState:
    if KEY not in st.session_state:
        st.session_state[KEY] = AppState()
    return st.session_state[KEY]


def if_shown(key: str, changed: Callable[[], None]) -> Callable[[], None]:
    """The callback of a control that decides runs, and whose keys, "name~something", change with what it shows.

    A page that looks again before all of it has come reports the widget that stood there before, and Streamlit, which
    has forgotten that one, takes its old value for a new wish. Only the widget that is shown may have one. After a look
    at another part of a page it may also report what the widget shows: where runs begin anew with a wish, a wish for
    what is there already is none.
    """
    name = key.split("~")[0]
    app().widgets[name] = key

    def wished() -> None:
        if app().widgets[name] == key:
            changed()

    return wished
