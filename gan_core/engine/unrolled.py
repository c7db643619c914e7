"""Unrolled GAN (Metz et al. 2017): G's gradient through K steps that D would take, D's optimiser included.

The look-ahead is a chain of D updates θ₀ → θ₁ → … → θ_K on one batch, each a differentiable function of G's samples:

    θ_{j+1} = θ_j − update(∇_θ L_D(θ_j, G)),        G descends L_G(θ_K, G)

This needs derivatives of derivatives, so it runs on autograd, which is the honest tool for it; only the last part,
from the samples to G's parameters, is the closed form again. D itself then takes one ordinary step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from gan_core.engine.game import Game, Noise, Scores
from gan_core.engine.networks import StackedMLP
from gan_core.engine.optimisers import SGD, Adam, Optimiser

TINY = 1e-16  # Adam's ε squared: keeps the gradient of √v finite where a weight never had one

Update = Callable[[Tensor, Tensor], Tensor]


def unrolled_gradient(game: Game, g_tape: Any, real: Tensor, noise: Noise, optimiser: Optimiser, steps: int) -> Scores:
    """∂L_G(θ_K)/∂θ_G into G's gradient, with K = `steps` of D's optimiser ahead. Returns what θ_K says of the batch."""
    discriminator = game.discriminator
    assert isinstance(discriminator, StackedMLP)  # the configuration refuses everything else
    with torch.enable_grad():
        fake = g_tape.output.detach().requires_grad_()
        rows = torch.cat([game.inputs.of_discriminator(*pair) for pair in ((real, noise[0]), (fake, noise[1]))], 1)

        def logits(theta: Tensor) -> dict[str, Tensor]:
            real_logits, fake_logits = discriminator.evaluate(theta, rows).squeeze(-1).chunk(2, dim=1)
            return {"real_logits": real_logits, "fake_logits": fake_logits}

        theta = discriminator.theta.detach().clone().requires_grad_()
        update = look_ahead(optimiser)
        for _ in range(steps):
            d_loss = game.loss.d_loss(**logits(theta), dim=-1).sum()
            (gradient,) = torch.autograd.grad(d_loss, theta, create_graph=True)
            theta = update(theta, gradient)
        last = logits(theta)
        (fake_grad,) = torch.autograd.grad(game.loss.g_loss(**last, dim=-1).sum(), fake)
    game.generator.vjp(g_tape, fake_grad)
    return Scores(last["real_logits"].detach(), last["fake_logits"].detach())


def look_ahead(optimiser: Optimiser) -> Update:
    """The optimiser's next updates as a differentiable function, starting from its state and leaving that alone."""
    groups = optimiser.param_groups
    rows = [group["params"][0] for group in groups]

    def column(values: Iterable[float]) -> Tensor:
        return torch.tensor(list(values), dtype=rows[0].dtype).unsqueeze(1)

    lr = column(map(optimiser.rate, groups))
    if isinstance(optimiser, SGD):
        return lambda theta, gradient: theta - lr * gradient

    beta1, beta2 = (column(group["betas"][i] for group in groups) for i in (0, 1))
    states = [optimiser.state[row] for row in rows]
    m, v = (torch.cat([state[name] for state in states]) for name in ("exp_avg", "exp_avg_sq"))
    t = float(states[0]["step"])

    # Adam (Kingma & Ba 2015): m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − lr · m̂ / (√v̂ + ε)
    def adam(theta: Tensor, gradient: Tensor) -> Tensor:
        nonlocal m, v, t
        t += 1
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient.square()
        return theta - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t) + TINY).sqrt() + Adam.EPSILON)

    return adam
