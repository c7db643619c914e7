"""Torch modules behind the protocol: the same steps as in closed form, and nearly the same in half precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from gan_core.config import LOSSES, RunConfig
from gan_core.engine import ensemble
from gan_core.engine.modules import Dropout, MinibatchStd, Modules, materialise, mlp_module
from gan_core.run.trainer import Trainer
from tests.gan_core.engine.test_ensemble import F64, flat, small


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("loss", [name for name, facts in LOSSES.items() if not facts.features])
@pytest.mark.parametrize(
    "penalty", [{}, {"r1": 0.7, "r2": 0.2}, {"wgan_gp": 2.0}], ids=lambda p: "+".join(p) or "plain"
)
def test_modules_behind_the_protocol_take_the_same_steps(loss, penalty, update, monkeypatch):
    """The same perceptrons once in closed form and once as torch modules: the protocol hides the difference."""
    config = small(loss=loss, update=update, members=1, **penalty)  # a trainer has an ensemble for each member
    closed = Trainer(config, dtype=F64)
    monkeypatch.setattr(ensemble, "build_discriminator", _as_module(closed.ensembles[0].discriminator, "leaky_relu"))
    monkeypatch.setattr(ensemble, "build_generator", _as_module(closed.ensembles[0].generator, "relu"))
    modules = Trainer(config, dtype=F64)
    for trainer in (closed, modules):
        trainer.step(8)
    for player in ("generator", "discriminator"):
        ours, theirs = (getattr(trainer.ensembles[0], player) for trainer in (closed, modules))
        expected = torch.cat([p.detach().t().flatten() for p in theirs.modules[0].parameters()])
        torch.testing.assert_close(flat(ours, 0), expected, rtol=0, atol=1e-10)


def _as_module(stack, activation: str):
    """A builder of `Modules` that start where the stack stands now."""
    start = [[tensor.clone() for tensor in layer] for layer in zip(stack.weights, stack.biases, strict=True)]

    def build(config, random, dtype, growth):
        sizes = [start[0][0].shape[1], *(weight.shape[2] for weight, _ in start)]
        made = Modules(lambda g: mlp_module(sizes, activation, g), random.generators("generator"), dtype=dtype)
        for k, module in enumerate(made.modules):
            linears = [layer for layer in module if isinstance(layer, nn.Linear)]
            for linear, (weight, bias) in zip(linears, start, strict=True):
                linear.weight.data.copy_(weight[k].t())
                linear.bias.data.copy_(bias[k, 0])
        return made

    return build


def test_half_precision_moves_a_dcgan_nearly_as_float32_does():
    """bfloat16 keeps 8 bits: a rounding is off by at most 2⁻⁸, a gradient through five layers by a few of them."""
    config = RunConfig.of(data="mnist", architecture="dcgan", g_norm="batch", batch=32, init="dcgan")
    grads = {}
    for precision in ("float32", "bfloat16"):
        ensemble = Trainer(config.replace(precision=precision)).ensembles[0]
        ensemble.step()
        grads[precision] = [ensemble.discriminator.grad, ensemble.generator.grad]
        assert all(g.dtype == ensemble.discriminator.theta.dtype == torch.float32 for g in grads[precision])
    for exact, rounded in zip(*grads.values(), strict=True):
        error = torch.linalg.vector_norm(rounded - exact) / torch.linalg.vector_norm(exact)
        assert 0 < error < 0.05


def test_minibatch_statistics_are_one_more_feature_the_same_for_all_rows():
    x = torch.tensor([[0.0, 2.0], [2.0, 6.0]])
    found = MinibatchStd()(x)
    torch.testing.assert_close(found, torch.cat([x, torch.full((2, 1), 1.5)], 1))  # of the deviations 1 and 2


def test_dropout_draws_from_its_own_generator_and_keeps_the_mean():
    layers = [Dropout(0.25, torch.Generator().manual_seed(5)) for _ in range(2)]
    first, second = (layer(torch.ones(20_000)) for layer in layers)
    assert torch.equal(first, second) and first.unique().tolist() == pytest.approx([0, 4 / 3])
    assert float(first.mean()) == pytest.approx(1, abs=0.02)
    assert torch.equal(layers[0].eval()(torch.ones(3)), torch.ones(3))


def test_what_is_built_takes_nothing_from_the_global_generator():
    before = torch.get_rng_state()
    one, two = (materialise(lambda g: mlp_module((2, 8, 1), "tanh", g, norm="batch"),
                            torch.Generator().manual_seed(3), "torch", F64) for _ in range(2))  # fmt: skip
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_maxout_takes_the_largest_of_five_linear_pieces_and_counts_all_their_weights():
    config = RunConfig.of(batch=16, g_layers=(8,), d_layers=(6, 4), d_activation="maxout", packing=2)
    trainer = Trainer(config, dtype=torch.float64)
    network = trainer.ensembles[0].discriminator
    x = torch.randn(1, 5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    a = x[0].numpy()
    for layer in ("0", "2", "4"):
        weight, bias = (network.state(0)[f"{layer}.{name}"].numpy() for name in ("weight", "bias"))
        a = a @ weight.T + bias
        a = a.reshape(len(a), -1, 5).max(2) if layer != "4" else a
    np.testing.assert_allclose(network.forward(x)[0][0].detach().numpy(), a, rtol=1e-12)
    assert network.theta.shape[1] == config.parameter_counts[1] == 5 * 4 * 6 + 5 * 6 + 5 * 6 * 4 + 5 * 4 + 4 + 1
    trainer.step(2)
    assert trainer.failure is None
