"""What the players are given: labels beside latents, instance noise on rows, several samples packed into one.

For a plain GAN both functions hand on what they get.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from gan_core.config import PIXELS


@dataclass(frozen=True)
class Inputs:
    """`labelled`: rows are (image | one-hot label). `packing`: samples that D scores as one."""

    labelled: bool = False
    packing: int = 1

    @property
    def features(self) -> slice:
        """The part of a row that noise and penalties may touch: the label is not."""
        return slice(PIXELS if self.labelled else None)

    def of_generator(self, z: Tensor, real: Tensor) -> Tensor:
        """Latents (K, B, d), with labels (latent | label of the real row of that number)."""
        return torch.cat([z, real[..., PIXELS:]], -1) if self.labelled else z

    def of_discriminator(self, x: Tensor, noise: Tensor | None = None) -> Tensor:
        """Rows of a batch (K, B, …) with noise like their `features`, packed."""
        if noise is not None and self.labelled:
            x = torch.cat([x[..., self.features] + noise, x[..., PIXELS:]], -1)
        elif noise is not None:
            x = x + noise
        return pack(x, self.packing)


def pack(x: Tensor, packing: int) -> Tensor:
    """(K, B, C, …) → (K, B/packing, packing·C, …): PacGAN's discriminator scores several samples at once."""
    if packing == 1:
        return x
    return x.reshape(x.shape[0], x.shape[1] // packing, packing * x.shape[2], *x.shape[3:])
