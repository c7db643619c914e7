"""The f-GAN family reaches its divergences, and no function gets higher; the MMD is that of a double sum."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.stats import norm

from gan_core.engine.divergences import DIVERGENCES, SHAPES, mmd, mmd_slope
from gan_core.engine.losses import LOSSES

X = np.linspace(-12, 12, 20_001)
P, Q = norm.pdf(X, 0, 1), norm.pdf(X, 0.5, 1.2)
RATIO = torch.from_numpy(P / Q)
# D_f(p ‖ q) by its definition, and the best a
KNOWN: dict[str, tuple[Callable[[np.ndarray], np.ndarray], torch.Tensor]] = {
    "kl": (lambda u: u * np.log(u), 1 + RATIO.log()),
    "reverse_kl": (lambda u: -np.log(u), RATIO.log()),
    "pearson": (lambda u: (u - 1) ** 2, 2 * (RATIO - 1)),
    "hellinger": (lambda u: (np.sqrt(u) - 1) ** 2, RATIO.log() / 2),
}


def integral(values: np.ndarray) -> float:
    return float(np.trapezoid(values, X))


def value(name: str, a: torch.Tensor) -> float:
    """E_p T − E_q f*(T)."""
    f = DIVERGENCES[name]
    return integral(P * f.t(a).numpy()) - integral(Q * f.conjugate(a).numpy())


@pytest.mark.parametrize("name", DIVERGENCES)
def test_the_best_output_reaches_the_divergence_and_others_stay_below(name: str) -> None:
    f, best = KNOWN[name]
    truth = integral(Q * f(P / Q))
    assert value(name, best) == pytest.approx(truth, abs=1e-6) and truth > 0.05
    for other in (best + 0.1, best - 0.1, 0.9 * best, torch.full_like(best, 0.3)):
        assert value(name, other) < truth - 1e-4


def test_the_known_divergences_are_those_of_gaussians() -> None:
    kl = math.log(1.2) + (1 + 0.25) / (2 * 1.44) - 0.5
    assert value("kl", KNOWN["kl"][1]) == pytest.approx(kl, abs=1e-6)
    reverse = -math.log(1.2) + (1.44 + 0.25) / 2 - 0.5
    assert value("reverse_kl", KNOWN["reverse_kl"][1]) == pytest.approx(reverse, abs=1e-6)
    squared = 2 - 2 * math.sqrt(2 * 1.2 / (1 + 1.44)) * math.exp(-0.25 * 0.25 / (1 + 1.44))
    assert value("hellinger", KNOWN["hellinger"][1]) == pytest.approx(squared, abs=1e-6)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_slopes_are_those_of_autograd(name: str) -> None:
    a = torch.linspace(-3, 3, 25, dtype=torch.float64, requires_grad=True)
    f = DIVERGENCES[name]
    for function, slope in ((f.t, f.t_slope), (f.conjugate, f.conjugate_slope)):
        (expected,) = torch.autograd.grad(function(a).sum(), a)
        torch.testing.assert_close(slope(a.detach()), expected)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_at_the_equilibrium_both_losses_are_what_the_facts_say(name: str) -> None:
    best = {"kl": 1.0}.get(name, 0.0)
    loss, a = LOSSES[name], torch.full((8,), best, dtype=torch.float64)
    assert loss.facts.threshold == best
    both = loss.d_loss(real_logits=a, fake_logits=a), loss.g_loss(real_logits=a, fake_logits=a)
    assert [float(v) for v in both] == pytest.approx(loss.facts.equilibrium)
    real, fake = loss.d_grad(real_logits=a, fake_logits=a)
    torch.testing.assert_close(real + fake, torch.zeros_like(a))  # D has nothing to gain


def test_jensen_shannon_is_the_minimax_loss() -> None:
    """T = ln 2 − softplus(−a), f*(T) = softplus(a) − ln 2 (Nowozin et al., table 2)."""
    real, fake = torch.linspace(-2, 3, 9), torch.linspace(-3, 1, 9)
    soft = torch.nn.functional.softplus
    bound = (math.log(2) - soft(-real)).mean() - (soft(fake) - math.log(2)).mean()
    torch.testing.assert_close(bound, 2 * math.log(2) - LOSSES["minimax"].d_loss(real_logits=real, fake_logits=fake))


def kernel(a: float, b: float) -> float:
    return sum((1 + (a - b) ** 2 / (2 * alpha)) ** -alpha for alpha in SHAPES)


def test_mmd_is_the_double_sum_and_its_slope_that_of_autograd() -> None:
    draws = np.random.default_rng(0)
    x, y = draws.normal(size=7), draws.normal(1, 2, size=7)
    n = len(x)

    def among(z: np.ndarray) -> float:
        return sum(kernel(z[i], z[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))

    expected = among(x) + among(y) - 2 * sum(kernel(a, b) for a in x for b in y) / n**2
    real, fake = torch.from_numpy(x).requires_grad_(), torch.from_numpy(y).requires_grad_()
    found = mmd(real, fake)
    assert float(found.detach()) == pytest.approx(expected, abs=1e-12)
    slopes = torch.autograd.grad(found, (real, fake))
    torch.testing.assert_close(mmd_slope(real.detach(), fake.detach()), slopes[0])
    torch.testing.assert_close(mmd_slope(fake.detach(), real.detach()), slopes[1])


def test_mmd_of_the_same_distribution_is_0_on_average() -> None:
    draws = torch.Generator().manual_seed(0)
    same = [float(mmd(*torch.randn(2, 64, generator=draws))) for _ in range(200)]
    assert abs(np.mean(same)) < 3 * np.std(same) / math.sqrt(len(same)) + 1e-3
    apart = mmd(torch.randn(64, generator=draws), torch.randn(64, generator=draws) + 3)
    assert float(apart) > 10 * np.std(same)
