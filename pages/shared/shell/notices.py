"""Sentences that may hold a visitor's own words, from an address, a file or a widget: always shown as text.

    notices.warning(page.problem)        what was refused, and what the page does instead
    notices.error(error)                 what is broken, in the visitor's language if it is an error of ours

Streamlit reads what it shows as Markdown, so a link that a teacher never wrote would become one, and an image would be
fetched. `plain` takes a text every such meaning.
"""

from __future__ import annotations

import re

import streamlit as st

from pages.shared.shell.i18n import sentence

JOINER = "\u2060"  # joins two letters that are joined anyway: it is not seen, and ends what looks like an address
# What means something in Markdown wherever it stands, an underscore at the edge of a word, and what makes a line a
# heading, a quotation or an item.
_MARKS = re.compile(r"[\\`*\[\]<>$~|&]|(?<!\w)_|_(?!\w)|^[-+#]|(?<=^\d)[.)]")
# Addresses, icons, emoji and colours are found in the text after the marks have been read.
_ADDRESSES = re.compile(r":(?=\S)|@|(?<=www)(?=\.)", re.IGNORECASE)


def plain(text: str) -> str:
    """Markdown that shows the text as it is, in one line."""
    return _ADDRESSES.sub(lambda match: match[0] + JOINER, _MARKS.sub(r"\\\g<0>", " ".join(text.split())))


def warning(problem: object, icon: str = "warning") -> None:
    st.warning(plain(sentence(problem)), icon=f":material/{icon}:")


def error(problem: object) -> None:
    st.error(plain(sentence(problem)), icon=":material/error:")
