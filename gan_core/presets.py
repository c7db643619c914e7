"""Named runs, each with the reason it exists. A preset states only its differences from the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gan_core.config import SECTION_OF, ConfigError, RunConfig


@dataclass(frozen=True)
class Preset:
    """`why` is one sentence for the person who chooses. `fails`: on purpose, to be seen."""

    config: RunConfig
    title: str
    why: str
    fails: bool = False


def _preset(title: str, why: str, **changes: object) -> Preset:
    fails = bool(changes.pop("fails", False))
    return Preset(RunConfig.of(**changes), title, why, fails)


# Unrolled GAN, appendix A: orthogonal nets, D sees x/4; the learning rates are each preset's own
_UNROLLED_NETS = {
    "latent_dim": 256,
    "g_layers": (128, 128),
    "d_layers": (128,),
    "d_activation": "relu",
    "init": "orthogonal",
    "d_input_scale": 0.25,
    "loss": "minimax",
    "g_lr": 1e-4,
    "d_lr": 3e-4,
}
_SMALL = {"g_layers": (64, 64), "d_layers": (64, 64), "loss": "minimax", "members": 5}
_DIGITS = {"data": "mnist", "batch": 64, "g_lr": 2e-4, "d_lr": 2e-4, "steps": 10_000}
# without batch norm in G and dropout in D the same minute ends in speckles
_DIGITS_MLP = _DIGITS | {
    "latent_dim": 100,
    "g_layers": (128, 256, 512),
    "g_activation": "leaky_relu",
    "g_norm": "batch",
    "d_layers": (256, 128),
    "d_dropout": 0.3,
}
_DCGAN = _DIGITS | {"architecture": "dcgan", "latent_dim": 64, "init": "dcgan"}
# Fréchet distance 148 after 1,720 steps on the whole of MNIST; with 2e-4 it is 384 after 2,380
_FASTER = {"g_lr": 1e-3, "d_lr": 1e-3}

PRESETS: dict[str, Preset] = {
    "ring": _preset(
        "Eight Gaussians on a ring",
        "The picture everybody knows: balanced nets find all eight modes within a minute, and go on circling.",
    ),
    "ring_seeds": _preset(
        "The ring, eight seeds at once",
        "One run is an anecdote: eight runs that differ only in their seed show what is luck.",
        members=8,
    ),
    "ring_minimax": _preset(
        "The ring, saturating loss",
        "On balanced nets log(1−D) finds all eight modes as well: the loss alone is not the culprit.",
        loss="minimax",
    ),
    "grid": _preset(
        "A grid of 25 Gaussians",
        "More modes than a generator finds at once: watch which ones stay empty, and for how long.",
        data="grid",
        modes=25,
        radius=4.0,
        std=0.05,
        steps=10_000,
    ),
    "collapse": _preset(
        "Mode collapse",
        "A slow generator against a faster discriminator chases it from mode to mode: few of the 8 at a time.",
        fails=True,
        **_UNROLLED_NETS,
        members=4,
        steps=2400,
    ),
    "collapse_unrolled": _preset(
        "Collapse, unrolled ten steps",
        "The start of “Mode collapse” with a generator that looks ten discriminator steps ahead: the modes come back.",
        **_UNROLLED_NETS,
        unrolled=10,
        members=4,
        steps=800,
    ),
    "vanishing": _preset(
        "Far data, and D learns fast",
        "D is sure of every fake long before a slow generator reaches the distant ring: the flat part of log(1−D).",
        fails=True,
        **_SMALL,
        radius=4.0,
        g_lr=1e-4,
        d_lr=3e-3,
        steps=400,
    ),
    "vanishing_sgd": _preset(
        "Far data, by gradient descent",
        "SGD moves G by the learning rate times the gradient: where log(1−D) is flat, G stands still.",
        fails=True,
        **_SMALL,
        radius=4.0,
        optimiser="sgd",
        g_lr=0.01,
        d_lr=0.1,
        steps=400,
    ),
    "vanishing_balanced": _preset(
        "Balanced players, near the data",
        "With equal players on the usual ring the saturating loss finds all modes too: the loss alone is no culprit.",
        **_SMALL,
        steps=1500,
    ),
    # λ: if all slopes are alike, the critic gains most at 1 + W1/2λ, which at the usual .1 of toy data is far from 1.
    # Rates: a G that is ten times slower leaves the critic near its optimum, so that its estimate follows W1 (r > .94).
    "wgan_gp": _preset(
        "WGAN with gradient penalty",
        "The critic's slope is held near 1, so its loss estimates a distance instead of saturating.",
        g_layers=(64, 64),
        d_layers=(64, 64),
        loss="wasserstein",
        wgan_gp=1.0,
        d_steps=5,
        g_lr=3e-4,
        d_lr=3e-3,
        beta2=0.9,
        steps=3000,
    ),
    "wgan_clip": _preset(
        "WGAN with weight clipping",
        "The first WGAN: RMSprop, five critic steps and weights held in ±.03.",
        loss="wasserstein",
        clip=0.03,
        d_steps=5,
        optimiser="rmsprop",
        g_lr=5e-4,
        d_lr=5e-4,
        steps=3000,
    ),
    "relativistic": _preset(
        "Relativistic loss, R1 and R2",
        "The recipe of R3GAN in small: each fake is compared with a real sample, and both slopes are damped.",
        loss="relativistic",
        r1=0.1,
        r2=0.1,
        beta1=0.0,
        beta2=0.99,
    ),
    "averaged": _preset(
        "R1 and R2, and an average of G",
        "The players circle a solution and never rest: the moving average of G, in green, is much nearer to it.",
        loss="relativistic",
        r1=0.1,
        r2=0.1,
        beta1=0.0,
        beta2=0.99,
        ema=0.999,
    ),
    # 8 of 8 seeds end with 90 to 93 % of the samples within 3σ (perfect: 98.9 %), after 20 to 27 s of one core:
    # records/presets.json
    "settling": _preset(
        "Players that come to rest",
        "R1 and R2, with rates that fall to 0 and slopes that are damped less and less: G itself settles, with nine "
        "points in ten on a mode.",
        loss="relativistic",
        r1=0.1,
        r2=0.1,
        gamma_end=0.1,
        gamma_steps=4000,
        beta1=0.0,
        beta2=0.99,
        ema=0.999,
        decay_steps=8000,
        steps=8000,
    ),
    "two_gaussians": _preset(
        "Two unequal Gaussians",
        "A quarter of the data in one mode, three quarters in the other: see whether G keeps the proportion.",
        data="two_gaussians",
        std=0.2,
        weights=(1.0, 3.0),
    ),
    "spiral": _preset(
        "Spiral",
        "A thin curve in the plane: the fakes have to bend a flat latent sheet along it.",
        data="spiral",
        std=0.05,
        steps=8000,
    ),
    "diverging": _preset(
        "Too fast to learn",
        "Plain gradient descent with a learning rate of 1: see what divergence looks like, and how it is reported.",
        fails=True,
        optimiser="sgd",
        loss="wasserstein",
        g_lr=1.0,
        d_lr=1.0,
        steps=1000,
    ),
    "bench_ring": _preset(
        "Benchmark: ring, alternating",
        "The run that speed is measured on.",
    ),
    "bench_ring_simultaneous": _preset(
        "Benchmark: ring, simultaneous",
        "The same, with both players moving at once.",
        update="simultaneous",
    ),
    "digits_mlp": _preset(
        "Digits with an MLP",
        "Two small perceptrons on handwritten digits: most samples can be read after a minute on one core.",
        **_DIGITS_MLP,
    ),
    "digits_mlp_recipe": _preset(
        "Digits, the tutorials' MLP",
        "The 100-128-256-512-1024-784 generator with batch norm that most tutorials share.",
        **_DIGITS,
        latent_dim=100,
        g_layers=(128, 256, 512, 1024),
        g_activation="leaky_relu",
        g_norm="batch",
        d_layers=(512, 256),
    ),
    "digits_dcgan": _preset(
        "Digits with a small DCGAN",
        "Convolutions know that neighbouring pixels belong together: cleaner strokes, four times slower.",
        **_DCGAN | _FASTER,
        g_norm="batch",
    ),
    "digits_conditional": _preset(
        "Digits to order",
        "Both players are told the class: the same latent draws any digit you ask for, a column of the grid each.",
        **_DCGAN | _FASTER,
        g_norm="batch",
        labels="conditional",
    ),
    "digits_ac_gan": _preset(
        "Digits, and D names them",
        "An AC-GAN: only G is told the class, and D has to say it, which gives G a second thing to learn from.",
        **_DCGAN | _FASTER,
        g_norm="batch",
        labels="auxiliary",
    ),
    "digits_progressive": _preset(
        "Digits that grow",
        "Both players start at 7×7 pixels and grow to 14×14 and 28×28: rough shapes first, and cheap first steps.",
        **_DCGAN | {"architecture": "progressive", "init": "torch"},
        g_norm="batch",
        grow_steps=100,
    ),
    "digits_multi_scale": _preset(
        "Digits at three sizes",
        "G draws 7×7, 14×14 and 28×28 at once and D sees all three, so every layer of G is told directly.",
        **_DCGAN | {"architecture": "multi_scale", "init": "torch"},
        g_norm="batch",
    ),
    "digits_seeds": _preset(
        "Digits, four seeds at once",
        "Four MLP runs side by side: which digits come first is a matter of luck.",
        **_DIGITS_MLP,
        members=4,
    ),
}

# the one that ends best, and says so: records/presets.json
FLAGSHIP = "settling"


def asked(words: Mapping[str, str], default: RunConfig) -> RunConfig:
    """The run that the words of an address ask for: fields, beside the preset that `preset` names or the default.
    Raises ConfigError."""
    fields = dict(words)
    name = fields.pop("preset", None)
    if name is not None and name not in PRESETS:
        raise ConfigError("preset", name, "config.one_of", options=", ".join(PRESETS))
    return RunConfig.from_query(fields, base=default if name is None else PRESETS[name].config)


def training_of(name: str) -> dict[str, object]:
    """How a preset trains, apart from how far: in what stands side by side all else is shared."""
    changes = PRESETS[name].config.differences()
    return {field: value for field, value in changes.items() if SECTION_OF[field] == "train" and field != "steps"}
