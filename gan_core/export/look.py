"""How an export looks: its shape, its colours, its words. One object goes through all writers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gan_core.errors import ExportError
from gan_core.export.fonts import tidy
from gan_core.figures import style

# In points of a slide that is 960 wide: at scale 2 the first is 1920 × 1080 pixels, at 4 3840 × 2160.
SHAPES: dict[str, tuple[int, int]] = {"16:9": (960, 540), "4:3": (960, 720), "1:1": (720, 720)}

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
    "shares": "share of the samples",
    "right": "as in the data",
    "some": "{n} of {of} seeds",
    "nothing": "nothing was recorded",
    "not_finite": "not finite since step {step}",
    "play": "Play",
    "pause": "Pause",
    "speed": "Speed",
    "member": "Seed",
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
    edge: str  # round a generated point, so that it is seen in grey on any opinion of D
    missing: str
    # D's opinion: towards generated, towards real
    opinion: tuple[str, str]
    # of a share of nothing, of as much as in the data, and of twice that: ever further from the background
    heat: tuple[str, ...]


HEAT = ("#fde725", "#7ad151", "#22a884", "#2a788e", "#414487", "#440154")  # viridis, from light to dark
THEMES: dict[str, Theme] = {
    "light": Theme("#ffffff", "#1a1c23", "#5b606e", "#cdd1d9", style.REAL, style.FAKE, "#5c3f00", style.SATURATING,
                   ("#AA4499", style.PALETTE[9]), ("#ffffff", *HEAT)),
    "dark": Theme("#0e1117", "#fafafa", "#a6abb8", "#3a404d", style.PALETTE[4], style.FAKE, "#2a1d00", style.SATURATING,
                  ("#8F3A80", "#2A8C7C"), ("#0e1117", *reversed(HEAT))),
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """shape: of SHAPES; theme: of THEMES. title: a visitor's words, "" for the figure's own. transparent: no
    background. step: the moment that is drawn, None for the newest; steps: those of a time strip, () for a few spread
    over the run. member: the only one that is drawn, None for all. words: in place of the English ones in WORDS.
    labels: of the settings in the caption, by their fields. Raises ExportError on a shape or theme that there is not.
    """

    shape: str = "16:9"
    theme: str = "light"
    title: str = ""
    transparent: bool = False
    step: int | None = None
    steps: tuple[int, ...] = ()
    member: int | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ExportError("export.shape", value=self.shape, options=", ".join(SHAPES))
        if self.theme not in THEMES:
            raise ExportError("export.theme", value=self.theme, options=", ".join(THEMES))
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
