"""Whatever a player plays has what the protocol names: a job of the pool, and a finished run from the shelf."""

from __future__ import annotations

import inspect

import pytest

from gan_core.jobs.playable import Playable
from gan_core.jobs.pool import Job
from pages.shared.play.shelf import ShelfJob

MEMBERS = [name for name, _ in inspect.getmembers(Playable) if not name.startswith("_")]


@pytest.mark.parametrize("kind", [Job, ShelfJob])
@pytest.mark.parametrize("name", MEMBERS)
def test_what_is_played_has_every_member_with_the_same_arguments(kind: type, name: str) -> None:
    promised, given = getattr(Playable, name), getattr(kind, name)
    assert isinstance(given, property) == isinstance(promised, property)
    if not isinstance(promised, property):
        arguments = [list(inspect.signature(function).parameters) for function in (promised, given)]
        assert arguments[0] == arguments[1]
