"""A figure that is not of a recorded run: a chart, a closed form, runs beside each other.

Plate("W₁ over θ", draw)                        # draw(look, caption) -> Drawing
Plate("The smallest GAN", draw, steps=range(200))   # … which also moves: look.step is the moment, None the end
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gan_core.export.drawing import Drawing, Picture
from gan_core.export.look import Look


@dataclass(frozen=True)
class Plate:
    """called: its name where it is chosen, or how to find it. caption: what stands below it. steps: the moments of its
    film, () of what stands still. Made in every script run of a page, so nothing is worked out before it is asked for.
    """

    called: str | Callable[[], str]
    make: Callable[[Look, str], Drawing]
    caption: str = ""
    steps: Sequence[int] = ()

    @property
    def title(self) -> str:
        return self.called if isinstance(self.called, str) else self.called()

    def captioned(self, caption: str) -> Plate:
        """With this below it, after what it says itself."""
        return replace(self, caption=" · ".join(filter(None, [self.caption, caption])))

    def draw(self, look: Look) -> Drawing:
        """Raises ExportError on what cannot be drawn."""
        return self.make(look, self.caption)

    def flat(self, look: Look) -> bool:
        """Whether it is drawn of lines and areas alone."""
        return not any(isinstance(mark, Picture) for mark in self.draw(look).marks)

    def turned(self, most: int) -> list[int]:
        """So many of its moments at most, evenly, the first and the last among them."""
        count = len(self.steps)
        return [self.steps[round(i * (count - 1) / (min(count, most) - 1))] for i in range(min(count, most))]
