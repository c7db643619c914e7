"""A finished run from the shelf is played like a job of the pool: it has what the protocol names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from gan_core.config import RunConfig
from pages.shared.play.shelf import ShelfJob
from tests.gan_core.jobs.test_playable import MEMBERS, assert_kept


@pytest.mark.parametrize("name", MEMBERS)
def test_what_is_played_has_every_member_with_the_same_arguments(name: str) -> None:
    assert_kept(ShelfJob, name)


def test_what_trains_on_counts_in_its_visitors_share() -> None:
    submitted: list[Any] = []
    past = SimpleNamespace(config=RunConfig.of(data="mnist_full"), snapshot=SimpleNamespace(step=3))
    job = ShelfJob("mlp", past, SimpleNamespace(submit=submitted.append), owner="a visitor")
    job.play()
    assert [live.owner for live in submitted] == ["a visitor"] and submitted[0].need.total > 0
    assert submitted[0]._ready  # it goes on with the digits that come with the app: nothing is downloaded


def test_what_has_made_room_for_others_rests_again_and_is_resumed_anew() -> None:
    past = SimpleNamespace(config=RunConfig.of(data="mnist_full"), snapshot=SimpleNamespace(step=3))
    submitted: list[Any] = []
    job = ShelfJob("mlp", past, SimpleNamespace(submit=submitted.append))
    job.attend(True)
    job.play()
    assert submitted[0]._attended, "it is looked at since before it was made"
    submitted[0].dismiss()
    assert job.state == "paused"
    job.play()
    assert len(submitted) == 2 and job.state == "running"
