"""The lines of a table of methods, and those that papers print."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Cell(NamedTuple):
    """A mean over runs and its standard error; NaN where one run, or a paper, does not say."""

    mean: float
    error: float = math.nan


@dataclass(frozen=True)
class Row:
    """One line of a table. `source` is empty for a row that was computed here; `cells` by the names of COLUMNS, and
    what each of the runs scored in `values`; of what they are compared with cells are medians, and `spans` their 5 and
    95 % quantiles."""

    name: str
    cells: Mapping[str, Cell]
    source: str = ""
    runs: int = 0
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


_VEEGAN = "Srivastava et al. 2017 (VEEGAN), table 1"
_PACGAN = "Lin et al. 2018 (PacGAN), 10 runs"
# What the papers say of their protocols.
SOURCES: dict[str, str] = {
    _VEEGAN: "ring of 8: R = 1, σ = .01; grid of 25: {−4, −2, 0, 2, 4}², σ = .05; 2,500 samples",
    _PACGAN: "the same data; G 4×400 ReLU with batch norm, D 3×200 maxout, Adam 1e-4 (β₁ .8), batch 100, 400k steps",
}


def _published(source: str, name: str, modes: Cell, high_quality: Cell, reverse_kl: Cell | None = None) -> Row:
    cells = {"modes": modes, "high_quality": high_quality}
    return Row(name, cells if reverse_kl is None else cells | {"reverse_kl": reverse_kl}, source)


def _veegan(name: str, modes: float, high_quality: float) -> Row:
    return _published(_VEEGAN, name, Cell(modes), Cell(high_quality))


def _pacgan(name: str, *cells: tuple[float, float]) -> Row:
    """Means with the standard errors that stand in table 1 of the paper."""
    return _published(_PACGAN, name, *(Cell(*cell) for cell in cells))


PUBLISHED: dict[str, tuple[Row, ...]] = {
    "ring": (
        _veegan("GAN", 1, 99.3),
        _veegan("ALI", 2.8, 0.13),
        _veegan("Unrolled GAN, 5 steps", 7.6, 35.6),
        _veegan("VEEGAN", 8, 52.9),
        _pacgan("GAN", (6.3, 0.5), (98.2, 0.2), (0.45, 0.09)),
        _pacgan("ALI", (6.6, 0.3), (97.6, 0.4), (0.36, 0.04)),
        _pacgan("PacGAN2", (7.9, 0.1), (95.6, 2.0), (0.07, 0.03)),
        _pacgan("PacGAN3", (7.8, 0.1), (97.7, 0.3), (0.10, 0.02)),
        _pacgan("PacGAN4", (7.8, 0.1), (95.9, 1.4), (0.07, 0.02)),
    ),
    "grid": (
        _veegan("GAN", 3.3, 0.5),
        _veegan("ALI", 15.8, 1.6),
        _veegan("Unrolled GAN, 5 steps", 23.6, 16.0),
        _veegan("VEEGAN", 24.6, 40.0),
        _pacgan("GAN", (17.3, 0.8), (94.8, 0.7), (0.70, 0.07)),
        _pacgan("ALI", (24.1, 0.4), (95.7, 0.6), (0.14, 0.03)),
        _pacgan("PacGAN2", (23.8, 0.7), (91.3, 0.8), (0.13, 0.04)),
        _pacgan("PacGAN3", (24.6, 0.4), (94.2, 0.4), (0.06, 0.02)),
        _pacgan("PacGAN4", (24.8, 0.2), (93.6, 0.6), (0.04, 0.01)),
    ),
}
