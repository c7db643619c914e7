"""Shares over training, a strip for each run: what is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_core.packing import Quantised, pack

from .component import mount_over_time, worded

MOST_CELLS = 30_000  # of all strips of a frame, two bytes each
HEAT_LABELS: Mapping[str, str] = {
    "step": "step",
    "row": "row",
    "right": "should be",
    "legend": "clear: nothing · green: its right share · red: everything",
}


@dataclass(frozen=True, eq=False)
class Strip:
    """One run. x: (T,) steps, evenly spaced. values: (T, M) shares in [0, 1]; what is not finite is grey.

    right: (M,) what each share should be. mark: a step to point out with a dashed line. others: of the same steps and
    parts, drawn small below it with their titles beside them.
    """

    title: str
    x: np.ndarray
    values: np.ndarray
    right: np.ndarray
    mark: int | None = None
    others: Sequence[Strip] = ()


def heat(
    key: str,
    strips: Sequence[Strip],
    *,
    step: int | None = None,
    cursor: int | None = None,
    labels: Mapping[str, str] | None = None,
    summary: str = "",
    row: int = 12,
    first: int = 1,
    width: int = 300,
    clickable: bool = False,
    on_click: Callable[[int], None] | None = None,
) -> None:
    """Show the strips. on_click is called with the step that was clicked, before the rerun that causes.

    step: of the newest data (for `data-step`). cursor: a step to mark. labels: words by the names in `HEAT_LABELS`.
    row: height of a row in pixels; first: the number of the first row (modes count from 1, digits from 0). width: the
    narrowest a strip may become before there are fewer abreast. Raises ValueError on an unknown word or a strip whose
    arrays do not fit.
    """
    cells = max(16, MOST_CELLS // max(1, sum((1 + len(strip.others)) * len(strip.right) for strip in strips)))
    frame = pack(
        {
            "key": key,
            "step": step,
            "cursor": cursor,
            "labels": worded(HEAT_LABELS, labels),
            "summary": summary,
            "row": row,
            "first": first,
            "width": width,
            "clickable": clickable,
            "strips": [_strip(strip, cells) for strip in strips],
        }
    )
    mount_over_time("heat", key, frame, on_click)


def _strip(strip: Strip, most: int) -> dict[str, Any]:
    x = np.asarray(strip.x)
    every = -(-len(x) // most) if len(x) else 1  # a stride keeps the steps evenly spaced

    def band(one: Strip) -> dict[str, Any]:
        values = np.asarray(one.values, dtype=np.float64)
        if values.shape != (len(x), len(strip.right)):
            raise ValueError(
                f"{one.title}: values of the shape {values.shape} for {len(x)} steps and {len(strip.right)} rows"
            )
        return {"title": one.title, "values": Quantised(values[::every], 0.0, 1.0), "mark": one.mark}

    return {
        **band(strip),
        "x": x[::every].astype(np.uint32),
        "right": np.asarray(strip.right, dtype=np.float32),
        "others": [band(other) for other in strip.others],
    }
