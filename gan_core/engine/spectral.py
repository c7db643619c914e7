"""Spectral normalisation of D (Miyato et al. 2018): every weight matrix is divided by its largest singular value.

    W̄ = W / σ(W),   v ← Wᵀu / ‖Wᵀu‖,   u ← Wv / ‖Wv‖,   σ(W) ≈ uᵀWv        one such round at each update of D

A map with σ = 1 is nowhere steeper than 1, nor is a ReLU; so D is not, up to what one round leaves out. A convolution
counts as the matrix (outputs, inputs × places), the simplification of the paper. The network computes with W̄; what an
optimiser moves is W, by the slope of the quotient:

    ∂L/∂W = (∂L/∂W̄ − ⟨∂L/∂W̄, W̄⟩ uvᵀ) / σ
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import normalize

from gan_core.engine.networks import Network

FIRST_ROUNDS = 15  # before the first update, as torch's own does
LEAST = 1e-12  # of σ


class SpectralNorm:
    """W behind a network that computes with W̄: `theta` and `grad` (K, P), for an optimiser.

    `generators`, one a member, draw the first u.
    """

    def __init__(self, network: Network, generators: Sequence[torch.Generator]) -> None:
        self.network, self.theta, self.grad = network, network.theta.clone(), network.grad
        self._weights = [
            (columns, (len(self.theta), shape[0], -1))
            for (name, shape), (_, columns) in zip(network.shapes, network.names, strict=True)
            if name.rpartition(".")[2].startswith("weight") and len(shape) > 1
        ]
        draws = (
            torch.stack([torch.randn(rows, 1, generator=g, dtype=self.theta.dtype) for g in generators])
            for _, (_, rows, _) in self._weights
        )
        self._us = [normalize(u, dim=1) for u in draws]
        self.adopt(self.theta)

    def adopt(self, theta: Tensor) -> None:
        """Go on from these W."""
        self.theta.copy_(theta)
        for _ in range(FIRST_ROUNDS):
            self.apply()

    @property
    def tensors(self) -> dict[str, Tensor]:
        """All that decides how it goes on."""
        return {"theta": self.theta, **{f"u.{i}": u for i, u in enumerate(self._us)}}

    def apply(self) -> None:
        """One round, and with it the network's W̄. Called after each move of W."""
        with torch.no_grad():
            self.network.theta.copy_(self.theta)
            for (columns, shape), u in zip(self._weights, self._us, strict=True):
                weight = self.theta[:, columns].reshape(shape)
                v = normalize(torch.bmm(weight.mT, u), dim=1)
                u.copy_(normalize(torch.bmm(weight, v), dim=1))
                self.network.theta[:, columns] = (weight / self._sigma(weight, u, v)).flatten(1)

    def pull_back(self) -> None:
        """∂L/∂W̄ in the network's `grad` becomes ∂L/∂W."""
        with torch.no_grad():
            for (columns, shape), u in zip(self._weights, self._us, strict=True):
                weight, grad = self.theta[:, columns].reshape(shape), self.grad[:, columns].reshape(shape)
                v = normalize(torch.bmm(weight.mT, u), dim=1)
                sigma = self._sigma(weight, u, v)
                along = (grad * weight).sum((1, 2), keepdim=True) / sigma
                self.grad[:, columns] = ((grad - along * torch.bmm(u, v.mT)) / sigma).flatten(1)

    @staticmethod
    def _sigma(weight: Tensor, u: Tensor, v: Tensor) -> Tensor:
        """uᵀWv: (K, 1, 1)."""
        return torch.bmm(torch.bmm(u.mT, weight), v).clamp_min(LEAST)
