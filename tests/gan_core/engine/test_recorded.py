"""Recorded gradients against the same steps without a recording: equal to the last bit, curves included."""

import gc
import json
import os
import subprocess
import sys
import threading
import weakref
from collections import Counter
from contextlib import nullcontext
from unittest import mock

import pytest
import torch

from gan_core.config import LOSSES, RunConfig
from gan_core.engine import recorded
from gan_core.run.trainer import Trainer

STEPS = 8
PENALTIES = [{}, {"r1": 0.7}, {"r1": 0.3, "r2": 0.9}, {"wgan_gp": 0.5}, {"clip": 0.2}]
TRICKS = [
    {"label_smoothing": 0.1},
    {"d_steps": 3, "loss": "wasserstein", "wgan_gp": 0.1},
    {"packing": 2, "r1": 0.2},
    {"packing": 2, "wgan_gp": 0.2},
    {"optimiser": "rmsprop"},
    {"skip_d_below": 1.2},
    {"d_input_scale": 0.25, "r1": 0.5},
    {"members": 6},
    {"unrolled": 2},
    {"instance_noise": 0.2},
    {"instance_noise": 0.3, "noise_steps": 6, "wgan_gp": 0.1, "packing": 2},
    {"instance_noise": 0.1, "loss": "relativistic", "update": "simultaneous"},
    {"data": "mnist", "latent_dim": 16},
    {"optimiser": "optimistic_adam", "lookahead": 3},
    {"update": "extragradient", "r1": 0.2},
    {"consensus": 0.5, "instance_noise": 0.2},
]


@pytest.fixture(autouse=True)
def soon_and_often(monkeypatch):
    monkeypatch.setattr(recorded, "FIRST", 2)
    monkeypatch.setattr(recorded, "MOST", 10_000)
    monkeypatch.setattr(recorded, "_calls", Counter())


def small(**changes) -> RunConfig:
    return RunConfig.of(**{"batch": 16, "g_layers": (9, 7), "d_layers": (8, 6), "latent_dim": 3} | changes)


def run(config: RunConfig, steps: int = STEPS, *, record: bool = True) -> Trainer:
    trainer = Trainer(config)
    with nullcontext() if record else unrecorded():
        trainer.step(steps)
    return trainer


def unrecorded():
    return mock.patch.object(recorded, "RECORDS", False)


def recordings(trainer: Trainer) -> list[dict]:
    return [(ensemble.players or ensemble.game).recordings.played for ensemble in trainer.ensembles]


def played(trainer: Trainer) -> bool:
    """Whether every ensemble plays recordings, of all gradients that it takes."""
    return all(
        found and all(recording and isinstance(recording[0], torch.jit.ScriptFunction) for recording in found.values())
        for found in recordings(trainer)
    )


def bits(trainer: Trainer) -> list[bytes]:
    thetas = [t.numpy().tobytes() for e in trainer.ensembles for t in (e.generator.theta, e.discriminator.theta)]
    curves = trainer.history.curves()
    return thetas + [getattr(curves, name).tobytes() for name in ("d_loss", "g_loss", "d_real", "d_grad", "g_grad")]


def assert_same_bits(config: RunConfig) -> None:
    with_recording, without = run(config), run(config, record=False)
    assert played(with_recording) and not any(recordings(without))
    assert bits(with_recording) == bits(without)


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: "+".join(p) or "plain")
@pytest.mark.parametrize("loss", LOSSES)
def test_a_recording_changes_no_bit(loss, penalty, update):
    assert_same_bits(small(loss=loss, update=update, members=2, **penalty))


@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: "+".join(p) or "plain")
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_nor_with_another_activation(activation, penalty):
    assert_same_bits(small(g_activation=activation, d_activation=activation, **penalty))


@pytest.mark.parametrize("changes", TRICKS, ids=str)
def test_nor_with_a_trick(changes):
    assert_same_bits(small(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"d_dropout": 0.2},
        {"d_norm": "batch"},
        {"data": "mnist", "labels": "conditional"},
    ],
    ids=str,
)
def test_what_draws_inside_or_has_no_closed_form_steps_unrecorded(changes):
    assert not any(recordings(run(small(**changes))))


def test_runs_that_share_a_recording_keep_their_own_weights_rates_and_seeds():
    config = small(r1=0.3)
    others = [config, config.replace(seed=7), config.replace(d_lr=1e-2), config.replace(r1=3.0)]
    expected = [bits(run(other, record=False)) for other in others]
    together = [run(other) for other in others]
    assert len({id(play) for found in map(recordings, together) for play, _ in found[0].values()}) == 1
    assert [bits(trainer) for trainer in together] == expected
    assert len(set(map(tuple, expected))) == len(others)


def test_runs_of_one_kind_that_are_young_together_are_recorded_together(monkeypatch):
    monkeypatch.setattr(recorded, "FIRST", 12)
    config = small(d_layers=(8, 5))
    first, second = Trainer(config), Trainer(config.replace(seed=3))
    for _ in range(10):  # of one step each: a turn of several would be one call
        first.step()
        second.step()
    assert played(first) and played(second)
    assert bits(first) == bits(run(config, 10, record=False))


def test_kinds_are_counted_only_so_far(monkeypatch):
    monkeypatch.setattr(recorded, "KINDS", 3)
    monkeypatch.setattr(recorded, "_calls", Counter())
    for kind in range(9):
        recorded._counted(kind, 1)
    assert len(recorded._calls) <= 3


def test_threads_may_play_one_recording_at_once():
    configs = [small(seed=seed, loss="hinge") for seed in range(4)]
    expected = [bits(run(config, 60, record=False)) for config in configs]
    found = {}
    threads = [threading.Thread(target=lambda c=c: found.update({c.train.seed: bits(run(c, 60))})) for c in configs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[config.train.seed] for config in configs] == expected


def test_a_rate_changed_on_the_way_is_followed():
    def changed(record: bool) -> Trainer:
        trainer = run(small(), 6, record=record)
        trainer.set_rates(g_lr=3e-3, d_lr=1e-4)
        with nullcontext() if record else unrecorded():
            trainer.step(6)
        return trainer

    followed = changed(True)
    assert played(followed) and bits(followed) == bits(changed(False))


def test_one_player_may_move_alone():
    def moved(record: bool) -> Trainer:
        trainer = run(small(), record=record)
        with nullcontext() if record else unrecorded():
            trainer.step_d(3)
            trainer.step_g(2)
            trainer.step_d()
        return trainer

    assert bits(moved(True)) == bits(moved(False))


def test_where_torch_cannot_record_the_run_goes_on(monkeypatch, caplog):
    def refuse(*args, **kwargs):
        raise RuntimeError("not here")

    monkeypatch.setattr(torch.jit, "trace", refuse)
    config = small(batch=14)  # a shape of its own, which no other test has recorded
    assert bits(run(config)) == bits(run(config, record=False))
    assert "no recording" in caplog.text


def test_recordings_are_bounded(monkeypatch):
    monkeypatch.setattr(recorded, "MOST", 0)
    trainer = run(small(batch=18))
    assert not played(trainer)
    assert trainer.step_count == STEPS


@pytest.mark.parametrize("most", [10_000, 0], ids=["recorded", "refused"])
def test_no_ensemble_outlives_its_trainer(monkeypatch, most):
    """Neither in the recording that was made from it, nor in a circle that waits for the collector."""
    monkeypatch.setattr(recorded, "MOST", most)
    monkeypatch.setattr(recorded, "_recordings", {})
    trainer = run(small())
    ensemble = weakref.ref(trainer.ensembles[0])
    assert played(trainer) == bool(most)
    gc.disable()
    try:
        del trainer
        assert ensemble() is None
    finally:
        gc.enable()


def test_short_runs_record_nothing(monkeypatch):
    monkeypatch.setattr(recorded, "FIRST", STEPS + 1)
    monkeypatch.setattr(recorded, "_recordings", {})
    assert not any(recordings(run(small())))


def test_what_another_run_of_the_same_kind_has_recorded_is_played_from_the_first_step(monkeypatch):
    expected = bits(run(small(), record=False))
    run(small(seed=7))
    monkeypatch.setattr(recorded, "FIRST", STEPS + 1)
    first = run(small())
    assert played(first) and all(recordings(first))
    assert bits(first) == expected


def test_where_torch_records_nothing_the_run_says_nothing(caplog, recwarn):
    """As on a Python that torch.jit does not support: no recording, no warning, no line in the log, the same run."""
    config = small(r1=0.2)
    with unrecorded():
        silent = run(config)
    assert not any(recordings(silent)) and not caplog.records and not recwarn.list
    assert bits(silent) == bits(run(config))


def test_where_torch_jit_is_switched_off_the_run_says_nothing(monkeypatch, caplog, recwarn):
    """PYTORCH_JIT=0 gives what was to be recorded back as it is."""
    monkeypatch.setattr(torch.jit, "trace", lambda function, *arguments, **how: function)
    config = small(batch=22)  # a shape of its own, which no other test has recorded
    trainer = run(config)
    assert bits(trainer) == bits(run(config, record=False)) and not played(trainer)
    assert not caplog.records and not recwarn.list


@pytest.mark.slow
def test_a_process_without_torch_jit_trains_to_the_same_numbers_and_says_nothing():
    query = "batch=16&g_layers=16&d_layers=16"
    command = [sys.executable, "-W", "error::DeprecationWarning:gan_core", "-m", "gan_core", "train", "--query", query]
    found = []
    for jit in ("1", "0"):
        done = subprocess.run(
            [*command, "--steps", "60", "--json"],
            env={**os.environ, "PYTORCH_JIT": jit},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0 and "warning" not in done.stderr.lower(), done.stderr
        result = json.loads(done.stdout)
        found.append({name: value for name, value in result.items() if "seconds" not in name})
    assert found[0] == found[1]
