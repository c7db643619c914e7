"""How an architecture's networks are built: a row each, of which `gan_core.config.ARCHITECTURES` says what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from gan_core.config import CLASSES, PIECES, PIXELS, RunConfig
from gan_core.engine.dcgan import OUTPUTS, ImageAlone, PassLabel, Projection, dcgan_discriminator, dcgan_generator
from gan_core.engine.growing import (
    Growth,
    MultiScaleDiscriminator,
    MultiScaleGenerator,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    pyramid,
)
from gan_core.engine.modules import Modules, mlp_module
from gan_core.engine.networks import Network, StackedMLP
from gan_core.engine.random import RandomStreams

AUTOCAST = {"float32": None, "bfloat16": torch.bfloat16}

# (configuration, the member's own generator, how far the pair has grown) → a member's player
Build = Callable[[RunConfig, torch.Generator, Growth], nn.Module]
# (configuration, generators, dtype) → the stack of all members, or None where only modules can do what is asked for
Stack = Callable[[RunConfig, Sequence[torch.Generator], torch.dtype], StackedMLP | None]


def _no_stack(config: RunConfig, generators: Sequence[torch.Generator], dtype: torch.dtype) -> None:
    return None


@dataclass(frozen=True)
class Architecture:
    """`generator`: (latent | one-hot label) → image. `discriminator`: image → a logit, or 1 + CLASSES numbers in a run
    with labels. `image`: the shape of an image as D takes it. `rows`: from such images to what real samples are in
    training. The stacks are the closed forms of both players; `closed`: which of the two a configuration has."""

    generator: Build
    discriminator: Build
    image: tuple[int, ...] = (1, 28, 28)
    rows: Callable[[Tensor], Tensor] = lambda images: images
    generator_stack: Stack = _no_stack
    discriminator_stack: Stack = _no_stack
    closed: Callable[[RunConfig], tuple[bool, bool]] = lambda c: (False, False)


def _inputs(c: RunConfig) -> int:
    return c.model.latent_dim + CLASSES * c.model.labelled


def _outputs(c: RunConfig) -> int:
    return 1 + CLASSES * c.model.labelled


def _tricks(c: RunConfig) -> dict[str, Any]:
    return {"norm": c.model.d_norm, "dropout": c.model.d_dropout, "minibatch_std": c.model.minibatch_std}


# ── the perceptrons ──────────────────────────────────────────────────────────────────────────────────────────────────


def _g_sizes(c: RunConfig) -> tuple[int, ...]:
    return (_inputs(c), *c.model.g_layers, PIXELS if c.data.is_image else 2)


def _d_sizes(c: RunConfig) -> tuple[int, ...]:
    return ((PIXELS if c.data.is_image else 2) * c.model.packing, *c.model.d_layers, _outputs(c))


def _mlp_generator(c: RunConfig, generator: torch.Generator, growth: Growth) -> nn.Module:
    output = OUTPUTS[c.data.pixels]() if c.data.is_image else None
    return mlp_module(_g_sizes(c), c.model.g_activation, generator, norm=c.model.g_norm, output=output)


def _mlp_discriminator(c: RunConfig, generator: torch.Generator, growth: Growth) -> nn.Module:
    scale = c.model.d_input_scale
    return mlp_module(_d_sizes(c), c.model.d_activation, generator, norm_first=False, input_scale=scale, **_tricks(c))


def _mlp_closed(c: RunConfig) -> tuple[bool, bool]:
    m = c.model
    g = m.g_norm == "none" and not m.labelled and c.data.pixels == "symmetric"
    d = m.d_norm == "none" and not m.labelled and not m.minibatch_std and PIECES[m.d_activation] == 1
    return g, d


def _mlp_generator_stack(c: RunConfig, generators: Sequence[torch.Generator], dtype: torch.dtype) -> StackedMLP | None:
    m = c.model
    if not _mlp_closed(c)[0]:
        return None
    return StackedMLP(_g_sizes(c), m.g_activation, generators, init=m.init, squash=c.data.is_image, dtype=dtype)


def _mlp_discriminator_stack(
    c: RunConfig, generators: Sequence[torch.Generator], dtype: torch.dtype
) -> StackedMLP | None:
    m = c.model
    if not _mlp_closed(c)[1]:
        return None
    return StackedMLP(
        _d_sizes(c), m.d_activation, generators,
        init=m.init, dropout=m.d_dropout, input_scale=m.d_input_scale, dtype=dtype,
    )  # fmt: skip


ARCHITECTURES: dict[str, Architecture] = {
    "mlp": Architecture(
        _mlp_generator,
        _mlp_discriminator,
        image=(PIXELS,),
        generator_stack=_mlp_generator_stack,
        discriminator_stack=_mlp_discriminator_stack,
        closed=_mlp_closed,
    ),
    "dcgan": Architecture(
        lambda c, generator, growth: dcgan_generator(_inputs(c), norm=c.model.g_norm, pixels=c.data.pixels),
        lambda c, generator, growth: dcgan_discriminator(c.model.packing, generator, outputs=_outputs(c), **_tricks(c)),
    ),
    "progressive": Architecture(
        lambda c, generator, growth: ProgressiveGenerator(
            _inputs(c), growth, norm=c.model.g_norm, pixels=c.data.pixels
        ),
        lambda c, generator, growth: ProgressiveDiscriminator(growth, generator, **_tricks(c)),
    ),
    "multi_scale": Architecture(
        lambda c, generator, growth: MultiScaleGenerator(_inputs(c), norm=c.model.g_norm, pixels=c.data.pixels),
        lambda c, generator, growth: MultiScaleDiscriminator(generator, **_tricks(c)),
        rows=pyramid,
    ),
}


def build_generator(config: RunConfig, random: RandomStreams, dtype: torch.dtype, growth: Growth) -> Network:
    """G of every member: in closed form where there is one."""
    m, generators = config.model, random.generators("generator")
    architecture = ARCHITECTURES[m.architecture]

    def build(generator: torch.Generator) -> nn.Module:
        player = architecture.generator(config, generator, growth)
        return PassLabel(player) if m.labelled else player

    stack = architecture.generator_stack(config, generators, dtype)
    return stack or Modules(build, generators, init=m.init, dtype=dtype, autocast=AUTOCAST[m.precision])


def build_discriminator(config: RunConfig, random: RandomStreams, dtype: torch.dtype, growth: Growth) -> Network:
    """D of every member: in closed form where there is one."""
    m, generators = config.model, random.generators("discriminator")
    architecture = ARCHITECTURES[m.architecture]

    def build(generator: torch.Generator) -> nn.Module:
        player = architecture.discriminator(config, generator, growth)
        if not m.labelled:
            return player
        player = nn.Sequential(ImageAlone(*architecture.image), *cast(nn.Sequential, player))
        return Projection(player) if m.labels == "conditional" else player

    stack = architecture.discriminator_stack(config, generators, dtype)
    return stack or Modules(build, generators, init=m.init, dtype=dtype, autocast=AUTOCAST[m.precision])
