"""The runs that come trained are those that were planned, and did what they were planned for."""

from __future__ import annotations

import os

import numpy as np
import pytest

from gan_core.config import RunConfig
from gan_core.errors import DataUnavailable
from gan_core.run.trainer import Trainer
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


@pytest.mark.slow
@pytest.mark.parametrize("name", ZOO)
def test_a_run_of_an_older_engine_begins_as_the_same_run_does_now(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounded otherwise from its first step on, and so not the same run for ever. Needs the whole of MNIST."""
    monkeypatch.setenv("GAN_EXPLORER_DATA", os.environ["DATA_OF_THE_USER"] or os.environ["GAN_EXPLORER_DATA"])
    checkpoint = checkpoints.load(name)
    try:
        trainer = Trainer(checkpoint.card.config)
    except DataUnavailable as missing:
        pytest.skip(str(missing))
    trainer.step(20)
    now, then = trainer.history.curves(), checkpoint.replay.curves
    found = {int(step): float(loss) for step, loss in zip(now.step, now.d_loss[:, 0], strict=True)}
    shared = [(found[int(step)], float(loss)) for step, loss in zip(then.step, then.d_loss[:, 0], strict=True)
              if int(step) in found]  # fmt: skip
    ours, theirs = np.array(shared).T
    assert len(ours) > 4
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-3)
    np.testing.assert_allclose(ours, theirs, rtol=0.05, atol=0.05)
