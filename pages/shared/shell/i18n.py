"""Every word on the screen: `t("play_2d.title")` is the text under [play_2d] title in texts/<language>.toml.

A language is a file: put `ru.toml` beside `en.toml` and it appears in the picker under its own `app.language`. English
is complete (a test holds every key that the code asks for); a text that another language lacks falls back to English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from gan_core.errors import ENGLISH, Option, Sentence
from gan_core.numerals import number
from pages.shared.shell.state import app

TEXTS = Path(__file__).parent / "texts"
DEFAULT = "en"

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)  # where there is no visitor to ask


@cache
def _files() -> dict[str, Path]:
    """Code → the file of a language."""
    return {path.stem: path for path in TEXTS.glob("*.toml")}


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of a language by their dotted keys. KeyError if there is no such language."""

    def flat(table: dict, prefix: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in table.items():
            found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value.strip()}
        return found

    return flat(tomllib.loads(_files()[language].read_text(encoding="utf-8")), "")


@cache
def languages() -> dict[str, str]:
    """Code → the language's own name, English first."""
    codes = sorted(_files(), key=lambda code: (code != DEFAULT, code))
    return {code: texts(code)["app.language"] for code in codes}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, `t` speaks this language whoever asks: a worker that draws a page knows no visitor."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def t(key: str, default: str | None = None, **values: object) -> str:
    """The text in the visitor's language, with {name} replaced by `values`.

    `default` is the English text of a key that lives elsewhere (a preset's title). KeyError if English has none.
    """
    english = texts(DEFAULT)[key] if default is None else default
    text = texts(_spoken.get() or app().language).get(key, english)
    return text.format(**values) if values else text


def sentence(problem: object) -> str:
    """What an error has to say, in the visitor's language and with the labels of the controls; of what is no error of
    ours, its own words. Another language has them under [errors]."""
    if not isinstance(problem, Sentence):
        return str(problem)
    text = phrase(problem)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def phrase(of: Sentence) -> str:
    """The same within a sentence or beside a curve: no stop at its end."""
    return of.say(lambda code: t(f"errors.{code}", default=ENGLISH[code]), _label)


def value(field: str, of: object) -> str:
    """A setting as its control says it: a word where it has words, numbers as they are read."""
    if isinstance(of, bool):
        return t(f"option.switch.{of}")
    if isinstance(of, tuple):
        return "-".join(value(field, part) for part in of)
    return number(of, 6) if isinstance(of, float) else t(f"option.{field}.{of}", default=str(of))


def _label(name: str) -> str:
    """What the controls call a field of the configuration, or one of its values."""
    if isinstance(name, Option):
        return t(f"option.{name.field}.{name}", default=str(name))
    return t(f"field.{name}", default=name)
