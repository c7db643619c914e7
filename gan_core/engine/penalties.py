"""Gradient penalties on D, each as a value and its gradient in u₀ = ∂D/∂x.

A penalty is a function of u₀ (…, batch, features) alone; `Network.input_grad_vjp` carries ∂penalty/∂u₀ on to D's
parameters. Both are given for weight 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gan_core.engine.networks import Network

Draws = tuple[Tensor | None, Tensor | None]  # ε (K, rows) of interpolates; DRAGAN's u, like real rows as D sees them
NO_DRAWS: Draws = (None, None)


@dataclass(frozen=True)
class Penalty:
    """`value`(u₀) → (…), `grad`(u₀) → like u₀; `at`: where D's gradient is taken."""

    at: str  # "real", "fake", "interpolates" (on the line between a real and a fake sample), "around" real ones
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
    "dragan": Penalty("around", _unit_norm, _unit_norm_grad),  # Kodali et al. 2017
}
REACH = 0.5  # of DRAGAN's noise, in standard deviations of the batch
MEMORY = 0.99  # of LeCam's moving averages


@dataclass(frozen=True)
class Penalties:
    """The penalties of a game: by name, the `weights` (K, 1, 1); and `lecam`, where it is used."""

    weights: dict[str, Tensor] = field(default_factory=dict)
    lecam: LeCam | None = None

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        return *self.weights.values(), *(() if self.lecam is None else (self.lecam.weight, self.lecam.averages))

    def over(self, tensors: Iterator[Tensor]) -> Penalties:
        """The same over other tensors, given as `tensors` are."""
        weights = {name: next(tensors) for name in self.weights}
        return Penalties(weights, None if self.lecam is None else LeCam(next(tensors), next(tensors)))

    def at(self, place: str) -> bool:
        """Does any of them look there?"""
        return any(PENALTIES[name].at == place for name in self.weights)

    def grads(
        self, discriminator: Network, tape: Any, draws: Draws, features: slice
    ) -> tuple[tuple[Tensor, ...], list[tuple[Any, Tensor]]]:
        """Of D's pass over (real | fake): u₀ (K, rows, features) where each penalty takes it; and (pass, ∂P/∂u₀) of all
        passes to go back through. R1 and R2 share a pass, and its one way back."""
        u0s: list[Tensor] = []
        grads: dict[int, tuple[Any, Tensor]] = {}
        for name, weight in self.weights.items():
            penalty = PENALTIES[name]
            place = PLACES[penalty.at](discriminator, tape, draws, features) if penalty.at in PLACES else tape
            whole = discriminator.input_grad(place)
            half = whole.shape[1] // 2
            rows = {"real": slice(0, half), "fake": slice(half, None)}.get(penalty.at, slice(None))
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


def interpolated(discriminator: Network, tape: Any, draws: Draws, features: slice) -> Any:
    """D's pass over x̂ = ε real + (1 − ε) fake, one ε (K, rows) a sample, from its pass over (real | fake)."""
    epsilon = draws[0]
    assert epsilon is not None
    real, fake = discriminator.input(tape).chunk(2, dim=1)
    epsilon = epsilon.reshape(*real.shape[:2], *[1] * (real.dim() - 2))
    return discriminator.forward(torch.lerp(fake, real, epsilon))[1]


def around(discriminator: Network, tape: Any, draws: Draws, features: slice) -> Any:
    """D's pass over x̂ = x + ½ s u: x real, s the standard deviation of its batch, u uniform in [0, 1) and like x."""
    share = draws[1]
    assert share is not None
    real = discriminator.input(tape).chunk(2, dim=1)[0]
    part = real[..., features]
    spread = part.flatten(1).std(1, correction=0).view(-1, *[1] * (real.dim() - 1))
    moved = part + REACH * spread * share.reshape(part.shape)
    return discriminator.forward(torch.cat([moved, real[..., features.stop :]], -1) if features.stop else moved)[1]


PLACES: dict[str, Callable[[Network, Any, Draws, slice], Any]] = {"interpolates": interpolated, "around": around}


@dataclass(frozen=True)
class LeCam:
    """Tseng et al. 2021: D's outputs on real samples are held near its usual output on fakes, and the reverse,

        λ (E(a(x) − ā_fake)² + E(a(G(z)) − ā_real)²)

    `weight` (K, 1); `averages` (K, 2): the moving averages ā_real, ā_fake over D's updates.
    """

    weight: Tensor
    averages: Tensor

    def value(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """(K,)."""
        real, fake = self._gaps(real_logits, fake_logits)
        return (self.weight * (real.square().mean(1, keepdim=True) + fake.square().mean(1, keepdim=True))).flatten()

    def grad(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """∂/∂logit of (real | fake): (K, 2 rows)."""
        return torch.cat(self._gaps(real_logits, fake_logits), 1) * (2 * self.weight / real_logits.shape[1])

    def remember(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        now = torch.stack([real_logits.mean(1), fake_logits.mean(1)], 1)
        self.averages.lerp_(now, 1 - MEMORY)

    def _gaps(self, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        return real_logits - self.averages[:, 1:], fake_logits - self.averages[:, :1]
