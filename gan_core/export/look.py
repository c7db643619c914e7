"""How an export looks: its shape, its colours, its words. One object goes through all writers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gan_core.config import limits
from gan_core.errors import ExportError, Failure
from gan_core.export.fonts import tidy
from gan_core.figures import style

# In points of a slide that is 960 wide: at scale 2 the first is 1920 × 1080 pixels, at 4 3840 × 2160.
SHAPES: dict[str, tuple[int, int]] = {"16:9": (960, 540), "4:3": (960, 720), "1:1": (720, 720)}

MOST_STEPS = 64  # moments
LAYERS = ("field", "gap", "real", "fake", "averaged", "arrows", "lattice", "modes")  # of the plane
USUAL = ("field", "real", "fake", "averaged", "modes")  # … that it shows unless somebody chooses others
WHOLE = (0.5, 0.5, 1.0)  # of the plane's window: where its middle is across and down, and how many times it is enlarged

WORDS = {
    "real": "real",
    "fake": "generated",
    "field": "D(x)",
    "half": "D = ½",
    "mode": "mode",
    "missing": "missing mode",
    "step": "step",
    "seed": "seed",
    "losses": "loss (nats)",
    "outputs": "mean output of D",
    "gradients": "norm of the gradient",
    "opinions": "output of D",
    "count": "samples",
    "digit": "digit",
    "d_loss": "D",
    "g_loss": "G",
    "d_real": "D on real",
    "d_fake": "D on generated",
    "d_grad": "‖∇D‖",
    "g_grad": "‖∇G‖",
    "averaged": "averaged G",
    "arrows": "where G pulls",
    "lattice": "grid of latents",
    "gap": "|D − D*|",
    "shares": "share of the samples",
    "right": "as in the data",
    "some": "{n} of {of} seeds",
    "not_finite": "not finite since step {step}",
    "play": "Play",
    "pause": "Pause",
    "speed": "Speed",
    "member": "Seed",
    "title_picture": "Generated and real, step {step}",
    "title_sheet": "Generated, step {step}",
    "title_slide": "Step {step}",
    "title_strip": "From step to step",
    "title_losses": "Losses",
    "title_outputs": "What D says",
    "title_gradients": "Gradients",
    "title_opinions": "D's outputs at step {step}",
    "title_modes": "Who makes what, step by step",
}


@dataclass(frozen=True)
class Theme:
    """Colours of everything that has no meaning of its own, and of what has one on this background."""

    background: str
    ink: str
    faint: str
    rule: str
    real: str
    fake: str
    edge: str  # round a generated point, so that it is seen on any opinion of D, in grey too
    rim: str  # … and round all others
    missing: str
    # D's opinion: towards generated, towards real
    opinion: tuple[str, str]
    # of real points that a visitor gave words to, beside `real`: as on the page, told apart in grey too
    more: tuple[str, ...]
    # of a share of nothing, of as much as in the data, and of twice that: ever further from the background
    heat: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        return self.real, *self.more


HEAT = ("#fde725", "#7ad151", "#22a884", "#2a788e", "#414487", "#440154")  # viridis, from light to dark
THEMES: dict[str, Theme] = {
    "light": Theme("#ffffff", "#1a1c23", "#5b606e", "#cdd1d9", style.REAL, style.FAKE, "#3a2800", "#002336",
                   style.SATURATING, (style.LOW, style.HIGH), style.KINDS, ("#ffffff", *HEAT)),
    "dark": Theme("#0e1117", "#fafafa", "#a6abb8", "#3a404d", style.PALETTE[4], style.FAKE, "#ffe2a8", "#d6e9f8",
                  style.SATURATING, (style.LOW_ON_DARK, style.HIGH_ON_DARK), style.KINDS_ON_DARK,
                  ("#0e1117", *reversed(HEAT))),
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """shape: of SHAPES; theme: of THEMES. title: a visitor's words, "" for the figure's own. transparent: no
    background. step: the moment that is drawn, None for the newest; steps: those of a time strip, () for a few spread
    over the run. member: the only one that is drawn, None for all. layers: of LAYERS, what the plane shows; window: the
    part of it, as WHOLE says. kinds: the words that colour the real points, and of each (n,) the number of its own.
    words: in place of the English ones in WORDS. labels: of the settings in the caption, by their fields; options: of
    their values. failed: how it is said that members are no longer finite. Raises ExportError on a shape, theme or
    layer that there is not.
    """

    shape: str = "16:9"
    theme: str = "light"
    title: str = ""
    transparent: bool = False
    step: int | None = None
    steps: tuple[int, ...] = ()
    member: int | None = None
    layers: tuple[str, ...] = USUAL
    window: tuple[float, float, float] = WHOLE
    kinds: tuple[Sequence[str], NDArray[np.uint8] | None] = ((), None)
    words: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[object, str]] = field(default_factory=dict)
    failed: Callable[[Failure], str] = str

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ExportError("export.shape", value=self.shape, options=", ".join(SHAPES))
        if self.theme not in THEMES:
            raise ExportError("export.theme", value=self.theme, options=", ".join(THEMES))
        if unknown := [name for name in self.layers if name not in LAYERS]:
            raise ExportError("export.layer", value=unknown[0], options=", ".join(LAYERS))
        object.__setattr__(self, "title", tidy(self.title))
        object.__setattr__(self, "words", style.texts(WORDS, self.words))

    @property
    def colours(self) -> Theme:
        return THEMES[self.theme]

    @property
    def size(self) -> tuple[int, int]:
        return SHAPES[self.shape]

    def word(self, name: str, **arguments: object) -> str:
        return self.words[name].format(**arguments) if arguments else self.words[name]


def steps_of(text: str) -> tuple[int, ...]:
    """Moments as people write them: "0, 100, 1000". Raises ExportError."""
    most = int(limits("steps")[1])
    try:
        steps = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        steps = ()
    if not 0 < len(steps) <= MOST_STEPS or steps[0] < 0 or steps[-1] > most:
        raise ExportError("export.steps", value=text[:60], most=most, count=MOST_STEPS)
    return steps
