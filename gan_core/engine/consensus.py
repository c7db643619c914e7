"""Consensus optimisation (Mescheder, Nowozin & Geiger 2017): both players also want both gradients to be small.

    v = (∂L_D/∂θ_D, ∂L_G/∂θ_G)        each player adds γ ∂/∂θ ½‖v‖² to its own gradient

½‖v‖² is a number that both descend, so that it turns nobody in a circle; at an equilibrium v is 0 and nothing is added.
Its gradient Jᵀv needs derivatives of derivatives and runs on autograd, as unrolling does, at the point at which a
player moves: on the same batch and the same instance noise as its own gradient.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gan_core.engine.game import Game, Noise


def add_consensus(
    game: Game, weight: Tensor, z: Tensor, real: Tensor, noise: Noise, *, d: bool = True, g: bool = True
) -> None:
    """Add γ ∂½‖v‖²/∂θ to the gradients of D, of G, or of both; `weight`: γ (K, 1)."""
    movers = [player for player, moves in ((game.discriminator, d), (game.generator, g)) if moves]
    with torch.enable_grad():
        theta_d, theta_g = (p.theta.detach().clone().requires_grad_() for p in (game.discriminator, game.generator))
        v = gradients(game, theta_d, theta_g, z, real, noise)
        wanted = [theta_d if player is game.discriminator else theta_g for player in movers]
        found = torch.autograd.grad((v[0].square().sum() + v[1].square().sum()) / 2, wanted)
    for player, gradient in zip(movers, found, strict=True):
        player.grad.add_(weight * gradient)


def gradients(
    game: Game, theta_d: Tensor, theta_g: Tensor, z: Tensor, real: Tensor, noise: Noise
) -> tuple[Tensor, Tensor]:
    """v, as differentiable functions of both players' parameters (K, P)."""
    given = game.inputs.of_discriminator
    fake = game.generator.evaluate(theta_g, z)
    rows = torch.cat([given(real, noise[0]), given(fake, noise[1])], 1)
    y = game.discriminator.evaluate(theta_d, rows, parts=1 + game.mixes_rows)
    real_logits, fake_logits = y[..., 0].chunk(2, dim=1)
    logits = {"real_logits": real_logits, "fake_logits": fake_logits}
    (d_gradient,) = torch.autograd.grad(game.loss.d_loss(**logits, dim=-1).sum(), theta_d, create_graph=True)
    (g_gradient,) = torch.autograd.grad(game.loss.g_loss(**logits, dim=-1).sum(), theta_g, create_graph=True)
    return d_gradient, g_gradient
