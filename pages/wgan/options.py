"""What the page "GAN against WGAN" can be set to: its parts, what stands side by side in them, and the address.

arrive(page, part)       what the address says beside the configuration, and what runs therefore
chosen(page)             the methods side by side
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gan_core.config import RunConfig
from gan_core.presets import training_of
from gan_core.recordings.registry import ON_DIGITS
from pages.shared.controls import options
from pages.shared.controls.options import OneOf, SomeOf
from pages.shared.shell import notices
from pages.shared.shell.i18n import t
from pages.shared.shell.state import Option, PageState

PARTS = ("beside", "critic", "line", "lines", "digits")


def _spectral() -> dict[str, Any]:
    """As WGAN-GP trains, with normalised weights in place of the penalty."""
    penalised = training_of("wgan_gp")
    return {name: value for name, value in penalised.items() if name != "wgan_gp"} | {"spectral_norm": True}


# What can stand side by side.
VARIANTS: dict[str, dict[str, Any]] = {
    "minimax": {"loss": "minimax"},
    "non_saturating": {"loss": "non_saturating"},
    "wgan_clip": training_of("wgan_clip"),
    "wgan_gp": training_of("wgan_gp"),
    "wgan_sn": _spectral(),
    "hinge_r1": {"loss": "hinge", "r1": 0.1},
    "relativistic": training_of("relativistic"),
}
BOUNDS = ("wgan_clip", "wgan_gp", "wgan_sn")  # the ways to bound the critic's slope
FEWEST, MOST = 2, 4
ABOVE = ("d_steps",)  # fields that stand above the player, where a part has them
FIRST = ("non_saturating", "wgan_clip", "wgan_gp")

_SMALL = RunConfig.of(g_layers=(64, 64), d_layers=(64, 64))
_IMAGES = {"g_layers": (128, 256), "d_layers": (256, 128), "latent_dim": 64, "data": "mnist", "batch": 64}
DEFAULTS = {
    "beside": _SMALL.replace(members=3, steps=1536),
    "critic": _SMALL.replace(steps=640, d_steps=5),
    "line": _SMALL,
    "lines": _SMALL,
    "digits": RunConfig.of(**_IMAGES, g_lr=2e-4, d_lr=2e-4, steps=768),
}
DIGITS = ON_DIGITS  # the settings that were tried on digits

BESIDE = "beside"
_FAIR = OneOf(("steps", "cpu"), "steps")
# part → what its address may say beside the configuration
OPTIONS: dict[str, dict[str, Option]] = {
    "beside": {BESIDE: SomeOf(tuple(VARIANTS), FIRST, FEWEST, MOST, says="wgan.method."), "fair": _FAIR},
    "critic": {
        "c": OneOf((0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), 0.03, "slider"),
        "lambda": OneOf((0.01, 0.1, 1.0, 10.0, 100.0), 1.0, "slider"),
        "colours": OneOf(("own", "common"), "own"),
    },
    "line": {
        "pair": OneOf(("gaussians", "mixture"), "gaussians"),
        "distance": OneOf(tuple(i / 2 for i in range(1, 13)), 4.0, "slider"),
        "weight": OneOf((0.1, 1.0, 10.0), 1.0),
    },
    "lines": {
        "theta": OneOf(tuple(i / 10 for i in range(-20, 21)), 1.0, "slider"),
        "warm_up": OneOf((0, 50, 200), 200),
    },
    "digits": {"fair": _FAIR},
}


def arrive(page: PageState, part: str) -> None:
    """Run what the address asks for, unless it contradicts itself; then a sentence says how."""
    said = str(page.problem)  # above, as of every page
    if not page.vary(variants(page, part)) and str(page.problem) != said:
        notices.warning(page.problem)


def variants(page: PageState, part: str) -> tuple[Mapping[str, Any], ...]:
    """What sets the runs of a part apart."""
    if part == "beside":
        return tuple(VARIANTS[name] for name in chosen(page))
    if part == "critic":
        clipped, penalised, normalised = (
            {name: value for name, value in VARIANTS[method].items() if name != "d_steps"} for method in BOUNDS
        )
        clipped |= {"clip": options.value(page, "c")}
        return clipped, penalised | {"wgan_gp": options.value(page, "lambda")}, normalised
    return tuple(DIGITS.values()) if part == "digits" else ({},)


def chosen(page: PageState) -> tuple[str, ...]:
    """The methods side by side."""
    return options.value(page, BESIDE)


def method(name: str) -> str:
    return t(f"wgan.method.{name}")
