"""What is watched of two players: against what the run itself says, however often and whenever somebody looks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from gan_core.config import RunConfig
from gan_core.engine.random import generator_for, latents
from gan_core.run import balance as of
from gan_core.run.balance import BLOCK, LOOK, POINTS, SERIES, BalanceWatch, has_field
from gan_core.run.trainer import Trainer

SMALL = RunConfig.of(g_layers=(5,), d_layers=(4,), batch=32, members=2)
FIELDS = ["mean", *(name for name in SERIES if not name.startswith("mean"))]


def watched(config: RunConfig, steps: int, *, asked: bool = False) -> tuple[Trainer, of.Balance]:
    """`asked`: somebody wants to know after every step."""
    trainer = Trainer(config)
    trainer.add_callback(watch := BalanceWatch(trainer))
    for _ in range(steps):
        trainer.step()
        if asked:
            watch.balance()
    return trainer, watch.balance()


@pytest.mark.parametrize("changes", [{}, {"g_norm": "batch"}, {"d_dropout": 0.2}], ids=str)
def test_it_is_what_the_run_does(changes: dict) -> None:
    """Worked out of many looks at once, beside each look alone; of a G in closed form, and of one that is not."""
    config = SMALL.replace(**changes)
    steps = LOOK * (BLOCK + 3)
    found = watched(config, steps)[1]
    beside = Trainer(config)
    z = latents(config.model.latent, POINTS, config.model.latent_dim, generator_for(0, "latent"))
    assert_array_equal(found.steps, np.arange(LOOK, steps + 1, LOOK))
    for k, ensemble in enumerate(beside.ensembles):
        theta, update = ensemble.discriminator.theta.clone(), None
        last = ensemble.generator.forward(z[None], training=False)[0].clone()
        for i in range(BLOCK + 3):
            ensemble.advance(LOOK)
            fake = ensemble.generator.forward(z[None], training=False)[0].clone()
            real_logits, fake_logits = ensemble.logits
            was, update = update, ensemble.discriminator.theta - theta
            theta = ensemble.discriminator.theta.clone()
            expected = {
                "accuracy": ((real_logits > 0).float().mean() + (fake_logits <= 0).float().mean()) / 2,
                "mean": fake[0].mean(0),
                "spread": fake[0].var(0, correction=0).sum().sqrt(),
                "moved": (fake - last)[0].square().sum(-1).mean().sqrt(),
                "d_norm": theta.norm(),
                "d_turn": np.nan if was is None else torch.cosine_similarity(was, update)[0],
            }
            last = fake
            for name, value in expected.items():
                assert_allclose(getattr(found, name)[i, k], value, rtol=2e-4, atol=2e-5, err_msg=f"{name} {i}")
        assert_allclose(found.fake[k], last[0], rtol=1e-4, atol=1e-5)


def test_its_bits_do_not_depend_on_who_looks_when() -> None:
    (watched_often, often), (_, once) = (watched(SMALL, 101, asked=asked) for asked in (True, False))
    for name in FIELDS:
        assert_array_equal(getattr(often, name), getattr(once, name))
    assert_array_equal(often.fake, once.fake)
    bare = Trainer(SMALL)
    bare.step(101)
    assert torch.equal(bare.ensembles[1].generator.theta, watched_often.ensembles[1].generator.theta)


def test_a_long_run_has_no_more_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of, "LIMIT", 8)
    found = watched(SMALL, 160)[1]
    assert len(found.steps) <= 8 + BLOCK and len(set(np.diff(found.steps))) == 1 and found.steps[-1] == 160


def test_a_d_that_only_compares_is_never_right() -> None:
    found = watched(SMALL.replace(loss="relativistic"), 2 * LOOK)[1]
    assert np.isnan(found.accuracy).all() and np.isfinite(found.mean).all()


def test_a_field_is_known_of_small_players_without_what_it_does_not_know() -> None:
    assert has_field(SMALL) and not has_field(SMALL.replace(g_layers=(64, 64)))
    assert not has_field(SMALL.replace(loss="wasserstein", wgan_gp=1.0))
    assert watched(SMALL.replace(g_norm="batch"), LOOK)[1].kept[0].size == 0


def test_images_are_refused() -> None:
    with pytest.raises(ValueError, match="images"):
        BalanceWatch(Trainer(RunConfig.of(data="mnist", g_layers=(8,), d_layers=(8,), batch=8)))
