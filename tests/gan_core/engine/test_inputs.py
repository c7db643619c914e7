"""What the players are given: labels beside latents, noise that leaves labels alone, samples packed into one row."""

from __future__ import annotations

import torch

from gan_core.config import CLASSES, PIXELS
from gan_core.engine.inputs import Inputs, pack

G = torch.Generator().manual_seed(0)
IMAGES = torch.randn(2, 4, PIXELS + CLASSES, generator=G)
Z = torch.randn(2, 4, 3, generator=G)


def test_a_plain_gan_is_given_what_there_is() -> None:
    plain, rows = Inputs(), IMAGES[..., :2]
    assert plain.of_generator(Z, rows) is Z and plain.of_discriminator(rows) is rows
    torch.testing.assert_close(plain.of_discriminator(rows, torch.ones_like(rows)), rows + 1)


def test_a_generator_with_labels_gets_that_of_the_real_row_of_its_number() -> None:
    given = Inputs(labelled=True).of_generator(Z, IMAGES)
    assert torch.equal(given[..., :3], Z) and torch.equal(given[..., 3:], IMAGES[..., PIXELS:])


def test_noise_leaves_the_label_alone() -> None:
    labelled = Inputs(labelled=True)
    shown = labelled.of_discriminator(IMAGES, torch.ones(2, 4, PIXELS))
    assert torch.equal(shown[..., :PIXELS], IMAGES[..., :PIXELS] + 1)
    assert torch.equal(shown[..., PIXELS:], IMAGES[..., PIXELS:])
    assert IMAGES[..., labelled.features].shape == (2, 4, PIXELS)


def test_packed_rows_are_neighbours_side_by_side() -> None:
    rows = torch.arange(16.0).reshape(1, 4, 4)
    assert torch.equal(pack(rows, 2)[0, 1], rows[0, 2:].flatten())
    assert pack(torch.zeros(3, 6, 1, 28, 28), 2).shape == (3, 3, 2, 28, 28)  # images become channels
    assert torch.equal(Inputs(packing=2).of_discriminator(rows, torch.ones_like(rows)), pack(rows + 1, 2))
