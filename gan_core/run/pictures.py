"""What a picture needs beyond the numbers a run already records: arrows, the best possible D, gradient norms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from gan_core.engine.losses import LOSSES

if TYPE_CHECKING:
    from gan_core.data import Distribution
    from gan_core.run.history import Snapshot


def arrows(snapshot: Snapshot, loss: str, member: int = 0) -> NDArray[np.float32]:
    """−n·∂L_G/∂x at every fake of a picture, (n, 2): where the loss pulls each sample, whatever loss trained the run.

    The mean over the batch is undone (times n), so an arrow's length does not depend on how many are drawn. It is the
    slope of *this* loss times ∂logit/∂x: under the non-saturating loss it stays long where D is sure, under minimax it
    vanishes there; ∂D/∂x alone, which vanishes in both, would tell another story.
    """
    if snapshot.logit_gradient is None:
        raise ValueError("arrows live in the plane: this picture is of images")
    real, fake = snapshot.real_logits[member], snapshot.fake_logits[member]
    slope = LOSSES[loss].g_slope(real_logits=torch.from_numpy(real), fake_logits=torch.from_numpy(fake)).numpy()
    return -slope[:, None] * len(fake) * snapshot.logit_gradient[member]


def optimal_logit(
    distribution: Distribution, fake: NDArray, extent: tuple[float, float, float, float], size: int = 50
) -> NDArray[np.float32]:
    """The logit of D* = p_d / (p_d + p_g) on a (size, size) grid: log p_d − log p_g, p_g estimated from `fake`.

    p_d is exact; the Gaussian kernel has Scott's width, so p_g (and D* with it) is blurred by that much.
    Raises ValueError where the density of the data is not known.
    """
    from scipy.stats import gaussian_kde

    if distribution.log_prob is None:
        raise ValueError("the density of these data is not known, so neither is the optimal discriminator")
    xmin, xmax, ymin, ymax = extent
    xs, ys = np.meshgrid(np.linspace(xmin, xmax, size), np.linspace(ymin, ymax, size))
    grid = np.stack([xs.ravel(), ys.ravel()], -1).astype(np.float32)
    log_real = distribution.log_prob(torch.from_numpy(grid)).numpy()
    # a collapsed generator has no area: a hair of noise keeps the kernel's covariance invertible
    jitter = np.random.default_rng(0).normal(0, 1e-3, fake.shape)
    log_fake = gaussian_kde((fake + jitter).T.astype(np.float64)).logpdf(grid.T.astype(np.float64))
    return np.clip(log_real - log_fake, -50, 50).reshape(size, size).astype(np.float32)
