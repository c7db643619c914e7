"""A game of two numbers as a run of networks on Play: the same loss, the same brake, the same order of updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gan_core.config import ConfigError, RunConfig

Settings = Mapping[str, float]
Changes = dict[str, Any]

GAMES: dict[str, Callable[[Settings], Changes]] = {
    "gan": lambda s: {"loss": "minimax"},
    "non_saturating": lambda s: {},
    "wgan": lambda s: {"loss": "wasserstein"},
    "wgan_clip": lambda s: {"loss": "wasserstein", "clip": s["clip"]},
    "wgan_gp": lambda s: {"loss": "wasserstein", "wgan_gp": s["gamma"] / 2},  # there it is (γ/2)(|ψ| − g₀)²
    "instance_noise": lambda s: {"loss": "minimax", "instance_noise": s["sigma"]},
    "r1": lambda s: {"loss": "minimax", "r1": s["gamma"]},
    "r1_r2": lambda s: {"loss": "minimax", "r1": s["gamma"], "r2": s["gamma"]},
    "consensus": lambda s: {"loss": "minimax", "consensus": s["gamma"]},
    "unrolled": lambda s: {"loss": "minimax", "unrolled": int(s["unroll_steps"])},
}
UPDATES: dict[str, Changes] = {
    "simultaneous": {"update": "simultaneous"},
    "alternating": {"update": "alternating"},
    "extragradient": {"update": "extragradient"},
    "optimistic": {"update": "simultaneous", "optimiser": "optimistic_adam"},
}


def of_networks(variant: str, settings: Settings, update: str) -> RunConfig | None:
    """The run on the ring, with the rates that are usual there; None where the engine refuses the two together."""
    try:
        return RunConfig.of(**GAMES[variant](settings), **UPDATES[update])
    except ConfigError:
        return None
