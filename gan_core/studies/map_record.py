"""The usual map as it comes with the app: its cells, and what generators without skill score on the same data.

    shipped()[cell.file]        the record of a cell
    no_skill()["uniform"]       W1

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


@cache
def _content() -> dict[str, Any]:
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def without_skill() -> dict[str, float]:
    """The same computed, as the pictures of a map are scored."""
    data = distribution(USUAL.data)
    real = PointPictures(USUAL, (USUAL,), data.sample, data.extent, torch.float32).real.numpy()
    beside = yardstick_for(USUAL.data, data, real, len(real), PICTURE_W1_POINTS)
    return {who: float(f"{of['w1']:.3g}") for who, of in beside.medians_without_skill.items()}


def ship(records: Mapping[Cell, Mapping[str, Any]]) -> None:
    """Write them into SHIPPED, a line each, with three digits of a score."""
    lines = []
    for cell, record in records.items():
        scores = {name: [plain(float(f"{float(value):.3g}")) for value in record["scores"][name]] for name in SCORES}
        lines.append(f'"{cell.file}": {json.dumps({**record, "scores": scores})}')
    text = f'{{\n"no_skill": {json.dumps(without_skill())},\n"cells": {{\n' + ",\n".join(lines) + "\n}\n}\n"
    SHIPPED.write_text(text, encoding="utf-8")
    _content.cache_clear()
