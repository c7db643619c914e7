"""How well the scripts agree with the trainer: of every preset the same 50 steps in float64, by both.

    python -m benchmarks.scripts > gan_core/records/scripts.json
    python -m benchmarks.scripts --markdown           the record as the table that the README has

What is compared are the outputs of G (and of its average) for 20 latents and of D for 10 real samples, of the first
member of each preset. `tests/gan_core/scripts/test_textbook.py` holds the record and the README against this.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

import gan_core
from gan_core.config import RunConfig
from gan_core.presets import PRESETS
from gan_core.studies.mitigations import versions
from tests.gan_core.scripts.made import difference, write_digits

RECORD = Path(gan_core.__file__).parent / "records" / "scripts.json"
STEPS = 50
# Without norms the two agree to 1e-6 of the largest output after 50 steps in float64, and most far better. What is
# normalised over a batch has directions without a slope, in which Adam moves by the rounding of a zero: 1e-5 there.
PLAIN, NORMALISED = 1e-6, 1e-5


def tolerance(config: RunConfig) -> float:
    return NORMALISED if "batch" in (config.model.g_norm, config.model.d_norm) else PLAIN


def compared(name: str, folder: Path) -> float | None:
    """The largest difference of a preset's script from the trainer, relative to the largest output; NaN where only one
    of them diverges, None where both do."""
    config = PRESETS[name].config.replace(grow_steps=10)  # two sizes and a fade in 50 steps
    found = difference(config, STEPS, folder)
    return float(f"{found:.2g}") or None


def record() -> dict[str, Any]:
    found = {}
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        write_digits(folder)
        os.chdir(folder)  # where scripts look for the digits
        for name in PRESETS:
            started = time.thread_time()
            found[name] = compared(name, folder)
            print(f"{name}: {found[name]}, {time.thread_time() - started:.0f} s", file=sys.stderr)
    return {"steps": STEPS, "versions": versions(), "presets": found}


def markdown(told: dict[str, Any]) -> str:
    """A row a preset."""
    rows = ["| Preset | Largest difference | Tolerance |", "| --- | --- | --- |"]
    for name, found in told["presets"].items():
        said = "both diverge" if found is None else _power(found)
        rows.append(f"| `{name}` | {said} | {_power(tolerance(PRESETS[name].config))} |")
    return "\n".join(rows)


def _power(value: float) -> str:
    """2.5 · 10⁻¹⁶"""
    digits, _, power = f"{value:.1e}".partition("e")
    raised = "10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return raised if digits == "1.0" else f"{digits} · {raised}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", action="store_true", help="the record as a table; nothing is computed")
    torch.set_num_threads(1)
    if parser.parse_args().markdown:
        print(markdown(json.loads(RECORD.read_text(encoding="utf-8"))))
    else:
        print(json.dumps(record(), indent=1))


if __name__ == "__main__":
    main()
