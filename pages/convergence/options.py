"""What the page "Convergence" can be set to. All of it stands in the address."""

from __future__ import annotations

from pages.shared.controls.options import Number, OneOf
from pages.shared.shell.state import Option

SIDES = ("a", "b")
EXTENT = 2.5  # the planes reach from −EXTENT to EXTENT, and so does a start
# (low, high, step) of the sliders of a game's settings; what they are by default, the game says
SLIDERS: dict[str, tuple[float, float, float]] = {
    "clip": (0.1, 2.0, 0.1),
    "gamma": (0.0, 3.0, 0.05),
    "target": (0.0, 2.0, 0.1),
    "sigma": (0.0, 3.0, 0.05),
    "unroll_steps": (0, 20, 1),
    "unroll_rate": (0.0, 1.0, 0.05),
}


def _games() -> dict[str, Option]:
    """Which game either side plays, and the settings of each: a, a_r1_gamma, …"""
    from gan_core.theory.dirac import VARIANTS

    found: dict[str, Option] = {}
    for side, usual in zip(SIDES, ("gan", "r1"), strict=True):
        found[side] = OneOf(tuple(VARIANTS), usual, "box", says="convergence.variant_")
        for variant, row in VARIANTS.items():
            for name, setting in row.settings.items():
                found[f"{side}_{variant}_{name}"] = Number(*SLIDERS[name], setting.default)
    return found


# update → whether the players take turns
TURNS = {"simultaneous": False, "alternating": True, "extragradient": False, "optimistic": False}
TAB = "tab"  # in the address
SECTIONS = ("smallest", "two", "map", "losses")
AXES = ("d_lr", "g_lr", "beta1", "r1", "d_steps", "batch", "width")  # what a map can be of
# a recorded run → what else its losses are taken for; in an order that tells nothing
RIDDLES: dict[str, tuple[str, str, str]] = {
    "negative": ("diverged", "d_won", "cycling"),
    "healthy": ("collapsed", "batch_too_small", "memorising"),
    "d_won": ("healthy", "diverged", "rate_too_high"),
    "hopping": ("healthy", "undecided", "collapsed"),
    "g_rising": ("d_won", "rate_too_high", "collapsed"),
    "undecided": ("healthy", "memorising", "hopping"),
    "cycling": ("negative", "hopping", "batch_too_small"),
    "memorising": ("healthy", "undecided", "hopping"),
    "diverged": ("rate_too_high", "d_won", "negative"),
    "batch_too_small": ("cycling", "healthy", "rate_too_high"),
    "collapsed": ("d_won", "g_rising", "cycling"),
    "rate_too_high": ("batch_too_small", "diverged", "d_won"),
}
# of the smallest GAN: all that decides its paths
SMALLEST: dict[str, Option] = {
    **_games(),
    "update": OneOf(tuple(TURNS), "simultaneous", "box"),
    "optimiser": OneOf(("sgd", "adam"), "sgd"),
    "h": Number(0.01, 3.0, 0.01, 0.2),
    "beta1": Number(-0.9, 0.9, 0.05, 0.0),
    "n_d": Number(1, 5, 1, 1),
    "n_g": Number(1, 5, 1, 1),
    "first": OneOf(("g", "d"), "g"),
    "steps": OneOf((100, 500, 2000), 500),
    "theta": Number(-EXTENT, EXTENT, 0.01, 1.0),
    "psi": Number(-EXTENT, EXTENT, 0.01, 1.0),
}
OPTIONS: dict[str, Option] = {
    **SMALLEST,
    # the map
    "map_x": OneOf(AXES, "d_lr", "box", says="convergence.axis_"),
    "map_y": OneOf(AXES, "g_lr", "box", says="convergence.axis_"),
    "map_cells": OneOf((6, 8, 12, 16), 12),
    "map_seeds": OneOf((1, 2, 4), 4),
    "map_steps": OneOf((500, 1500, 3000), 1500),
    "map_metric": OneOf(("modes", "w1", "high_quality"), "modes", "box"),
    # reading the losses
    "riddle": Number(1, len(RIDDLES), 1, 1),
}
