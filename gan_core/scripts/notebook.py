"""A script as a Jupyter notebook: a cell a part, each under its heading, with the formulas of the losses.

nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html), written by hand: JSON, no outputs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.scripts.formulas import losses_in_latex, penalties_in_latex
from gan_core.scripts.textbook import Part, name_of, parts, promise, run
from gan_core.scripts.weights import Begins


def notebook(
    config: RunConfig, *, title: str = "", points: np.ndarray | None = None, begins: Begins | None = None
) -> str:
    """The text of an .ipynb file. Raises as `textbook.script` does."""
    formulas = [*losses_in_latex(config), *penalties_in_latex(config).values()]
    about = [
        f"# {title or name_of(config)}",
        "As a textbook loop, with torch and numpy only. $a$ is what $D$ puts out, $D = \\sigma(a)$.",
        *(f"$${formula}$$" for formula in formulas),
        promise(config, begins),
    ]
    return book(about, parts(config, points=points, begins=begins), ("Run it", run(config, begins)))


def book(about: Sequence[str], found: Sequence[Part], last: tuple[str, str]) -> str:
    """Paragraphs first, then a cell of code for each part under its heading, and for the (heading, code) at the end."""
    cells = [_cell("markdown", "\n\n".join(about), 0)]
    for part in [*found, Part(*last)]:
        cells += [_cell("markdown", f"## {part.heading[0].upper()}{part.heading[1:]}", len(cells))]
        cells += [_cell("code", part.code.strip(), len(cells))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, text: str, number: int) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    cell["source"] = text.splitlines(keepends=True)
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
