"""The plane to draw on: what is sent, and what comes back when somebody wants to train on the drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gan_core.packing import pack

from .component import mount, said, worded

BOARD_LABELS: Mapping[str, str] = {
    "brush": "Brush",
    "cluster": "Cluster",
    "erase": "Erase",
    "width": "width",
    "weight": "weight",
    "undo": "Undo",
    "clear": "Clear",
    "leave": "Back",
    "train": "Train on this",
    "count": "{clusters} clusters, {points} points.",
    "held": "Cluster {n} at {x}, {y}, σ {std}.",
    "full": "There is no room for more.",
    "help": "",
}


def board(
    key: str,
    clusters: Sequence[Sequence[int]],
    points: np.ndarray,
    *,
    version: str,
    labels: Mapping[str, str] | None = None,
    summary: str = "",
    on_drawn: Callable[[object], None],
    on_left: Callable[[], None],
) -> None:
    """Show the board. clusters: (x, y, width, weight) each; points: (n, 2) whole nodes of the grid of `drawings`.

    version: which drawing this is; the browser takes another one over, and otherwise keeps what was changed there.
    on_drawn: called with what the browser says was drawn, unread, when it is to be trained on. on_left: back, without.
    Raises ValueError on an unknown word.
    """
    frame = pack(
        {
            "key": key,
            "version": version,
            "clusters": [list(map(int, cluster)) for cluster in clusters],
            "points": np.asarray(points, np.uint16).ravel(),
            "labels": worded(BOARD_LABELS, labels),
            "summary": summary,
        }
    )
    mount(
        "board", key, frame, on_left_change=on_left, on_drawn_change=lambda: on_drawn(said(key, "drawn")),
    )  # fmt: skip
