"""The trainer: determinism, members, chunks, tricks, failures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gan_core.config import ConfigError, RunConfig
from gan_core.presets import PRESETS
from gan_core.run.trainer import Trainer

SMALL = {"batch": 32, "g_layers": (16, 16), "d_layers": (16, 16)}


def small(**changes) -> RunConfig:
    return RunConfig.of(**(SMALL | changes))


def parameters(trainer: Trainer) -> torch.Tensor:
    return torch.cat([torch.cat([e.generator.theta, e.discriminator.theta], 1) for e in trainer.ensembles])


VARIANTS = [
    {},
    {"update": "simultaneous"},
    {"loss": "wasserstein", "wgan_gp": 1.0, "d_steps": 3},
    {"d_dropout": 0.3, "instance_noise": 0.1, "noise_steps": 40},
    {"packing": 4, "loss": "minimax"},
    {"minibatch_std": True},
    {"g_norm": "batch", "d_norm": "batch"},
    {"g_norm": "layer", "d_norm": "layer", "r1": 0.5},
    {"unrolled": 3, "loss": "minimax"},
    {"optimiser": "rmsprop", "clip": 0.05, "loss": "wasserstein"},
    {"optimiser": "sgd", "loss": "least_squares"},
    {"skip_d_below": 1.3},
    {"loss": "relativistic", "r1": 0.1, "r2": 0.1, "packing": 2},
    {"latent": "uniform", "latent_dim": 1, "data": "line"},
    {"data": "checkerboard", "loss": "hinge"},
]


@pytest.mark.parametrize("changes", VARIANTS, ids=str)
def test_the_same_seed_gives_the_same_run_however_it_is_sliced_and_watched(changes):
    a, b = Trainer(small(members=2, **changes)), Trainer(small(members=2, **changes))
    a.step(40)
    for n in (1, 7, 20, 12):
        b.step(n)
        b.snapshot(), b.generate(10), b.history.curves()
    assert torch.equal(parameters(a), parameters(b))
    assert torch.isfinite(parameters(a)).all()
    assert a.step_count == b.step_count == 40
    other = Trainer(small(members=2, seed=77, **changes))
    other.step(40)
    assert not torch.equal(parameters(a), parameters(other))


def test_nothing_touches_the_global_generators():
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    for changes in VARIANTS:
        Trainer(small(**changes)).step(2)
    Trainer(PRESETS["digits_dcgan"].config.replace(batch=8)).step(1)
    assert torch.equal(torch_state, torch.get_rng_state())
    assert np.array_equal(numpy_state, np.random.get_state()[1])


@pytest.mark.parametrize("changes", VARIANTS, ids=str)
def test_a_member_equals_the_same_seed_alone(changes):
    """Bit for bit, beside as many others as there are: neither they nor the threads decide how a member is rounded."""
    config = small(members=3, seed=5, **changes)
    alone = [Trainer(config.member(k)) for k in range(3)]
    for trainer in alone:
        trainer.step(45)
    for members, threads in ((3, 1), (3, 2), (2, 2), (1, 2)):
        together = Trainer(config.replace(members=members))
        together.take_threads(threads)
        together.step(45)
        for k in range(members):
            assert torch.equal(parameters(together)[k], parameters(alone[k])[0]), (members, threads, k)
        d_loss = together.history.curves().d_loss
        assert d_loss.shape == (45, members) and np.isfinite(d_loss).all()
        assert np.array_equal(d_loss[:, -1:], alone[members - 1].history.curves().d_loss)


@pytest.mark.parametrize("name", ["digits_mlp", "digits_dcgan"])
def test_a_member_of_images_equals_the_same_seed_alone(name):
    config = PRESETS[name].config.replace(batch=8, members=2)
    together, alone = Trainer(config), Trainer(config.member(1))
    together.take_threads(2)
    together.step(3), alone.step(3)
    assert torch.equal(parameters(together)[1], parameters(alone)[0])


def test_orthogonal_weights_do_not_depend_on_threads():
    """The QR decomposition behind them is a library's, which shares it out."""
    config = PRESETS["collapse"].config.replace(members=1)
    torch.set_num_threads(2)
    first = parameters(Trainer(config))
    torch.set_num_threads(1)
    assert torch.equal(first, parameters(Trainer(config)))


def test_members_may_differ_in_rates_betas_and_penalties():
    config = small(r1=0.1)
    members = [
        config,
        config.replace(g_lr=1e-4, d_lr=1e-2),
        config.replace(beta1=0.9, beta2=0.9),
        config.replace(r1=2.0),
    ]
    together = Trainer(config, members=members, dtype=torch.float64)
    together.step(15)
    for k, member in enumerate(members):
        alone = Trainer(member, dtype=torch.float64)
        alone.step(15)
        torch.testing.assert_close(parameters(together)[k], parameters(alone)[0], rtol=0, atol=1e-9)
    with pytest.raises(ConfigError, match="differ only in"):
        Trainer(config, members=[config, config.replace(loss="hinge")])


def test_twin_runs_of_different_losses_see_the_same_data():
    a, b = Trainer(small(loss="minimax")), Trainer(small(loss="wasserstein", wgan_gp=1.0, instance_noise=0.5))
    assert torch.equal(parameters(a), parameters(b))
    for _ in range(40):
        mine, theirs = a.ensembles[0], b.ensembles[0]
        mine.step_d(), theirs.step_d()
        assert torch.equal(mine.batch.real, theirs.batch.real) and torch.equal(mine.batch.z, theirs.batch.z)
        mine.step_g(), theirs.step_g()


def test_a_member_that_diverges_leaves_the_others_alone():
    calm = small(optimiser="sgd", loss="wasserstein", g_lr=1e-3, d_lr=1e-3)
    wild = calm.replace(g_lr=1.0, d_lr=1.0, seed=1)
    trainer = Trainer(calm, members=[calm, wild, calm.replace(seed=2)])
    trainer.step(60)
    assert trainer.alive.tolist() == [True, False, True]
    assert trainer.failure is None
    (failure,) = trainer.failures
    assert failure.members == (1,) and 0 < failure.step < 60
    assert "discriminator" in failure.tensor or "generator" in failure.tensor
    alone = Trainer(calm, members=[calm, calm.replace(seed=2)])
    alone.step(60)
    torch.testing.assert_close(parameters(trainer)[[0, 2]], parameters(alone), rtol=0, atol=1e-6)
    assert any("Member 2" in mark.text for mark in trainer.history.marks)


def test_a_run_that_diverges_stops_and_keeps_its_history():
    trainer = Trainer(PRESETS["diverging"].config)
    trainer.step(1000)
    assert trainer.failure is not None and trainer.step_count == trainer.failure.step < 1000
    sentence = str(trainer.failure)
    assert f"step {trainer.step_count:,}" in sentence and "weight" in sentence and sentence.endswith(".")
    assert len(trainer.history.snapshots) >= 3
    trainer.step(10)
    assert trainer.step_count == trainer.failure.step


@pytest.mark.parametrize("changes", [{}, {"update": "simultaneous"}, {"packing": 2, "loss": "relativistic"}], ids=str)
def test_each_player_steps_alone(changes):
    trainer = Trainer(small(**changes))
    g, d = trainer.ensembles[0].generator.theta, trainer.ensembles[0].discriminator.theta
    g0, d0 = g.clone(), d.clone()
    trainer.step_d(3)
    assert torch.equal(g, g0) and not torch.equal(d, d0) and trainer.step_count == 0
    d1 = d.clone()
    trainer.step_g(2)
    assert not torch.equal(g, g0) and torch.equal(d, d1) and trainer.step_count == 2
    trainer.step(1)
    assert trainer.step_count == 3


def test_step_is_d_then_g():
    a, b = Trainer(small()), Trainer(small())
    a.step(5)
    for _ in range(5):
        b.step_d(), b.step_g()
    assert torch.equal(parameters(a), parameters(b))


def test_learning_rates_change_live_and_leave_a_mark():
    trainer = Trainer(small())
    trainer.step(3)
    before = trainer.ensembles[0].generator.theta.clone()
    trainer.set_rates(g_lr=0.0)
    trainer.step(3)
    assert torch.equal(before, trainer.ensembles[0].generator.theta)
    assert [(m.step, m.text) for m in trainer.history.marks] == [(3, "g_lr → 0")]
    trainer.set_rates(d_lr=5e-5)
    assert trainer.history.marks[-1].text == "d_lr → 5·10⁻⁵"
    with pytest.raises(ConfigError):
        trainer.set_rates(d_lr=1e3)


def test_clipping_keeps_every_weight_within_c_after_each_step():
    trainer = Trainer(small(loss="wasserstein", clip=0.02, optimiser="rmsprop", d_lr=1e-2, d_steps=2))
    for _ in range(20):
        trainer.step()
        assert float(trainer.ensembles[0].discriminator.theta.abs().max()) <= 0.02


def test_a_pausing_discriminator_does_not_move():
    trainer = Trainer(small(skip_d_below=10.0))
    before = trainer.ensembles[0].discriminator.theta.clone()
    trainer.step(5)
    assert torch.equal(before, trainer.ensembles[0].discriminator.theta)


def test_instance_noise_falls_linearly_to_zero():
    trainer = Trainer(small(instance_noise=0.4, noise_steps=20))
    seen = []
    for _ in range(25):
        seen.append(trainer.ensembles[0].noise)
        trainer.step()
    assert seen[:21] == pytest.approx([0.4 * (1 - s / 20) for s in range(21)], abs=1e-12)
    assert seen[21:] == [0.0] * 4
