"""What a critic knows of a run: its estimate beside the exact distance of the same samples, clipping, interpolates."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.stats import pearsonr

from gan_core.config import RunConfig
from gan_core.engine.penalties import interpolated
from gan_core.presets import PRESETS
from gan_core.run.history import History, interpolates
from gan_core.run.trainer import Trainer
from gan_core.studies import critic
from gan_core.studies.critic import Measurer, Measures
from gan_core.theory.distributions_1d import GaussianMixture
from gan_core.theory.divergences_1d import jsd

NEAR = (GaussianMixture.gaussian(0, 1), GaussianMixture.gaussian(2, 1))
SHORT, SHORT_R = 150, 0.8  # steps, and a bound for the correlation by then: .90 and .93 were measured
SMALL = {"batch": 16, "g_layers": (8,), "d_layers": (8,), "members": 2}


def measured(trainer: Trainer) -> Measures:
    measurer = Measurer(trainer)
    measurer.look(trainer)
    return measurer.measures()


# ── what is measured of a run ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wgan() -> Trainer:
    trainer = Trainer(RunConfig.of(**SMALL, loss="wasserstein", wgan_gp=1.0))
    trainer.step(6)
    return trainer


def test_the_estimate_and_the_distance_are_of_the_same_samples(wgan: Trainer) -> None:
    found, n = measured(wgan), critic.POINTS
    assert list(found.step) == [0, 1, 2, 4]
    for i, shot in enumerate(wgan.history.snapshots):
        for k in range(2):
            f_real, f_fake = shot.real_logits[k, :n].astype(float), shot.fake_logits[k, :n].astype(float)
            assert found.estimate[i, k] == pytest.approx(f_real.mean() - f_fake.mean(), abs=1e-9)
            cost = cdist(shot.real[:n], shot.fake[k, :n])
            assert found.w1[i, k] == pytest.approx(cost[linear_sum_assignment(cost)].mean(), abs=1e-9)
            assert found.slope[i, k] == shot.interpolates_grad[k].max()
    assert np.isnan(found.accuracy).all() and np.isnan(found.jsd).all()


def test_the_estimate_is_minus_the_critics_loss() -> None:
    """With a loss of −0.3 the critic sees a distance of 0.3."""
    trainer = Trainer(RunConfig.of(**SMALL, loss="wasserstein"))
    ensemble = trainer.ensembles[0]
    ensemble.step_d()
    real_logits, fake_logits = ensemble.logits
    expected = real_logits.mean(1) - fake_logits.mean(1)
    assert torch.allclose(-ensemble.d_loss, expected, atol=1e-6)


def test_every_picture_is_measured_once_and_again_if_it_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(RunConfig.of(**SMALL, data="spiral", loss="wasserstein"))
    trainer.step(3)
    measurer = Measurer(trainer)
    taken: list[tuple[int, int]] = []
    measure = measurer._measure
    monkeypatch.setattr(measurer, "_measure", lambda shot, k: (taken.append((shot.step, k)), measure(shot, k))[1])
    trainer.add_callback(measurer)
    trainer.step(20)
    due = [step for step in range(24) if History.due(step)]
    assert taken == [(step, k) for step in due for k in (0, 1)] and measurer.measures().step.tolist() == due
    trainer.step_g()
    before = measurer.measures().estimate[-1]
    trainer.step_d()
    assert taken[-4:] == [(24, 0), (24, 1)] * 2 and list(measurer.measures().step) == [*due, 24]
    assert not np.array_equal(measurer.measures().estimate[-1], before)
    assert np.isnan(measurer.measures().near).all()  # data without modes


def test_images_have_no_exact_transport() -> None:
    with pytest.raises(ValueError, match="images"):
        Measurer(Trainer(RunConfig.of(data="mnist", **SMALL)))


@pytest.mark.parametrize(
    ("loss", "real", "fake", "expected"),
    [
        ("minimax", [1.0, -1.0], [-1.0, -2.0], 0.75),
        ("hinge", [1.0, 1.0], [1.0, -1.0], 0.75),
        ("least_squares", [0.6, 0.4], [0.4, 0.4], 0.75),
        ("relativistic", [1.0, 3.0], [2.0, 0.0], 0.75),
        ("wasserstein", [1.0], [0.0], math.nan),
    ],
)
def test_accuracy_knows_each_losses_threshold(loss: str, real: list, fake: list, expected: float) -> None:
    assert critic.accuracy(loss, np.array(real), np.array(fake)) == pytest.approx(expected, nan_ok=True)


def test_the_jsd_of_the_optimal_discriminator_is_the_jsd() -> None:
    rng = np.random.default_rng(0)
    p, q = NEAR
    x, y = p.draw((200_000,), rng), q.draw((200_000,), rng)
    found = critic.jsd_bound("minimax", p.log_pdf(x) - q.log_pdf(x), p.log_pdf(y) - q.log_pdf(y))
    assert found == pytest.approx(jsd(p, q), abs=3e-3)  # 200,000 samples
    assert critic.jsd_bound("minimax", np.zeros(5), np.zeros(5)) == pytest.approx(0, abs=1e-12)
    assert math.isnan(critic.jsd_bound("hinge", np.zeros(5), np.zeros(5)))


def test_the_correlation_is_pearsons_and_counts_steps() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 30, 3))
    found = critic.correlation(a, b, np.ones(30))
    np.testing.assert_allclose(found, [pearsonr(a[:, k], b[:, k])[0] for k in range(3)], atol=1e-9)
    doubled = critic.correlation(a, b, np.where(np.arange(30) < 10, 2.0, 1.0))
    twice = np.concatenate([np.arange(10), np.arange(30)])
    np.testing.assert_allclose(doubled, critic.correlation(a[twice], b[twice], np.ones(40)), atol=1e-9)
    assert np.isnan(critic.correlation(np.ones((4, 1)), b[:4, :1], np.ones(4))).all()


def test_the_slope_map_of_a_plane_is_its_slope() -> None:
    xs, ys = np.meshgrid(np.linspace(-2, 2, 9), np.linspace(0, 6, 13))
    found = critic.slope_map(np.stack([3 * xs + 4 * ys, 0 * xs]), (-2, 2, 0, 6))
    np.testing.assert_allclose(found[0], 5.0, atol=1e-9)
    np.testing.assert_allclose(found[1], 0.0, atol=1e-9)


# ── clipping and interpolates ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("c", [0.001, 0.03, 1.0])
def test_clipping_holds_every_weight_after_every_single_update(c: float) -> None:
    trainer = Trainer(RunConfig.of(**SMALL, loss="wasserstein", clip=c, optimiser="rmsprop", d_lr=0.01))
    for _ in range(8):
        trainer.step_d()
        assert float(trainer.ensembles[0].discriminator.theta.abs().max()) <= np.float32(c)
    shot = trainer.snapshot()
    assert (shot.weight_reach <= np.float32(c)).all()
    assert (shot.weight_counts.sum(1) == trainer.config.parameter_counts[1]).all()


def test_an_interpolate_has_one_epsilon_for_both_coordinates() -> None:
    """x̂ is on the line between its pair, in training and in the picture; and no two pairs share their ε."""
    trainer = Trainer(RunConfig.of(**SMALL, loss="wasserstein", wgan_gp=1.0))
    ensemble = trainer.ensembles[0]
    ensemble.step_d()
    batch, network = ensemble.batch, ensemble.discriminator
    _, tape = network.forward(torch.cat([batch.real, batch.fake], 1))
    trained = network.input(
        interpolated(network, tape, (ensemble.random.uniform(batch.real.shape[1]), None), slice(None))
    ).numpy()
    shot = trainer.snapshot()
    for real, fake, x in (
        (batch.real.numpy(), batch.fake.numpy(), trained),
        (shot.real, shot.fake, interpolates(shot.real, shot.fake)),
    ):
        epsilon = (x - fake) / (real - fake)
        np.testing.assert_allclose(epsilon[..., 0], epsilon[..., 1], atol=2e-3)
        assert epsilon.min() >= -1e-3 and epsilon.max() <= 1 + 1e-3
        assert (np.diff(np.sort(epsilon[..., 0], axis=-1)) > 1e-6).all()


# ── the estimate follows W1 ──────────────────────────────────────────────────────────────────────────────────────────


def test_in_short_the_estimate_follows_the_distance() -> None:
    """Early, where the critic is still learning its slope; five seeds over the whole run are the slow test below."""
    trainer = Trainer(PRESETS["wgan_gp"].config.replace(members=2, batch=64))
    trainer.step(SHORT)
    assert measured(trainer).correlation().min() > SHORT_R


@pytest.mark.slow
def test_over_five_seeds_the_estimate_follows_the_distance() -> None:
    trainer = Trainer(PRESETS["wgan_gp"].config.replace(members=5))
    trainer.step(3000)
    found = measured(trainer)
    assert found.correlation().min() >= 0.9
    assert (found.w1[-1] < 0.5 * found.w1[0]).all()  # there was something to follow
