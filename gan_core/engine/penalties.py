"""Gradient penalties on D, each as a value and its slope in the gradient u₀ = ∂D/∂x.

A penalty is a function of u₀ (…, batch, features) alone; `Network.pull_slope` carries ∂penalty/∂u₀ on to D's
parameters. Both are given for weight 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Penalty:
    """`value`(u₀) → (…), `slope`(u₀) → like u₀; `at`: where D's gradient is taken."""

    at: str  # "real", "fake" or "between" (on the line between a real and a fake sample)
    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]


# R1, R2 (Mescheder et al. 2018): ½ E‖u₀‖², the convention with the half
def _half_square(u0: Tensor) -> Tensor:
    return u0.square().sum(-1).mean(-1) / 2


def _half_square_slope(u0: Tensor) -> Tensor:
    return u0 / u0.shape[-2]


# WGAN-GP (Gulrajani et al. 2017): E(‖u₀‖ − 1)²
def _unit_norm(u0: Tensor) -> Tensor:
    return (torch.linalg.vector_norm(u0, dim=-1) - 1).square().mean(-1)


def _unit_norm_slope(u0: Tensor) -> Tensor:
    norm = torch.linalg.vector_norm(u0, dim=-1, keepdim=True)
    return (2 / u0.shape[-2]) * (1 - 1 / norm.clamp_min(1e-12)) * u0


PENALTIES: dict[str, Penalty] = {
    "r1": Penalty("real", _half_square, _half_square_slope),
    "r2": Penalty("fake", _half_square, _half_square_slope),
    "wgan_gp": Penalty("between", _unit_norm, _unit_norm_slope),
}
