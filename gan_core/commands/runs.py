"""Which run a command is for: a preset or the query of a shared link, a seed, and a table of points."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import parse_qsl

from gan_core.commands import points
from gan_core.config import ConfigError, RunConfig
from gan_core.presets import PRESETS


def add_options(command: argparse.ArgumentParser) -> Any:
    """The options that say so, without those of a table; the first two exclude each other, in the group that is given
    back."""
    source = command.add_mutually_exclusive_group()
    source.add_argument("--preset", help=f"one of {', '.join(PRESETS)}")
    source.add_argument("--query", help='the query of a shared link, as in "data=grid&modes=25"')
    command.add_argument("--seed", type=int, help="the seed of the first member")
    return source


def several(options: argparse.Namespace) -> list[RunConfig]:
    """Each preset and each query that was said, presets first; without any the default run. Raises ConfigError."""
    wanted = [{"preset": name} for name in options.preset] + [{"query": text} for text in options.query]
    usual = {"preset": None, "query": None, "steps": None, "points": None, "seed": options.seed}
    return [configured(argparse.Namespace(**usual | one))[0] for one in wanted or [{}]]


def configured(options: argparse.Namespace) -> tuple[RunConfig, Any]:
    """The configuration that `preset`, `query`, `seed`, `steps` and `points` ask for, each None where it was not said,
    and the table of points behind it, if there is one. Raises ConfigError."""
    table = None
    if options.preset is not None:
        if options.preset not in PRESETS:
            raise ConfigError("preset", options.preset, "config.one_of", options=", ".join(PRESETS))
        config = PRESETS[options.preset].config
    else:
        text = (options.query or "").lstrip("?")
        config = RunConfig.from_query(dict(parse_qsl(text, keep_blank_values=True)))
    if options.points is not None:
        from gan_core.data import points_digest

        table = points.table_of(options)
        config = config.replace(data="custom", weights=(), points=points_digest(table))
    changes = {name: getattr(options, name) for name in ("steps", "seed") if getattr(options, name) is not None}
    return config.replace(**changes), table
