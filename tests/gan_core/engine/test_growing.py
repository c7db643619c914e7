"""Progressive growing and multi-scale gradients: the schedule, the fade, and what they turn into."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from gan_core.config import RunConfig
from gan_core.engine.dcgan import dcgan_discriminator, dcgan_generator
from gan_core.engine.growing import (
    AREAS,
    Growth,
    MultiScaleDiscriminator,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    enlarged,
    pyramid,
    shrunk,
)
from gan_core.engine.random import generator_for
from gan_core.run.trainer import Trainer


def small(architecture: str, **changes) -> RunConfig:
    of = {
        "data": "mnist",
        "batch": 4,
        "latent_dim": 5,
        "architecture": architecture,
        "init": "dcgan",
        "g_norm": "batch",
    }
    return RunConfig.of(**(of | changes))


def test_the_schedule_stays_fades_stays_fades_stays():
    growth = Growth(10)
    levels = []
    for growth.step in range(60):
        levels.append(growth.level)
    expected = [0.0] * 10 + [i / 10 for i in range(10)] + [1.0] * 10 + [1 + i / 10 for i in range(10)] + [2.0] * 20
    assert levels == pytest.approx(expected, abs=1e-12)


def test_real_images_are_shown_at_the_mixture_of_sizes():
    images = torch.rand(3, 1, 28, 28, generator=generator_for(0, "picture"), dtype=torch.float64)
    means = images.view(3, 7, 4, 7, 4).mean((2, 4))  # by hand
    at_7 = means.repeat_interleave(4, 1).repeat_interleave(4, 2).unsqueeze(1)
    torch.testing.assert_close(Growth(10).shown(images), at_7)
    torch.testing.assert_close(Growth(10, step=13).shown(images), 0.7 * at_7 + 0.3 * enlarged(shrunk(images, 1)))
    assert torch.equal(Growth(10, step=40).shown(images), images)
    torch.testing.assert_close(shrunk(enlarged(shrunk(images, 1)), 1), shrunk(images, 1))  # D undoes what G did
    at_28, at_14, at_7_flat = pyramid(images).split(AREAS, 1)
    assert torch.equal(at_28, images.flatten(1)) and at_14.shape == (3, 196)
    torch.testing.assert_close(at_7_flat, means.flatten(1))


def test_a_grown_pair_is_the_dcgan_and_fades_are_continuous():
    g = generator_for(1, "generator")
    growth = Growth(10, step=40)
    for ours, theirs, shape in (
        (ProgressiveGenerator(6, growth), dcgan_generator(6), (6,)),
        (ProgressiveDiscriminator(growth, g), dcgan_discriminator(1, g), (1, 28, 28)),
    ):
        ours, theirs = ours.double().eval(), theirs.double().eval()
        for parameter in ours.parameters():
            nn.init.normal_(parameter, 0, 0.1, generator=g)
        parts = (ours.at_7, ours.at_14, ours.pictures[2]) if shape == (6,) else (ours.from_28, ours.down, ours.head)
        used = [p for part in parts for p in part.parameters()]
        for parameter, ours_too in zip(theirs.parameters(), used, strict=True):
            parameter.data.copy_(ours_too)
        x = torch.randn(3, *shape, generator=g, dtype=torch.float64)
        growth.step = 40
        torch.testing.assert_close(ours(x), theirs(x))
        growth.grow_steps = 10**6
        for whole in (1, 2, 3, 4):  # the ends of the fades
            growth.step = whole * 10**6
            there = ours(x)
            growth.step += 1 if whole in (1, 3) else -1
            torch.testing.assert_close(ours(x), there, atol=1e-4, rtol=0)
        growth.grow_steps = 10


def test_a_run_grows_through_all_sizes_and_is_bit_identical():
    config = small("progressive", grow_steps=2, r1=0.1, loss="relativistic")
    a, b = Trainer(config), Trainer(config)
    assert a.ensembles[0].generator.theta.shape[1] == config.parameter_counts[0]
    start = a.ensembles[0].generator.theta.clone()
    names = dict(a.ensembles[0].generator.names)
    a.step(2)
    moved = {name: not torch.equal(a.ensembles[0].generator.theta[:, at], start[:, at]) for name, at in names.items()}
    assert moved["at_7.0.weight"] and moved["pictures.0.0.weight"]
    assert not any(moved[name] for name in names if name.startswith(("at_14", "pictures.1", "pictures.2")))
    squares = a.snapshot().fake[0].reshape(-1, 7, 4, 7, 4)
    assert (squares == squares[:, :, :1, :, :1]).all()  # 7×7, shown at 28×28
    a.step(8)
    for n in (3, 1, 6):
        b.step(n)
        b.snapshot(), b.generate(2)
    for player in ("generator", "discriminator"):
        mine, theirs = (getattr(trainer.ensembles[0], player).theta for trainer in (a, b))
        assert torch.equal(mine, theirs) and torch.isfinite(mine).all()
    assert a.ensembles[0].growth.level == 2 and a.snapshot().fake.shape == (1, 64, 28, 28)


def test_multi_scale_rows_begin_with_the_picture_and_every_size_counts():
    trainer = Trainer(small("multi_scale", wgan_gp=1.0, instance_noise=0.1, pixels="unit"))
    trainer.step(2)
    trainer.ensembles[0].step_d()
    batch, shot = trainer.ensembles[0].batch, trainer.snapshot()
    assert batch.fake.shape == batch.real.shape == (1, 4, sum(AREAS))
    torch.testing.assert_close(batch.real[0], pyramid(batch.real[0, :, :784].view(-1, 1, 28, 28)))
    assert shot.fake.shape == (1, 64, 28, 28) and np.isfinite(shot.fake_logits).all()
    network = trainer.ensembles[0].discriminator
    grads = network.input_grad(network.forward(batch.fake, training=False)[1])
    assert all(float(part.abs().sum()) > 0 for part in grads.split(AREAS, -1))
    assert isinstance(network.modules[0], MultiScaleDiscriminator)
