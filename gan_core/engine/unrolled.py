"""Unrolled GAN (Metz et al. 2017): G's gradient through K steps that D would take, D's optimiser included.

The look-ahead is a chain of D updates θ₀ → θ₁ → … → θ_K on one batch, each a differentiable function of G's samples:

    θ_{j+1} = θ_j − update(∇_θ L_D(θ_j, G)),        G descends L_G(θ_K, G)

This needs derivatives of derivatives, so it runs on autograd, which is the honest tool for it; only the last stretch,
from the samples to G's parameters, is the closed form again. D itself then takes one ordinary step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gan_core.engine.networks import StackedMLP
from gan_core.engine.optimisers import SGD, Adam, Optimiser

if TYPE_CHECKING:
    from gan_core.engine.ensemble import Batch, Ensemble

TINY = 1e-16  # Adam's ε squared: keeps the slope of √v finite where a weight never had a gradient

Update = Callable[[Tensor, Tensor], Tensor]


def unrolled_gradient(ensemble: Ensemble, batch: Batch) -> dict[str, Tensor]:
    """Adds ∂L_G(θ_K)/∂θ_G to G's gradient and returns the logits of θ_K that L_G looked at."""
    discriminator = ensemble.discriminator
    assert isinstance(discriminator, StackedMLP)  # the configuration refuses everything else
    with torch.enable_grad():
        fake = batch.fake.detach().requires_grad_()
        seen_real, seen_fake = ensemble.seen(batch.real), ensemble.seen(fake)

        def logits(theta: Tensor) -> dict[str, Tensor]:
            both = discriminator.evaluate(theta, torch.cat([seen_real, seen_fake], 1)).squeeze(-1)
            real_logits, fake_logits = both.chunk(2, dim=1)
            return {"real_logits": real_logits, "fake_logits": fake_logits}

        theta = discriminator.theta.detach().clone().requires_grad_()
        update = look_ahead(ensemble.d_optimiser)
        for _ in range(ensemble.train.unrolled):
            d_loss = ensemble.loss.d_loss(**logits(theta), dim=-1).sum()
            (gradient,) = torch.autograd.grad(d_loss, theta, create_graph=True)
            theta = update(theta, gradient)
        seen = logits(theta)
        (dx,) = torch.autograd.grad(ensemble.loss.g_loss(**seen, dim=-1).sum(), fake)
    ensemble.generator.pull(batch.tape, dx)
    return {name: judged.detach() for name, judged in seen.items()}


def look_ahead(optimiser: Optimiser) -> Update:
    """The optimiser's next updates as a differentiable function, starting from its state and leaving that alone."""
    groups = optimiser.param_groups
    rows = [group["params"][0] for group in groups]

    def column(name: str, index: int | None = None) -> Tensor:
        values = [group[name] if index is None else group[name][index] for group in groups]
        return torch.tensor(values, dtype=rows[0].dtype).unsqueeze(1)

    lr = column("lr")
    if isinstance(optimiser, SGD):
        return lambda theta, gradient: theta - lr * gradient

    beta1, beta2 = column("betas", 0), column("betas", 1)
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
