"""The table of `train --points`: the options that say how it is read, and what was assumed where they do not."""

from __future__ import annotations

import argparse
import csv
import sys

import numpy as np
from numpy.typing import NDArray

from gan_core.commands.output import Refused, tell


def add_options(train: argparse.ArgumentParser) -> None:
    """How the table of --points is read, where its reader should not judge."""
    table = train.add_argument_group("how --points is read")
    table.add_argument("--columns", help="two of its columns, by name, as in x,y (the first two of numbers)")
    heads = table.add_mutually_exclusive_group()
    heads.add_argument("--headings", action="store_true", default=None, help="its first line holds headings")
    heads.add_argument("--no-headings", dest="headings", action="store_false", help="its first line holds numbers")
    table.add_argument("--decimal", choices=["point", "comma"], help="its decimal mark")
    table.add_argument("--without-far", action="store_true", help="leave out rows that lie far from all others")
    table.add_argument("--scale-columns", action="store_true", help="scale each column by itself")


def table_of(options: argparse.Namespace) -> NDArray[np.float32]:
    """The table of --points, standardised; what was assumed goes to stderr."""
    from gan_core.data.points import TableError, read_points, standardise
    from gan_core.data.tables import Wishes

    wishes = Wishes(
        columns=tuple(next(csv.reader([options.columns]))) if options.columns else (),
        headings=options.headings,
        decimal={"point": ".", "comma": ",", None: None}[options.decimal],
        far=not options.without_far,
        apart=options.scale_columns,
    )
    file = options.points
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        _, picked = read_points(content, wishes)
        tell(f"{file}: {picked.sentence()}")
        for doubt in picked.doubts:
            if not doubt.faint:
                tell(f"{file}: {doubt.said} {_INSTEAD[doubt.wish][bool(doubt.instead in (True, ','))]}")
        return standardise(picked.values, wishes.apart)
    except (OSError, TableError) as error:
        raise Refused(f"{file}: {error}") from error


# what to say for the other value of a wish: false or point, true or comma
_INSTEAD: dict[str, tuple[str, str]] = {
    "headings": ("(--no-headings reads it as numbers)", "(--headings reads it as such)"),
    "decimal": ("(--decimal point reads it otherwise)", "(--decimal comma reads it otherwise)"),
    "far": ("(--without-far leaves out what lies far)", "(left out)"),
    "apart": ("(scaled each by itself)", "(--scale-columns scales each by itself)"),
}
