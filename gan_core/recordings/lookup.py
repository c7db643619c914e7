"""Which recorded run is what certain configurations would train.

opening(configs, page)  # the name of an entry, None where there is none
alike(configs, page)    # … of these settings with whatever seed
shown(name)             # the seeds that are drawn, one for each run

The entry of the page that asks comes first. Another page's will do, unless it is of a finished run.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from gan_core.config import RunConfig
from gan_core.recordings import files
from gan_core.recordings.registry import RECORDED


def opening(configs: Sequence[RunConfig], page: str = "") -> str | None:
    """A recording that was chosen among several seeds stands for the settings that it begins with, and for those with
    the seed that it shows. Raises OSError where its file is missing."""
    seeds = tuple(config.train.seed for config in configs)

    def stands(name: str) -> bool:
        recorded = RECORDED[name]
        first = tuple(config.train.seed for config in recorded.configs)
        return seeds == first or (recorded.seeds > 1 and seeds == shown(name))

    return next(filter(stands, _found(configs, page)), None)


def alike(configs: Sequence[RunConfig], page: str = "") -> str | None:
    return next(iter(_found(configs, page)), None)


def shown(name: str) -> tuple[int, ...]:
    """Raises OSError where the file is missing."""
    return tuple(files.header(name)["seeds"])


def _found(configs: Sequence[RunConfig], page: str) -> list[str]:
    named = _by_settings().get(_settings(configs), ())
    there = [name for name in named if RECORDED[name].page == page or RECORDED[name].anywhere]
    return sorted(there, key=lambda name: RECORDED[name].page != page)


def _settings(configs: Sequence[RunConfig]) -> tuple[RunConfig, ...]:
    return tuple(config.replace(seed=0) for config in configs)


@cache
def _by_settings() -> dict[tuple[RunConfig, ...], list[str]]:
    found: dict[tuple[RunConfig, ...], list[str]] = {}
    for name, recorded in RECORDED.items():
        found.setdefault(_settings(recorded.configs), []).append(name)
    return found
