"""The frozen description of a run: DataConfig + ModelConfig + TrainConfig → RunConfig, as JSON and as a URL query.

Every number that can change a run stands here, with its limits beside it, so that a page, a link, the command line and
a checkpoint's card all mean the same run. What cannot be a run is refused here with one sentence (`ConfigError`).
A loss, an optimiser, an order of updates and an architecture are a row each, of what can be said of them without
computing anything; a row of the same name has the mathematics, in `losses`, `optimisers`, `ensemble` and `builders` of
`gan_core.engine`.
This module imports nothing heavy, and of ours only the errors. A run's fields are best read beside what they refuse:
so it is one file, and a long one.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import pairwise
from typing import Any, Literal, get_type_hints

from gan_core.errors import ConfigError, Field, Option, choices

POINT_DATA = (
    "ring", "grid", "two_gaussians", "spiral", "swiss_roll", "moons", "checkerboard", "line", "ellipse", "custom",
)  # fmt: skip
DOWNLOADED = ("mnist_full", "fashion_mnist")
IMAGE_DATA = ("mnist", *DOWNLOADED)
ACTIVATIONS = ("relu", "leaky_relu", "tanh")
MAXOUT_PIECES = 5
PIECES = dict.fromkeys(ACTIVATIONS, 1) | {"maxout": MAXOUT_PIECES}  # linear pieces behind a hidden unit of D
NORMS = ("none", "batch", "layer")
PIXELS, CLASSES = 28 * 28, 10  # of every image data set

MAX_PARAMETERS = 16_000_000  # members × parameters of both players: four float32 copies are 256 MB
MAX_ROWS = 32_768  # members × batch
WIDTH_LIMIT, DEPTH_LIMIT = 1024, 8


LN2 = math.log(2)


@dataclass(frozen=True)
class LossFacts:
    """What a loss is. `kind` says what D's output a means: σ(a) is the `probability` of real; a `score`; or the value
    of a `critic`, of which only differences count.

    formula: (D's, G's), as the page writes them, with a for D's output and D = σ(a).
    equilibrium: (D's loss, G's loss) where the generated distribution is the real one and D cannot tell them apart.
    None: a constant can be added to D without changing the game.
    threshold: D calls a sample real above it; None of a D that only compares.
    paired: G's loss looks at the real samples too. smoothable: the target of the real samples can be lowered.
    features: G's loss is of D's last hidden layer, and not of its output.
    """

    kind: Literal["probability", "score", "critic"]
    formula: tuple[str, str]
    equilibrium: tuple[float, float | None]
    threshold: float | None = 0.0
    paired: bool = False
    smoothable: bool = False
    features: bool = False


LOSSES: dict[str, LossFacts] = {
    "minimax": LossFacts(
        "probability", ("−log D(x) − log(1 − D(G(z)))", "log(1 − D(G(z)))"), (2 * LN2, -LN2), smoothable=True
    ),
    "non_saturating": LossFacts(
        "probability", ("−log D(x) − log(1 − D(G(z)))", "−log D(G(z))"), (2 * LN2, LN2), smoothable=True
    ),
    "least_squares": LossFacts(  # a = ½ at the equilibrium, halfway between the targets 0 and 1
        "score", ("½(a(x) − 1)² + ½a(G(z))²", "½(a(G(z)) − 1)²"), (1 / 4, 1 / 8), threshold=0.5, smoothable=True
    ),
    "hinge": LossFacts(  # any constant a in [−1, 1] is optimal for D; this is the one in the middle
        "score", ("max(0, 1 − a(x)) + max(0, 1 + a(G(z)))", "−a(G(z))"), (2.0, 0.0)
    ),
    "wasserstein": LossFacts("critic", ("a(G(z)) − a(x)", "−a(G(z))"), (0.0, None), threshold=None),
    "relativistic": LossFacts(  # at the equilibrium the same output for both
        "score",
        ("log(1 + exp(a(G(z)) − a(x)))", "log(1 + exp(a(x) − a(G(z))))"),
        (LN2, LN2),
        threshold=None,
        paired=True,
    ),
    # the f-GAN family and the MMD: `gan_core.engine.divergences`. At the equilibrium p = q, so T = f′(1)
    "kl": LossFacts("score", ("exp(a(G(z)) − 1) − a(x)", "−exp(a(G(z)) − 1)"), (0.0, -1.0), threshold=1.0),
    "reverse_kl": LossFacts("score", ("a(G(z)) − 1 + exp(−a(x))", "1 − a(G(z))"), (0.0, 1.0)),
    "pearson": LossFacts("score", ("¼a(G(z))² + a(G(z)) − a(x)", "−¼a(G(z))² − a(G(z))"), (0.0, 0.0)),
    "hellinger": LossFacts("score", ("exp(a(G(z))) + exp(−a(x)) − 2", "1 − exp(a(G(z)))"), (0.0, 0.0)),
    "mmd": LossFacts(
        "critic", ("−MMD²(a(x), a(G(z)))", "MMD²(a(x), a(G(z)))"), (0.0, 0.0), threshold=None, paired=True
    ),
    "feature_matching": LossFacts(  # h: D's last hidden layer
        "probability",
        ("−log D(x) − log(1 − D(G(z)))", "½‖E h(x) − E h(G(z))‖²"),
        (2 * LN2, 0.0),
        paired=True,
        smoothable=True,
        features=True,
    ),
}


@dataclass(frozen=True)
class OptimiserFacts:
    """What an optimiser is. `betas`: which of β₁ and β₂ it has; `unrolls`: whether G can look through its updates."""

    betas: frozenset[str] = frozenset()
    unrolls: bool = False


_BETAS = frozenset({"beta1", "beta2"})
OPTIMISERS: dict[str, OptimiserFacts] = {
    "adam": OptimiserFacts(_BETAS, unrolls=True),
    "optimistic_adam": OptimiserFacts(_BETAS),
    "rmsprop": OptimiserFacts(),
    "sgd": OptimiserFacts(unrolls=True),
}


@dataclass(frozen=True)
class UpdateFacts:
    """Who moves when. `at_once`: both players, along gradients of the same point, which a step finds `times` over."""

    at_once: bool
    times: int = 1


UPDATES: dict[str, UpdateFacts] = {
    "alternating": UpdateFacts(at_once=False),
    "simultaneous": UpdateFacts(at_once=True),
    "extragradient": UpdateFacts(at_once=True, times=2),
}


def number(default: float | int, low: float, high: float) -> Any:
    return field(default=default, metadata={"low": low, "high": high})


def choice(default: str, options: Iterable[str]) -> Any:
    """One of these names, or of those of a registry."""
    return field(default=default, metadata={"options": options})


def widths(*default: int) -> Any:
    return field(default=default, metadata={"low": 1, "high": WIDTH_LIMIT, "longest": DEPTH_LIMIT})


@dataclass(frozen=True)
class DataConfig:
    """Which distribution is real. `data` is a name of `gan_core.data`; the other fields shape the 2-D ones."""

    data: str = choice("ring", POINT_DATA + IMAGE_DATA)
    modes: int = number(8, 1, 64)  # ring: number of modes; grid: modes per side is its square root
    radius: float = number(2.0, 0.1, 10.0)  # ring, ellipse: radius; grid, two_gaussians: half the width
    std: float = number(0.02, 0.001, 1.0)  # σ of a mode, or of the noise around a curve
    weights: tuple[float, ...] = field(default=(), metadata={"low": 0.0, "high": 1e6, "longest": 64})  # () = equal
    points: str = field(default="", metadata={"longest": 1500})  # custom: digest of a table, or a drawing itself
    pixels: str = choice("symmetric", ("symmetric", "unit"))  # [−1, 1] with tanh on G's output, or [0, 1] with σ

    @property
    def is_image(self) -> bool:
        return self.data in IMAGE_DATA


@dataclass(frozen=True)
class ArchitectureFacts:
    """What an architecture is.

    parameters: (G, D) of one member. images_only: it cannot make points in the plane.
    refuses: fields that have to stay as they are by default, and why, a code of `errors.ENGLISH`.
    ignores: fields that change nothing.
    grows: its pictures become larger while it trains. convolutional: a weight meets many places of an image.
    """

    parameters: Callable[[RunConfig], tuple[int, int]]
    images_only: bool = True
    refuses: Mapping[str, str] = field(default_factory=dict)
    ignores: frozenset[str] = frozenset()
    grows: bool = False
    convolutional: bool = True

    def offers(self, name: str) -> bool:
        """Whether the field can change a run with this architecture."""
        return name not in self.refuses and name not in self.ignores


def _perceptrons(c: RunConfig) -> tuple[int, int]:
    m, pixels = c.model, PIXELS if c.data.is_image else 2
    outputs = 1 + CLASSES * m.labelled
    g_norms = 2 * sum(m.g_layers) if m.g_norm != "none" else 0
    pieces = PIECES[m.d_activation]
    d_norms = 2 * pieces * sum(m.d_layers[1:]) if m.d_norm != "none" else 0
    d = _perceptron((pixels * m.packing, *m.d_layers, outputs), pieces) + d_norms + m.minibatch_std * outputs
    return _perceptron((m.latent_dim + CLASSES * m.labelled, *m.g_layers, pixels)) + g_norms, d


def _perceptron(sizes: tuple[int, ...], pieces: int = 1) -> int:
    hidden = sum((fan_in + 1) * fan_out * pieces for fan_in, fan_out in pairwise(sizes[:-1]))
    return hidden + (sizes[-2] + 1) * sizes[-1]


def _convolutions(
    c: RunConfig, *, pictures: bool = False, entrances: tuple[int, int] = (0, 0), beside: tuple[int, int] = (0, 0)
) -> tuple[int, int]:
    """Of a DCGAN; with `pictures` of G's features at 7×7 and 14×14 too, and D's `entrances` for them: so many channels,
    and so many `beside` those that come from above."""
    m, outputs = c.model, 1 + CLASSES * c.model.labelled
    g_norms = 2 * (64 + 32) if m.g_norm != "none" else 0
    d_norms = 2 * 64 if m.d_norm != "none" else 0
    g = (m.latent_dim + CLASSES * m.labelled + 1) * 64 * 7 * 7 + (64 * 16 + 1) * 32 + 32 * 16 + 1
    d = (m.packing * 16 + 1) * 32 + ((32 + beside[1]) * 16 + 1) * 64 + 10 * sum(entrances)
    head = ((64 + beside[0]) * 7 * 7 + m.minibatch_std + 1) * outputs
    return g + g_norms + pictures * (65 + 33), d + d_norms + head


_UNROLLED = {"unrolled": "config.unrolled_points"}
_PLAIN = {
    "labels": "config.without_labels",
    "packing": "config.without_packing",
} | _UNROLLED
_LAYERS = frozenset({"g_layers", "d_layers", "g_activation", "d_activation", "d_input_scale"})
ARCHITECTURES: dict[str, ArchitectureFacts] = {
    "mlp": ArchitectureFacts(
        _perceptrons,
        images_only=False,
        refuses={"precision": "config.closed_form"},
        ignores=frozenset({"grow_steps"}),
        convolutional=False,
    ),
    "dcgan": ArchitectureFacts(_convolutions, refuses=_UNROLLED, ignores=_LAYERS | {"grow_steps"}),
    "progressive": ArchitectureFacts(
        partial(_convolutions, pictures=True, entrances=(64, 32)), refuses=_PLAIN, ignores=_LAYERS, grows=True
    ),
    "multi_scale": ArchitectureFacts(
        partial(_convolutions, pictures=True, entrances=(16, 8), beside=(16, 8)),
        refuses=_PLAIN,
        ignores=_LAYERS | {"grow_steps"},
    ),
}


@dataclass(frozen=True)
class ModelConfig:
    """The two players."""

    architecture: str = choice("mlp", ARCHITECTURES)
    labels: str = choice(
        "none", ("none", "conditional", "auxiliary")
    )  # G is told the class, and D too or has to say it
    latent_dim: int = number(2, 1, 256)
    latent: str = choice("normal", ("normal", "uniform"))  # N(0, 1) or U(−1, 1), every coordinate independent
    g_layers: tuple[int, ...] = widths(128, 128)  # hidden widths
    d_layers: tuple[int, ...] = widths(128, 128)
    g_activation: str = choice("relu", ACTIVATIONS)
    d_activation: str = choice("leaky_relu", PIECES)
    g_norm: str = choice("none", NORMS)
    d_norm: str = choice("none", NORMS)
    d_dropout: float = number(0.0, 0.0, 0.9)
    init: str = choice("torch", ("torch", "orthogonal", "dcgan"))  # torch's default, orthogonal with gain .8, N(0, .02)
    d_input_scale: float = number(1.0, 0.01, 10.0)  # D sees scale · x (Unrolled GAN uses 1/4)
    packing: int = number(1, 1, 10)  # PacGAN: D scores this many samples at once
    minibatch_std: bool = False  # D also sees the standard deviation of its batch
    precision: str = choice("float32", ("float32", "bfloat16"))  # of a DCGAN's products; parameters stay float32

    @property
    def labelled(self) -> bool:
        """Is G told which class to draw?"""
        return self.labels != "none"


@dataclass(frozen=True)
class TrainConfig:
    """How the players are updated. A step is `d_steps` D updates and one G update."""

    loss: str = choice("non_saturating", LOSSES)
    update: str = choice("alternating", UPDATES)
    optimiser: str = choice("adam", OPTIMISERS)
    batch: int = number(256, 2, 1024)
    g_lr: float = number(1e-3, 0.0, 1.0)
    d_lr: float = number(1e-3, 0.0, 1.0)
    beta1: float = number(0.5, 0.0, 0.999)
    beta2: float = number(0.999, 0.0, 0.99999)
    decay_steps: int = number(0, 0, 1_000_000)  # both rates fall linearly to 0 over this many steps; 0 = they stay
    ema: float = number(0.0, 0.0, 0.9999)  # decay of the moving average of G's parameters; 0 = none is kept
    lookahead: int = number(0, 0, 100_000)  # both players go halfway back after so many steps; 0 = never
    consensus: float = number(0.0, 0.0, 1000.0)  # both players also descend (γ/2)‖v‖², v their two gradients
    d_steps: int = number(1, 1, 50)
    clip: float = number(0.0, 0.0, 10.0)  # weights of D stay in ±clip; 0 = off
    wgan_gp: float = number(0.0, 0.0, 1000.0)  # λ E(‖∇D(x̂)‖ − 1)²
    r1: float = number(0.0, 0.0, 1000.0)  # (γ/2) E‖∇D(real)‖²
    r2: float = number(0.0, 0.0, 1000.0)  # (γ/2) E‖∇D(fake)‖²
    dragan: float = number(0.0, 0.0, 1000.0)  # λ E(‖∇D(x + noise)‖ − 1)² around real samples
    lecam: float = number(0.0, 0.0, 1000.0)  # λ (E(a(real) − ā(fake))² + E(a(fake) − ā(real))²), ā: moving averages
    spectral_norm: bool = False  # every weight of D is divided by its largest singular value
    gamma_end: float = number(1.0, 0.0, 1.0)  # the share of γ (R1, R2) that is left …
    gamma_steps: int = number(0, 0, 1_000_000)  # … after so many steps, falling as a half cosine; 0 = it stays
    label_smoothing: float = number(0.0, 0.0, 0.5)  # one-sided: the real target is 1 − this
    instance_noise: float = number(0.0, 0.0, 5.0)  # σ of the noise on everything D sees, at the start
    noise_steps: int = number(0, 0, 1_000_000)  # it falls linearly to 0 over this many steps; 0 = it stays
    skip_d_below: float = number(0.0, 0.0, 10.0)  # D pauses while its loss is below this; 0 = never
    unrolled: int = number(0, 0, 20)  # G looks this many D steps ahead
    grow_steps: int = number(300, 1, 100_000)  # progressive: 7×7, fade, 14×14, fade take this many each, then 28×28
    members: int = number(1, 1, 128)  # independent runs in lock-step, seeds seed, seed + 1, …
    seed: int = number(0, 0, 2**31 - 1)
    steps: int = number(5000, 1, 1_000_000)  # where Play stops

    def noise_at(self, step: float) -> float:
        """σ of the instance noise after so many steps: linear from instance_noise to 0 over noise_steps, or steady."""
        left = max(0.0, 1 - step / self.noise_steps) if self.noise_steps else 1.0
        return self.instance_noise * left


Section = Literal["data", "model", "train"]
SECTIONS: dict[Section, type] = {"data": DataConfig, "model": ModelConfig, "train": TrainConfig}
FIELDS: dict[str, dataclasses.Field] = {f.name: f for s in SECTIONS.values() for f in dataclasses.fields(s)}
SECTION_OF: dict[str, Section] = {f.name: name for name, s in SECTIONS.items() for f in dataclasses.fields(s)}
TYPES: dict[str, Any] = {name: t for s in SECTIONS.values() for name, t in get_type_hints(s).items() if name in FIELDS}
PENALTIES = ("wgan_gp", "r1", "r2", "dragan")  # on D's slope
# What members of one ensemble may differ in: the rest fixes the shape of the computation.
MEMBER_FIELDS = ("seed", "g_lr", "d_lr", "beta1", "beta2", *PENALTIES, "lecam", "consensus")


@dataclass(frozen=True)
class RunConfig:
    """One run, whole. Equal configurations give bit-identical runs on one machine.

    Construct it from its three sections, or flat with `RunConfig.of(data="grid", g_lr=1e-4)`; `replace` changes fields
    by their flat names. Raises ConfigError on anything that cannot run.
    """

    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    train: TrainConfig = TrainConfig()

    def __post_init__(self) -> None:
        for name, value in self.flat():
            _check_field(name, value)
        _check_together(self)

    @classmethod
    def of(cls, **changes: Any) -> RunConfig:
        return cls().replace(**changes)

    def replace(self, **changes: Any) -> RunConfig:
        sections: dict[Section, dict[str, Any]] = {name: {} for name in SECTIONS}
        for name, value in changes.items():
            if name not in FIELDS:
                near = difflib.get_close_matches(name, FIELDS, 1)
                if not near:
                    raise ConfigError(name, value, "config.no_field")
                raise ConfigError(name, value, "config.near_field", near=Field(near[0]))
            sections[SECTION_OF[name]][name] = value
        changed = {name: dataclasses.replace(getattr(self, name), **news) for name, news in sections.items() if news}
        return dataclasses.replace(self, **changed) if changed else self

    def flat(self) -> Iterator[tuple[str, Any]]:
        """(field, value) over all three sections, in the order they stand here."""
        for name in FIELDS:
            yield name, getattr(getattr(self, SECTION_OF[name]), name)

    def differences(self, base: RunConfig | None = None) -> dict[str, Any]:
        """The fields in which this differs from `base` (the default configuration)."""
        usual = _usual() if base is None else dict(base.flat())
        return {name: value for name, value in self.flat() if value != usual[name]}

    def to_query(self, base: RunConfig | None = None) -> dict[str, str]:
        """The fields that differ from `base` (the default configuration), as URL parameters.

        `from_query` with the same base gives this configuration back.
        """
        return {name: _to_text(value) for name, value in self.differences(base).items()}

    @classmethod
    def from_query(cls, query: Mapping[str, str], base: RunConfig | None = None) -> RunConfig:
        """`base` with the fields of the query. Raises ConfigError naming the field, the value and what is allowed."""
        return (base or cls()).replace(**{name: _from_text(name, text) for name, text in query.items()})

    def to_json(self) -> str:
        return json.dumps({name: dataclasses.asdict(getattr(self, name)) for name in SECTIONS}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> RunConfig:
        """Raises ConfigError, also on what is not JSON."""
        try:
            sections = json.loads(text)
        except (ValueError, RecursionError, TypeError) as error:
            raise ConfigError("json", text, "config.json") from error
        if not isinstance(sections, dict):
            raise ConfigError("json", sections, "config.json_object")
        flat: dict[str, Any] = {}
        for section, values in sections.items():
            if section not in SECTIONS or not isinstance(values, dict):
                raise ConfigError(section, values, "config.sections")
            for name, value in values.items():
                if SECTION_OF.get(name) != section:
                    raise ConfigError(name, value, "config.other_section", section=section)
                flat[name] = tuple(value) if isinstance(value, list) else value
        return cls.of(**flat)

    def member(self, k: int) -> RunConfig:
        """Member k alone: the same run with seed + k (modulo 2³¹)."""
        return self.replace(members=1, seed=self.seed_of(k))

    def seed_of(self, k: int) -> int:
        """Of member k, without making its configuration, which checks all of it."""
        return (self.train.seed + k) % 2**31

    @property
    def parameter_counts(self) -> tuple[int, int]:
        """(G, D): parameters of one member."""
        return ARCHITECTURES[self.model.architecture].parameters(self)


def limits(name: str) -> tuple[float, float]:
    """(low, high) that the field allows, both included."""
    return FIELDS[name].metadata["low"], FIELDS[name].metadata["high"]


def options(name: str) -> tuple[str, ...]:
    """The values that the field allows."""
    return tuple(FIELDS[name].metadata["options"])


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return "-".join(_to_text(v) for v in value)
    return value if isinstance(value, str) else repr(value)


def _from_text(name: str, text: str) -> Any:
    kind = TYPES.get(name)
    if kind is None or kind is str:
        return text
    try:
        if kind is bool:
            return {"1": True, "true": True, "0": False, "false": False}[text.strip().lower()]
        if kind in (int, float):
            return kind(text)
        part = int if kind == tuple[int, ...] else float
        # a minus separates, except in an exponent: 1e-3-2 is (1e-3, 2)
        pieces = text.replace("e-", "e~").replace("E-", "e~").split("-") if text else []
        return tuple(part(piece.replace("~", "-")) for piece in pieces)
    except (ValueError, KeyError, AttributeError) as error:
        code, arguments = _allowed(name)
        raise ConfigError(name, text, code, **arguments) from error


def _allowed(name: str) -> tuple[str, dict[str, Any]]:
    """What the field takes: a code of `errors.ENGLISH`, and its arguments."""
    meta, kind = FIELDS[name].metadata, TYPES[name]
    if "options" in meta:
        return "config.one_of", {"options": choices(name, meta["options"])}
    if kind is bool:
        return "config.switch", {}
    if kind is str:
        return "config.text", {"longest": meta["longest"]}
    limits = {"low": meta["low"], "high": meta["high"]}
    noun = "whole_number" if kind in (int, tuple[int, ...]) else "number"
    if "longest" in meta:
        return f"config.list_of_{noun}s", limits | {"longest": meta["longest"]}
    return f"config.{noun}", limits


@cache
def _usual() -> dict[str, Any]:
    return dict(RunConfig().flat())


def _check_field(name: str, value: Any) -> None:
    meta, kind = FIELDS[name].metadata, TYPES[name]
    if "options" in meta:
        ok = isinstance(value, str) and value in meta["options"]
    elif kind is bool:
        ok = isinstance(value, bool)
    elif kind is str:
        ok = isinstance(value, str) and len(value) <= meta["longest"] and (value.isalnum() or not value)
        ok = ok and value.isascii()
    elif "longest" in meta:
        part = int if kind == tuple[int, ...] else float
        ok = isinstance(value, tuple) and len(value) <= meta["longest"] and all(_fits(v, part, meta) for v in value)
    else:
        ok = _fits(value, kind, meta)
    if not ok:
        code, arguments = _allowed(name)
        raise ConfigError(name, value, code, **arguments)


def _fits(value: Any, kind: type, meta: Mapping[str, Any]) -> bool:
    numeric = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, numeric):
        return False
    return meta["low"] <= value <= meta["high"]  # False for NaN, and exact for integers of any length


def _others(name: str) -> tuple[Option, ...]:
    """The architectures that take the field."""
    return choices("architecture", (other for other, facts in ARCHITECTURES.items() if name not in facts.refuses))


def _check_together(c: RunConfig) -> None:
    """Options that contradict one another, each with the reason."""
    d, m, t = c.data, c.model, c.train

    def refuse(name: str, code: str, /, **arguments: Any) -> None:
        raise ConfigError(name, getattr(getattr(c, SECTION_OF[name]), name), code, **arguments)

    if d.data == "grid" and math.isqrt(d.modes) ** 2 != d.modes:
        refuse("modes", "config.grid_modes")
    if d.weights and d.data not in ("ring", "grid", "two_gaussians"):
        refuse("weights", "config.no_modes_to_weigh")
    if d.weights and len(d.weights) != (2 if d.data == "two_gaussians" else d.modes):
        refuse("weights", "config.one_weight_each")
    if d.weights and not sum(d.weights) > 0:
        refuse("weights", "config.a_weight")
    if d.data == "custom" and not d.points:
        refuse("points", "config.needs_table")
    if d.data != "custom" and d.points:
        refuse("points", "config.takes_no_table")
    architecture = ARCHITECTURES[m.architecture]
    if architecture.images_only and not d.is_image:
        plane = choices("architecture", (name for name, facts in ARCHITECTURES.items() if not facts.images_only))
        refuse("architecture", "config.images_only", plane=plane)
    for name, why in architecture.refuses.items():
        if getattr(getattr(c, SECTION_OF[name]), name) != FIELDS[name].default:
            refuse(name, why, name=Option("architecture", m.architecture), others=_others(name))
    if m.labelled and not d.is_image:
        refuse("labels", "config.no_classes", options=choices("data", IMAGE_DATA))
    if m.labelled and m.packing > 1:
        refuse("packing", "config.mixed_pack")
    if m.precision != "float32" and any(getattr(t, name) for name in PENALTIES):
        refuse("precision", "config.penalty_precision")
    if not m.g_layers or not m.d_layers:
        refuse("d_layers" if m.g_layers else "g_layers", "config.no_layer")
    for name in PENALTIES:
        if getattr(t, name) and m.d_norm == "batch":
            refuse(name, "config.penalty_batch_norm")
        if getattr(t, name) and m.minibatch_std:
            refuse(name, "config.penalty_minibatch_std")
    if t.spectral_norm and t.clip:
        refuse("spectral_norm", "config.clip_or_norm")
    if t.clip and t.wgan_gp:
        refuse("clip", "config.clip_or_penalty")
    in_closed_form = m.d_norm == "none" and not (m.labelled or m.minibatch_std or PIECES[m.d_activation] > 1)
    if LOSSES[t.loss].features and (architecture.convolutional or not in_closed_form or t.unrolled):
        refuse("loss", "config.features_plain")
    if t.label_smoothing and not LOSSES[t.loss].smoothable:
        smoothable = choices("loss", (name for name, facts in LOSSES.items() if facts.smoothable))
        refuse("label_smoothing", "config.no_label_to_smooth", options=smoothable)
    if t.skip_d_below and LOSSES[t.loss].kind == "critic":
        refuse("skip_d_below", "config.no_scale")
    if t.gamma_steps and not (t.r1 or t.r2):
        refuse("gamma_steps", "config.no_gamma")
    if t.gamma_end != 1 and not t.gamma_steps:
        refuse("gamma_end", "config.no_gamma_steps")
    if t.noise_steps and not t.instance_noise:
        refuse("noise_steps", "config.no_noise")
    if UPDATES[t.update].at_once and (t.d_steps > 1 or t.unrolled):
        refuse("update", "config.simultaneous")
    if t.unrolled and (d.is_image or m.g_norm != "none" or m.d_norm != "none" or PIECES[m.d_activation] > 1):
        refuse("unrolled", "config.unrolled_points")
    plain = not (any(getattr(t, name) for name in PENALTIES) or t.lecam or t.clip or t.spectral_norm)
    if t.unrolled and (not plain or m.d_dropout or m.minibatch_std):
        refuse("unrolled", "config.unrolled_plain")
    if t.unrolled and not OPTIMISERS[t.optimiser].unrolls:
        options = choices("optimiser", (name for name, facts in OPTIMISERS.items() if facts.unrolls))
        refuse("unrolled", "config.unrolled_optimiser", options=options)
    alone = not (m.labelled or m.d_dropout or t.unrolled or LOSSES[t.loss].features) and m.precision == "float32"
    slopes = any(getattr(t, name) for name in PENALTIES) or t.lecam or t.spectral_norm
    if t.consensus and (slopes or not alone):
        refuse("consensus", "config.consensus_plain")
    if t.batch % m.packing:
        refuse("packing", "config.divides_batch", size=t.batch)
    if (m.g_norm == "batch" or m.d_norm == "batch" or m.minibatch_std) and t.batch // m.packing < 2:
        refuse("batch", "config.two_samples")
    if t.members * t.batch > MAX_ROWS:
        refuse("members", "config.rows", most=MAX_ROWS)
    if t.members * sum(c.parameter_counts) > MAX_PARAMETERS:
        refuse("members", "config.parameters", most=MAX_PARAMETERS, n=t.members * sum(c.parameter_counts))
