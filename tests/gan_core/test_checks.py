"""What is wanted comes through as it is, and nothing else does."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gan_core.checks import finite, one_of, whole

ANYTHING: tuple[Any, ...] = (None, "x", [], {}, -(10**9), 10**400, math.nan, math.inf, 1.5, True)


@pytest.mark.parametrize("value", ANYTHING, ids=lambda value: str(value)[:12])
def test_of_anything_only_what_is_wanted_comes_through(value: Any) -> None:
    assert whole(value, 0, 9) is None
    assert finite(value) == (value if value in (-(10**9), 1.5) and value is not True else None)
    assert one_of(value, ("ring", "grid")) is None


def test_what_is_wanted_comes_through_as_it_is() -> None:
    assert [whole(value, 0, 9) for value in (-1, 0, 9, 10)] == [None, 0, 9, None]
    assert whole(2**53 + 1) is None and whole(-(2**53)) == -(2**53)
    assert isinstance(finite(3), float) and finite(3) == 3.0
    assert one_of("grid", ("ring", "grid")) == "grid"
