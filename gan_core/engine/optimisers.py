"""What turns a network's `grad` into an update of its `theta`: one matrix, so one call a step.

They keep their state as those of `torch.optim` do, whose classes check, sort and profile around every call (on a small
network for ten times as long as the update takes) and import torch's compiler, 70 MB, to do so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from gan_core.config import TrainConfig


class Parameters(Protocol):
    """θ and its gradient, (K, P) each: a network's, or those behind its normalised weights."""

    theta: Tensor
    grad: Tensor


class Optimiser:
    """Groups of members that share their settings: `params` (one tensor θ with its `grad` g), `lr`, `betas`.

    `AVERAGES` of g are kept for each θ in `state`, beside the number of steps. `factor` is a schedule's: it multiplies
    every rate.
    """

    AVERAGES: tuple[str, ...] = ()

    def __init__(self, groups: Sequence[dict[str, Any]]) -> None:
        self.param_groups = list(groups)
        self.factor = 1.0
        self.state: dict[Tensor, dict[str, Tensor]] = {}
        for group in self.param_groups:
            (theta,) = group["params"]
            averages = {name: torch.zeros_like(theta) for name in self.AVERAGES}
            self.state[theta] = {"step": torch.zeros(()), **averages}

    def step(self) -> None:
        for group, state in zip(self.param_groups, self.state.values(), strict=True):
            (theta,) = group["params"]
            group["used"] = self.rate(group)
            self.update(theta, theta.grad, state, group)

    def rate(self, group: dict[str, Any]) -> float:
        """The learning rate of a group now."""
        return group["lr"] * self.factor

    def update(self, theta: Tensor, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
        raise NotImplementedError

    def last_update(self) -> Tensor:
        """(K,): ‖Δθ‖ of each member's last update, all parameters as one vector: worked out again from what is kept of
        it, so that a step costs nothing more. 0 before the first."""
        norms = []
        for group, state in zip(self.param_groups, self.state.values(), strict=True):
            (theta,) = group["params"]
            direction = self.direction(theta.grad, state, group)
            norms.append(group.get("used", self.rate(group)) * torch.linalg.vector_norm(direction, dim=1))
        return torch.cat(norms)

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        """−Δθ / lr of the last update."""
        raise NotImplementedError


class Adam(Optimiser):
    """Kingma & Ba 2015, by torch's fused kernel:

    m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − lr · m̂ / (√v̂ + ε)
    """

    AVERAGES: tuple[str, ...] = ("exp_avg", "exp_avg_sq")
    EPSILON = 1e-8

    def update(self, theta: Tensor, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
        state["step"] += 1
        torch._fused_adam_(
            [theta], [grad], [state["exp_avg"]], [state["exp_avg_sq"]], [], [state["step"]],
            lr=self.rate(group), beta1=group["betas"][0], beta2=group["betas"][1],
            weight_decay=0.0, eps=self.EPSILON, amsgrad=False, maximize=False,
        )  # fmt: skip

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        t, (beta1, beta2) = max(1.0, float(state["step"])), group["betas"]
        m, v = state["exp_avg"] / (1 - beta1**t), state["exp_avg_sq"] / (1 - beta2**t)
        return m / (v.sqrt() + self.EPSILON)


class OptimisticAdam(Adam):
    """Daskalakis et al. 2018, their Algorithm 1, with u = m̂ / (√v̂ + ε) of Adam and u₀ = 0:

    θ ← θ − lr · (2u − u before)

    The step before counts as a guess of the next one, and what has turned since is corrected: players do not circle.
    """

    AVERAGES = (*Adam.AVERAGES, "before")

    def update(self, theta: Tensor, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
        before = state["before"].copy_(super().direction(grad, state, group))
        super().update(theta, grad, state, group)
        theta.sub_(super().direction(grad, state, group).sub_(before), alpha=self.rate(group))

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        return 2 * super().direction(grad, state, group) - state["before"]


class RMSprop(Optimiser):
    """Hinton 2012, as WGAN uses it:  v ← αv + (1−α)g²,  θ ← θ − lr · g / (√v + ε)"""

    AVERAGES, ALPHA, EPSILON = ("square_avg",), 0.99, 1e-8

    def update(self, theta: Tensor, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
        v = state["square_avg"].mul_(self.ALPHA).addcmul_(grad, grad, value=1 - self.ALPHA)
        theta.addcdiv_(grad, v.sqrt().add_(self.EPSILON), value=-self.rate(group))

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        return grad / (state["square_avg"].sqrt() + self.EPSILON)


class SGD(Optimiser):
    """θ ← θ − lr · g"""

    def update(self, theta: Tensor, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
        theta.add_(grad, alpha=-self.rate(group))

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        return grad


OPTIMISERS: dict[str, type[Optimiser]] = {
    "adam": Adam,
    "optimistic_adam": OptimisticAdam,
    "rmsprop": RMSprop,
    "sgd": SGD,
}


class Lookahead:
    """Zhang et al. 2019, of both players at once as in Lookahead–minmax (Chavdarova et al. 2021): slow weights φ follow
    the θ that an optimiser moves, and every `steps` updates of G the players begin anew from there,

        φ ← φ + α(θ − φ),  θ ← φ        α = ½, as in the paper's GANs

    The optimisers keep their averages. A circle is left for its inside, because the chord of an arc lies there.
    """

    ALPHA = 0.5

    def __init__(self, players: Sequence[Parameters], steps: int) -> None:
        self.players, self.steps = players, steps
        self.slow = [player.theta.clone() for player in players]
        self.updates = torch.zeros((), dtype=torch.int64)

    def adopt(self) -> None:
        """Go on from the weights that the players have now."""
        self.updates.zero_()
        for slow, player in zip(self.slow, self.players, strict=True):
            slow.copy_(player.theta)

    def take(self) -> bool:
        """Called after each update of G, which in every order is a step's last. Whether the players were set back."""
        self.updates += 1
        if int(self.updates) % self.steps:
            return False
        for slow, player in zip(self.slow, self.players, strict=True):
            player.theta.copy_(slow.lerp_(player.theta, self.ALPHA))
        return True

    @property
    def tensors(self) -> dict[str, Tensor]:
        """All that decides how it goes on."""
        return {"updates": self.updates, **{f"slow.{i}": slow for i, slow in enumerate(self.slow)}}


def build_optimiser(network: Parameters, members: Sequence[TrainConfig], rate: str) -> Optimiser:
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
    return OPTIMISERS[t.optimiser](groups)


def set_rate(optimiser: Optimiser, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def start_afresh(optimiser: Optimiser) -> None:
    """Forget all averages, as if no step had been taken. Learning rates stay."""
    for state in optimiser.state.values():
        for average in state.values():
            average.zero_()
