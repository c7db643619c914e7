"""Losses that play for a named distance between the distributions: the f-GAN family, and the MMD of D's outputs.

f-GAN (Nowozin et al. 2016).  With p real and q generated, every f-divergence D_f(p ‖ q) = ∫ q f(p/q) is the largest

    E_p T(x) − E_q f*(T(x)),   T = g(a),   f* the convex conjugate of f

over all functions T, reached at T = f′(p/q). D maximises it and G minimises it, so D's loss is minus a lower bound of
the divergence. A row gives T and f*(T) as functions of D's output a, and their slopes:

    name                 f(u)        T = g(a)    f*(T)         the best a
    KL(p ‖ q)            u ln u      a           e^(a−1)       1 + ln(p/q)
    KL(q ‖ p)            −ln u       −e^(−a)     a − 1         ln(p/q)
    Pearson χ²           (u − 1)²    a           a²/4 + a      2(p/q − 1)
    squared Hellinger    (√u − 1)²   1 − e^(−a)  e^a − 1       ½ ln(p/q)

The Jensen–Shannon row of that paper is the minimax loss: its value here is 2 ln 2 − (L_D of `minimax`), twice the JSD.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Map = Callable[[Tensor], Tensor]
MOST = 40.0  # of an exponent: beyond, e^a is held, so that a D that is sure of everything stays finite


def _exp(a: Tensor) -> Tensor:
    return a.clamp(max=MOST).exp()


@dataclass(frozen=True)
class Divergence:
    """`t`(a) = T, `conjugate`(a) = f*(T), and the derivatives of both in a."""

    t: Map
    conjugate: Map
    t_slope: Map
    conjugate_slope: Map


DIVERGENCES: dict[str, Divergence] = {
    "kl": Divergence(lambda a: a, lambda a: _exp(a - 1), torch.ones_like, lambda a: _exp(a - 1)),
    "reverse_kl": Divergence(lambda a: -_exp(-a), lambda a: a - 1, lambda a: _exp(-a), torch.ones_like),
    "pearson": Divergence(lambda a: a, lambda a: a.square() / 4 + a, torch.ones_like, lambda a: a / 2 + 1),
    "hellinger": Divergence(lambda a: 1 - _exp(-a), lambda a: _exp(a) - 1, lambda a: _exp(-a), _exp),
}


# ── the maximum mean discrepancy ─────────────────────────────────────────────────────────────────────────────────────

SHAPES = (0.5, 1.0, 2.0)  # α of the kernel's terms: long tails, so that far apart is not flat


# k(a, b) = Σ_α (1 + (a − b)²/2α)^−α, a mixture of rational quadratic kernels (Bińkowski et al. 2018)
def _kernel(gaps: Tensor) -> Tensor:
    return torch.stack([(1 + gaps.square() / (2 * alpha)).pow(-alpha) for alpha in SHAPES]).sum(0)


# ∂k/∂a = −(a − b) Σ_α (1 + (a − b)²/2α)^−(α+1)
def _kernel_slope(gaps: Tensor) -> Tensor:
    return -gaps * torch.stack([(1 + gaps.square() / (2 * alpha)).pow(-alpha - 1) for alpha in SHAPES]).sum(0)


def _gaps(a: Tensor, b: Tensor) -> Tensor:
    return a.unsqueeze(-1) - b.unsqueeze(-2)


def mmd(real: Tensor, fake: Tensor) -> Tensor:
    """The unbiased estimate of MMD² between outputs (…, n) and (…, m): (…). 0 on average where they are alike.

    MMD² = E k(x, x′) + E k(y, y′) − 2 E k(x, y), pairs of a sample with itself left out (Gretton et al. 2012).
    """
    n, m = real.shape[-1], fake.shape[-1]
    own = len(SHAPES)  # k(a, a)
    real_real = (_kernel(_gaps(real, real)).sum((-2, -1)) - own * n) / (n * (n - 1))
    fake_fake = (_kernel(_gaps(fake, fake)).sum((-2, -1)) - own * m) / (m * (m - 1))
    return real_real + fake_fake - 2 * _kernel(_gaps(real, fake)).mean((-2, -1))


def mmd_slope(own: Tensor, other: Tensor) -> Tensor:
    """∂MMD²/∂own: like `own` (…, n). Symmetric in the two samples."""
    n, m = own.shape[-1], other.shape[-1]
    among = _kernel_slope(_gaps(own, own)).sum(-1) * (2 / (n * (n - 1)))
    return among - _kernel_slope(_gaps(own, other)).sum(-1) * (2 / (n * m))
