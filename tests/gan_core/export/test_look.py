"""Shapes and themes are refused by their names; colours are told apart without colour."""

import pytest

from gan_core.errors import ExportError
from gan_core.export.look import SHAPES, THEMES, WORDS, Look


def grey(colour: str) -> float:
    """Luma in [0, 255] of #rrggbb."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_is_readable_in_grey(name):
    theme = THEMES[name]
    assert abs(grey(theme.ink) - grey(theme.background)) > 180
    assert abs(grey(theme.faint) - grey(theme.background)) > 100
    for colour in (theme.real, theme.fake):
        assert abs(grey(colour) - grey(theme.background)) > 60
    steps = [grey(colour) for colour in theme.heat]
    assert steps == sorted(steps) or steps == sorted(steps, reverse=True)  # more is further from the background


def test_light_theme_tells_real_from_generated_in_grey_as_well():
    assert abs(grey(THEMES["light"].real) - grey(THEMES["light"].fake)) > 60


@pytest.mark.parametrize("wrong", [{"shape": "5:4"}, {"theme": "<script>"}])
def test_what_there_is_not_is_refused_with_what_there_is(wrong):
    with pytest.raises(ExportError, match="There is no") as error:
        Look(**wrong)
    assert all(name in str(error.value) for name in (SHAPES if "shape" in wrong else THEMES))


def test_words_are_replaced_by_name():
    assert Look(words={"real": "echt"}).word("real") == "echt" and Look().word("some", n=3, of=8) == "3 of 8 seeds"
    with pytest.raises(KeyError):
        Look(words={"nothing of ours": ""})
    assert set(Look().words) == set(WORDS)
