"""The runs that come trained are those that were planned, and did what they were planned for."""

from __future__ import annotations

import pytest

from gan_core.config import RunConfig
from gan_core.zoo import checkpoints
from gan_core.zoo.checkpoints import names
from gan_core.zoo.plans import ZOO


def test_the_ones_that_fail_have_failed_and_the_others_have_not() -> None:
    """The bars of the zoo, and what the two runs that were built to fail are there for."""
    cards = {name: checkpoints.load_card(name) for name in names()}
    best = min(card.scores["fid"].value for card in cards.values())
    assert best <= 40
    assert cards["dcgan"].scores["class_kl"].value <= 0.05 and cards["dcgan"].scores["confidence"].value >= 0.9
    assert min(cards["dcgan"].classes) > 0
    for name in ("collapsed", "d_won"):
        assert cards[name].scores["recall"].value < 0.01 and cards[name].scores["class_kl"].value > 1
    same = checkpoints.load("collapsed").replay.fake[-1].astype(float)
    assert same.std(0).mean() < 0.2 * checkpoints.load("dcgan").replay.fake[-1].astype(float).std(0).mean()


@pytest.mark.parametrize("name", ZOO)
def test_what_is_shipped_is_what_was_planned(name: str) -> None:
    plan, card = ZOO[name], checkpoints.load_card(name)
    assert card.config == plan.config and card.steps == plan.config.train.steps
    assert plan.title and plan.why.endswith(".")
    assert RunConfig.from_query(plan.config.to_query()) == plan.config
