"""Gradient penalties on D, each as a value and its gradient in u₀ = ∂D/∂x.

A penalty is a function of u₀ (…, batch, features) alone; `Network.input_grad_vjp` carries ∂penalty/∂u₀ on to D's
parameters. Both are given for weight 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gan_core.engine.networks import Network


@dataclass(frozen=True)
class Penalty:
    """`value`(u₀) → (…), `grad`(u₀) → like u₀; `at`: where D's gradient is taken."""

    at: str  # "real", "fake" or "interpolates" (on the line between a real and a fake sample)
    value: Callable[[Tensor], Tensor]
    grad: Callable[[Tensor], Tensor]


# R1, R2 (Mescheder et al. 2018): ½ E‖u₀‖², the convention with the half
def _half_square(u0: Tensor) -> Tensor:
    return u0.square().sum(-1).mean(-1) / 2


def _half_square_grad(u0: Tensor) -> Tensor:
    return u0 / u0.shape[-2]


# WGAN-GP (Gulrajani et al. 2017): E(‖u₀‖ − 1)²
def _unit_norm(u0: Tensor) -> Tensor:
    return (torch.linalg.vector_norm(u0, dim=-1) - 1).square().mean(-1)


def _unit_norm_grad(u0: Tensor) -> Tensor:
    norm = torch.linalg.vector_norm(u0, dim=-1, keepdim=True)
    return (2 / u0.shape[-2]) * (1 - 1 / norm.clamp_min(1e-12)) * u0


PENALTIES: dict[str, Penalty] = {
    "r1": Penalty("real", _half_square, _half_square_grad),
    "r2": Penalty("fake", _half_square, _half_square_grad),
    "wgan_gp": Penalty("interpolates", _unit_norm, _unit_norm_grad),
}


@dataclass(frozen=True)
class Penalties:
    """The penalties of a game: by name, the `weights` (K, 1, 1)."""

    weights: dict[str, Tensor] = field(default_factory=dict)

    @property
    def on_interpolates(self) -> bool:
        return any(PENALTIES[name].at == "interpolates" for name in self.weights)

    def grads(
        self, discriminator: Network, tape: Any, epsilon: Tensor | None, features: slice
    ) -> tuple[tuple[Tensor, ...], list[tuple[Any, Tensor]]]:
        """Of D's pass over (real | fake): u₀ (K, rows, features) where each penalty takes it; and (pass, ∂P/∂u₀) of all
        passes to go back through. R1 and R2 share a pass, and its one way back."""
        u0s: list[Tensor] = []
        grads: dict[int, tuple[Any, Tensor]] = {}
        for name, weight in self.weights.items():
            penalty = PENALTIES[name]
            place = interpolated(discriminator, tape, epsilon) if penalty.at == "interpolates" else tape
            whole = discriminator.input_grad(place)
            half = whole.shape[1] // 2
            rows = {"real": slice(0, half), "fake": slice(half, None), "interpolates": slice(None)}[penalty.at]
            u0 = whole.flatten(2)[:, rows, features]
            grad = weight * penalty.grad(u0)
            if u0.numel() < whole.numel():
                part, (_, grad) = grad, grads.get(id(place), (place, whole.new_zeros(whole.shape)))
                grad.flatten(2)[:, rows, features] = part
            grads[id(place)] = place, grad.reshape(whole.shape)
            u0s.append(u0)
        return tuple(u0s), list(grads.values())

    def values(self, u0s: tuple[Tensor, ...]) -> list[Tensor]:
        """(K,) of each penalty, weight included."""
        weighed = zip(self.weights.items(), u0s, strict=True)
        return [weight.flatten() * PENALTIES[name].value(u0) for (name, weight), u0 in weighed]


def interpolated(discriminator: Network, tape: Any, epsilon: Tensor | None) -> Any:
    """D's pass over x̂ = ε real + (1 − ε) fake, one ε (K, rows) a sample, from its pass over (real | fake)."""
    assert epsilon is not None
    real, fake = discriminator.input(tape).chunk(2, dim=1)
    epsilon = epsilon.reshape(*real.shape[:2], *[1] * (real.dim() - 2))
    return discriminator.forward(torch.lerp(fake, real, epsilon))[1]
