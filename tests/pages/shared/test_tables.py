"""Numbers in words, as the tables of the pages show them."""

from __future__ import annotations

import pytest

from pages.shared.views import tables


@pytest.mark.parametrize(
    ("values", "written"),
    [([], "–"), ([2.0], "2.0"), ([1.0, 4.0], "**2.5** (1.0–4.0)"), ([3, 1, 2], "**2.0** (1.0–3.0)")],
)
def test_the_members_are_written_as_their_median_and_range(values: list[float], written: str) -> None:
    assert tables.median_and_range(values, "{:.1f}".format) == written
    assert tables.median_and_range(values, "{:.1f}".format, bold=False) == written.replace("*", "")
