"""Where the app lies, and what its pages make without a browser: in a process of their own, for the pages know
gan_core and not the other way round."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from gan_core.commands.output import Refused

PACKAGES = Path(__file__).parents[2]
# an installed package has the app in a folder of its own, a checkout beside gan_core
INSTALLED = PACKAGES / "gan_explorer" / "app.py"
APP = INSTALLED if INSTALLED.is_file() else PACKAGES / "app.py"
HEADLESS = "pages.shared.shell.headless"


def export(options: argparse.Namespace) -> None:
    """The figures of the page `options.page` at the address `options.query`, written by the app. Raises Refused with
    what it says."""
    said = {name: value for name, value in vars(options).items() if name != "command"}
    paths = {name: str(said[name].absolute()) for name in ("out", "zip") if said[name] is not None}
    done = subprocess.run(
        [sys.executable, "-m", HEADLESS], input=json.dumps(said | paths), cwd=APP.parent, text=True, check=False,
        encoding="utf-8", stderr=subprocess.PIPE,
    )  # fmt: skip
    if done.returncode:
        raise Refused(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "The page could not be drawn.")
