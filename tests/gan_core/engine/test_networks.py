"""The stacked perceptron in closed form, alone: what a pass leaves alone, and what it gives back."""

from __future__ import annotations

import pytest
import torch

from gan_core.engine.networks import StackedMLP
from tests.gan_core.engine.test_ensemble import ACTIVATIONS, F64


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_pass_over_one_row_leaves_the_weights_alone(activation):
    """As where two samples are packed into one row: W_L, seen as u_L, must not be written into."""
    network = StackedMLP((2, 5, 4, 1), activation, [torch.Generator().manual_seed(3)], dtype=F64)
    before, x = network.theta.clone(), torch.tensor([[[0.3, -0.2], [1.0, 0.5]]], dtype=F64)
    one, two = (network.input_grad(network.forward(rows)[1]) for rows in (x[:, :1], x))
    assert torch.equal(network.theta, before)
    torch.testing.assert_close(one, two[:, :1], rtol=0, atol=1e-15)
