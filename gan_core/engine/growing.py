"""Two ways to see digits at 7, 14 and 28 pixels, both on the players of the small DCGAN.

Progressive growing (Karras et al. 2018): both players start at 7×7 and grow. A new layer is faded in: its output is
mixed with the old one by a weight α that rises from 0 to 1, and real images are shown at the same mixture. Low
resolutions are shown enlarged to 28×28, pixel by pixel, which D's averaging undoes exactly; so rows, pictures and the
step are those of any run on images. When it is grown up, the pair is the DCGAN.

Multi-scale gradients (MSG-GAN, Karnewar & Wang 2020): G gives all three sizes at once and D takes each where its own
features have that size, so a gradient reaches every layer of G directly. A row is (28×28 | 14×14 | 7×7), flat; of a
real image the smaller ones are its averages.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from gan_core.engine.dcgan import OUTPUTS, d_head, drop, norm2d
from gan_core.engine.networks import LEAK

SIZES = (7, 14, 28)
AREAS = [size * size for size in reversed(SIZES)]  # of the parts of a multi-scale row


@dataclass
class Growth:
    """How far a progressive pair has grown after `step` steps: 7×7, fade, 14×14, fade, 28×28, each `grow_steps` long
    but for the last. With None for `grow_steps` the pair is grown up from the start."""

    grow_steps: int | None = None
    step: int = 0

    @property
    def level(self) -> float:
        """0 at 7×7, 1 at 14×14, 2 at 28×28; its fraction is α of the fade."""
        if self.grow_steps is None:
            return 2.0
        phase = self.step / self.grow_steps
        return min(max(phase - 1, 0.0), 1.0) + min(max(phase - 3, 0.0), 1.0)

    @property
    def stage(self) -> int:
        """The largest size that is in use: SIZES[stage]."""
        return math.ceil(self.level)

    def shown(self, real: Tensor) -> Tensor:
        """Real images (…, 1, 28, 28) as D gets to see them now: averaged down to the size in use and enlarged again, in
        a fade mixed with the size before. Rows of any kind stay as they are once the pair is grown up."""
        level, stage = self.level, self.stage
        if level == 2:
            return real
        images, fraction = real.flatten(0, -4), level % 1
        now = enlarged(shrunk(images, stage))
        if fraction:
            now = torch.lerp(enlarged(shrunk(images, stage - 1)), now, fraction)
        return now.view(real.shape)


def shrunk(images: Tensor, stage: int) -> Tensor:
    """(n, 1, 28, 28) → (n, 1, s, s) with s = SIZES[stage]: averages over squares."""
    return images if stage == 2 else avg_pool2d(images, 28 // SIZES[stage])


def enlarged(images: Tensor) -> Tensor:
    """(n, 1, s, s) → (n, 1, 28, 28): every pixel a square."""
    return images if images.shape[-1] == 28 else interpolate(images, scale_factor=28 // images.shape[-1])


def pyramid(images: Tensor) -> Tensor:
    """(n, 1, 28, 28) → rows (28×28 | 14×14 | 7×7)."""
    return torch.cat([shrunk(images, stage).flatten(1) for stage in (2, 1, 0)], 1)


class _Trunk(nn.Module):
    """The DCGAN's generator, with a picture at each size: of the features at 7×7, at 14×14, and its own at 28×28."""

    def __init__(self, inputs: int, norm: str, pixels: str) -> None:
        super().__init__()
        linear = nn.Linear(inputs, 64 * 7 * 7)
        self.at_7 = nn.Sequential(linear, nn.Unflatten(1, (64, 7, 7)), *norm2d(norm, 64), nn.ReLU())
        self.at_14 = nn.Sequential(nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), *norm2d(norm, 32), nn.ReLU())
        last = nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1)
        self.pictures = nn.ModuleList(
            nn.Sequential(layer, OUTPUTS[pixels]()) for layer in (nn.Conv2d(64, 1, 1), nn.Conv2d(32, 1, 1), last)
        )

    def features(self, z: Tensor, stage: int) -> list[Tensor]:
        """What the pictures of the stages 0 … `stage` are made from."""
        features = [self.at_7(z)]
        if stage:
            features.append(self.at_14(features[0]))
        return [*features, features[-1]][: stage + 1]


class ProgressiveGenerator(_Trunk):
    """latent → 28×28, of which only the size that `growth` has reached is drawn."""

    def __init__(self, inputs: int, growth: Growth, *, norm: str = "batch", pixels: str = "symmetric") -> None:
        super().__init__(inputs, norm, pixels)
        self.growth = growth

    def forward(self, z: Tensor) -> Tensor:
        stage, fraction = self.growth.stage, self.growth.level % 1
        features = self.features(z, stage)
        image = enlarged(self.pictures[stage](features[stage]))
        if fraction:
            image = torch.lerp(enlarged(self.pictures[stage - 1](features[stage - 1])), image, fraction)
        return image


class MultiScaleGenerator(_Trunk):
    """latent → (28×28 | 14×14 | 7×7)."""

    def __init__(self, inputs: int, *, norm: str = "batch", pixels: str = "symmetric") -> None:
        super().__init__(inputs, norm, pixels)

    def forward(self, z: Tensor) -> Tensor:
        pictures = [draw(h) for draw, h in zip(self.pictures, self.features(z, 2), strict=True)]
        return torch.cat([picture.flatten(1) for picture in reversed(pictures)], 1)


def _entrance(channels: int) -> nn.Sequential:
    """A small image into features of its own size. 3×3, because D's head only adds up what it is given."""
    return nn.Sequential(nn.Conv2d(1, channels, 3, padding=1), nn.LeakyReLU(LEAK))


def _halved() -> nn.Sequential:
    """28×28 → 14×14×32."""
    return nn.Sequential(nn.Conv2d(1, 32, 4, stride=2, padding=1), nn.LeakyReLU(LEAK))


def _down(channels: int, generator: torch.Generator, norm: str, dropout: float) -> nn.Sequential:
    """14×14 × channels → 7×7×64."""
    conv = nn.Conv2d(channels, 64, 4, stride=2, padding=1)
    return nn.Sequential(*drop(dropout, generator), conv, *norm2d(norm, 64), nn.LeakyReLU(LEAK))


class ProgressiveDiscriminator(nn.Module):
    """28×28, averaged down to the size that `growth` has reached → logit."""

    def __init__(
        self,
        growth: Growth,
        generator: torch.Generator,
        *,
        norm: str = "none",
        dropout: float = 0.0,
        minibatch_std: bool = False,
    ) -> None:
        super().__init__()
        self.growth = growth
        self.from_28 = _halved()
        self.from_14, self.from_7 = _entrance(32), _entrance(64)
        self.down = _down(32, generator, norm, dropout)
        self.head = d_head(64, generator, dropout=dropout, minibatch_std=minibatch_std)

    def forward(self, x: Tensor) -> Tensor:
        stage, fraction = self.growth.stage, self.growth.level % 1
        if stage == 0:
            return self.head(self.from_7(shrunk(x, 0)))
        h = self.from_28(x) if stage == 2 else self.from_14(shrunk(x, 1))
        if stage == 2 and fraction:
            h = torch.lerp(self.from_14(shrunk(x, 1)), h, fraction)
        h = self.down(h)
        if stage == 1 and fraction:
            h = torch.lerp(self.from_7(shrunk(x, 0)), h, fraction)
        return self.head(h)


class MultiScaleDiscriminator(nn.Module):
    """(28×28 | 14×14 | 7×7) → logit: the smaller images enter beside the features of their size."""

    def __init__(
        self, generator: torch.Generator, *, norm: str = "none", dropout: float = 0.0, minibatch_std: bool = False
    ) -> None:
        super().__init__()
        self.from_28 = _halved()
        self.from_14, self.from_7 = _entrance(8), _entrance(16)
        self.down = _down(40, generator, norm, dropout)
        self.head = d_head(80, generator, dropout=dropout, minibatch_std=minibatch_std)

    def forward(self, x: Tensor) -> Tensor:
        at_28, at_14, at_7 = (
            part.unflatten(1, (1, size, size)) for part, size in zip(x.split(AREAS, 1), reversed(SIZES), strict=True)
        )
        h = self.down(torch.cat([self.from_28(at_28), self.from_14(at_14)], 1))
        return self.head(torch.cat([h, self.from_7(at_7)], 1))
