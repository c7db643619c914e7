"""A figure of no run says what it is of, and is turned from its first moment to its last."""

from gan_core.export.drawing import Drawing
from gan_core.export.plate import Plate


def test_moments_are_even_and_have_both_ends():
    plate = Plate("p", lambda look, caption: Drawing(1, 1, (), description=caption), "own", range(201))
    assert plate.turned(5) == [0, 50, 100, 150, 200] and plate.turned(999) == list(range(201))
    assert (
        plate.captioned("page").caption == "own · page" and Plate("p", plate.make).captioned("page").caption == "page"
    )
