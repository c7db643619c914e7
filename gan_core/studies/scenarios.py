"""What can be seen of mode collapse: configurations, and what is run side by side with each from one start.

SCENARIOS["chase"].configs          # of the plain run, and of the one that looks ahead
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.studies.mitigations import DATA, METHODS

# What can stand side by side: the methods of the table, and the two losses.
VARIANTS: dict[str, dict[str, Any]] = METHODS | {
    "minimax": {"loss": "minimax"},
    "non_saturating": {"loss": "non_saturating"},
}


@dataclass(frozen=True)
class Scenario:
    """A configuration and the variants that it is run with."""

    config: RunConfig
    variants: Sequence[str] = ("plain",)

    @property
    def changes(self) -> tuple[Mapping[str, Any], ...]:
        """What each variant changes."""
        return tuple(VARIANTS[name] for name in self.variants)

    @property
    def configs(self) -> tuple[RunConfig, ...]:
        return tuple(self.config.replace(**changes) for changes in self.changes)


_COLLAPSE = PRESETS["collapse"].config
SCENARIOS: dict[str, Scenario] = {
    "seeds": Scenario(_COLLAPSE.replace(members=8)),
    "chase": Scenario(_COLLAPSE.replace(steps=800), ("plain", "unrolled")),
    "packing": Scenario(_COLLAPSE.replace(steps=1600), ("plain", "pacgan2", "pacgan4")),
    "grid": Scenario(DATA["grid"].replace(members=4, steps=2400)),
    "balanced": Scenario(PRESETS["ring"].config.replace(members=8, steps=2000)),
    "losses": Scenario(PRESETS["ring"].config.replace(members=4, steps=2000), ("minimax", "non_saturating")),
    "losses_chased": Scenario(_COLLAPSE.replace(steps=1200), ("minimax", "non_saturating")),
    "faster_d": Scenario(_COLLAPSE.replace(steps=1600), ("plain", "stronger_d")),
}
FIRST = "seeds"
