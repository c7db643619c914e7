"""The stacked perceptron in closed form, alone: what a pass leaves alone, and what it gives back."""

from __future__ import annotations

import math

import pytest
import torch

from gan_core.engine.networks import StackedMLP, initialise, parameter_matrix, tensor_views
from tests.gan_core.engine.test_ensemble import ACTIVATIONS, F64


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_pass_over_one_row_leaves_the_weights_alone(activation):
    """As where two samples are packed into one row: W_L, seen as u_L, must not be written into."""
    network = StackedMLP((2, 5, 4, 1), activation, [torch.Generator().manual_seed(3)], dtype=F64)
    before, x = network.theta.clone(), torch.tensor([[[0.3, -0.2], [1.0, 0.5]]], dtype=F64)
    one, two = (network.input_grad(network.forward(rows)[1]) for rows in (x[:, :1], x))
    assert torch.equal(network.theta, before)
    torch.testing.assert_close(one, two[:, :1], rtol=0, atol=1e-15)


@pytest.mark.parametrize("squash", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_both_halves_of_the_product_are_those_of_autograd(activation, squash):
    network = StackedMLP((3, 5, 4, 2), activation, [torch.Generator().manual_seed(k) for k in (1, 2)], squash=squash,
                         input_scale=0.5, dtype=F64)  # fmt: skip
    draws = torch.Generator().manual_seed(9)
    x, dy = (torch.randn(2, 6, n, generator=draws, dtype=F64) for n in (3, 2))
    y, tape = network.forward(x)
    parts = (network.weights, network.biases)
    weights = [[tensor.detach().clone().requires_grad_() for tensor in part] for part in parts]
    rows = x.clone().requires_grad_()
    a = rows * 0.5
    for i, (weight, bias) in enumerate(zip(*weights, strict=True)):
        a = a @ weight + bias
        if i < 2:
            a = ACTIVATIONS[activation]()(a)
    expected = a.tanh() if squash else a
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-12)
    gradients = torch.autograd.grad((expected * dy).sum(), [*weights[0], *weights[1], rows])
    network.vjp(tape, dy)
    for ours, theirs in zip((*network.weight_grads, *network.bias_grads), gradients, strict=False):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
    network.vjp(tape, dy)  # sets, and does not add
    torch.testing.assert_close(network.weight_grads[0], gradients[0], rtol=0, atol=1e-12)
    if not squash:
        torch.testing.assert_close(network.vjp_input(tape, dy), gradients[-1], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("scheme", "bound"), [("torch", 1 / math.sqrt(50)), ("orthogonal", None), ("dcgan", None)])
def test_a_layer_is_filled_as_its_scheme_says(scheme, bound):
    weight, bias = torch.empty(50, 40), torch.ones(40)
    initialise(weight, bias, 50, scheme, torch.Generator().manual_seed(0))
    if bound is not None:
        assert 0.9 * bound < float(weight.abs().max()) <= bound and 0 < float(bias.abs().max()) <= bound
        return
    assert not bias.any()
    if scheme == "orthogonal":
        torch.testing.assert_close(weight.T @ weight, 0.64 * torch.eye(40), rtol=0, atol=1e-5)
    else:
        assert float(weight.std()) == pytest.approx(0.02, rel=0.1) and abs(float(weight.mean())) < 0.002


def test_views_share_the_memory_of_the_matrix_and_names_tell_its_columns():
    shapes = [("weight", (2, 3)), ("bias", (1, 3))]
    theta, names = parameter_matrix(4, shapes, F64)
    assert theta.shape == (4, 9) and names == [("weight", slice(0, 6)), ("bias", slice(6, 9))]
    weight, bias = tensor_views(theta, shapes)
    bias.fill_(7.0)
    assert weight.shape == (4, 2, 3) and (theta[:, 6:] == 7).all() and not theta[:, :6].any()
