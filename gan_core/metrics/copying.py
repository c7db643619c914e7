"""Does a generator show its training images again? Two tests of its nearest neighbours against those of held-out ones.

Both compare d(x) = distance of x to the nearest training image, for generated images and for images that the generator
was not trained on, within cells (here: the digits as they are read), so that a generator that makes only ones is
compared with ones:

    C_T     of Meehan, Chaudhuri & Dasgupta 2020 ("A non-parametric test to detect data-copying in generative models"):
            the mean over cells of the z-score of the Mann–Whitney U of generated against held-out distances. Far below
            0: nearer than other real images are, so copied; far above: off the data. It looks at the whole
            distribution: a few copies among images that are off the data do not move it.
    near    the share that is nearer than all but 1 % of the held-out images of the same cell. It looks at the tail
            alone, where copies are, whatever the others are like.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr, pdtrc

from gan_core.metrics.scored import Copying

TAIL = 0.01  # the share of held-out images that counts as near
CELL_LEAST = 20  # images of either kind: a cell with fewer says nothing, as in the paper
COPIED = 0.5  # coded features: below it, the very same digit; the nearest held-out one is at 1.1


def copying(
    distance: NDArray, cell: NDArray, held_out_distance: NDArray, held_out_cell: NDArray, searched: int = 0
) -> Copying:
    """Both tests, of distances (n,) to the nearest training image in cells (n,), beside those of held-out images (m,)
    and their cells (m,). Cells with too few of either take no part; without any other, nothing is found (p = 1)."""
    weights, scores, near, mean, variance = [], [], 0, 0.0, 0.0
    for one in np.unique(cell):
        here, beside = distance[cell == one], np.sort(held_out_distance[held_out_cell == one])
        n, m = len(here), len(beside)
        if min(n, m) < CELL_LEAST:
            continue
        weights.append(m)
        scores.append(_z(here, beside))
        # of n new images, K lie below the r-th smallest of m held-out ones: negative hypergeometric, with p = r/(m + 1)
        r = max(1, round(TAIL * (m + 1)))
        p = r / (m + 1)
        near += int((here < beside[r - 1]).sum())
        mean += n * p
        variance += n * p * (1 - p) * (n + m + 1) / (m + 2)
    same = int((distance < COPIED).sum())
    if not weights:
        return Copying(len(distance), 0.0, 1.0, 0, 0.0, 1.0, same, searched)
    w = np.array(weights) / sum(weights)
    c_t = float(w @ scores)
    c_t_p = float(ndtr(c_t / math.sqrt(np.square(w).sum())))
    return Copying(len(distance), c_t, c_t_p, near, mean, _at_least(near, mean, variance), same, searched)


def _z(fake: NDArray, held_out: NDArray) -> float:
    """(U − nm/2)/√(nm(n + m + 1)/12), where U counts the pairs in which the generated image is the farther one.
    held_out is ascending."""
    n, m = len(fake), len(held_out)
    # a pair of equal distances counts half
    u = (np.searchsorted(held_out, fake, "left") + np.searchsorted(held_out, fake, "right")).sum() / 2
    return float((u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12))


def _at_least(count: int, mean: float, variance: float) -> float:
    """P(K ≥ count) of a negative binomial with these moments, in place of a sum of negative hypergeometrics."""
    if variance <= mean:
        return float(pdtrc(count - 1, mean)) if count else 1.0
    return float(betainc(count, mean**2 / (variance - mean), 1 - mean / variance)) if count else 1.0
