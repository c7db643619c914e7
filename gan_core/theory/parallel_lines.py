"""Two parallel lines, the example in which every distance but W1 is blind (Arjovsky et al. 2017, example 1)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gan_core.theory.loss_curves import LN2


@dataclass(frozen=True)
class ParallelLines:
    """Distances between the uniform distributions on two parallel unit segments; `kl` holds in both directions."""

    w1: float
    jsd: float
    kl: float
    tv: float


def parallel_lines(theta: float) -> ParallelLines:
    """(0, u) against (θ, u), u ~ U[0, 1]: only W1 = |θ| tells how far apart they are (Arjovsky et al. 2017, ex. 1)."""
    apart = theta != 0
    return ParallelLines(abs(float(theta)), LN2 if apart else 0.0, math.inf if apart else 0.0, 1.0 if apart else 0.0)
