"""Labels: the step against plain autograd in float64, and a label that reaches the picture."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import cross_entropy

from gan_core.config import CLASSES, PIXELS, ConfigError, RunConfig
from gan_core.run.trainer import Trainer

F64 = torch.float64
SMALL = {"data": "mnist", "batch": 12, "latent_dim": 4, "g_layers": (9, 8), "d_layers": (8, 7)}


def small(**changes) -> RunConfig:
    return RunConfig.of(**(SMALL | changes))


class Reference:
    """The textbook step with labels: modules, the papers' losses, backward(), Adam."""

    def __init__(self, trainer: Trainer) -> None:
        ours, t = trainer.ensembles[0], trainer.config.train
        self.config, self.random = trainer.config, copy.deepcopy(ours.random)
        self.g, self.d = copy.deepcopy(ours.generator.modules[0]), copy.deepcopy(ours.discriminator.modules[0])
        for player in (self.g, self.d):
            for parameter in player.parameters():
                parameter.requires_grad_()
        self.g_optimiser = torch.optim.Adam(self.g.parameters(), lr=t.g_lr, betas=(t.beta1, t.beta2))
        self.d_optimiser = torch.optim.Adam(self.d.parameters(), lr=t.d_lr, betas=(t.beta1, t.beta2))

    def term(self, said: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return cross_entropy(said[:, 1:], labels) if self.config.model.labels == "auxiliary" else torch.zeros(())

    def step(self) -> None:
        z, real = self.random.latent()[0], self.random.real()[0]
        one_hot = real[:, PIXELS:]
        labels, ones, zeros = one_hot.argmax(1), torch.ones(len(z), 1, dtype=F64), torch.zeros(len(z), 1, dtype=F64)
        fake = self.g(torch.cat([z, one_hot], 1))
        assert torch.equal(fake[:, PIXELS:], one_hot)
        self.d_optimiser.zero_grad()
        # real and fake are scored apart: the fakes' label is constant for D
        on_real, on_fake = self.d(real), self.d(torch.cat([fake[:, :PIXELS].detach(), one_hot], 1))
        loss = bce(on_real[:, :1], ones) + bce(on_fake[:, :1], zeros)
        loss = loss + self.term(on_real, labels) + self.term(on_fake, labels)
        self.d_loss = loss.item()
        if r1 := self.config.train.r1:
            images = real[:, :PIXELS].clone().requires_grad_()
            (gradient,) = torch.autograd.grad(
                self.d(torch.cat([images, one_hot], 1))[:, 0].sum(), images, create_graph=True
            )
            penalty = r1 / 2 * gradient.square().sum(1).mean()
            self.d_loss += penalty.item()
            loss = loss + penalty
        loss.backward()
        self.d_optimiser.step()
        self.g_optimiser.zero_grad()
        on_fake = self.d(torch.cat([fake[:, :PIXELS], one_hot], 1))
        loss = bce(on_fake[:, :1], ones) + self.term(on_fake, labels)
        self.g_loss = loss.item()
        loss.backward(inputs=list(self.g.parameters()))
        self.g_optimiser.step()


@pytest.mark.parametrize("changes", [{}, {"r1": 0.5}, {"architecture": "dcgan", "g_norm": "layer"}], ids=str)
@pytest.mark.parametrize("labels", ["conditional", "auxiliary"])
def test_a_step_with_labels_equals_autograd(labels, changes):
    trainer = Trainer(small(labels=labels, **changes), dtype=F64)
    reference, ours = Reference(trainer), trainer.ensembles[0]
    for _ in range(3):
        trainer.step()
        reference.step()
        assert abs(float(ours.d_loss) - reference.d_loss) <= 1e-10
        assert abs(float(ours.g_loss) - reference.g_loss) <= 1e-10
    for mine, theirs in ((ours.generator, reference.g), (ours.discriminator, reference.d)):
        expected = torch.cat([p.detach().flatten() for p in theirs.parameters()])
        torch.testing.assert_close(mine.theta[0], expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("labels", ["conditional", "auxiliary"])
def test_the_same_labelled_run_is_bit_identical_and_the_label_reaches_the_picture(labels, update):
    config = small(labels=labels, update=update, loss="relativistic", wgan_gp=1.0, instance_noise=0.1, members=2)
    a, b = Trainer(config), Trainer(config)
    a.step(4)
    for _ in range(4):
        b.step()
        b.snapshot(), b.generate(3)
    for mine, theirs in zip(a.ensembles, b.ensembles, strict=True):
        assert torch.equal(mine.generator.theta, theirs.generator.theta)
        assert torch.equal(mine.discriminator.theta, theirs.discriminator.theta)
    z = a.latents_of_picture(1)
    assert a.labels_of_picture.tolist() == [i % CLASSES for i in range(len(z))]
    assert np.array_equal(a.decode(z, 1, a.labels_of_picture), a.snapshot().fake[1])
    assert not np.array_equal(a.decode(z, 1, 3), a.decode(z, 1, 4))
    # x̂ between a real image and its fake has their label
    a.ensembles[0].step_d()
    batch = a.ensembles[0].batch
    assert torch.equal(batch.real[..., PIXELS:], batch.fake[..., PIXELS:])
    if labels == "auxiliary":
        assert a.class_accuracy.shape == (2, 2) and ((a.class_accuracy >= 0) & (a.class_accuracy <= 1)).all()
    else:
        assert a.class_accuracy is None


def test_labels_that_cannot_be_are_refused_with_a_sentence():
    trainer = Trainer(small(labels="conditional"))
    assert trainer.generate(5, seed=1, labels=np.array([7, 7, 0, 1, 2])).shape == (5, 28, 28)
    assert np.array_equal(trainer.generate(5, seed=1), trainer.generate(5, seed=1))
    for labels in (10, -1, 2.5, [1, 2], np.arange(6)):
        with pytest.raises(ConfigError, match="whole numbers from 0 to 9"):
            trainer.generate(5, labels=labels)
    with pytest.raises(ConfigError, match="without labels"):
        Trainer(small()).generate(5, labels=3)


def test_pixels_of_both_ranges_make_the_same_picture_of_the_data():
    symmetric, unit = (Trainer(small(pixels=pixels, g_norm="batch")) for pixels in ("symmetric", "unit"))
    assert np.array_equal(symmetric.snapshot().real, unit.snapshot().real)
    unit.step(2)
    unit.ensembles[0].step_d()
    batch = unit.ensembles[0].batch
    assert min(float(batch.fake.min()), float(batch.real.min())) >= 0 and float(batch.real.max()) == 1
    grey = np.abs(unit.decode(unit.latents_of_picture()).astype(int) - 127)
    assert grey.mean() < 30  # σ(0) is the middle
