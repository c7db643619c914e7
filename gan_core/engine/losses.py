"""The losses of both players as pure functions of D's raw outputs (logits), and their gradients in closed form.

Everything is computed from logits with softplus, never as log(sigmoid(·)), so that it is finite wherever D is sure.
A loss gives its value for the curves and its gradient ∂L/∂logit for the engine: the networks turn that into parameter
gradients (`gan_core.engine.networks`), so training needs no automatic differentiation here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import softplus

from gan_core.config import LOSSES as FACTS
from gan_core.config import ConfigError, LossFacts
from gan_core.engine import divergences
from gan_core.errors import Option


@dataclass(frozen=True)
class Loss:
    """A pair of losses. All four functions take real_logits and fake_logits as keywords, shaped (…, batch).

    `d_loss`, `g_loss` → scalar, or with `dim=-1` one value for each leading index.
    `d_grad` → (∂L_D/∂real_logits, ∂L_D/∂fake_logits), `g_grad` → ∂L_G/∂fake_logits: of the mean over the batch.
    `facts`: what the loss is. `smoothed`(label): the same loss with another target of the real samples than 1.
    """

    facts: LossFacts
    d_loss: Callable[..., Tensor]
    g_loss: Callable[..., Tensor]
    d_grad: Callable[..., tuple[Tensor, Tensor]]
    g_grad: Callable[..., Tensor]
    smoothed: Callable[[float], Loss] | None = None


def _mean(terms: Tensor, dim: int | None) -> Tensor:
    return terms.mean() if dim is None else terms.mean(dim)


def _bce_d(label: float) -> tuple[Callable[..., Tensor], Callable[..., tuple[Tensor, Tensor]]]:
    # −label·log D(x) − (1 − label)·log(1 − D(x)) − log(1 − D(G(z)));  label = 1 gives the first term alone
    def d_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean(softplus(-real_logits) + (1 - label) * real_logits, dim) + _mean(softplus(fake_logits), dim)

    def d_grad(*, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        batch = real_logits.shape[-1]
        return (real_logits.sigmoid() - label) / batch, fake_logits.sigmoid() / batch

    return d_loss, d_grad


def minimax(label: float = 1.0) -> Loss:
    """Goodfellow et al. 2014, eq. 1: both players on V; G minimises E log(1 − D(G(z))), which saturates.

    `label` is the target of the real samples (one-sided label smoothing: .9).
    """
    d_loss, d_grad = _bce_d(label)

    # log(1 − D) = −softplus(a), gradient −σ(a)
    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return -_mean(softplus(fake_logits), dim)

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return -fake_logits.sigmoid() / fake_logits.shape[-1]

    return Loss(FACTS["minimax"], d_loss, g_loss, d_grad, g_grad, smoothed=minimax)


def non_saturating(label: float = 1.0) -> Loss:
    """Goodfellow et al. 2014, section 3: G minimises −E log D(G(z)) instead."""
    d_loss, d_grad = _bce_d(label)

    # −log D = softplus(−a), gradient −(1 − σ(a))
    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean(softplus(-fake_logits), dim)

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return -(-fake_logits).sigmoid() / fake_logits.shape[-1]

    return Loss(FACTS["non_saturating"], d_loss, g_loss, d_grad, g_grad, smoothed=non_saturating)


def least_squares(label: float = 1.0) -> Loss:
    """LSGAN (Mao et al. 2017) with targets 0 for fake, `label` for real, and 1 for G: ½E(a − target)²."""

    def d_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean((real_logits - label).square() / 2, dim) + _mean(fake_logits.square() / 2, dim)

    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean((fake_logits - 1).square() / 2, dim)

    def d_grad(*, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        batch = real_logits.shape[-1]
        return (real_logits - label) / batch, fake_logits / batch

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return (fake_logits - 1) / fake_logits.shape[-1]

    return Loss(FACTS["least_squares"], d_loss, g_loss, d_grad, g_grad, smoothed=least_squares)


def _critic_g() -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    # −E f(G(z)), gradient −1: shared by hinge and wasserstein
    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return -_mean(fake_logits, dim)

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return torch.full_like(fake_logits, -1 / fake_logits.shape[-1])

    return g_loss, g_grad


def hinge() -> Loss:
    """Geometric GAN (Lim & Ye 2017): E max(0, 1 − f(x)) + E max(0, 1 + f(G(z))) against −E f(G(z))."""
    g_loss, g_grad = _critic_g()

    def d_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean((1 - real_logits).relu(), dim) + _mean((1 + fake_logits).relu(), dim)

    def d_grad(*, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        real, fake = (real_logits < 1).to(real_logits.dtype), (fake_logits > -1).to(fake_logits.dtype)
        return -real / real.shape[-1], fake / fake.shape[-1]

    return Loss(FACTS["hinge"], d_loss, g_loss, d_grad, g_grad)


def wasserstein() -> Loss:
    """WGAN (Arjovsky et al. 2017): the critic minimises E f(G(z)) − E f(x), minus its estimate of W1."""
    g_loss, g_grad = _critic_g()

    def d_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean(fake_logits, dim) - _mean(real_logits, dim)

    def d_grad(*, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        share = 1 / real_logits.shape[-1]
        return torch.full_like(real_logits, -share), torch.full_like(fake_logits, share)

    return Loss(FACTS["wasserstein"], d_loss, g_loss, d_grad, g_grad)


def relativistic() -> Loss:
    """Relativistic pairing (Jolicoeur-Martineau 2018, R3GAN 2024): E softplus(−(f(x) − f(G(z)))) and its mirror."""

    def d_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean(softplus(fake_logits - real_logits), dim)

    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean(softplus(real_logits - fake_logits), dim)

    def d_grad(*, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        grad = (fake_logits - real_logits).sigmoid() / real_logits.shape[-1]
        return -grad, grad

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return -(real_logits - fake_logits).sigmoid() / fake_logits.shape[-1]

    return Loss(FACTS["relativistic"], d_loss, g_loss, d_grad, g_grad)


def divergence(name: str) -> Loss:
    """f-GAN (Nowozin et al. 2016): D maximises E T(x) − E f*(T(G(z))), G minimises the same."""
    f = divergences.DIVERGENCES[name]

    def d_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean(f.conjugate(fake_logits), dim) - _mean(f.t(real_logits), dim)

    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return -_mean(f.conjugate(fake_logits), dim)

    def d_grad(*, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        batch = real_logits.shape[-1]
        return -f.t_slope(real_logits) / batch, f.conjugate_slope(fake_logits) / batch

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return -f.conjugate_slope(fake_logits) / fake_logits.shape[-1]

    return Loss(FACTS[name], d_loss, g_loss, d_grad, g_grad)


def mmd() -> Loss:
    """MMD GAN (Li et al. 2017, Bińkowski et al. 2018): D maximises MMD² between its outputs, G minimises it."""

    def d_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return -_mean(divergences.mmd(real_logits, fake_logits).unsqueeze(-1), dim)

    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return _mean(divergences.mmd(real_logits, fake_logits).unsqueeze(-1), dim)

    def d_grad(*, real_logits: Tensor, fake_logits: Tensor) -> tuple[Tensor, Tensor]:
        real_slope = divergences.mmd_slope(real_logits, fake_logits)
        return -real_slope, -divergences.mmd_slope(fake_logits, real_logits)

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return divergences.mmd_slope(fake_logits, real_logits)

    return Loss(FACTS["mmd"], d_loss, g_loss, d_grad, g_grad)


def feature_matching(label: float = 1.0) -> Loss:
    """Salimans et al. 2016, section 3.1: D is the usual one, and G makes the means of its features those of real data.

    G's functions are of one feature, or of many along the axis before the batch; the sum over them is the norm.
    """
    d_loss, d_grad = _bce_d(label)

    # ½(E h(x) − E h(G(z)))²
    def g_loss(*, real_logits: Tensor, fake_logits: Tensor, dim: int | None = None) -> Tensor:
        return (_mean(real_logits, dim) - _mean(fake_logits, dim)).square() / 2

    def g_grad(*, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        gap = fake_logits.mean(-1, keepdim=True) - real_logits.mean(-1, keepdim=True)
        return (gap / fake_logits.shape[-1]).expand_as(fake_logits)

    return Loss(FACTS["feature_matching"], d_loss, g_loss, d_grad, g_grad, smoothed=feature_matching)


LOSSES: dict[str, Loss] = {
    "minimax": minimax(),
    "non_saturating": non_saturating(),
    "least_squares": least_squares(),
    "hinge": hinge(),
    "wasserstein": wasserstein(),
    "relativistic": relativistic(),
    **{name: divergence(name) for name in divergences.DIVERGENCES},
    "mmd": mmd(),
    "feature_matching": feature_matching(),
}


@lru_cache(maxsize=64)  # one object for one loss: games that share it share their recordings
def loss_for(name: str, label_smoothing: float = 0.0) -> Loss:
    """The loss of that name, its real target lowered to 1 − label_smoothing.

    Raises ConfigError where there is no such target.
    """
    loss = LOSSES[name]
    if not label_smoothing:
        return loss
    if loss.smoothed is None:
        raise ConfigError("label_smoothing", label_smoothing, "config.loss_has_no_label", name=Option("loss", name))
    return loss.smoothed(1 - label_smoothing)
