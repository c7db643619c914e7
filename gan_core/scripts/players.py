"""The two players of a script, as text: `generator(draws)` and `discriminator(draws)`, written out layer by layer.

Perceptrons and the DCGAN are written out as a textbook has them; what grows, or sees three sizes, is the engine's own
source. Weights are drawn in the engine's order, so that they are the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import getsource
from itertools import pairwise

from gan_core.config import CLASSES, PIECES, PIXELS, RunConfig
from gan_core.engine import dcgan, growing, modules
from gan_core.engine.builders import ARCHITECTURES as BUILDERS
from gan_core.engine.networks import LEAK

PHI = {
    "relu": "nn.ReLU()",
    "leaky_relu": f"nn.LeakyReLU({LEAK})",
    "tanh": "nn.Tanh()",
    "maxout": f"Maxout({PIECES['maxout']})",
}
NORMS = {"none": "", "batch": "nn.BatchNorm1d({n}), ", "layer": "nn.LayerNorm({n}), "}
NORMS_2D = {"none": "", "batch": "nn.BatchNorm2d({n}), ", "layer": "nn.GroupNorm(1, {n}), "}
OUTPUTS = {"symmetric": "nn.Tanh()", "unit": "nn.Sigmoid()"}
LAYERS = {"Scale(": modules.Scale, "Maxout(": modules.Maxout, "Dropout(": modules.Dropout,
          "MinibatchStd(": modules.MinibatchStd}  # fmt: skip

Lines = Sequence[str]


@dataclass(frozen=True)
class Architecture:
    """`generator`, `discriminator`: the layers, a line each. `own`: the engine's classes and functions that they use,
    and `constants` of these. `view`: from the expression of images (n, 28, 28) to that of what the players see.
    `grows`: while it trains."""

    generator: Callable[[RunConfig], Lines]
    discriminator: Callable[[RunConfig], Lines]
    own: tuple[Callable[..., object], ...] = ()
    constants: str = ""
    view: Callable[[str], str] = lambda images: f"({images}).reshape(n, 1, 28, 28).to(DTYPE)"
    grows: bool = False


def players(config: RunConfig) -> str:
    """The code of both players."""
    row, growth = ARCHITECTURES[config.model.architecture], ""
    if row.grows:
        growth = ", growth"
    bodies = row.generator(config), row.discriminator(config)
    text = "\n".join([*bodies[0], *bodies[1], *map(getsource, row.own)])
    parts = [row.constants] if row.constants else []
    parts += [getsource(layer) for called, layer in LAYERS.items() if called in text]
    parts += [getsource(one) for one in row.own]
    if config.model.labels == "conditional":
        parts.append(PROJECTION)
    parts.append(initialisation(config))
    closed = BUILDERS[config.model.architecture].closed(config)
    turned = [", turned=True" if one and not all(closed) else "" for one in closed]
    parts.append(_function(f"generator(draws{growth})", _what_g_is(config), bodies[0], turned[0]))
    wrapped = "Projection({})" if config.model.labels == "conditional" else "{}"
    parts.append(_function(f"discriminator(draws{growth})", _what_d_is(config), bodies[1], turned[1], wrapped))
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def _what_g_is(c: RunConfig) -> str:
    given = "latent z and the one-hot class" if c.model.labelled else "latent z"
    return f"G: {given} → {'image' if c.data.is_image else 'point'}"


def _what_d_is(c: RunConfig) -> str:
    noun = "image" if c.data.is_image else "point"
    given = noun if c.model.packing == 1 else f"{c.model.packing} {noun}s at once"
    return f"D: {given} → {OUTPUT_OF[c.model.labels]}"


OUTPUT_OF = {
    "none": "a, its opinion before the sigmoid",
    "conditional": "a, its opinion of image and class before the sigmoid",
    "auxiliary": "a, its opinion before the sigmoid, and a score for each class",
}


def _function(head: str, what: str, lines: Lines, turned: str, wrapped: str = "{}") -> str:
    layers = "\n        ".join(f"{line}," for line in lines)
    network = wrapped.format(f"nn.Sequential(\n        {layers}\n    )")
    return f'''def {head}:
    """{what}."""
    network = {network}
    return initialise(network.to(DTYPE), draws{turned})
'''


PROJECTION = '''class Projection(nn.Module):
    """D of a conditional GAN: of what the network puts out for an image, one number for all and that of the class."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x, y):
        outputs = self.network(x)
        return outputs[:, 0] + (outputs[:, 1:] * y).sum(1)
'''


# ── how weights are drawn: what is said, what is worked out before, the weight, the bias ─────────────────────────────

FILLS = {
    "torch": (
        "Weights and biases from U(±1/√fan_in), torch's own choice",
        "bound = 1 / math.sqrt(nn.init._calculate_fan_in_and_fan_out(layer.weight)[0])",
        "weight.uniform_(-bound, bound, generator=draws)",
        "layer.bias.uniform_(-bound, bound, generator=draws)",
    ),
    "orthogonal": (
        "Orthogonal weights with gain .8, no biases",
        "",
        "nn.init.orthogonal_(weight, 0.8, generator=draws)",
        "layer.bias.zero_()",
    ),
    "dcgan": (
        "Weights from N(0, .02), no biases, as DCGAN has it",
        "",
        "weight.normal_(0, 0.02, generator=draws)",
        "layer.bias.zero_()",
    ),
}
SCALES = ("dcgan",)  # these draw the scales of batch norms too, N(1, .02)


def initialisation(c: RunConfig) -> str:
    """`initialise(network, draws)`. The engine keeps a matrix of a stack as (in, out), in memory with its shorter side
    first: so it is filled."""
    what, before, fill, bias = FILLS[c.model.init]
    closed, convolutional = BUILDERS[c.model.architecture].closed(c), "Conv" in "".join(_text(c))
    kinds = "(nn.Linear, nn.Conv2d, nn.ConvTranspose2d)" if convolutional else "nn.Linear"
    body = [before] if before else []
    if any(closed):
        fan = [
            "fan_out, fan_in = layer.weight.shape",
            "weight = torch.empty(min(fan_in, fan_out), max(fan_in, fan_out), dtype=DTYPE)",
            "weight = weight.T if fan_out < fan_in else weight",
        ]
    if all(closed):
        body += [*fan, fill, "layer.weight.copy_(weight.T)", bias]
    elif any(closed):
        inner = ["weight = layer.weight", "if turned:", *(f"    {line}" for line in fan)]
        body += [*inner, fill, "if turned:", "    layer.weight.copy_(weight.T)", bias]
    else:
        body += [fill.replace("weight", "layer.weight", 1) if not fill.startswith("nn.") else
                 fill.replace("(weight", "(layer.weight"), bias]  # fmt: skip
    lines = "\n".join(f"            {line}" for line in body)
    norms = ""
    if c.model.init in SCALES and "nn.BatchNorm2d" in "".join(_text(c)):
        norms = """
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02, generator=draws)"""
    mixed = any(closed) and not all(closed)
    order = "\n\n    The app keeps a matrix as (in, out), its shorter side first in memory, and fills it so.\n    "
    return f'''@torch.no_grad()
def initialise(network, draws{", turned=False" if mixed else ""}):
    """{what}.{order if any(closed) else ""}"""
    for layer in network.modules():
        if isinstance(layer, {kinds}):
{lines}{norms}
    return network
'''


def _text(c: RunConfig) -> list[str]:
    row = ARCHITECTURES[c.model.architecture]
    return [*row.generator(c), *row.discriminator(c), *map(getsource, row.own)]


# ── the architectures ────────────────────────────────────────────────────────────────────────────────────────────────


def _latent(c: RunConfig) -> int:
    return c.model.latent_dim + CLASSES * c.model.labelled


def _head(c: RunConfig, features: int) -> list[str]:
    """D's last layer: one number, as (n,), or one and a score for each class."""
    m = c.model
    spread = ["MinibatchStd()"] if m.minibatch_std else []
    linear = f"nn.Linear({features + m.minibatch_std}, {1 + CLASSES * m.labelled})"
    return [*spread, linear if m.labelled else f"{linear}, nn.Flatten(0)"]


def _drop(c: RunConfig) -> str:
    return f", Dropout({c.model.d_dropout}, draws)" if c.model.d_dropout else ""


def _perceptron_g(c: RunConfig) -> Lines:
    m, outputs = c.model, PIXELS if c.data.is_image else 2
    sizes = (_latent(c), *m.g_layers)
    norm = NORMS[m.g_norm]
    hidden = [f"nn.Linear({a}, {b}), {norm.format(n=b)}{PHI[m.g_activation]}" for a, b in pairwise(sizes)]
    return [*hidden, f"nn.Linear({sizes[-1]}, {outputs})" + (f", {OUTPUTS[c.data.pixels]}" if c.data.is_image else "")]


def _perceptron_d(c: RunConfig) -> Lines:
    m, pieces = c.model, PIECES[c.model.d_activation]
    sizes = ((PIXELS if c.data.is_image else 2) * m.packing, *m.d_layers)
    hidden = []
    for i, (a, b) in enumerate(pairwise(sizes)):
        norm = NORMS[m.d_norm].format(n=b * pieces) if i else ""  # none behind the first layer, as DCGAN advises
        hidden.append(f"nn.Linear({a}, {b * pieces}), {norm}{PHI[m.d_activation]}{_drop(c)}")
    scale = [f"Scale({m.d_input_scale})"] if m.d_input_scale != 1 else []
    return [*scale, *hidden, *_head(c, sizes[-1])]


def _dcgan_g(c: RunConfig) -> Lines:
    norm = NORMS_2D[c.model.g_norm]
    return [
        f"nn.Linear({_latent(c)}, 64 * 7 * 7), nn.Unflatten(1, (64, 7, 7)), {norm.format(n=64)}nn.ReLU()",
        f"nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), {norm.format(n=32)}nn.ReLU()",
        f"nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1), {OUTPUTS[c.data.pixels]}",
    ]


def _dcgan_d(c: RunConfig) -> Lines:
    m = c.model
    return [
        f"nn.Conv2d({m.packing}, 32, 4, stride=2, padding=1), {PHI['leaky_relu']}{_drop(c)}",
        f"nn.Conv2d(32, 64, 4, stride=2, padding=1), {NORMS_2D[m.d_norm].format(n=64)}{PHI['leaky_relu']}{_drop(c)}",
        "nn.Flatten()",
        *_head(c, 64 * 7 * 7),
    ]


def _of_engine(name: str, growth: str) -> tuple[Callable[[RunConfig], Lines], Callable[[RunConfig], Lines]]:
    """Players whose classes are the engine's own."""

    def generator(c: RunConfig) -> Lines:
        return [f'{name}Generator({_latent(c)}{growth}, norm="{c.model.g_norm}", pixels="{c.data.pixels}")']

    def discriminator(c: RunConfig) -> Lines:
        m, first = c.model, growth.lstrip(", ")
        tricks = f'norm="{m.d_norm}", dropout={m.d_dropout}, minibatch_std={m.minibatch_std}'
        return [f"{name}Discriminator({first + ', ' if first else ''}draws, {tricks})", "nn.Flatten(0)"]

    return generator, discriminator


_SHARED = (dcgan.norm2d, modules.Dropout, modules.MinibatchStd, dcgan.drop, dcgan.d_head)
_BLOCKS = (growing._Trunk, growing._entrance, growing._halved, growing._down)
_SIZES = f'SIZES, LEAK = {growing.SIZES}, {LEAK}\nOUTPUTS = {{"symmetric": nn.Tanh, "unit": nn.Sigmoid}}\n'
_progressive, _multi_scale = _of_engine("Progressive", ", growth"), _of_engine("MultiScale", "")

ARCHITECTURES: dict[str, Architecture] = {
    "mlp": Architecture(
        _perceptron_g, _perceptron_d, view=lambda images: f"({images}).reshape(n, 28 * 28).to(DTYPE)"
    ),
    "dcgan": Architecture(_dcgan_g, _dcgan_d),
    "progressive": Architecture(
        *_progressive,
        own=(*_SHARED, growing.shrunk, growing.enlarged, growing.Growth, *_BLOCKS, growing.ProgressiveGenerator,
             growing.ProgressiveDiscriminator),
        constants=_SIZES,
        grows=True,
    ),
    "multi_scale": Architecture(
        *_multi_scale,
        own=(*_SHARED, growing.shrunk, growing.pyramid, *_BLOCKS, growing.MultiScaleGenerator,
             growing.MultiScaleDiscriminator),
        constants=_SIZES + "AREAS = [size * size for size in reversed(SIZES)]\n",
        view=lambda images: f"pyramid(({images}).reshape(n, 1, 28, 28)).to(DTYPE)",
    ),
}  # fmt: skip
