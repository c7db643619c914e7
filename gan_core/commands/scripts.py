"""`script`: a run as a standalone file, or as a notebook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from gan_core.commands import points, runs
from gan_core.commands.output import say
from gan_core.config import RunConfig


def add(commands: Any) -> None:
    """The command among the others."""
    command = commands.add_parser("script", help="a run as a file that needs torch and numpy only: the textbook loop")
    runs.add_options(command)
    command.add_argument("--steps", type=int, help="how far it trains")
    command.add_argument("--points", metavar="FILE", type=Path, help="it trains on the points of this table")
    points.add_options(command)
    command.add_argument("--notebook", action="store_true", help="a Jupyter notebook in place of a script")
    command.set_defaults(command=lambda options: _print(options, *runs.configured(options)))


def _print(options: argparse.Namespace, config: RunConfig, table: Any) -> None:
    if options.notebook:
        from gan_core.scripts.notebook import notebook

        say(notebook(config, points=table), end="")
    else:
        from gan_core.scripts.textbook import script

        say(script(config, points=table), end="")
