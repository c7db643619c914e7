"""Closed forms, without torch: losses as functions of the logit, optimal critics, divergences, transport, lines."""

from gan_core.theory.gaussians_1d import (
    gaussian_gradients,
    gaussian_jsd,
    gaussian_kl,
    gaussian_tv,
    gaussian_w1,
    kl_gaussians,
    tv_gaussians,
    w1_gaussians,
    w2_gaussians,
)
from gan_core.theory.gaussians_2d import (
    kl_normals,
    w2_normals,
)
from gan_core.theory.loss_curves import (
    LN2,
    gradient_ratio,
    hinge_gradient,
    hinge_loss,
    minimax_gradient,
    minimax_gradient_of_probability,
    minimax_loss,
    minimax_loss_of_probability,
    non_saturating_gradient,
    non_saturating_gradient_of_probability,
    non_saturating_loss,
    non_saturating_loss_of_probability,
)
from gan_core.theory.optimal_critic import (
    optimal_discriminator,
    optimal_value,
    value_of_the_game,
)
from gan_core.theory.parallel_lines import (
    ParallelLines,
    parallel_lines,
)

__all__ = [
    "LN2",
    "ParallelLines",
    "gaussian_gradients",
    "gaussian_jsd",
    "gaussian_kl",
    "gaussian_tv",
    "gaussian_w1",
    "gradient_ratio",
    "hinge_gradient",
    "hinge_loss",
    "kl_gaussians",
    "kl_normals",
    "minimax_gradient",
    "minimax_gradient_of_probability",
    "minimax_loss",
    "minimax_loss_of_probability",
    "non_saturating_gradient",
    "non_saturating_gradient_of_probability",
    "non_saturating_loss",
    "non_saturating_loss_of_probability",
    "optimal_discriminator",
    "optimal_value",
    "parallel_lines",
    "tv_gaussians",
    "value_of_the_game",
    "w1_gaussians",
    "w2_gaussians",
    "w2_normals",
]
