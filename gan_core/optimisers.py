"""What turns a network's `grad` into an update of its `theta`: one matrix, so one call a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gan_core.config import TrainConfig
from gan_core.networks import Network


class Adam:
    """Adam (Kingma & Ba 2015) by torch's fused kernel, with the state and groups of `torch.optim.Adam`.

    torch's own class checks, sorts and profiles around every call of that kernel; on a small network this bookkeeping
    takes ten times as long as the update.

        m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − lr · m̂ / (√v̂ + ε)
    """

    def __init__(self, groups: Sequence[dict[str, Any]]) -> None:
        """Each group: `params` (one tensor with its `grad`), `lr`, `betas`."""
        self.param_groups = [{"eps": 1e-8} | group for group in groups]
        self.state: dict[Tensor, dict[str, Tensor]] = {}
        for group in self.param_groups:
            (theta,) = group["params"]
            self.state[theta] = {
                "step": torch.zeros(()),
                "exp_avg": torch.zeros_like(theta),
                "exp_avg_sq": torch.zeros_like(theta),
            }

    def step(self) -> None:
        for group in self.param_groups:
            (theta,) = group["params"]
            state = self.state[theta]
            state["step"] += 1
            torch._fused_adam_(
                [theta], [theta.grad], [state["exp_avg"]], [state["exp_avg_sq"]], [], [state["step"]],
                lr=group["lr"], beta1=group["betas"][0], beta2=group["betas"][1],
                weight_decay=0.0, eps=group["eps"], amsgrad=False, maximize=False,
            )  # fmt: skip


Optimiser = Adam | torch.optim.Optimizer


def build_optimiser(network: Network, members: Sequence[TrainConfig], rate: str) -> Optimiser:
    """One optimiser over θ. Members that differ get a parameter group each, otherwise one group holds the matrix."""
    t = members[0]
    alike = all((getattr(m, rate), m.beta1, m.beta2) == (getattr(t, rate), t.beta1, t.beta2) for m in members)
    rows = [network.theta] if alike else list(network.theta.split(1))
    grads = [network.grad] if alike else list(network.grad.split(1))
    groups = []
    for row, grad, m in zip(rows, grads, members, strict=False):
        row.requires_grad_(False)
        row.grad = grad
        groups.append({"params": [row], "lr": getattr(m, rate), "betas": (m.beta1, m.beta2)})
    if t.optimiser == "adam":
        return Adam(groups)
    for group in groups:
        del group["betas"]
    if t.optimiser == "rmsprop":
        return torch.optim.RMSprop(groups, foreach=True)
    return torch.optim.SGD(groups, fused=True)


def set_rate(optimiser: Optimiser, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def start_afresh(optimiser: Optimiser) -> None:
    """Forget all averages, as if no step had been taken. Learning rates stay."""
    for state in optimiser.state.values():
        for average in state.values():
            average.zero_()
