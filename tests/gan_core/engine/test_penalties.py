"""Gradient penalties: their own gradients against autograd, their values by hand."""

from __future__ import annotations

import pytest
import torch

from gan_core.engine.penalties import PENALTIES

F64 = torch.float64


@pytest.mark.parametrize("name", PENALTIES)
def test_penalty_slopes_are_the_derivatives_of_the_values(name):
    penalty = PENALTIES[name]
    u0 = torch.randn(3, 10, 2, generator=torch.Generator().manual_seed(1), dtype=F64).requires_grad_()
    (expected,) = torch.autograd.grad(penalty.value(u0).sum(), u0)
    torch.testing.assert_close(penalty.grad(u0.detach()), expected, rtol=0, atol=1e-12)


def test_penalty_values_by_hand():
    u0 = torch.tensor([[[3.0, 4.0], [0.0, 1.0]]])
    assert PENALTIES["r1"].value(u0).tolist() == [(25 + 1) / 2 / 2]  # the γ/2 convention
    assert PENALTIES["wgan_gp"].value(u0).tolist() == [(16 + 0) / 2]
    flat = torch.zeros(1, 2, 2)
    assert torch.isfinite(PENALTIES["wgan_gp"].grad(flat)).all()
