"""The small DCGAN and what gives a player the label: shapes, ranges, and the formula of the projection."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gan_core.config import CLASSES, PIXELS
from gan_core.engine.dcgan import ImageAlone, PassLabel, Projection, dcgan_discriminator, dcgan_generator, norm2d
from gan_core.engine.modules import materialise

ONE_HOT = torch.eye(CLASSES)[[3, 7, 7]]


def made(build) -> nn.Module:
    return materialise(build, torch.Generator().manual_seed(0), "dcgan", torch.float32)


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("pixels", "low"), [("symmetric", -1.0), ("unit", 0.0)])
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_a_generator_draws_images_within_the_range_of_pixels(norm: str, pixels: str, low: float) -> None:
    images = made(lambda g: dcgan_generator(5, norm=norm, pixels=pixels))(100 * drawn(3, 5)).detach()
    assert images.shape == (3, 1, 28, 28)
    assert low <= float(images.min()) < float(images.max()) <= 1


@pytest.mark.parametrize("changes", [{}, {"norm": "layer", "dropout": 0.3}, {"minibatch_std": True}], ids=str)
@pytest.mark.parametrize(("channels", "outputs"), [(1, 1), (2, 1), (1, 1 + CLASSES)])
def test_a_discriminator_gives_a_row_of_numbers_an_image(channels: int, outputs: int, changes: dict) -> None:
    d = made(lambda g: dcgan_discriminator(channels, g, outputs=outputs, **changes))
    assert d(drawn(3, channels, 28, 28)).shape == (3, outputs)


def test_layer_norm_of_feature_maps_standardises_each_image_over_all_channels() -> None:
    (layer,) = norm2d("layer", 4)
    values = layer(5 + 3 * drawn(2, 4, 7, 7)).flatten(1)
    torch.testing.assert_close(values.mean(1), torch.zeros(2), rtol=0, atol=1e-5)
    torch.testing.assert_close(values.var(1, unbiased=False), torch.ones(2), rtol=0, atol=1e-4)
    assert norm2d("none", 4) == []


def test_a_conditional_generator_hands_its_label_on() -> None:
    rows = torch.cat([drawn(3, 2), ONE_HOT], 1)
    player = nn.Linear(2 + CLASSES, PIXELS)
    found = PassLabel(player)(rows)
    assert torch.equal(found[:, :PIXELS], player(rows)) and torch.equal(found[:, PIXELS:], ONE_HOT)
    assert torch.equal(ImageAlone(1, 28, 28)(found).flatten(1), found[:, :PIXELS])


def test_a_projection_adds_the_number_of_the_label() -> None:
    outputs = drawn(3, 1 + CLASSES)
    player = nn.Module()
    player.forward = lambda rows: outputs
    logit = Projection(player)
    rows = torch.cat([torch.zeros(3, PIXELS), ONE_HOT], 1)
    expected = [[float(outputs[i, 0] + outputs[i, 1 + label])] for i, label in enumerate((3, 7, 7))]
    torch.testing.assert_close(logit(rows), torch.tensor(expected))
