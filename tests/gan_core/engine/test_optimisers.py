"""The optimisers against those of torch.optim, with members that differ, and the state that others look into."""

from __future__ import annotations

import pytest
import torch

from gan_core.config import RunConfig
from gan_core.engine.networks import StackedMLP
from gan_core.engine.optimisers import OPTIMISERS, Optimiser, build_optimiser, set_rate, start_afresh

STEPS = 30


class OptimisticAdam(torch.optim.Optimizer):
    """Daskalakis et al. 2018, Algorithm 1, as it is printed there."""

    def __init__(self, rows: list[torch.Tensor], lr: float, betas: tuple[float, float]) -> None:
        super().__init__(rows, {"lr": lr, "betas": betas})
        self.t, self.m, self.v, self.before = 0, 0.0, 0.0, 0.0

    @torch.no_grad()
    def step(self) -> None:
        (group,) = self.param_groups
        (theta,), eta, (beta1, beta2) = group["params"], group["lr"], group["betas"]
        self.t += 1
        self.m = beta1 * self.m + (1 - beta1) * theta.grad
        self.v = beta2 * self.v + (1 - beta2) * theta.grad**2
        now = (self.m / (1 - beta1**self.t)) / ((self.v / (1 - beta2**self.t)).sqrt() + 1e-8)
        theta.copy_(theta - 2 * eta * now + eta * self.before)
        self.before = now


REFERENCES = {
    "adam": lambda row, t: torch.optim.Adam([row], lr=t.g_lr, betas=(t.beta1, t.beta2)),
    "optimistic_adam": lambda row, t: OptimisticAdam([row], lr=t.g_lr, betas=(t.beta1, t.beta2)),
    "rmsprop": lambda row, t: torch.optim.RMSprop([row], lr=t.g_lr, alpha=0.99, eps=1e-8),
    "sgd": lambda row, t: torch.optim.SGD([row], lr=t.g_lr),
}


def members(name: str, **differ: tuple[float, float]) -> list:
    return [
        RunConfig.of(optimiser=name, **{field: values[k] for field, values in differ.items()}).train for k in range(2)
    ]


def network() -> StackedMLP:
    return StackedMLP((2, 5, 1), "tanh", [torch.Generator().manual_seed(k) for k in range(2)], dtype=torch.float64)


def gradients(shape: torch.Size) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(STEPS)]


def run(net: StackedMLP, optimiser: Optimiser) -> None:
    for gradient in gradients(net.theta.shape):
        net.grad.copy_(gradient)
        optimiser.step()


@pytest.mark.parametrize("differ", [{}, {"g_lr": (1e-3, 3e-2)}], ids=["alike", "own rates"])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_members_move_as_torch_optim_moves_each_alone(name: str, differ: dict) -> None:
    net, settings = network(), members(name, **differ)
    rows = [row.clone().requires_grad_() for row in net.theta]
    references = [REFERENCES[name](row, t) for row, t in zip(rows, settings, strict=True)]
    run(net, build_optimiser(net, settings, "g_lr"))
    for gradient in gradients(net.theta.shape):
        for row, grad, reference in zip(rows, gradient, references, strict=True):
            row.grad = grad
            reference.step()
    torch.testing.assert_close(net.theta, torch.stack([row.detach() for row in rows]), rtol=1e-12, atol=1e-12)


def test_the_betas_of_a_member_are_its_own() -> None:
    net, settings = network(), members("adam", beta1=(0.0, 0.9))
    row = net.theta[1].clone().requires_grad_()
    reference = REFERENCES["adam"](row, settings[1])
    run(net, build_optimiser(net, settings, "g_lr"))
    for gradient in gradients(net.theta.shape):
        row.grad = gradient[1]
        reference.step()
    torch.testing.assert_close(net.theta[1], row.detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_started_afresh_it_steps_as_a_new_one_and_keeps_its_rate(name: str) -> None:
    old, new = network(), network()
    used, fresh = (build_optimiser(net, members(name), "g_lr") for net in (old, new))
    run(old, used)
    set_rate(used, 0.5)
    set_rate(fresh, 0.5)
    start_afresh(used)
    old.theta.copy_(new.theta)
    run(old, used)
    run(new, fresh)
    assert torch.equal(old.theta, new.theta)


@pytest.mark.parametrize("differ", [{}, {"g_lr": (1e-3, 3e-2)}], ids=["alike", "own rates"])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_length_of_the_last_update_is_how_far_theta_moved(name: str, differ: dict) -> None:
    net = network()
    optimiser = build_optimiser(net, members(name, **differ), "g_lr")
    net.grad.zero_()
    assert optimiser.last_update().tolist() == [0, 0]
    for gradient in gradients(net.theta.shape):
        before = net.theta.clone()
        net.grad.copy_(gradient)
        optimiser.step()
        moved = torch.linalg.vector_norm(net.theta - before, dim=1)
        torch.testing.assert_close(optimiser.last_update(), moved, rtol=1e-9, atol=0)


def test_of_a_rate_that_falls_the_update_is_the_one_that_was_taken() -> None:
    net = network()
    optimiser = build_optimiser(net, members("adam"), "g_lr")
    for t, gradient in enumerate(gradients(net.theta.shape)):
        before, optimiser.factor = net.theta.clone(), 1 - t / STEPS
        net.grad.copy_(gradient)
        optimiser.step()
        optimiser.factor = 0.0  # as it is for the next step
        moved = torch.linalg.vector_norm(net.theta - before, dim=1)
        torch.testing.assert_close(optimiser.last_update(), moved, rtol=1e-9, atol=0)


def test_adam_rescales_until_gradients_are_small_beside_epsilon() -> None:
    """θ moves as far by gradients a thousand times as small, and no more by those far below ε; by SGD a thousandth."""

    def moved(name: str, size: float) -> float:
        net = network()
        optimiser = build_optimiser(net, members(name), "g_lr")
        for gradient in gradients(net.theta.shape):
            net.grad.copy_(size * gradient)
            optimiser.step()
        return float(optimiser.last_update()[0])

    assert moved("adam", 1e-3) == pytest.approx(moved("adam", 1.0), rel=1e-3)
    assert moved("adam", 1e-11) < 0.01 * moved("adam", 1.0)
    assert moved("sgd", 1e-3) == pytest.approx(1e-3 * moved("sgd", 1.0), rel=1e-9)
