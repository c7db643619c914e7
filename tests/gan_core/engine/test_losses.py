"""Every registered loss and penalty: values against the papers' formulas, gradients against autograd."""

from __future__ import annotations

import math

import pytest
import torch

from gan_core.config import LOSSES as LOSS_NAMES
from gan_core.engine.losses import LOSSES, loss_for

F64 = torch.float64
LN2 = math.log(2)


def logits(n: int = 64, scale: float = 3.0, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(scale * torch.randn(2, n, generator=generator, dtype=F64))


def test_the_registries_agree():
    assert tuple(LOSSES) == tuple(LOSS_NAMES)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("name", LOSSES)
def test_slopes_are_the_derivatives_of_the_values(name, smoothing):
    if smoothing and not LOSS_NAMES[name].smoothable:
        smoothing = 0.0
    loss = loss_for(name, smoothing)
    real, fake = (x.requires_grad_() for x in logits())
    d_real, d_fake = torch.autograd.grad(loss.d_loss(real_logits=real, fake_logits=fake), (real, fake))
    (g_fake,) = torch.autograd.grad(loss.g_loss(real_logits=real, fake_logits=fake), fake)
    with torch.no_grad():
        ours = (*loss.d_grad(real_logits=real, fake_logits=fake), loss.g_grad(real_logits=real, fake_logits=fake))
    for grad, expected in zip(ours, (d_real, d_fake, g_fake), strict=True):
        torch.testing.assert_close(grad, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_one_value_a_member_and_a_scalar_otherwise(name):
    loss = LOSSES[name]
    real, fake = (x.view(4, 16) for x in logits())
    for value in (loss.d_loss, loss.g_loss):
        assert value(real_logits=real, fake_logits=fake).shape == ()
        members = value(real_logits=real, fake_logits=fake, dim=-1)
        alone = torch.stack([value(real_logits=r, fake_logits=f) for r, f in zip(real, fake, strict=True)])
        torch.testing.assert_close(members, alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_finite_wherever_the_discriminator_is_sure(name):
    for a in (-1e4, -50.0, 50.0, 1e4):
        seen = {"real_logits": torch.tensor([a, -a]), "fake_logits": torch.tensor([-a, a])}
        for value in (LOSSES[name].d_loss(**seen), LOSSES[name].g_loss(**seen), *LOSSES[name].d_grad(**seen)):
            assert torch.isfinite(value).all()


@pytest.mark.parametrize("name", LOSSES)
def test_values_at_equilibrium(name):
    at = torch.full((8,), LOSSES[name].facts.threshold or 0.0, dtype=F64)
    d_loss, g_loss = LOSSES[name].facts.equilibrium
    assert float(LOSSES[name].d_loss(real_logits=at, fake_logits=at)) == pytest.approx(d_loss, abs=1e-12)
    if g_loss is not None:
        assert float(LOSSES[name].g_loss(real_logits=at, fake_logits=at)) == pytest.approx(g_loss, abs=1e-12)


def test_smoothing_lowers_only_the_real_target():
    real, fake = logits()
    ours = loss_for("minimax", 0.1).d_loss(real_logits=real, fake_logits=fake)
    target = torch.full_like(real, 0.9)
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    torch.testing.assert_close(ours, bce(real, target) + bce(fake, torch.zeros_like(fake)), rtol=0, atol=1e-12)
