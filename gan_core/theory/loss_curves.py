"""The generator's losses in closed form, as functions of the logit and of the probability, in float64 and nats.

A function takes numbers or arrays and gives back the same shape. Losses are computed from the logit a, with D = σ(a),
by softplus and never as log(σ(a)): they stay finite wherever D is sure.

Goodfellow et al. 2014 (GAN).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit

Floats = NDArray[np.float64]

LN2 = math.log(2)


def minimax_loss(logit: ArrayLike) -> Floats:
    """log(1 − D) = −softplus(a), the loss that saturates: flat where D is sure that the sample is fake."""
    return log_expit(-np.asarray(logit, float))


def minimax_gradient(logit: ArrayLike) -> Floats:
    """d/da log(1 − D) = −σ(a)."""
    return -expit(np.asarray(logit, float))


def non_saturating_loss(logit: ArrayLike) -> Floats:
    """−log D = softplus(−a)."""
    return -log_expit(np.asarray(logit, float))


def non_saturating_gradient(logit: ArrayLike) -> Floats:
    """d/da (−log D) = −(1 − σ(a)) = −σ(−a)."""
    return -expit(-np.asarray(logit, float))


def hinge_loss(logit: ArrayLike) -> Floats:
    """−a, G's loss against a hinge D and against a Wasserstein critic: −log D + log(1 − D), the sum of the two."""
    return -np.asarray(logit, float)


def hinge_gradient(logit: ArrayLike) -> Floats:
    """d/da (−a) = −1, however sure D is."""
    return -np.ones_like(np.asarray(logit, float))


def gradient_ratio(logit: ArrayLike) -> Floats:
    """e^−a: the non-saturating gradient divided by the saturating one, with respect to anything before the logit.

    inf where it exceeds 1.8e308, below a = −709.
    """
    with np.errstate(over="ignore"):
        return np.exp(-np.asarray(logit, float))


def minimax_loss_of_probability(probability: ArrayLike) -> Floats:
    """log(1 − D) for D in [0, 1]; −inf at 1."""
    with np.errstate(divide="ignore"):
        return np.log1p(-_probability(probability))


def minimax_gradient_of_probability(probability: ArrayLike) -> Floats:
    """d/dD log(1 − D) = −1/(1 − D); −inf at 1."""
    with np.errstate(divide="ignore"):
        return -1 / (1 - _probability(probability))


def non_saturating_loss_of_probability(probability: ArrayLike) -> Floats:
    """−log D for D in [0, 1]; inf at 0."""
    with np.errstate(divide="ignore"):
        return -np.log(_probability(probability))


def non_saturating_gradient_of_probability(probability: ArrayLike) -> Floats:
    """d/dD (−log D) = −1/D; −inf at 0."""
    with np.errstate(divide="ignore"):
        return -1 / _probability(probability)


def _probability(values: ArrayLike) -> Floats:
    d = np.asarray(values, float)
    if ((d < 0) | (d > 1)).any():
        raise ValueError("D is a probability here: give values from 0 to 1, or the function of the logit any number.")
    return d
