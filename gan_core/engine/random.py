"""Everything random in a run, drawn from generators of its own: one set a member, none of them global.

Real batches, latents and the rest come from separate streams, so two runs that share a seed see the same real batches
and the same latents whatever their losses and tricks; and member k of an ensemble draws what it would draw alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

PURPOSES = ("generator", "discriminator", "real", "latent", "noise", "picture", "spectral", "score")
BLOCK = 16  # batches drawn at once: a call costs more than 256 numbers …
LARGEST = 2**14  # … but no more than so many numbers for one member: to draw these takes far longer than a call
GROUP = 16  # torch makes normal numbers in groups of so many; of whole groups they are the same in however many calls

Source = Callable[[int, torch.Generator], Tensor]  # (n, generator) → (n, *shape)


def generator_for(seed: int, purpose: str) -> torch.Generator:
    """An independent stream for each (seed, purpose)."""
    state = np.random.SeedSequence([seed, PURPOSES.index(purpose)]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state) >> 1)


def latents(kind: str, rows: int, dim: int, generator: torch.Generator) -> Tensor:
    """(rows, dim): N(0, 1), or U(−1, 1)."""
    if kind == "uniform":
        return torch.rand(rows, dim, generator=generator).mul_(2).sub_(1)
    return torch.randn(rows, dim, generator=generator)


def ahead(numbers: int) -> int:
    """How many batches of so many numbers are drawn at once."""
    return max(1, min(BLOCK, LARGEST // numbers)) if numbers % GROUP == 0 else BLOCK


class Stream:
    """Batches (K, batch, *shape), drawn `block` at a time from each member's own generator."""

    def __init__(self, draw: Source, batch: int, generators: Sequence[torch.Generator], block: int, dtype: torch.dtype):
        self.draw, self.batch, self.generators, self.block, self.dtype = draw, batch, generators, block, dtype
        self.left: list[Tensor] = []

    def next(self) -> Tensor:
        if not self.left:
            drawn = (self.draw(self.block * self.batch, g).to(self.dtype) for g in self.generators)
            rows = [r.view(self.block, 1, self.batch, *r.shape[1:]) for r in drawn]
            blocks = torch.cat(rows, dim=1) if len(rows) > 1 else rows[0]
            self.left = list(reversed(blocks.unbind(0)))
        return self.left.pop()


class RandomStreams:
    """The streams of K members with these seeds."""

    def __init__(
        self,
        seeds: Sequence[int],
        *,
        source: Source,
        latent: str,
        latent_dim: int,
        batch: int,
        block: int = BLOCK,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.seeds, self.dtype = tuple(seeds), dtype
        self.noise_generators = self.generators("noise")
        self.streams = {
            "real": Stream(source, batch, self.generators("real"), block, dtype),
            "latent": Stream(
                lambda rows, g: latents(latent, rows, latent_dim, g),
                batch,
                self.generators("latent"),
                ahead(batch * latent_dim),
                dtype,
            ),
            "noise": Stream(
                lambda rows, g: torch.rand(rows, generator=g, dtype=dtype), batch, self.noise_generators, BLOCK, dtype
            ),
        }
        self._real, self._latent, self._uniform = self.streams.values()

    def generators(self, purpose: str) -> list[torch.Generator]:
        return [generator_for(seed, purpose) for seed in self.seeds]

    def real(self) -> Tensor:
        """(K, batch, *shape)."""
        return self._real.next()

    def latent(self) -> Tensor:
        """(K, batch, latent_dim)."""
        return self._latent.next()

    def normal_like(self, x: Tensor) -> Tensor:
        return torch.stack([torch.randn(x.shape[1:], generator=g, dtype=self.dtype) for g in self.noise_generators])

    def uniform_like(self, x: Tensor) -> Tensor:
        """In [0, 1)."""
        return torch.stack([torch.rand(x.shape[1:], generator=g, dtype=self.dtype) for g in self.noise_generators])

    def uniform(self, rows: int) -> Tensor:
        """(K, rows) in [0, 1): one number a sample, of at most a batch."""
        return self._uniform.next()[:, :rows]
