"""What the twins of the recipe drew: the first digits of seed 0 of each, after as many steps as the record says.

    build()                        # trains them again and writes the file: nine minutes of one core
    sheet = shipped()
    sheet["g_norm", "batch"]       # uint8 (16, 28, 28)

The record of the scores holds no images. A run is the same whenever it is trained, so its digits can be made
afterwards; the file names the engine that made them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_core.config import RunConfig
from gan_core.engine.version import VERSION as ENGINE
from gan_core.packing import array_of, header_of, nibbles, pack, pixels
from gan_core.studies.recipe import KNOBS, Table
from gan_core.studies.recipe import shipped as scores

SHIPPED = Path(__file__).parents[1] / "records" / "recipe-digits.gan"
SHOWN = 16  # digits of a twin
SEED = 0

Sheet = Mapping[tuple[str, str], NDArray[np.uint8]]


def drawn(config: RunConfig, steps: int) -> NDArray[np.uint8]:
    """(16, 28, 28): the first of the samples that would be scored, after so many steps."""
    from gan_core.metrics.images import SAMPLES
    from gan_core.run.trainer import Trainer

    trainer = Trainer(config)
    trainer.step(steps)
    return trainer.generate(SAMPLES, seed=config.train.seed)[:SHOWN]


def build(report: Callable[[str], object] = lambda line: None, file: Path = SHIPPED) -> None:
    """Write the digits of all twins that the shipped scores know."""
    twins = []
    for query, steps in _runs(scores()):
        report(f"{query.get('architecture', 'mlp')}: {steps:,} steps")
        images = drawn(RunConfig.from_query(query), steps)
        twins.append({"query": query, "steps": steps, "images": nibbles(images)})
    file.write_bytes(pack({"engine": ENGINE, "shown": SHOWN, "twins": twins}))


def _runs(table: Table) -> Iterator[tuple[dict[str, Any], int]]:
    """(query, steps) of each run of SEED."""
    for record in table.records:
        if RunConfig.from_query(record["query"]).train.seed == SEED:
            yield dict(record["query"]), int(record["steps"])


def read(content: bytes, table: Table, knobs: Iterable[str] = tuple(KNOBS)) -> dict[tuple[str, str], NDArray[np.uint8]]:
    """(knob, value) → the digits in a file's bytes, of those that were trained as far as the scored ones."""
    header = header_of(content)
    known = {
        (RunConfig.from_query(twin["query"]), twin["steps"]): pixels(array_of(content, twin["images"]), header["shown"])
        for twin in header["twins"]
    }
    wanted = {
        (knob, value): (config.replace(seed=SEED), int(table.runs(knob, value)[SEED]["steps"]))
        for knob in knobs
        for value, config in KNOBS[knob].twins.items()
    }
    return {twin: known[run] for twin, run in wanted.items() if run in known}


@lru_cache(maxsize=1)
def shipped() -> Sheet:
    """The digits that come with the project."""
    return read(SHIPPED.read_bytes(), scores())


@lru_cache(maxsize=1)
def engine() -> int:
    """That made them."""
    return int(header_of(SHIPPED.read_bytes())["engine"])
