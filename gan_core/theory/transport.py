"""Optimal transport of samples: the exact pairing, and Sinkhorn's with entropy. Float64, in the units of x."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]


def matching(x: ArrayLike, y: ArrayLike, power: int = 1) -> tuple[NDArray[np.int64], float]:
    """(which yⱼ each xᵢ goes to, W_power) of two samples (n, d) of equal size: the pairing of least total cost."""
    distance = cdist(np.asarray(x, float), np.asarray(y, float))
    if distance.shape[0] != distance.shape[1]:
        raise ValueError(f"The samples have {distance.shape[0]} and {distance.shape[1]} points: give as many of each.")
    rows, columns = linear_sum_assignment(distance**power)
    return columns, float((distance[rows, columns] ** power).mean()) ** (1 / power)


@dataclass(frozen=True, eq=False)
class Entropic:
    """Entropic transport of two samples.

    `raw` = min ⟨P, C⟩ + ε KL(P ‖ ab), which is not 0 between equal samples; `cost` = ⟨P, C⟩ of its plan P (n, m);
    `debiased` = raw(x, y) − ½ raw(x, x) − ½ raw(y, y), which is; `rounds` that were needed.
    """

    raw: float
    cost: float
    debiased: float
    plan: Floats
    rounds: int


def sinkhorn(x: ArrayLike, y: ArrayLike, epsilon: float, *, tolerance: float = 1e-4, most: int = 2000) -> Entropic:
    """Entropic W1 between two samples (n, d), (m, d): the cost C is the distance, ε = `epsilon` in its units.

    Sinkhorn's iteration on the potentials, f ← −ε ln Σ b exp((g − C)/ε) and the same for g, with logarithms, so that a
    small ε does not underflow; ε falls to its value by halves. It ends when the plan's margins are right to `tolerance`
    (total variation), or after `most` rounds. Cuturi 2013; Feydy et al. 2019 for the debiased value.
    """
    a, b = np.asarray(x, float), np.asarray(y, float)
    if not epsilon > 0:
        raise ValueError(f"epsilon = {epsilon:g} has to be above 0; with 0 it is W1 itself.")
    cost = cdist(a, b)
    f, g, rounds = _potentials(cost, epsilon, tolerance, most)
    plan = np.exp((f[:, None] + g - cost) / epsilon) / cost.size
    raw = float(f.mean() + g.mean())
    own = [float(_self_potential(cdist(z, z), epsilon, tolerance, most).mean()) * 2 for z in (a, b)]
    return Entropic(raw, float((plan * cost).sum()), raw - sum(own) / 2, plan, rounds)


def _potentials(cost: Floats, epsilon: float, tolerance: float, most: int) -> tuple[Floats, Floats, int]:
    f, g = np.zeros(len(cost)), np.zeros(cost.shape[1])
    step, rounds = max(float(cost.max()), epsilon), 0
    while rounds < most:
        f = _softmin(cost - g, step, axis=1)
        g_new = _softmin(cost - f[:, None], step, axis=0)
        rounds += 1
        # the rows are right after f; how wrong the columns were is how far g had to move
        wrong = float(np.abs(np.expm1((g - g_new) / step)).mean())
        g = g_new
        if step > epsilon:
            step = max(step / 2, epsilon)
        elif wrong < tolerance:
            break
    return f, g, rounds


def _self_potential(cost: Floats, epsilon: float, tolerance: float, most: int) -> Floats:
    """Of a sample with itself, f = g: the mean of f and its update converges at once."""
    f, step = np.zeros(len(cost)), max(float(cost.max()), epsilon)
    for _ in range(most):
        new = (f + _softmin(cost - f, step, axis=1)) / 2
        wrong = float(np.abs(np.expm1((f - new) / step)).mean())
        f = new
        if step > epsilon:
            step = max(step / 2, epsilon)
        elif wrong < tolerance / 2:
            break
    return f


def _softmin(costs: Floats, epsilon: float, axis: int) -> Floats:
    """−ε ln mean exp(−costs/ε), the least cost as ε → 0."""
    least = costs.min(axis=axis, keepdims=True)
    return least.squeeze(axis) - epsilon * np.log(np.exp((least - costs) / epsilon).mean(axis=axis))
