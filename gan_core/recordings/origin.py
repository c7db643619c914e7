"""What a recorded file says of where it comes from, every one in the same words.

Origin(configs).said("ring")                  # {"format", "name", "engine", "digest", "queries"}
Origin(configs, weights=card.sha256).said(…)  # … and "weights", of what was drawn from shipped ones
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION as ENGINE

FORMAT = 1  # of the files: whoever changes what stands in one raises it


@dataclass(frozen=True)
class Origin:
    """configs: of the runs, of a closed form none. looks: how they are looked at. weights: SHA-256 of the shipped file
    that it is of, "" where the runs are trained for the recording. engine: the version that computed what is shown."""

    configs: tuple[RunConfig, ...] = ()
    looks: tuple[Any, ...] = ()
    weights: str = ""
    engine: int = ENGINE

    @cached_property
    def digest(self) -> str:
        """Of all that decides what stands in the file."""
        text = f"{FORMAT} {self.engine} {self.looks} {[config.to_json() for config in self.configs]}{self.weights}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def said(self, name: str) -> dict[str, Any]:
        """The head of the file that is called so."""
        queries = [config.to_query() for config in self.configs]
        said = {"format": FORMAT, "name": name, "engine": self.engine, "digest": self.digest, "queries": queries}
        return said | ({"weights": self.weights} if self.weights else {})
