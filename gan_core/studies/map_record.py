"""The usual map as it comes with the app: its cells, and what generators without skill score on the same data.

    shipped()[cell.file]        the record of a cell
    no_skill()["uniform"]       W1
    perfect()                   … of a perfect generator: median, 5 and 95 %

`python -m benchmarks.map --record` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch

from gan_core.data import distribution
from gan_core.metrics.floors import Range
from gan_core.run.judging import PICTURE_W1_POINTS, yardstick_for
from gan_core.run.pictures import PointPictures
from gan_core.studies.map import SCORES, USUAL, Cell
from gan_core.studies.mitigations import plain

SHIPPED = Path(__file__).parents[1] / "records" / "map.json"


def shipped() -> dict[str, dict[str, Any]]:
    """Records that come with the app, by the file of their cell: of another engine they have other names."""
    return _content()["cells"]


def no_skill() -> dict[str, float]:
    """W1 of the generators without skill on the data that maps have in common, medians."""
    return _content()["no_skill"]


def perfect() -> Range:
    """W1 of a perfect generator on these data."""
    return Range(*_content()["perfect"])


@cache
def _content() -> dict[str, Any]:
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def computed() -> dict[str, Any]:
    """Both computed, as the pictures of a map are scored."""
    data = distribution(USUAL.data)
    real = PointPictures(USUAL, (USUAL,), data.sample, data.extent, torch.float32).real.numpy()
    beside = yardstick_for(USUAL.data, data, real, len(real), PICTURE_W1_POINTS)
    skill = {who: float(f"{of['w1']:.3g}") for who, of in beside.medians_without_skill.items()}
    return {"perfect": [float(f"{x:.3g}") for x in beside.perfect["w1"]], "no_skill": skill}


def ship(records: Mapping[Cell, Mapping[str, Any]]) -> None:
    """Write them into SHIPPED, a line each, with three digits of a score."""
    lines = []
    for cell, record in records.items():
        scores = {name: [plain(float(f"{float(value):.3g}")) for value in record["scores"][name]] for name in SCORES}
        lines.append(f'"{cell.file}": {json.dumps({**record, "scores": scores})}')
    head = "".join(f'"{name}": {json.dumps(known)},\n' for name, known in computed().items())
    text = "{\n" + head + '"cells": {\n' + ",\n".join(lines) + "\n}\n}\n"
    SHIPPED.write_text(text, encoding="utf-8")
    _content.cache_clear()
