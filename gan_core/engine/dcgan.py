"""Torch modules for images of 28×28 pixels: the small DCGAN, and what gives a player the label.

A row is an image (1, 28, 28), or flat and (image | one-hot label) in a run with labels
(`gan_core.engine.conditioning`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gan_core.config import CLASSES, PIXELS
from gan_core.engine.modules import Dropout, MinibatchStd
from gan_core.engine.networks import LEAK

OUTPUTS: dict[str, type[nn.Module]] = {"symmetric": nn.Tanh, "unit": nn.Sigmoid}  # [−1, 1], [0, 1]


def norm2d(kind: str, channels: int) -> list[nn.Module]:
    if kind == "none":
        return []
    # one group over all channels is layer norm for feature maps
    return [nn.BatchNorm2d(channels) if kind == "batch" else nn.GroupNorm(1, channels)]


def dcgan_generator(inputs: int, *, norm: str = "batch", pixels: str = "symmetric") -> nn.Sequential:
    """latent → 7×7×64 → 14×14×32 → 28×28, after Radford et al. 2016: no norm on the output, tanh (or σ)."""
    return nn.Sequential(
        nn.Linear(inputs, 64 * 7 * 7),
        nn.Unflatten(1, (64, 7, 7)),
        *norm2d(norm, 64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
        *norm2d(norm, 32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
        OUTPUTS[pixels](),
    )


def dcgan_discriminator(
    channels: int,
    generator: torch.Generator,
    *,
    norm: str = "none",
    dropout: float = 0.0,
    minibatch_std: bool = False,
    outputs: int = 1,
) -> nn.Sequential:
    """28×28 → 14×14×32 → 7×7×64 → logit: no norm on the input layer."""
    return nn.Sequential(
        nn.Conv2d(channels, 32, 4, stride=2, padding=1),
        nn.LeakyReLU(LEAK),
        *drop(dropout, generator),
        nn.Conv2d(32, 64, 4, stride=2, padding=1),
        *norm2d(norm, 64),
        nn.LeakyReLU(LEAK),
        *d_head(64, generator, dropout=dropout, minibatch_std=minibatch_std, outputs=outputs),
    )


def d_head(
    channels: int, generator: torch.Generator, *, dropout: float, minibatch_std: bool, outputs: int = 1
) -> nn.Sequential:
    """(n, channels, 7, 7) → (n, outputs)."""
    spread: list[nn.Module] = [MinibatchStd()] if minibatch_std else []
    linear = nn.Linear(channels * 7 * 7 + minibatch_std, outputs)
    return nn.Sequential(*drop(dropout, generator), nn.Flatten(), *spread, linear)


def drop(rate: float, generator: torch.Generator) -> list[nn.Module]:
    return [Dropout(rate, generator)] if rate else []


class PassLabel(nn.Module):
    """A class-conditional generator: (latent | one-hot) → (image | the same one-hot), flat."""

    def __init__(self, player: nn.Module) -> None:
        super().__init__()
        self.player = player

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.player(x).flatten(1), x[:, -CLASSES:]], 1)


class ImageAlone(nn.Module):
    """(image | one-hot) → image of this shape."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :PIXELS].reshape(-1, *self.shape)


class Projection(nn.Module):
    """(image | one-hot) → logit: of what D puts out for the image, one number for all and that of the label.

    logit = φ(x)·(v + V label) + b, the projection discriminator (Miyato & Koyama 2018).
    """

    def __init__(self, player: nn.Module) -> None:
        super().__init__()
        self.player = player

    def forward(self, x: Tensor) -> Tensor:
        outputs = self.player(x)
        return outputs[:, :1] + (outputs[:, 1:] * x[:, PIXELS:]).sum(1, keepdim=True)
