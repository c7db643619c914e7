"""G frozen, D trained alone: the measurement moves nothing and is right, and what the experiment shows."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch.nn.functional import logsigmoid, softplus

from gan_core import theory
from gan_core.config import RunConfig
from gan_core.engine.game import generator_gradient_norms
from gan_core.engine.losses import LOSSES
from gan_core.presets import PRESETS
from gan_core.run.trainer import Trainer
from gan_core.studies.frozen_generator import EVERY, FrozenCurves, FrozenGenerator, GaussianDiscriminators

F64 = torch.float64
SMALL = {"batch": 32, "g_layers": (16, 16), "d_layers": (16, 16), "members": 2}
# What G minimises, as the papers write it
TEXTBOOK = {
    "minimax": lambda a: -softplus(a).mean(),
    "non_saturating": lambda a: -logsigmoid(a).mean(),
    "wasserstein": lambda a: -a.mean(),
    "least_squares": lambda a: ((a - 1) ** 2).mean() / 2,
}
KINDS = [
    {},
    {"packing": 4},
    {"g_norm": "layer"},
    {"g_norm": "batch", "d_norm": "layer"},
    {"d_dropout": 0.3, "instance_noise": 0.2},
    {"update": "simultaneous", "optimiser": "sgd"},
]


def latents(trainer: Trainer, rows: int = 64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(len(trainer.member_configs), rows, 2, generator=generator, dtype=trainer.dtype)


def test_the_norm_is_that_of_autograd_on_the_papers_loss():
    trainer = Trainer(RunConfig.of(**SMALL, packing=2), dtype=F64)
    trainer.step(30)
    shifts = torch.randn(2, 64, 2, generator=torch.Generator().manual_seed(4), dtype=F64).split(1)
    for ensemble, z, shift in zip(trainer.ensembles, latents(trainer).split(1), shifts, strict=True):
        norms = generator_gradient_norms(ensemble.game, [LOSSES[name] for name in TEXTBOOK], z, shift)
        for (norm,), loss in zip(norms, TEXTBOOK.values(), strict=True):
            theta = ensemble.generator.theta.clone().requires_grad_()
            fake = ensemble.generator.evaluate(theta, z) + shift
            logits = ensemble.discriminator.evaluate(ensemble.discriminator.theta, fake.reshape(1, 32, 4))
            (gradient,) = torch.autograd.grad(loss(logits[0]), theta)
            assert norm.item() == pytest.approx(gradient.norm().item(), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_measuring_moves_nothing(kind):
    watched, alone = Trainer(RunConfig.of(**SMALL, **kind)), Trainer(RunConfig.of(**SMALL, **kind))
    losses = [LOSSES["minimax"], LOSSES["non_saturating"]]
    for _ in range(5):
        for trainer in (watched, alone):
            trainer.step(2)
            trainer.step_d()
        before = copy.deepcopy([watched.ensembles[0].generator.grad, watched.ensembles[0].discriminator.grad])
        norms = generator_gradient_norms(watched.ensembles[0].game, losses, latents(watched)[:1])
        assert torch.isfinite(norms).all() and norms.shape == (2, 1)
        after = [watched.ensembles[0].generator.grad, watched.ensembles[0].discriminator.grad]
        assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
        watched.step_g()
        alone.step_g()
    for player in ("generator", "discriminator"):
        a, b = (getattr(trainer.ensembles[0], player).theta for trainer in (watched, alone))
        assert torch.equal(a, b)


def test_a_loss_that_compares_pairs_is_refused():
    trainer = Trainer(RunConfig.of(**SMALL))
    with pytest.raises(ValueError, match="real samples"):
        generator_gradient_norms(trainer.ensembles[0].game, [LOSSES["relativistic"]], latents(trainer))


@pytest.mark.parametrize("loss", ["minimax", "non_saturating", "wasserstein"])
@pytest.mark.parametrize("kind", [*KINDS, {"unrolled": 2}, {"members": 10}], ids=str)
def test_the_logits_of_a_picture_are_those_that_entered_the_loss(kind, loss):
    """G's recorded loss, computed again from the picture's numbers alone: same batch, same D."""
    trainer = Trainer(RunConfig.of(**SMALL | {"loss": loss} | kind))
    assert np.isnan(trainer.snapshot().batch_logits).all()  # no batch has been scored for G yet
    for _ in range(3):
        trainer.step(4)
        logits = trainer.snapshot().batch_logits.astype(np.float64)
        assert logits.shape == (kind.get("members", 2), 32 // kind.get("packing", 1))
        recorded = trainer.history.curves().g_loss[-1]
        for member, value in zip(logits, recorded, strict=True):
            assert value == pytest.approx(TEXTBOOK[loss](torch.from_numpy(member)).item(), rel=1e-5, abs=1e-6)


def test_updates_of_d_leave_the_logits_of_gs_last_loss_alone():
    trainer = Trainer(RunConfig.of(**SMALL))
    trainer.step(3)
    before = trainer.snapshot().batch_logits
    trainer.step_d(2)
    assert np.array_equal(before, trainer.snapshot().batch_logits)


# ── G frozen ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def frozen(config: RunConfig, warm_up: int, rounds: int) -> FrozenGenerator:
    work = FrozenGenerator([config], warm_up=warm_up)
    work.step(warm_up + rounds)
    return work


def test_g_learns_during_the_warm_up_and_then_stands_still():
    config = RunConfig.of(**SMALL, seed=2)
    work = FrozenGenerator([config], warm_up=30)
    assert work.rounds == -30 and len(work.curves[0].rounds) == 0
    work.step(30)
    alone = Trainer(config)
    alone.step(30)
    generator = work.trainers[0].ensembles[0].generator.theta
    assert torch.equal(generator, alone.ensembles[0].generator.theta)  # the warm-up is an ordinary run
    before, d_before = generator.clone(), work.trainers[0].ensembles[0].discriminator.theta.clone()
    work.step(45)
    assert torch.equal(generator, before)
    assert not torch.equal(work.trainers[0].ensembles[0].discriminator.theta, d_before)
    assert work.step_count == 75 and work.rounds == 45
    assert work.curves[0].rounds.tolist() == [0, EVERY, 2 * EVERY]


@pytest.mark.parametrize("cuts", [(1,) * 60, (7, 33, 20), (60,)])
def test_slices_never_change_what_is_measured(cuts):
    config, whole = RunConfig.of(**SMALL, instance_noise=0.1), None
    whole = frozen(config, 20, 40).curves[0]
    work = FrozenGenerator([config], warm_up=20)
    for n in cuts:
        work.step(n)
    for loss, norms in work.curves[0].norms.items():
        assert np.array_equal(norms, whole.norms[loss])


def test_a_round_is_d_steps_updates_and_the_first_measurement_has_seen_none():
    one, five = (frozen(RunConfig.of(**SMALL, d_steps=n), 0, EVERY) for n in (1, 5))
    many = frozen(RunConfig.of(**SMALL, d_steps=1), 0, 5 * EVERY)
    for loss in ("minimax", "non_saturating"):
        first, last = five.curves[0].norms[loss]
        assert np.array_equal(first, one.curves[0].norms[loss][0])
        assert np.array_equal(last, many.curves[0].norms[loss][-1])


def test_configurations_are_measured_side_by_side_each_also_on_its_own_loss():
    configs = [RunConfig.of(**SMALL), RunConfig.of(**SMALL, loss="wasserstein", wgan_gp=0.1)]
    work = FrozenGenerator(configs, warm_up=0)
    work.step(EVERY)
    plain, critic = work.curves
    assert list(plain.norms) == ["minimax", "non_saturating"]
    assert list(critic.norms) == ["minimax", "non_saturating", "wasserstein"]
    assert np.array_equal(plain.norms["minimax"], frozen(configs[0], 0, EVERY).curves[0].norms["minimax"])


def test_more_members_than_fit_one_chunk():
    curves = frozen(RunConfig.of(**SMALL | {"members": 11}), 3, EVERY).curves[0]
    assert curves.norms["minimax"].shape == (2, 11)
    alone = frozen(RunConfig.of(**SMALL).member(9), 3, EVERY).curves[0]
    np.testing.assert_allclose(curves.norms["minimax"][:, 9], alone.norms["minimax"][:, 0], rtol=1e-3)


def test_a_generator_that_diverges_in_the_warm_up_is_reported():
    config = RunConfig.of(**SMALL, optimiser="sgd", loss="wasserstein", g_lr=1.0, d_lr=1.0)
    work = frozen(config, 500, 0)
    assert work.failure is not None and "stopped being finite" in str(work.failure)


def test_the_verdict_is_that_of_the_median():
    def curves(*ends: float) -> FrozenCurves:
        norms = {"minimax": np.array([[2.0] * len(ends), [2.0 * end for end in ends]])}
        return FrozenCurves(RunConfig(), np.array([0, 20]), norms)

    np.testing.assert_allclose(curves(0.1, 5.0).change("minimax"), [0.1, 5.0])
    assert curves(0.001, 0.3, 9.0).verdict("minimax") == "falls"
    assert curves(0.001, 0.5, 9.0).verdict("minimax") == "stays"
    assert curves(0.001, 3.5, 9.0).verdict("minimax") == "grows"


@pytest.mark.slow
def test_the_saturating_gradient_vanishes_for_an_untrained_g_and_not_once_the_fakes_overlap_the_data():
    """Arjovsky & Bottou 2017, figures 2 and 3, over five seeds: the page's own setting, ring R = 2, σ = .02."""
    config = PRESETS["vanishing_balanced"].config.replace(loss="non_saturating")
    assert config.train.members == 5
    untrained = frozen(config, 0, 2000).curves[0]
    saturating, other = untrained.norms["minimax"], untrained.norms["non_saturating"]
    assert np.median(untrained.change("minimax")) < 1 / 100
    assert (untrained.change("minimax") < 1 / 20).all()
    assert (saturating[-1] / saturating.max(axis=0) < 1 / 100).all()  # D first has to turn towards the fakes
    assert (untrained.change("non_saturating") > 10).all()
    assert (other[-1] > 1000 * saturating[-1]).all()

    trained = frozen(config, 1000, 1000).curves[0]
    assert (trained.change("minimax") > 1).all()
    assert (trained.change("non_saturating") > 1).all()


# ── two Gaussians ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_small_discriminators_find_what_is_exact_where_there_are_samples():
    work = GaussianDiscriminators()
    work.step(400)
    found = work.curves()
    d = found.distances
    non_saturating, minimax = theory.gaussian_gradients(d)
    jsd = theory.gaussian_jsd(d)
    assert found.jsd.shape == found.minimax.shape == found.non_saturating.shape == (3, len(d))
    assert (found.jsd <= jsd + 1e-6).all()  # no D gets more out of the game than the optimal one
    np.testing.assert_allclose(found.jsd, np.tile(jsd, (3, 1)), atol=0.01)
    near = d <= 2
    np.testing.assert_allclose(np.median(found.minimax, 0), minimax, atol=0.05)
    np.testing.assert_allclose(np.median(found.non_saturating, 0)[near], non_saturating[near], atol=0.25)
    best = theory.optimal_discriminator(-(found.positions**2) / 2, -((found.positions - 3) ** 2) / 2)
    between = (found.positions > -1) & (found.positions < 4)
    np.testing.assert_allclose(np.median(found.probability[:, d == 3][:, 0], 0)[between], best[between], atol=0.1)


def test_the_measured_gradients_are_those_of_moving_the_fakes_under_this_very_d():
    """∂/∂d by a difference: the same D scores N(d ± h, 1)."""
    work = GaussianDiscriminators(np.array([1.0, 2.5]))
    work.step(100)
    found, h = work.curves(), 1e-3
    z = torch.linspace(-6, 6, 1201, dtype=F64)
    share = torch.exp(-(z**2) / 2) / torch.exp(-(z**2) / 2).sum()

    def losses(shift: float) -> tuple[torch.Tensor, torch.Tensor]:
        x = (z + work.shift.to(F64).squeeze(-1) + shift).expand(3, -1, -1).reshape(6, -1, 1)
        logits = work.discriminator.evaluate(work.discriminator.theta.to(F64), x).view(3, 2, -1)
        return -logsigmoid(logits) @ share, -softplus(logits) @ share

    (plus, plus_minimax), (minus, minus_minimax) = losses(h), losses(-h)
    np.testing.assert_allclose(found.non_saturating, ((plus - minus) / (2 * h)).numpy(), atol=2e-3)
    np.testing.assert_allclose(found.minimax, ((plus_minimax - minus_minimax) / (2 * h)).numpy(), atol=2e-3)


def test_gaussians_depend_on_the_seed_alone():
    a, b, other = GaussianDiscriminators(), GaussianDiscriminators(), GaussianDiscriminators(seed=9)
    a.step(6)
    for n in (1, 5):
        b.step(n)
        b.curves()
    other.step(6)
    assert np.array_equal(a.curves().minimax, b.curves().minimax)
    assert not np.array_equal(a.curves().minimax, other.curves().minimax)
