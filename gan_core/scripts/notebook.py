"""A script as a Jupyter notebook: a cell a part, each under its heading, with the formulas of the losses.

nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html), written by hand: JSON, no outputs.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from gan_core.config import RunConfig
from gan_core.scripts.formulas import losses_in_latex, penalties_in_latex
from gan_core.scripts.textbook import command, name_of, parts, run


def notebook(config: RunConfig, *, title: str = "", points: np.ndarray | None = None) -> str:
    """The text of an .ipynb file. Raises as `textbook.script` does."""
    formulas = [*losses_in_latex(config), *penalties_in_latex(config).values()]
    about = [
        f"# {title or name_of(config)}",
        "As a textbook loop, with torch and numpy only. $a$ is what $D$ puts out, $D = \\sigma(a)$.",
        *(f"$${formula}$$" for formula in formulas),
        f"It draws the numbers of `{command(config)}` and makes the same run, up to rounding.",
    ]
    cells = [_cell("markdown", "\n\n".join(about), 0)]
    for part in parts(config, points=points):
        cells += [_cell("markdown", f"## {part.heading[0].upper()}{part.heading[1:]}", len(cells))]
        cells += [_cell("code", part.code.strip(), len(cells))]
    cells += [_cell("markdown", "## Run it", len(cells)), _cell("code", run(config).strip(), len(cells) + 1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, text: str, number: int) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    cell["source"] = text.splitlines(keepends=True)
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
