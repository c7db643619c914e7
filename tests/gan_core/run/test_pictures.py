"""Pictures hold what they say, are copies, and differ by kind; arrows are −∂L_G/∂x of their own loss."""

from __future__ import annotations

import dataclasses
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from gan_core.config import RunConfig
from gan_core.engine.losses import LOSSES
from gan_core.presets import PRESETS
from gan_core.run import pictures
from gan_core.run.history import GRID, ImageSnapshot
from gan_core.run.pictures import arrows
from gan_core.run.trainer import Trainer

SMALL = {"batch": 32, "g_layers": (16, 16), "d_layers": (16, 16)}


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    trainer = Trainer(RunConfig.of(batch=64, g_layers=(16,), d_layers=(16, 16), members=2))
    trainer.step(30)
    return trainer


@pytest.mark.parametrize("loss", [name for name, of in LOSSES.items() if not of.facts.features])
def test_arrows_are_the_negative_gradient_of_the_loss_at_the_fakes(trainer, loss):
    shot, k = trainer.snapshot(), 1
    d = trainer.ensembles[k].discriminator
    x = torch.from_numpy(shot.fake[k]).requires_grad_()

    logits = d.evaluate(d.theta, x.unsqueeze(0)).squeeze()
    real = torch.from_numpy(shot.real_logits[k])
    value = LOSSES[loss].g_loss(real_logits=real, fake_logits=logits) * len(x)
    (gradient,) = torch.autograd.grad(value, x)
    np.testing.assert_allclose(arrows(shot, loss, k), -gradient.numpy(), atol=1e-5)


def test_arrows_of_a_run_that_matches_features_are_the_gradient_of_their_means(trainer):
    matching = Trainer(RunConfig.of(loss="feature_matching", **SMALL))
    matching.step(5)
    shot, d = matching.snapshot(), matching.ensembles[0].discriminator
    x = torch.from_numpy(shot.fake[0]).requires_grad_()
    of_real, of_fake = (d.evaluate(d.theta, y[None], features=True)[0] for y in (torch.from_numpy(shot.real), x))
    value = (of_real.mean(0) - of_fake.mean(0)).square().sum() / 2
    (gradient,) = torch.autograd.grad(value * len(x), x)
    np.testing.assert_allclose(arrows(shot, "feature_matching"), -gradient.numpy(), atol=1e-5)
    with pytest.raises(ValueError, match="only in pictures of a run with this loss"):
        arrows(trainer.snapshot(), "feature_matching")


def test_arrows_tell_the_losses_apart_where_the_discriminator_is_sure(trainer):
    shot = trainer.snapshot()
    sure = dataclasses.replace(shot, fake_logits=np.full_like(shot.fake_logits, -20.0))
    length = {loss: np.linalg.norm(arrows(sure, loss), axis=1) for loss in ("minimax", "non_saturating")}
    norm = np.linalg.norm(shot.logit_gradient[0], axis=1)
    np.testing.assert_allclose(length["non_saturating"], norm, rtol=1e-6)
    np.testing.assert_allclose(length["minimax"], norm * np.exp(-20), rtol=1e-5)


def test_images_have_no_arrows():
    shot = Trainer(PRESETS["digits_mlp"].config.replace(batch=4)).snapshot()
    with pytest.raises(ValueError, match="plane"):
        arrows(shot, "minimax")


def test_snapshots_hold_what_they_say():
    trainer = Trainer(RunConfig.of(**SMALL, members=2, packing=2))
    trainer.step(5)
    shot = trainer.snapshot()
    discriminator = trainer.ensembles[1].discriminator
    assert shot.step == 5 and shot.fake.shape == (2, 512, 2) and shot.real.shape == (512, 2)
    assert shot.field.shape == (2, 50, 50) and shot.lattice.shape == (2, 21, 21, 2)
    # the gradient against a finite difference of D seen by one sample of a pack
    k, i, h = 1, 7, 1e-3
    x = torch.from_numpy(shot.fake[k, i])

    def logit(first: torch.Tensor) -> float:
        pair = torch.cat([first, x]).view(1, 1, 4)
        return float(discriminator.forward(pair, training=False)[0][0, 0, 0])

    for axis in range(2):
        e = torch.zeros(2)
        e[axis] = h
        assert (logit(x + e) - logit(x - e)) / (2 * h) == pytest.approx(
            float(shot.logit_gradient[k, i, axis]), abs=2e-3
        )
    assert logit(x) == pytest.approx(float(shot.fake_logits[k, i]), abs=1e-5)
    # row i of the field is y, column j is x
    xmin, xmax, ymin, ymax = shot.extent
    x = torch.tensor([xmin + 30 * (xmax - xmin) / 49, ymin + 10 * (ymax - ymin) / 49])
    assert logit(x) == pytest.approx(float(shot.field[k, 10, 30]), abs=1e-4)


def test_snapshots_are_copies():
    trainer = Trainer(RunConfig.of(**SMALL))
    shot = trainer.snapshot()
    before = shot.fake.copy()
    trainer.step(5)
    assert np.array_equal(shot.fake, before)
    assert not np.array_equal(trainer.snapshot().fake, before)


@pytest.mark.parametrize(
    "name", ["digits_mlp", "digits_mlp_recipe", "digits_dcgan", "digits_conditional", "digits_ac_gan"]
)
def test_digits_train_and_picture(name):
    trainer = Trainer(PRESETS[name].config.replace(members=2))
    trainer.step(2)
    shot = trainer.snapshot()
    assert shot.fake.shape == (2, 64, 28, 28) and shot.fake.dtype == np.uint8
    assert shot.real.shape == (64, 28, 28) and isinstance(shot, ImageSnapshot)
    assert (
        torch.isfinite(torch.cat([e.generator.theta for e in trainer.ensembles])).all()
        and torch.isfinite(torch.cat([e.discriminator.theta for e in trainer.ensembles])).all()
    )
    same = trainer.decode(trainer.latents_of_picture(1), member=1)
    assert np.array_equal(same, shot.fake[1])


@pytest.mark.parametrize("packing", [1, 2])
def test_what_d_says_is_worked_out_in_blocks(packing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    config = RunConfig.of(batch=16, d_layers=(24, 16), packing=packing)
    whole = Trainer(config)
    monkeypatch.setattr(pictures, "NUMBERS", 24 * 100)
    blocks = Trainer(config)
    assert blocks.pictures._rows == 100 < whole.pictures._rows
    for run in (whole, blocks):
        run.step(3)
    one, other = whole.snapshot(), blocks.snapshot()
    for name in ("field", "real_logits", "fake_logits"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-5, atol=1e-6)


def test_a_d_that_looks_at_all_rows_together_is_asked_once() -> None:
    trainer = Trainer(RunConfig.of(batch=16, d_layers=(256,), minibatch_std=True))
    n = len(trainer.snapshot().real)
    assert trainer.pictures._rows == 2 * n + GRID**2


def test_of_a_picture_for_later_only_what_is_asked_for_is_made_and_once() -> None:
    trainer = Trainer(RunConfig.of(**SMALL, members=2))
    trainer.step(3)
    later = trainer.look()
    player = weakref.ref(later._make)
    assert later.averaged is None and later.push is None
    assert later.fake is later.fake and "field" not in vars(later)
    assert later.field.shape == (2, 50, 50) and {"fake_logits", "real_logits"} <= vars(later).keys()
    assert not {"logit_gradient", "lattice", "weight_counts"} & vars(later).keys()
    with pytest.raises(AttributeError, match="colour"):
        later.colour  # noqa: B018
    later.finish()
    assert {one.name for one in dataclasses.fields(later)} <= vars(later).keys() and player() is None


def test_a_run_that_has_not_gone_on_has_one_picture() -> None:
    """What was worked out about it holds; at 13, a step that the history does not keep."""
    trainer = Trainer(RunConfig.of(**SMALL))
    trainer.step(13)
    seen = trainer.look()
    assert trainer.look() is seen
    for go_on in (trainer.step, trainer.step_d, trainer.step_g):
        go_on()
        assert trainer.look() is not seen
        seen = trainer.look()
    trainer.adopt(trainer.ensembles[0].state(), 13)
    assert trainer.look() is not seen


def test_threads_that_ask_a_picture_for_the_same_make_it_once() -> None:
    made, all_here = [], threading.Barrier(4)

    def make(name: str) -> dict[str, np.ndarray]:
        made.append(name)
        return {name: np.zeros(3)}

    shot = ImageSnapshot.unfinished(make, step=1)

    def ask() -> np.ndarray:
        all_here.wait(60)
        return shot.fake

    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(ask) for _ in range(4)]]
    assert made == ["fake"] and all(one is found[0] for one in found)
