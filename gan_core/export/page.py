"""What all pages to take along have in common: one file that asks no network, in the colours of its look.

page("flipbook", look, title, words)        # flipbook.html, .css and .js within page.html
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

from gan_core.export.look import Look

FOLDER = Path(__file__).parent


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def page(kind: str, look: Look, title: str, words: Mapping[str, object]) -> bytes:
    """UTF-8. title: a visitor's words. words: what is filled into the body, as it stands: whoever gives a visitor's
    words escapes them."""
    colours = {name: getattr(look.colours, name) for name in ("background", "ink", "faint")} | {"scheme": look.theme}
    said = {"title": escape(title), **words}
    whole = Template(_text("page.html")).substitute(
        title=escape(title), colours=" ".join(f"--{name}: {value};" for name, value in colours.items()),
        css=_text("page.css") + _text(f"{kind}.css"), body=Template(_text(f"{kind}.html")).substitute(said),
        js=_text(f"{kind}.js"),
    )  # fmt: skip
    return whole.encode()
