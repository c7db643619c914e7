"""Which run a command is for: a preset or the query of a shared link, a seed, and a table of points."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import parse_qsl

from gan_core.commands import points
from gan_core.config import RunConfig
from gan_core.presets import PRESETS, asked


def add_options(command: argparse.ArgumentParser) -> Any:
    """The options that say so, without those of a table; the first two exclude each other, in the group that is given
    back."""
    source = command.add_mutually_exclusive_group()
    source.add_argument("--preset", help=f"one of {', '.join(PRESETS)}")
    source.add_argument("--query", help='the query of a shared link, as in "preset=grid&modes=25"')
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
    words = {"preset": options.preset} if options.preset is not None else _words(options.query or "")
    config = asked(words, RunConfig())
    if options.points is not None:
        from gan_core.data import points_digest

        table = points.table_of(options)
        config = config.replace(data="custom", weights=(), points=points_digest(table))
    changes = {name: getattr(options, name) for name in ("steps", "seed") if getattr(options, name) is not None}
    return config.replace(**changes), table


def _words(query: str) -> dict[str, str]:
    return dict(parse_qsl(query.lstrip("?"), keep_blank_values=True))
