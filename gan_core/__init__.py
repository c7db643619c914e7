"""What the GAN explorer computes: data, networks, training, metrics, theory and figures. Never imports streamlit.

The rooms, each importing only from those to its left:

    config presets errors · data theory jobs · engine · metrics · run · studies zoo · figures scripts · __main__

Some modules are reached by a shorter public name too (`PUBLIC`), whatever room they lie in.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

__version__ = "0.1.0"

PUBLIC = {
    "gan_core.dirac": "gan_core.theory.dirac",
    "gan_core.judge": "gan_core.metrics.classifier",
    "gan_core.losses": "gan_core.engine.losses",
    "gan_core.trainer": "gan_core.run.trainer",
}


class _PublicNames(MetaPathFinder, Loader):
    """`import gan_core.losses` gives the very module `gan_core.engine.losses`, and imports it only then: half of them
    need torch, which `gan_core.config` must not wait for."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in PUBLIC else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(PUBLIC[spec.name])
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It has run already; the import system has only put the public name into its spec, which goes back."""
        name = module.__spec__.name if module.__spec__ else ""
        module.__spec__ = self._specs.pop(name, module.__spec__)

    def __init__(self) -> None:
        self._specs: dict[str, ModuleSpec | None] = {}


if not any(type(finder).__name__ == _PublicNames.__name__ for finder in sys.meta_path):
    sys.meta_path.append(_PublicNames())
