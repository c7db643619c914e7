"""Arrows are −∂L_G/∂x of their own loss; the optimal discriminator is log p_d − log p_g."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gan_core.config import RunConfig
from gan_core.data import DISTRIBUTIONS
from gan_core.engine.losses import LOSSES
from gan_core.engine.random import Draws, generator_for
from gan_core.presets import PRESETS
from gan_core.run.pictures import arrows, optimal_logit
from gan_core.run.trainer import Trainer


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    trainer = Trainer(RunConfig.of(batch=64, g_layers=(16,), d_layers=(16, 16), members=2))
    trainer.step(30)
    return trainer


@pytest.mark.parametrize("loss", LOSSES)
def test_arrows_are_the_negative_gradient_of_the_loss_at_the_fakes(trainer, loss):
    shot, k = trainer.snapshot(), 1
    d = trainer.ensembles[0].discriminator
    x = torch.from_numpy(shot.fake[k]).requires_grad_()

    logits = d.evaluate(d.theta[k : k + 1], x.unsqueeze(0)).squeeze()
    real = torch.from_numpy(shot.real_logits[k])
    value = LOSSES[loss].g_loss(real_logits=real, fake_logits=logits) * len(x)
    (gradient,) = torch.autograd.grad(value, x)
    np.testing.assert_allclose(arrows(shot, loss, k), -gradient.numpy(), atol=1e-5)


def test_arrows_tell_the_losses_apart_where_the_discriminator_is_sure(trainer):
    import dataclasses

    shot = trainer.snapshot()
    sure = dataclasses.replace(shot, fake_logits=np.full_like(shot.fake_logits, -20.0))
    length = {loss: np.linalg.norm(arrows(sure, loss), axis=1) for loss in ("minimax", "non_saturating")}
    slope = np.linalg.norm(shot.logit_gradient[0], axis=1)
    np.testing.assert_allclose(length["non_saturating"], slope, rtol=1e-6)
    np.testing.assert_allclose(length["minimax"], slope * np.exp(-20), rtol=1e-5)


def test_images_have_no_arrows():
    shot = Trainer(PRESETS["digits_mlp"].config.replace(batch=4)).snapshot()
    with pytest.raises(ValueError, match="plane"):
        arrows(shot, "minimax")


def test_the_optimal_logit_is_zero_for_a_perfect_generator_and_signed_otherwise():
    data = DISTRIBUTIONS["two_gaussians"](std=0.5)
    perfect = data.sample(4000, generator_for(1, "real")).numpy()
    logit = optimal_logit(data, perfect, data.extent, size=21)
    xmin, xmax, _, _ = data.extent
    column = np.linspace(xmin, xmax, 21)
    near = np.abs(column - float(data.centres[0, 0])).argmin()
    row = np.abs(column - float(data.centres[0, 1])).argmin()
    assert abs(logit[row, near]) < 0.5  # the kernel blurs p_g
    one_mode = perfect[np.linalg.norm(perfect - data.centres[0].numpy(), axis=1) < 2]
    collapsed = optimal_logit(data, one_mode, data.extent, size=21)
    other = np.abs(column - float(data.centres[1, 0])).argmin()
    assert collapsed[row, near] < 0 < collapsed[row, other]


def test_the_optimal_logit_survives_a_point_and_needs_a_density():
    ring = DISTRIBUTIONS["ring"]()
    assert np.isfinite(optimal_logit(ring, np.zeros((100, 2), np.float32), ring.extent)).all()
    with pytest.raises(ValueError, match="density"):
        optimal_logit(
            DISTRIBUTIONS["custom"](points=np.random.default_rng(0).normal(size=(50, 2))), np.zeros((9, 2)), ring.extent
        )


def test_streams_are_independent_of_one_another_and_of_the_members_beside_them():
    def draws(*seeds: int) -> Draws:
        ring = DISTRIBUTIONS["ring"]()
        return Draws(seeds, source=ring.sample, latent="uniform", latent_dim=3, batch=8)

    a, b, alone = draws(4, 5), draws(4, 5), draws(5)
    first = [a.real() for _ in range(20)]
    for _ in range(50):
        b.latent(), b.uniform(7), b.normal_like(first[0])
    for batch in first:
        assert torch.equal(batch, b.real())
        assert torch.equal(batch[1:], alone.real())
    z = a.latent()
    assert z.shape == (2, 8, 3) and float(z.abs().max()) <= 1 and not torch.equal(z[0], z[1])
