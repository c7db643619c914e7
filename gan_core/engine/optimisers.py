"""What turns a network's `grad` into an update of its `theta`: one matrix, so one call a step.

They keep their state as those of `torch.optim` do, whose classes check, sort and profile around every call (on a small
network for ten times as long as the update takes) and import torch's compiler, 70 MB, to do so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor

from gan_core.config import TrainConfig
from gan_core.engine.recorded import scripted


class Parameters(Protocol):
    """θ and its gradient, (K, P) each: a network's, or those behind its normalised weights."""

    theta: Tensor
    grad: Tensor


class Optimiser:
    """Groups of members that share their settings: `params` (one tensor θ with its `grad` g), `lr`, `betas`.

    `AVERAGES` of g are kept for each θ in `state`, beside the number of steps. `factor` is a schedule's: it multiplies
    every rate. `update` is a function of tensors alone, so that it can be recorded: (θ, g, averages …, steps, rate, β₁,
    β₂) → θ, which it moves in place; what does not change within a step has no dimensions.
    """

    AVERAGES: tuple[str, ...] = ()
    update: ClassVar[Callable[..., Tensor]]

    def __init__(self, groups: Sequence[dict[str, Any]]) -> None:
        self.param_groups = list(groups)
        self.factor = 1.0
        self.state: dict[Tensor, dict[str, Tensor]] = {}
        moved = []
        for group in self.param_groups:
            (theta,) = group["params"]
            averages = {name: torch.zeros_like(theta) for name in self.AVERAGES}
            self.state[theta] = {"step": torch.zeros(()), **averages}
            betas = map(_number, group["betas"])
            moved.append((theta, theta.grad, *averages.values(), self.state[theta]["step"], *betas))
        self.moved = tuple(moved)  # what `update` is given for each group, but for the rate

    def step(self) -> None:
        self.move(self.moved, self.rates())

    @classmethod
    def move(cls, moved: Sequence[Sequence[Tensor]], rates: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The θ of every group, moved."""
        update = scripted(cls.update)
        return tuple(update(*own[:-2], rate, *own[-2:]) for own, rate in zip(moved, rates, strict=True))

    def rates(self) -> tuple[Tensor, ...]:
        """The learning rate of each group now, for the next update."""
        for group in self.param_groups:
            rate = self.rate(group)
            if group.get("used") != rate:
                group["used"], group["number"] = rate, _number(rate)
        return tuple(group["number"] for group in self.param_groups)

    def rate(self, group: dict[str, Any]) -> float:
        """The learning rate of a group now."""
        return group["lr"] * self.factor

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


def _number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def adam(
    theta: Tensor, grad: Tensor, average: Tensor, square: Tensor, step: Tensor, rate: Tensor, beta1: Tensor,
    beta2: Tensor,
) -> Tensor:  # fmt: skip
    """By torch's fused kernel:

    m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − lr · m̂ / (√v̂ + ε)
    """
    step += 1
    moved = [theta]  # a recording leaves out what writes into a list that nobody reads
    torch._fused_adam_(
        moved, [grad], [average], [square], [], [step], lr=float(rate), beta1=float(beta1), beta2=float(beta2),
        weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False,
    )  # fmt: skip
    return moved[0]


def adam_direction(average: Tensor, square: Tensor, step: Tensor, beta1: Tensor, beta2: Tensor) -> Tensor:
    """m̂ / (√v̂ + ε)"""
    t = max(1.0, float(step))
    m, v = average / (1 - float(beta1) ** t), square / (1 - float(beta2) ** t)
    return m / (v.sqrt() + 1e-8)


class Adam(Optimiser):
    """Kingma & Ba 2015."""

    AVERAGES: tuple[str, ...] = ("exp_avg", "exp_avg_sq")
    EPSILON = 1e-8
    update: ClassVar[Callable[..., Tensor]] = staticmethod(adam)

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        return adam_direction(state["exp_avg"], state["exp_avg_sq"], state["step"], *map(_number, group["betas"]))


def optimistic_adam(
    theta: Tensor, grad: Tensor, average: Tensor, square: Tensor, before: Tensor, step: Tensor, rate: Tensor,
    beta1: Tensor, beta2: Tensor,
) -> Tensor:  # fmt: skip
    """With u = m̂ / (√v̂ + ε) of Adam and u₀ = 0:

    θ ← θ − lr · (2u − u before)
    """
    before.copy_(adam_direction(average, square, step, beta1, beta2))
    moved = adam(theta, grad, average, square, step, rate, beta1, beta2)
    turned = adam_direction(average, square, step, beta1, beta2).sub_(before)
    return moved.sub_(turned, alpha=float(rate))


class OptimisticAdam(Adam):
    """Daskalakis et al. 2018, their Algorithm 1. The step before counts as a guess of the next one, and what has turned
    since is corrected: players do not circle."""

    AVERAGES = (*Adam.AVERAGES, "before")
    update: ClassVar[Callable[..., Tensor]] = staticmethod(optimistic_adam)

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        return 2 * super().direction(grad, state, group) - state["before"]


def rmsprop(
    theta: Tensor, grad: Tensor, square: Tensor, step: Tensor, rate: Tensor, beta1: Tensor, beta2: Tensor
) -> Tensor:
    """v ← αv + (1−α)g²,  θ ← θ − lr · g / (√v + ε),  α = .99"""
    square.mul_(0.99).addcmul_(grad, grad, value=1 - 0.99)
    return theta.addcdiv_(grad, square.sqrt().add_(1e-8), value=-float(rate))


class RMSprop(Optimiser):
    """Hinton 2012, as WGAN uses it."""

    AVERAGES = ("square_avg",)
    update: ClassVar[Callable[..., Tensor]] = staticmethod(rmsprop)

    def direction(self, grad: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        return grad / (state["square_avg"].sqrt() + 1e-8)


def sgd(theta: Tensor, grad: Tensor, step: Tensor, rate: Tensor, beta1: Tensor, beta2: Tensor) -> Tensor:
    """θ ← θ − lr · g"""
    return theta.add_(grad, alpha=-float(rate))


class SGD(Optimiser):
    """No averages: the gradient as it is."""

    update: ClassVar[Callable[..., Tensor]] = staticmethod(sgd)

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
