"""The gradients of a game: both players at once get what each gets alone, and looking at norms moves nothing."""

from __future__ import annotations

import pytest
import torch

from gan_core.config import LOSSES, RunConfig
from gan_core.engine.game import both_gradients, d_gradient, g_gradient, generator_gradient_norms
from gan_core.engine.losses import LOSSES as BUILT
from gan_core.run.trainer import Trainer

UNPAIRED = [name for name, facts in LOSSES.items() if not facts.paired]


def game_of(loss: str = "non_saturating", **changes):
    config = RunConfig.of(loss=loss, batch=8, g_layers=(6,), d_layers=(7,), members=2, **changes)
    ensemble = Trainer(config, dtype=torch.float64).ensembles[0]
    return ensemble.game, ensemble.random.latent(), ensemble.random.real()


@pytest.mark.parametrize("loss", LOSSES)
def test_both_gradients_at_once_are_those_of_each_player_alone(loss: str) -> None:
    game, z, real = game_of(loss, r1=0.3)
    d_scores, g_scores, _ = both_gradients(game, z, real)
    together = game.discriminator.grad.clone(), game.generator.grad.clone()
    alone, g_tape = d_gradient(game, z, real)
    torch.testing.assert_close(game.discriminator.grad, together[0], rtol=0, atol=1e-14)
    torch.testing.assert_close(g_gradient(game, g_tape, real).fake_logits, g_scores.fake_logits, rtol=0, atol=1e-14)
    torch.testing.assert_close(game.generator.grad, together[1], rtol=0, atol=1e-14)
    assert torch.equal(alone.real_logits, d_scores.real_logits) and len(alone.u0s) == 1
    assert (g_scores.real_logits is None) <= (not LOSSES[loss].paired)


def test_the_norms_are_those_of_the_gradients_and_nothing_moves() -> None:
    for name in UNPAIRED:
        game, z, real = game_of(name)
        game.generator.grad.fill_(3.0)
        (norms,) = generator_gradient_norms(game, [BUILT[name]], z)
        assert (game.generator.grad == 3.0).all()
        g_gradient(game, game.generator.forward(z)[1], real)
        torch.testing.assert_close(norms, torch.linalg.vector_norm(game.generator.grad, dim=1), rtol=1e-12, atol=0)


def test_a_loss_that_compares_has_no_gradient_at_fakes_alone() -> None:
    game, z, _ = game_of()
    with pytest.raises(ValueError, match="compares fakes with real samples"):
        generator_gradient_norms(game, [BUILT["relativistic"]], z)


def test_only_what_is_the_same_operations_every_time_can_be_recorded() -> None:
    assert game_of()[0].recordable
    assert not game_of(d_dropout=0.2)[0].recordable and game_of(d_dropout=0.2)[0].closed_form
    assert not game_of(g_norm="batch")[0].closed_form
