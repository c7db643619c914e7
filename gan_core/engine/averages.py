"""A moving average of G's parameters (EMA), which is looked at and never plays.

    θ̄ ← βₜ θ̄ + (1 − βₜ) θ,   βₜ = min(β, (1 + t) / (10 + t))

after G's update number t: an average over about the last 1/(1 − β) updates, and at first over fewer, so that the first
weights are soon forgotten. Players that circle a solution have an average near it (Yazıcı et al. 2019).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from gan_core.engine.networks import Network, StackedMLP


def follow(average: Tensor, theta: Tensor, share: Tensor) -> Tensor:
    """θ̄ ← θ̄ + share · (θ − θ̄), in place"""
    return average.lerp_(theta, float(share))


class Average:
    """The average over the updates of a generator, as a `network` of the same shape."""

    def __init__(self, network: Network, decay: float) -> None:
        self.network, self.decay = network, decay
        self.updates = torch.zeros((), dtype=torch.int64)

    def take(self, generator: Network) -> None:
        """Called after each update of G."""
        with torch.no_grad():
            follow(self.network.theta, generator.theta, self.share())

    def share(self) -> Tensor:
        """1 − βₜ of the next update, which is then counted."""
        self.updates += 1
        t = int(self.updates)
        return torch.tensor(1 - min(self.decay, (1 + t) / (10 + t)), dtype=torch.float64)

    def still(self) -> Callable[[], Average]:
        """The average as it is now, of a network that can be."""
        twin, network = copy.copy(self), cast(StackedMLP, self.network).still()

        def together() -> Average:
            twin.network = network()
            return twin

        return together

    def follow(self, generator: Network) -> Network:
        """The network, with what norms remember taken from the generator: the average has never seen a batch."""
        parameters = {name for name, _ in generator.names}
        for k in range(len(generator.theta)):
            mine = self.network.state(k)
            for name, remembered in generator.state(k).items():
                if name not in parameters:
                    mine[name].copy_(remembered)
        return self.network
