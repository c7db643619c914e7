"""Steps that are played in one call against the players' updates one by one, through the ensemble's own steps in turn:
equal to the last bit, whatever the turns' lengths."""

import math
from unittest import mock

import numpy as np
import pytest
import torch

from gan_core.config import RunConfig
from gan_core.data import distribution
from gan_core.engine import recorded, turns
from gan_core.engine.ensemble import STEPS, Ensemble
from gan_core.engine.optimisers import OPTIMISERS
from gan_core.run.trainer import Trainer
from tests.gan_core.engine.test_recorded import small

PLAIN = [
    {}, {"update": "simultaneous"}, {"d_steps": 3}, {"loss": "relativistic", "r1": 0.3, "r2": 0.2},
    {"loss": "wasserstein", "wgan_gp": 0.1, "d_steps": 2}, {"loss": "wasserstein", "clip": 0.05},
    {"instance_noise": 0.2}, {"instance_noise": 0.3, "noise_steps": 5},
    {"instance_noise": 0.3, "noise_steps": 5, "update": "simultaneous"}, {"ema": 0.9}, {"decay_steps": 9},
    {"packing": 2}, {"label_smoothing": 0.1}, {"loss": "feature_matching"}, {"dragan": 0.5},
    *({"optimiser": name, "update": "simultaneous"} for name in OPTIMISERS),
]  # fmt: skip
OTHERS = [
    {"unrolled": 1}, {"consensus": 0.1}, {"lookahead": 2}, {"skip_d_below": 1.0}, {"spectral_norm": True},
    {"lecam": 0.1}, {"gamma_steps": 8, "r1": 0.1}, {"d_dropout": 0.1}, {"update": "extragradient"}, {"d_norm": "layer"},
]  # fmt: skip


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(recorded, "FIRST", 2)
    monkeypatch.setattr(recorded, "MOST", 10_000)


def ensemble(config: RunConfig) -> Ensemble:
    members = [config.member(k) for k in range(config.train.members)]
    return Ensemble(members, distribution(config.data).sample)


def bits(found: Ensemble) -> list[bytes]:
    tensors = [found.generator.theta, found.discriminator.theta, found.generator.grad, found.discriminator.grad]
    tensors += [found.curves(), found.g_logits, *found.logits, *found.memories.values()]
    tensors += [tensor for state in found.d_optimiser.state.values() for tensor in state.values()]
    return [tensor.numpy().tobytes() for tensor in tensors] + [list(found.state()).__repr__().encode()]


def one_by_one(config: RunConfig, steps: int) -> tuple[Ensemble, torch.Tensor]:
    """… and the rows that its steps leave."""
    found, rows = ensemble(config), []
    with mock.patch.object(recorded, "RECORDS", False), torch.inference_mode():
        for _ in range(steps):
            STEPS[config.train.update](found)
            found.steps += 1
            rows.append(found.row())
    return found, torch.stack(rows)


@pytest.mark.parametrize("changes", PLAIN, ids=str)
def test_a_turn_is_its_steps_one_by_one(changes):
    config = small(members=2, **changes)
    expected, rows = one_by_one(config, 13)
    found, left = ensemble(config), torch.empty(13, 7, 2)
    assert found.players is not None
    for start, stop in ((0, 1), (1, 2), (2, 10), (10, 13)):
        found.advance(stop - start, left[start:stop])
    assert any(found.players.recordings.played.values())
    assert bits(found) == bits(expected)
    assert left.numpy().tobytes() == rows.numpy().tobytes()


@pytest.mark.parametrize("changes", PLAIN[:2], ids=str)
def test_members_that_differ_in_rates_keep_theirs(changes):
    config = small(**changes)
    members = [config, config.replace(d_lr=1e-2, seed=3), config.replace(beta1=0.0, seed=4)]
    source = distribution(config.data).sample
    together = Ensemble(members, source)
    together.advance(12)
    with mock.patch.object(recorded, "RECORDS", False):
        same = Ensemble(members, source)
        for _ in range(12):
            same.step()
    assert torch.equal(together.generator.theta, same.generator.theta)
    alone = [Ensemble([member], source) for member in members]
    for one in alone:
        one.advance(12)
    # batched products round otherwise
    assert torch.allclose(
        together.discriminator.theta, torch.cat([one.discriminator.theta for one in alone]), atol=1e-4
    )


@pytest.mark.parametrize("changes", OTHERS, ids=str)
def test_what_decides_on_the_way_steps_as_it_is_written(changes):
    found = ensemble(small(**changes))
    assert found.players is None
    found.advance(2)
    assert found.steps == 2


@pytest.mark.parametrize("turn", [1, 3, 40])
def test_a_run_does_not_depend_on_how_many_steps_are_asked_for(turn):
    found, expected = Trainer(small()), Trainer(small())
    expected.step(80)
    while found.step_count < 80:
        found.step(min(turn, 80 - found.step_count))
    mine, other = found.history.curves(), expected.history.curves()
    assert mine.step.tolist() == other.step.tolist() and mine.d_loss.tobytes() == other.d_loss.tobytes()
    assert torch.equal(found.ensembles[0].generator.theta, expected.ensembles[0].generator.theta)


def test_a_failure_is_found_at_its_step_whatever_the_turn():
    config = small(loss="wasserstein", optimiser="sgd", d_lr=1.0, g_lr=1.0)
    together, alone = Trainer(config), Trainer(config)
    together.step(400)
    while alone.failure is None:
        alone.step()
    assert together.failure is not None and together.failure.step == alone.failure.step == together.step_count
    curves = together.history.curves()
    assert curves.step[-1] == together.step_count and np.isfinite(curves.g_loss[:-2]).all()


def test_the_last_logits_are_those_of_the_last_look():
    found = ensemble(small())
    found.advance(4)
    assert math.isclose(float(found.row()[-1]), float(found.logits[1].sum()), rel_tol=1e-6)
    assert found.batch is None and set(turns.ORDERS) < set(STEPS)
