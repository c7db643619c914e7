"""`script`: a run as a standalone file, or as a notebook."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gan_core.commands import points
from gan_core.commands.output import say
from gan_core.config import RunConfig


def add(commands: Any, config_of: Callable[[argparse.Namespace], tuple[RunConfig, Any]]) -> None:
    """The command among the others. `config_of`: the configuration that options ask for, and its table of points."""
    command = commands.add_parser("script", help="a run as a file that needs torch and numpy only: the textbook loop")
    source = command.add_mutually_exclusive_group()
    source.add_argument("--preset", help="a named run, as of train")
    source.add_argument("--query", help='the query of a shared link, as in "data=grid&modes=25"')
    command.add_argument("--steps", type=int, help="how far it trains")
    command.add_argument("--seed", type=int, help="the seed of the first member")
    command.add_argument("--points", metavar="FILE", type=Path, help="it trains on the points of this table")
    points.add_options(command)
    command.add_argument("--notebook", action="store_true", help="a Jupyter notebook in place of a script")
    command.set_defaults(command=lambda options: _print(options, *config_of(options)))


def _print(options: argparse.Namespace, config: RunConfig, table: Any) -> None:
    if options.notebook:
        from gan_core.scripts.notebook import notebook

        say(notebook(config, points=table), end="")
    else:
        from gan_core.scripts.textbook import script

        say(script(config, points=table), end="")
