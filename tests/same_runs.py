"""Are the runs of this checkout the same as before a change, bit for bit?

    python tests/same_runs.py --save before.json          # in the old checkout
    python tests/same_runs.py --compare before.json       # in the new one: exit code 1 and the differences, if any
    python tests/same_runs.py --compare ../old            # or against another checkout

It runs `python -m gan_core train --preset NAME --steps N --json` for every preset, or for those named, and leaves out
what a clock measured. One to three minutes with the 120 steps that it takes by default.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CLOCKS = ("seconds", "cpu_seconds")  # left out, wherever they stand


def without_clocks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_clocks(entry) for key, entry in value.items() if key not in CLOCKS}
    return [without_clocks(entry) for entry in value] if isinstance(value, list) else value


def runs(checkout: Path, presets: list[str], steps: int) -> dict[str, Any]:
    """The JSON of every preset, by name."""

    def python(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.PIPE, text=True).stdout

    names = presets or python("-c", "from gan_core.presets import PRESETS; print(*PRESETS)").split()
    found = {}
    for name in names:
        print(f"{checkout}: {name}", file=sys.stderr)
        out = python("-m", "gan_core", "train", "--preset", name, "--steps", str(steps), "--json")
        found[name] = without_clocks(json.loads(out))
    return found


def differences(before: Any, after: Any, place: str = "") -> list[str]:
    """Where two JSON values differ, one line each."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return [d for key in keys for d in differences(before.get(key), after.get(key), f"{place}/{key}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [d for i, (b, a) in pairs for d in differences(b, a, f"{place}/{i}")]
    return [] if before == after else [f"{place}: {before!r} → {after!r}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("presets", nargs="*", help="names of presets (all)")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--save", type=Path, help="a file to write the runs of this checkout to")
    parser.add_argument("--compare", type=Path, help="a file that --save wrote, or another checkout")
    options = parser.parse_args()
    here = runs(Path(__file__).parents[1], options.presets, options.steps)
    if options.save:
        options.save.write_text(json.dumps(here, indent=1), encoding="utf-8")
    if options.compare is None:
        if not options.save:
            print(json.dumps(here, indent=1))
        return 0
    if options.compare.is_dir():
        before = runs(options.compare, list(here), options.steps)
    else:
        before = json.loads(options.compare.read_text(encoding="utf-8"))
    found = differences({name: before[name] for name in here if name in before}, here)
    print("\n".join(found) or f"{len(here)} runs are the same")
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())
