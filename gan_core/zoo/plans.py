"""The runs that come trained: what each is, and why it is there. `python -m gan_core build-pretrained NAME` makes them.

A plan states only its differences from a small DCGAN on the whole of MNIST; `steps` is how far it was trained.
"""

from __future__ import annotations

from gan_core.config import RunConfig
from gan_core.presets import Preset

# 1e-3 for both: Fréchet distance 148 after 1,720 steps; with the usual 2e-4 it is 384 after 2,380
_DCGAN = {
    "data": "mnist_full", "architecture": "dcgan", "latent_dim": 64, "init": "dcgan", "g_norm": "batch", "batch": 64,
    "g_lr": 1e-3, "d_lr": 1e-3, "precision": "bfloat16",
}  # fmt: skip
_EXACT = {"precision": "float32"}  # the slope of a slope needs all bits


def _plan(title: str, why: str, steps: int, **changes: object) -> Preset:
    return Preset(RunConfig.of(**{**_DCGAN, **changes, "steps": steps}), title, why)


ZOO: dict[str, Preset] = {
    "dcgan": _plan(
        "DCGAN, non-saturating",
        "The first thing to try since 2016: convolutions, batch norm in G, and a G that maximises log D.",
        10_000,
    ),
    "dcgan_minimax": _plan(
        "DCGAN, minimax",
        "The same players with the loss as the game defines it: where they are balanced, log(1 − D) learns as well.",
        8000,
        loss="minimax",
    ),
    "mlp": _plan(
        "Perceptrons",
        "No convolution anywhere: a G that does not know which pixels are neighbours leaves specks.",
        10_000,
        architecture="mlp", init="torch", latent_dim=100, g_layers=(128, 256, 512), g_activation="leaky_relu",
        d_layers=(256, 128), d_dropout=0.3, g_lr=5e-4, d_lr=5e-4, **_EXACT,
    ),
    "conditional": _plan(
        "Conditional DCGAN",
        "Both players are told the class: the same latent draws any digit you ask for.",
        6000,
        labels="conditional",
    ),
    "ac_gan": _plan(
        "AC-GAN",
        "Only G is told the class, and D has to say which it sees: a second thing to learn for both.",
        6000,
        labels="auxiliary",
    ),
    "wgan_clip": _plan(
        "WGAN, clipped weights",
        "The critic is kept from being steep by cutting its weights: simple, and slow.",
        2500,
        loss="wasserstein", clip=0.02, optimiser="rmsprop", d_steps=3, d_norm="batch", g_lr=5e-4, d_lr=5e-4,
    ),
    "wgan_gp": _plan(
        "WGAN-GP",
        "The critic's slope is held near 1 by a penalty instead of scissors; here two steps ahead of G, not five.",
        2000,
        loss="wasserstein", wgan_gp=10.0, d_steps=2, beta1=0.0, beta2=0.9, **_EXACT,
    ),
    "r1r2": _plan(
        "Relativistic, R1 and R2",
        "The loss of R3GAN on these small nets: each fake beside a real digit, D kept flat around both.",
        2500,
        loss="relativistic", r1=1.0, r2=1.0, beta1=0.0, beta2=0.99, **_EXACT,
    ),
    "collapsed": _plan(
        "Collapsed, on purpose",
        "Built to fail: perceptrons without norms, G five times as fast as D. It hops from picture to picture, and in "
        "the end draws one for every latent.",
        4000,
        architecture="mlp", init="torch", g_norm="none", g_layers=(256, 512), d_layers=(256, 128), g_lr=2e-3,
        d_lr=4e-4, **_EXACT,
    ),
    "d_won": _plan(
        "D won, on purpose",
        "Built to fail: D learns two hundred times as fast, is sure of every fake, and log(1 − D) is flat where G is.",
        1000,
        loss="minimax", d_norm="batch", g_lr=1e-5, d_lr=2e-3,
    ),
}  # fmt: skip
