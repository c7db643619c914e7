"""A visitor's own words are shown as text, wherever they come from."""

from __future__ import annotations

import re

import pytest

from pages.shared.shell import notices
from tests.pages.test_pages import params, state, visit

HOSTILE = (
    "![x](http://example.com/a.png)",
    "[x](http://example.com)",
    "http://example.com",
    "www.example.com",
    "me@example.com",
    "<img src=x>",
    "<http://example.com>",
    "**x**",
    "_x_",
    "`x`",
    "$x$",
    ":red[x]",
    ":smile:",
    ":material/home:",
    "# x",
    "- x",
    "1. x",
    "> x",
    "~~x~~",
    "x\n\n- y",
    "&copy;",
)
# What Streamlit's Markdown reads as more than text: the marks, where no backslash stands before them …
MARKS = re.compile(r"(?<!\\)[`*\[\]<>$~|&]|(?<![\w\\])_|(?<!\\)_(?!\w)|^[-+#]|^\d[.)]|\n")
# … and what it looks for in the text afterwards, when the backslashes are gone.
FOUND = re.compile(r"https?://|www\.|\w@\w|:\w+|:material/", re.IGNORECASE)


def shown(markdown: str) -> str:
    """What a reader sees."""
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", markdown).replace(notices.JOINER, "")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_text_means_anything(text: str) -> None:
    markdown = notices.plain(text)
    assert not MARKS.search(markdown)
    assert not FOUND.search(re.sub(r"\\(?=[^\w\s])", "", markdown))
    assert shown(markdown) == " ".join(text.split())


@pytest.mark.parametrize("text", ["g_lr = 'fast' is not possible: choose 0.1 to 2", "d_layers = (8, 16) − ½, “x” (y)."])
def test_a_usual_sentence_stays_as_it_is(text: str) -> None:
    assert notices.plain(text) == text


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("play_2d", "loss"),
        ("play_2d", "preset"),
        ("play_2d", "![x](http://example.com/a.png)"),
        ("digits", "section"),
        ("digits", "run"),
        ("collapse", "beside"),
        ("vanishing", "g_lr"),
        ("wgan", "part"),
        ("wgan", "fair"),
        ("wgan", "beside"),
    ],
)
def test_an_address_puts_no_picture_and_no_link_on_a_page(name: str, word: str) -> None:
    app = visit(name, **{word: "![x](http://example.com/a.png)"})
    assert not app.exception and app.warning
    for block in (*app.warning, *app.error, *app.info, *app.markdown, *app.caption):
        assert "![x]" not in block.value and "http://example" not in block.value


# ── data of the wrong kind ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "address", "there", "words"),
    [
        ("play_2d", {"data": "mnist"}, "digits", {"data": "mnist"}),
        ("collapse", {"data": "mnist"}, "digits", {"data": "mnist"}),
        ("vanishing", {"preset": "digits_mlp"}, "digits", None),
        ("wgan", {"part": "digits", "data": "ring"}, "play_2d", None),
        ("wgan", {"data": "mnist"}, "digits", None),
        ("digits", {"data": "ring"}, "play_2d", None),
    ],
)
def test_data_of_the_wrong_kind_lead_to_the_page_that_shows_them(
    name: str, address: dict[str, str], there: str, words: dict[str, str] | None
) -> None:
    app = visit(name, **address)
    assert not app.exception and len(app.warning) == 1
    assert "This page shows" in app.warning[0].value
    link, *onward = [node.proto for node in app.get("page_link")]
    assert len(onward) == 1  # the way onward at the end of a page
    assert link.page.rstrip("/").endswith(there)
    assert words is None or all(f"{key}={value}" in link.query_string for key, value in words.items())
    own = "wgan-digits" if address.get("part") == "digits" else name
    assert state(app, own).config.data.is_image == state(app, own).default.data.is_image
    assert "data" not in params(app)
    app.run()
    assert not app.exception


def test_a_widget_that_asks_for_the_wrong_kind_is_refused() -> None:
    app = visit("play_2d")
    state(app).update(data="mnist")
    app.run()
    assert not app.exception and "This page shows points" in app.warning[0].value
