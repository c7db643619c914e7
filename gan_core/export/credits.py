"""Whom an export names: one line to cite, and the licence of the data."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import gan_core
from gan_core.config import RunConfig

PROGRAM = f"GAN explorer, version {gan_core.__version__} (MIT licence)"
DRAWN = "The points were drawn by the program from a formula; nobody holds rights in them."
LICENCES: dict[str, str] = {
    "custom": "The points are a table that somebody uploaded; whoever did knows under which licence it stands.",
    "mnist": "MNIST (a subset of it) is by Yann LeCun and Corinna Cortes, under CC BY-SA 3.0; what was learned from it "
    "is under the same licence.",
    "mnist_full": "MNIST is by Yann LeCun and Corinna Cortes, under CC BY-SA 3.0; what was learned from it is under "
    "the same licence.",
    "fashion_mnist": "Fashion-MNIST is by Han Xiao, Kashif Rasul and Roland Vollgraf (Zalando), under the MIT licence.",
}


def licence(config: RunConfig) -> str:
    return LICENCES.get(config.data.data, DRAWN)


def command(config: RunConfig) -> str:
    """What repeats the run."""
    return f'python -m gan_core train --query "{urlencode(config.to_query())}"'


def citation(config: RunConfig) -> str:
    """One line. No date, which would make each export another file."""
    train = config.train
    seeds = f"seed {train.seed}" if train.members == 1 else f"seeds {train.seed} to {train.seed + train.members - 1}"
    return f"{PROGRAM}: run “{urlencode(config.to_query())}”, {seeds}."


def note(config: RunConfig) -> str:
    """What lies beside exported files."""
    return "\n".join(
        [
            citation(config),
            "",
            f"Data: {licence(config)}",
            "",
            "run.json is the whole configuration. On one machine it gives the same run, bit for bit:",
            f"    {command(config)}",
            "",
        ]
    )


def notes(configs: Sequence[RunConfig], again: str = "") -> str:
    """The notes of several runs, one after the other; without any the program's own line, and the command `again`."""
    if configs:
        return "\n".join(map(note, configs))
    said = [f"{PROGRAM}.", "", f"Data: {DRAWN}", f"Where digits are shown: {LICENCES['mnist_full']}", ""]
    return "\n".join(said + (["On one machine this writes the same files:", f"    {again}", ""] if again else []))
