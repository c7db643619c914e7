"""A page to take along is whole, in the colours of its look, and a visitor's title is text in it."""

import re

import pytest

from gan_core.export.look import THEMES, Look
from gan_core.export.page import page


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_asks_no_network_and_its_title_is_text(theme):
    words = dict.fromkeys(("play", "pause", "step", "seconds", "pages"), "x")
    made = page("flipbook", Look(theme=theme), "</title><script>alert(1)</script>", words).decode()
    assert "default-src 'none'" in made and THEMES[theme].background in made
    assert made.count("<script") == 2 and "alert(1)</script>" not in made and not re.search(r"(src|href)=", made)
