"""The loops that the engine is measured against, written as the public tutorials write them: nn.Module, two default
Adams, separate passes for real and fake, loss.backward(), .item() every step. Slow is the point: do not improve it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import nn

Batch = Callable[[int], torch.Tensor]


def mlp(*sizes: int, activation: Callable[[], nn.Module], last: nn.Module | None = None) -> nn.Sequential:
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [nn.Linear(fan_in, fan_out), activation()]
    layers[-1:] = [last] if last else []
    return nn.Sequential(*layers)


def leaky() -> nn.Module:
    return nn.LeakyReLU(0.2)


class GAN:
    """One step = one D update and one G update, non-saturating loss."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, real: Batch, latent_dim: int, batch: int, lr: float
    ) -> None:
        self.generator, self.discriminator, self.real = generator, discriminator, real
        self.latent_dim, self.batch = latent_dim, batch
        self.g_optimiser = torch.optim.Adam(generator.parameters(), lr=lr, betas=(0.5, 0.999))
        self.d_optimiser = torch.optim.Adam(discriminator.parameters(), lr=lr, betas=(0.5, 0.999))
        self.criterion = nn.BCEWithLogitsLoss()
        self.losses: list[tuple[float, float]] = []

    def step(self, n: int = 1) -> None:
        ones, zeros = torch.ones(self.batch, 1), torch.zeros(self.batch, 1)
        for _ in range(n):
            real = self.real(self.batch)
            fake = self.generator(torch.randn(self.batch, self.latent_dim))

            self.d_optimiser.zero_grad()
            d_real = self.criterion(self.discriminator(real), ones)
            d_fake = self.criterion(self.discriminator(fake.detach()), zeros)
            d_loss = d_real + d_fake
            d_loss.backward()
            self.d_optimiser.step()

            self.g_optimiser.zero_grad()
            g_loss = self.criterion(self.discriminator(fake), ones)
            g_loss.backward()
            self.g_optimiser.step()
            self.losses.append((d_loss.item(), g_loss.item()))


class WGANGP(GAN):
    """One step = five critic updates and one G update, as in improved_wgan_training's translations to PyTorch."""

    weight, critic_steps = 0.1, 5

    def penalty(self, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        epsilon = torch.rand(len(real), 1)
        interpolates = (epsilon * real + (1 - epsilon) * fake).requires_grad_(True)
        scores = self.discriminator(interpolates)
        (gradient,) = torch.autograd.grad(
            scores, interpolates, torch.ones_like(scores), create_graph=True, retain_graph=True, only_inputs=True
        )
        return ((gradient.norm(2, dim=1) - 1) ** 2).mean()

    def step(self, n: int = 1) -> None:
        for _ in range(n):
            for _ in range(self.critic_steps):
                real = self.real(self.batch)
                fake = self.generator(torch.randn(self.batch, self.latent_dim)).detach()
                self.d_optimiser.zero_grad()
                d_loss = self.discriminator(fake).mean() - self.discriminator(real).mean()
                d_loss = d_loss + self.weight * self.penalty(real, fake)
                d_loss.backward()
                self.d_optimiser.step()
            self.g_optimiser.zero_grad()
            g_loss = -self.discriminator(self.generator(torch.randn(self.batch, self.latent_dim))).mean()
            g_loss.backward()
            self.g_optimiser.step()
            self.losses.append((d_loss.item(), g_loss.item()))


def ring(n: int) -> torch.Tensor:
    angle = torch.randint(8, (n,)) * (2 * torch.pi / 8)
    return 2 * torch.stack([angle.cos(), angle.sin()], dim=1) + 0.02 * torch.randn(n, 2)


def ring_gan(width: int = 128, batch: int = 256, lr: float = 1e-3) -> GAN:
    generator = mlp(2, width, width, 2, activation=nn.ReLU)
    return GAN(generator, mlp(2, width, width, 1, activation=leaky), ring, 2, batch, lr)


def ring_wgan_gp() -> WGANGP:
    generator = mlp(2, 128, 128, 2, activation=nn.ReLU)
    return WGANGP(generator, mlp(2, 128, 128, 1, activation=leaky), ring, 2, 256, 1e-3)


def digits(images: torch.Tensor, shape: tuple[int, ...]) -> Batch:
    """Batches of uint8 images (N, 784) as the DataLoader of the tutorials gives them: floats in [−1, 1], in memory."""
    floats = (images.float() / 127.5 - 1).view(-1, *shape)
    return lambda n: floats[torch.randint(len(floats), (n,))]


def digits_mlp(images: torch.Tensor) -> GAN:
    generator = mlp(64, 256, 512, 784, activation=nn.ReLU, last=nn.Tanh())
    return GAN(generator, mlp(784, 512, 256, 1, activation=leaky), digits(images, (784,)), 64, 64, 2e-4)


def digits_dcgan(images: torch.Tensor) -> GAN:
    generator = nn.Sequential(
        nn.Linear(64, 64 * 7 * 7), nn.Unflatten(1, (64, 7, 7)), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Tanh(),
    )  # fmt: skip
    discriminator = nn.Sequential(
        nn.Conv2d(1, 32, 4, 2, 1), leaky(), nn.Conv2d(32, 64, 4, 2, 1), leaky(),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 1),
    )  # fmt: skip
    return GAN(generator, discriminator, digits(images, (1, 28, 28)), 64, 64, 2e-4)
