"""What a player may ask of what it plays: a job of the pool answers to every name of the protocol."""

from __future__ import annotations

import inspect

import pytest

from gan_core.jobs.job import Job
from gan_core.jobs.playable import Playable

MEMBERS = [name for name, _ in inspect.getmembers(Playable) if not name.startswith("_")]


def assert_kept(kind: type, name: str) -> None:
    """`kind` has this member of the protocol, with the same arguments."""
    promised, given = getattr(Playable, name), getattr(kind, name)
    assert isinstance(given, property) == isinstance(promised, property)
    if not isinstance(promised, property):
        arguments = [list(inspect.signature(function).parameters) for function in (promised, given)]
        assert arguments[0] == arguments[1]


@pytest.mark.parametrize("name", MEMBERS)
def test_a_job_of_the_pool_has_every_member_with_the_same_arguments(name: str) -> None:
    assert_kept(Job, name)
