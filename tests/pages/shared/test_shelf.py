"""A finished run from the shelf is played like a job of the pool: it has what the protocol names."""

from __future__ import annotations

import pytest

from pages.shared.play.shelf import ShelfJob
from tests.gan_core.jobs.test_playable import MEMBERS, assert_kept


@pytest.mark.parametrize("name", MEMBERS)
def test_what_is_played_has_every_member_with_the_same_arguments(name: str) -> None:
    assert_kept(ShelfJob, name)
