"""The streams of random numbers: one a purpose and member, whoever else draws."""

from __future__ import annotations

import pytest
import torch

from gan_core.data import DISTRIBUTIONS
from gan_core.engine.random import RandomStreams, ahead, generator_for, latents


def test_streams_are_independent_of_one_another_and_of_the_members_beside_them():
    def streams(*seeds: int) -> RandomStreams:
        ring = DISTRIBUTIONS["ring"]()
        return RandomStreams(seeds, source=ring.sample, latent="uniform", latent_dim=3, batch=8)

    a, b, alone = streams(4, 5), streams(4, 5), streams(5)
    first = [a.real() for _ in range(20)]
    for _ in range(50):
        b.latent(), b.uniform(7), b.normal_like(first[0])
    for batch in first:
        assert torch.equal(batch, b.real())
        assert torch.equal(batch[1:], alone.real())
    z = a.latent()
    assert z.shape == (2, 8, 3) and float(z.abs().max()) <= 1 and not torch.equal(z[0], z[1])


@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize(("batch", "dim"), [(256, 256), (64, 100), (8, 2), (1, 16), (7, 3)])
def test_however_many_batches_are_drawn_at_once_they_are_the_same(kind: str, batch: int, dim: int) -> None:
    """Large ones are drawn fewer at a time, so that they do not fill the memory."""

    def drawn(at_once: int) -> torch.Tensor:
        generator = generator_for(3, "latent")
        return torch.cat([latents(kind, at_once * batch, dim, generator) for _ in range(16 // at_once)])

    at_once = ahead(batch * dim)
    assert torch.equal(drawn(at_once), drawn(16))
    assert at_once * batch * dim <= 2**18 or at_once == 1 or batch * dim % 16
