"""Values that somebody else says, a browser or a file, each of which may be anything that JSON can hold: what they are
if they are what is wanted, and None if they are not.

    whole(3, 0, 9)              # 3; None for 10, 1.5, True, "3", [3]
    finite(10**400)             # None, as for NaN and for what is no number
    one_of("ring", DATA)        # the member of DATA that it is equal to
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
EXACT = 2**53  # JavaScript counts no further


def whole(value: object, low: int = -EXACT, high: int = EXACT) -> int | None:
    """The whole number in [low, high] that the value is."""
    return value if type(value) is int and low <= value <= high else None  # True is none


def finite(value: object) -> float | None:
    """The finite number that the value is. A whole one may be too large for a float, and is none then."""
    if type(value) not in (int, float):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def one_of(value: object, options: Iterable[T]) -> T | None:
    """The option that the value is equal to."""
    return next((option for option in options if option == value), None)
