"""Spectral normalisation: singular values of 1, the gradient of the quotient, one round an update."""

from __future__ import annotations

import pytest
import torch

from gan_core.config import ConfigError, RunConfig
from gan_core.run.trainer import Trainer

SMALL = {"g_layers": (8,), "d_layers": (24, 16), "batch": 32, "loss": "wasserstein", "spectral_norm": True}


def matrices(network, theta, k=0):
    return [
        theta[k, columns].reshape(shape[0], -1)
        for (name, shape), (_, columns) in zip(network.shapes, network.names, strict=True)
        if "weight" in name and len(shape) > 1
    ]


@pytest.mark.parametrize("changes", [{}, {"d_norm": "layer"}, {"members": 2}], ids=str)
def test_weights_have_largest_singular_value_1_and_the_critic_no_slope_above(changes) -> None:
    trainer = Trainer(RunConfig.of(**SMALL, **changes))
    trainer.step(60)
    for ensemble in trainer.ensembles:
        network = ensemble.discriminator
        for matrix in matrices(network, network.theta):
            assert float(torch.linalg.svdvals(matrix)[0]) == pytest.approx(1, abs=0.15)  # what one round leaves out
    if "d_norm" not in changes:
        assert trainer.snapshot().interpolates_grad.max() < 1.3


def test_gradient_is_that_of_the_quotient() -> None:
    """With u and v held, as they are in the paper, against autograd through W/(uᵀWv)."""
    trainer = Trainer(RunConfig.of(**SMALL), dtype=torch.float64)
    ensemble = trainer.ensembles[0]
    spectral, network = ensemble.spectral, ensemble.discriminator
    spectral.grad.copy_(torch.randn(spectral.grad.shape, generator=torch.Generator().manual_seed(0)))
    upstream, theta = spectral.grad.clone(), spectral.theta.clone().requires_grad_()
    total = torch.zeros((), dtype=torch.float64)
    at = 0
    for (name, shape), (_, columns) in zip(network.shapes, network.names, strict=True):
        part = theta[:, columns]
        if "weight" in name:
            matrix, u = part.reshape(shape[0], -1), spectral._us[at][0]
            v = torch.nn.functional.normalize(matrix.detach().T @ u, dim=0)
            part, at = (matrix / (u.T @ matrix @ v)).reshape(1, -1), at + 1
        total = total + (part * upstream[:, columns]).sum()
    (expected,) = torch.autograd.grad(total, theta)
    spectral.pull_back()
    torch.testing.assert_close(spectral.grad, expected)


def test_runs_differ_only_through_the_norm_and_go_on_from_weights() -> None:
    config = RunConfig.of(**SMALL)
    with_norm, without = Trainer(config), Trainer(config.replace(spectral_norm=False))
    assert torch.equal(with_norm.ensembles[0].generator.theta, without.ensembles[0].generator.theta)
    with_norm.step(5)
    other = Trainer(config.replace(seed=3))
    other.adopt({name: tensor.clone() for name, tensor in with_norm.ensembles[0].state().items()}, 5)
    theta = with_norm.ensembles[0].discriminator.theta
    torch.testing.assert_close(other.ensembles[0].discriminator.theta, theta, rtol=0.05, atol=0.02)


@pytest.mark.parametrize("changes", [{"clip": 0.1}, {"unrolled": 2}], ids=str)
def test_what_contradicts_it_is_refused(changes) -> None:
    with pytest.raises(ConfigError):
        RunConfig.of(spectral_norm=True, **changes)
