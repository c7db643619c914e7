"""A grid of 28×28 images: what is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gan_core.packing import nibbles, pack

from .component import mount, selection
from .plates import images_of, keep

SIDE = 28


@dataclass(frozen=True, eq=False)
class Images:
    """One titled group: images uint8 (n, 28, 28), and a short text under each if labels are given (n of them). Of
    (T, n, 28, 28) the T moments are shown one after the other, over and over."""

    images: np.ndarray
    title: str = ""
    labels: Sequence[str] | None = None

    @property
    def moments(self) -> np.ndarray:
        """(T, n, 28, 28)."""
        return self.images if self.images.ndim == 4 else self.images[None]


def digits(
    key: str,
    groups: np.ndarray | Images | Sequence[Images],
    *,
    step: int | None = None,
    columns: int = 8,
    fixed: bool = False,
    square: bool = False,
    upscale: int = 3,
    width: int = 260,
    summary: str = "",
    selectable: bool = False,
    selected: int | None = None,
    on_select: Callable[[int], None] | None = None,
    kept: bool = True,
) -> int | None:
    """Show the images; give the index of the one clicked last, counted over all groups (before that, `selected`).

    columns: images in a row of a group, fewer where there is no room; on a slide, which one group fills, as many as fit
    unless they are `fixed`, because a column means something. square: on a telephone as many of one group and as large
    as fill a square best. upscale: at most so many CSS pixels to a pixel.
    width: the narrowest a group may become before there are fewer side by side. Sixteen grey levels are sent.
    kept: they can be kept as a figure; not what a figure of the run shows as well. Raises ValueError on anything but
    uint8 (n, 28, 28) or (T, n, 28, 28), or a label short.
    """
    groups = [Images(groups)] if isinstance(groups, np.ndarray) else [groups] if isinstance(groups, Images) else groups
    for group in groups:
        if group.images.dtype != np.uint8 or group.moments.ndim != 4 or group.moments.shape[2:] != (SIDE, SIDE):
            raise ValueError(f"images have to be uint8 (n, 28, 28), not {group.images.dtype} {group.images.shape}")
        if group.labels is not None and len(group.labels) != group.moments.shape[1]:
            raise ValueError(f"{len(group.labels)} labels for {group.moments.shape[1]} images; give one each, or none")
    if kept and any(group.moments.shape[1] for group in groups):
        titles = dict.fromkeys(group.title for group in groups if group.title)
        keep(
            key,
            images_of([replace(one, images=one.moments[-1]) for one in groups], columns, summary or ", ".join(titles)),
        )
    selected, clicked = selection(key, selected, range(sum(g.moments.shape[1] for g in groups)), on_select)
    frame = pack(
        {
            "key": key,
            "step": step,
            "columns": columns,
            "fixed": fixed,
            "square": square,
            "upscale": upscale,
            "width": width,
            "summary": summary,
            "selectable": selectable,
            "selected": selected,
            "groups": [
                {
                    "title": g.title,
                    "count": g.moments.shape[1],
                    "moments": len(g.moments),
                    "images": nibbles(g.moments.reshape(-1, SIDE, SIDE)),
                    "labels": g.labels,
                }
                for g in groups
            ],
        }
    )
    mount("digits", key, frame, on_selected_change=clicked)
    return selected
