"""The streams of random numbers: one a purpose and member, whoever else draws."""

from __future__ import annotations

import torch

from gan_core.data import DISTRIBUTIONS
from gan_core.engine.random import RandomStreams


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
