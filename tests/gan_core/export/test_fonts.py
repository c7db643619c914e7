"""Text is measured, broken and cleaned."""

import pytest

from gan_core.export import fonts
from gan_core.export.look import WORDS


def test_every_letter_of_our_words_is_in_the_font():
    nothing = bytes(fonts.font(20).getmask("\U000f0000"))
    for text in (*WORDS.values(), "−½‖∇σλ→≤γβ₁²∞…·10⁻⁵äöüßéñ"):
        for letter in text.replace(" ", ""):
            assert bytes(fonts.font(20).getmask(letter)) != nothing, letter


@pytest.mark.parametrize("text", ["one two three " * 40, "x" * 500, "short", "", "word " + "y" * 300 + " end"])
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_lines_fit(text, lines):
    found = fonts.wrapped(text, 20, 300, lines)
    assert len(found) <= lines and all(fonts.width(line, 20) <= 300 for line in found)
    whole = " ".join(found).replace(" ", "") == text.replace(" ", "")
    assert whole or found[-1].endswith("…")


def test_tidy_gives_one_line_that_any_file_can_hold():
    assert fonts.tidy("a\x00b\n\tc\ufeff\u202e d\ud800") == "a b c d"
    assert fonts.tidy("<script>alert(1)</script>") == "<script>alert(1)</script>"
    long = fonts.tidy("w" * 10_000)
    assert len(long) == fonts.LONGEST and long.endswith("…")
    assert fonts.tidy("a" * fonts.LONGEST) == "a" * fonts.LONGEST
