"""The options of a page beside the configuration of its runs: what each may be, its widget, and how an address says it.

    OPTIONS = {                                                # a page declares them all in one place
        "fair": OneOf(("steps", "cpu"), "steps"),
        "distance": Number(0.0, 8.0, 0.5, usual=3.0),
        "beside": SomeOf(tuple(VARIANTS), FIRST, least=2, most=4),
    }
    page = layout.begin("wgan", default, options=OPTIONS)      # takes over what the address says of them
    options.value(page, "fair")                                # what it is
    options.control(page, "fair")                              # a widget for it; gives the value
    options.put(page, "fair", "cpu")                           # the program changes it
    options.reset(page)                                        # all as usual again, but for where one is

The address is their state: `PageState.words` has the text of each that is not as usual, so a reload or a copied address
gives the same page. A text that means nothing is answered with one sentence, and the page keeps what it had. The words
are `<page>.<name>`, `<page>.<name>_help` where there is one, and for choices `<page>.<name>_<value>`, unless the option
says under which name theirs stand. The sentence quotes the address, and says the choices as the page does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from gan_core.numerals import number
from pages.shared.shell import address
from pages.shared.shell.i18n import DEFAULT, sentence, t, texts
from pages.shared.shell.state import PageState, app, if_shown

LONGEST = 40  # characters of a refused text that are repeated
MANY = 10  # numbers that a sentence lists


class NoChoice(ValueError):
    """A text that names none of the values, or not as many as it should: a code in the texts, and its arguments."""

    def __init__(self, code: str, values: Sequence[Any], **arguments: Any) -> None:
        super().__init__(code)
        self.code, self.values, self.arguments = code, values, arguments


def text(value: Any) -> str:
    """A value as it stands in an address: 0.03, or the word itself."""
    return value if isinstance(value, str) else f"{value:.6g}"


@dataclass(frozen=True)
class OneOf:
    """One of some values. `place`: it says where on the page one is, and is no setting. `says`: what the keys of their
    words begin with, if not with <page>.<name>_, or what says one."""

    values: tuple[Any, ...]
    usual: Any
    form: Literal["buttons", "pills", "slider", "box"] = "buttons"
    place: bool = False
    says: str | Callable[[Any], str] = ""

    def read(self, word: str) -> Any:
        """Raises ValueError."""
        for one in self.values:
            if text(one) == word:
                return one
        raise NoChoice("options.one", self.values)

    def write(self, value: Any) -> str:
        return text(value)


@dataclass(frozen=True)
class Number:
    """A number, on a slider or typed: a whole one if its limits are."""

    low: float
    high: float
    step: float
    usual: float
    form: Literal["slider", "box"] = "slider"

    def read(self, word: str) -> float:
        """Raises ValueError."""
        try:
            number = type(self.low)(word)
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            raise ValueError(t("options.number", low=text(self.low), high=text(self.high)))
        return number

    def write(self, value: float) -> str:
        return text(value)


@dataclass(frozen=True)
class SomeOf:
    """Different ones of some names, in a fixed order. `says` as of OneOf."""

    values: tuple[str, ...]
    usual: tuple[str, ...]
    least: int
    most: int
    says: str = ""

    def read(self, word: str) -> tuple[str, ...]:
        """Raises ValueError."""
        names = tuple(word.split("-"))
        fits = self.least <= len(names) <= self.most and len(set(names)) == len(names)
        if not fits or not set(names) <= set(self.values):
            raise NoChoice("options.some", self.values, least=self.least, most=self.most)
        return names

    def write(self, value: Sequence[str]) -> str:
        return "-".join(value)


@dataclass(frozen=True)
class Heights:
    """Heights in [0, 1], which the address has in hundredths."""

    usual: tuple[float, ...]

    def read(self, word: str) -> tuple[float, ...]:
        """Raises ValueError."""
        parts = word.split("-")
        fits = all(part.isdecimal() and len(part) <= 3 and int(part) <= 100 for part in parts)
        if len(parts) != len(self.usual) or not fits:
            raise ValueError(t("options.heights", n=len(self.usual)))
        return tuple(int(part) / 100 for part in parts)

    def write(self, value: Sequence[float]) -> str:
        return "-".join(str(round(100 * height)) for height in value)


# ── what they are ────────────────────────────────────────────────────────────────────────────────────────────────────


def value(page: PageState, name: str) -> Any:
    option = page.options[name]
    return option.read(page.words[name]) if name in page.words else option.usual


def choices(page: PageState, name: str) -> tuple[Any, ...]:
    """What one of several values may be."""
    option = page.options[name]
    assert isinstance(option, OneOf)
    return option.values


def arrive(page: PageState, words: Mapping[str, str]) -> None:
    """Take over what the address says; a text that means nothing is answered in `page.problem`."""
    for name, word in words.items():
        try:
            keep(page, name, page.options[name].read(word))
        except ValueError as error:
            page.problem = f"{sentence(page.problem)}\n{_refused(page, name, word[:LONGEST], error)}".strip()


def _refused(page: PageState, name: str, word: str, error: ValueError) -> str:
    """The part of the address, as it stands there, and what it may be, in the words of the page."""
    allowed = str(error)
    if isinstance(error, NoChoice):
        values = error.values
        if len(values) > MANY and not isinstance(values[0], str):
            names = t("options.many", n=len(values), low=text(values[0]), high=text(values[-1]))
        else:
            names = ", ".join(map(_words(page, name), values))
        allowed = t(error.code, names=names, **error.arguments)
    return t("options.refused", name=name, word=word, allowed=allowed)


def _key(page: PageState, name: str) -> str:
    """Of what an option is called."""
    return f"{page.name.partition('-')[0]}.{name}"


def _words(page: PageState, name: str, named: str = "") -> Callable[[Any], str]:
    """What the values of an option are called; those without a text say themselves."""
    says = getattr(page.options[name], "says", "")
    if not isinstance(says, str):
        return says
    prefix = says or f"{named or _key(page, name)}_"

    def said(one: Any) -> str:
        known = isinstance(one, str) and f"{prefix}{one}" in texts(DEFAULT)
        return t(f"{prefix}{one}") if known else one if isinstance(one, str) else number(one, 6)

    return said


def put(page: PageState, name: str, new: Any) -> None:
    """The program's change. The widget becomes another one: the browser may still report what the old one said."""
    keep(page, name, new)
    page.turns[name] += 1


def reset(page: PageState, *, places: bool = False) -> None:
    """All as usual; with `places` also where on the page one is."""
    for name, option in page.options.items():
        if places or not getattr(option, "place", False):
            put(page, name, option.usual)


def keep(page: PageState, name: str, new: Any) -> None:
    """The program's change of what its widget need not show. Raises ValueError if it cannot be."""
    option = page.options[name]
    try:
        word = option.write(new)
    except (TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{name} cannot be {str(new)[:LONGEST]}") from error
    if word == option.write(option.usual):
        page.words.pop(name, None)
    else:
        option.read(word)  # the browser of someone who tries may report anything
        page.words[name] = word


# ── their widgets ────────────────────────────────────────────────────────────────────────────────────────────────────


def key(page: PageState, name: str) -> str:
    return f"{page.name}.{name}~{page.turns[name]}"  # see fields.widget_key


def changed(
    page: PageState,
    name: str,
    *,
    of: Callable[[Any], Any] = lambda reported: reported,
    then: Callable[[], None] | None = None,
) -> Callable[[], None]:
    """The callback of the widget with `key(page, name)`, which says `of(value)`; `then` follows an accepted change."""
    at = key(page, name)

    def taken() -> None:
        try:
            new = of(st.session_state[at])
            if new == value(page, name):
                return
            keep(page, name, new)
        except ValueError:
            page.turns[name] += 1  # shows what is kept
            return
        page.problem = ""
        if then is not None:
            then()
        address.write_page(page)  # a section that runs alone does not begin the page

    return if_shown(at, taken)


def control(
    page: PageState,
    name: str,
    *,
    word: str = "",
    label: str = "",
    words: Callable[[Any], str] | None = None,
    then: Callable[[], None] | None = None,
    among: Sequence[Any] | None = None,
    most: float | None = None,
    collapsed: bool = False,
    digits: int | None = None,
    width: int | Literal["stretch"] = "stretch",
) -> Any:
    """A row of buttons, a box or a slider; gives the value.

    `word` is the name in the texts, if it has another there, and `label` stands in place of its text. `words` says the
    choices, of which there may only be those `among` them, and no number above `most`. `digits` are the decimals of a
    number, `width` that of a box or a slider in pixels.
    """
    option, now = page.options[name], value(page, name)
    named = _key(page, word or name)
    more: dict[str, Any] = {
        "label": label or t(named), "key": key(page, name), "on_change": changed(page, name, then=then),
        "help": t(f"{named}_help") if f"{named}_help" in texts(DEFAULT) else None,
        "label_visibility": "collapsed" if collapsed else "visible",
    }  # fmt: skip
    if isinstance(option, Number):
        high = option.high if most is None else min(option.high, most)
        st.session_state[key(page, name)] = now = min(now, high)
        put_up = st.slider if option.form == "slider" else st.number_input
        form = None if digits is None else f"%.{digits}f"
        put_up(min_value=option.low, max_value=high, step=option.step, format=form, width=width, **more)
        return now
    assert isinstance(option, OneOf)
    choices = option.values if among is None else among
    now = now if now in choices else choices[0]
    st.session_state[key(page, name)] = now
    say = words or _words(page, name, named)
    if option.form == "slider":
        st.select_slider(options=choices, format_func=say, width=width, **more)
    elif option.form == "box":
        st.selectbox(options=choices, format_func=say, width=width, **more)
    elif option.form == "pills":
        st.pills(options=choices, format_func=say, required=True, **more)
    else:
        st.segmented_control(options=choices, format_func=say, required=True, width="content", **more)
    return now


def sections(page: PageState, name: str) -> Any:
    """The row of buttons that open the sections of a page; gives the open one, which alone need be computed. Its option
    says a place."""
    option, at = page.options[name], value(page, name)
    assert isinstance(option, OneOf)
    section_row(_key(page, name), option.values, at, key(page, name), changed(page, name))
    return at


def section_row(words: str, names: Sequence[str], at: str, key: str, opened: Callable[[], None]) -> None:
    """The row of buttons that open the sections of a page, the same on every page: `at` is open. It stands in the
    heading, with the sentence of the open one, or where it is called (`site.Entry.sections`). The texts: `<words>` for
    those who hear the page, `<words>_<name>` on the button, `<words>_<name>_intro` the sentence."""

    def say(name: str) -> str:
        return t(f"{words}_{name}")

    app().section = say(at)
    st.session_state[key] = at
    heading = app().sections
    with heading or st.container(key="sections"):
        st.segmented_control(
            t(words), names, key=key, on_change=opened, required=True, label_visibility="collapsed", format_func=say
        )
        if heading:
            st.caption(t(f"{words}_{at}_intro"))
