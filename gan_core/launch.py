"""The command gan-explorer: the app in a browser, and the commands of `python -m gan_core` under a shorter name.

gan-explorer                          starts the app
gan-explorer --server.port 8600       the same, with options of `streamlit run`
gan-explorer train --preset ring      a command: train, bench, table, recipe, build-pretrained, build-judge
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from gan_core.__main__ import main as command
from gan_core.commands.app import APP


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in (["-h"], ["--help"]):
        print((__doc__ or "").strip())
        return 0
    if words and not words[0].startswith("-"):
        return command(words)
    try:
        return subprocess.call([sys.executable, "-m", "streamlit", "run", str(APP), *words])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
