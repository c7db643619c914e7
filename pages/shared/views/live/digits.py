"""A grid of 28×28 images: what is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gan_core.packing import nibbles, pack

from .component import mount, selection
from .plates import images_of, keep

SIDE = 28


@dataclass(frozen=True, eq=False)
class Images:
    """One titled group: images uint8 (n, 28, 28), and a short text under each if labels are given (n of them)."""

    images: np.ndarray
    title: str = ""
    labels: Sequence[str] | None = None


def digits(
    key: str,
    groups: np.ndarray | Images | Sequence[Images],
    *,
    step: int | None = None,
    columns: int = 8,
    upscale: int = 3,
    width: int = 260,
    summary: str = "",
    selectable: bool = False,
    selected: int | None = None,
    on_select: Callable[[], None] | None = None,
    kept: bool = True,
) -> int | None:
    """Show the images; give the index of the one clicked last, counted over all groups (before that, `selected`).

    columns: images in a row of a group, fewer where there is no room. upscale: at most so many CSS pixels to a pixel.
    width: the narrowest a group may become before there are fewer side by side. Sixteen grey levels are sent.
    kept: they can be kept as a figure; not what a figure of the run shows as well. Raises ValueError on anything but
    uint8 (n, 28, 28), or a label short.
    """
    selected, clicked = selection(key, selected, on_select)
    groups = [Images(groups)] if isinstance(groups, np.ndarray) else [groups] if isinstance(groups, Images) else groups
    for group in groups:
        if group.images.dtype != np.uint8 or group.images.ndim != 3 or group.images.shape[1:] != (SIDE, SIDE):
            raise ValueError(f"images have to be uint8 (n, 28, 28), not {group.images.dtype} {group.images.shape}")
        if group.labels is not None and len(group.labels) != len(group.images):
            raise ValueError(f"{len(group.labels)} labels for {len(group.images)} images; give one each, or none")
    if kept and any(len(group.images) for group in groups):
        titles = dict.fromkeys(group.title for group in groups if group.title)
        keep(key, images_of(groups, columns, summary or ", ".join(titles)))
    frame = pack(
        {
            "key": key,
            "step": step,
            "columns": columns,
            "upscale": upscale,
            "width": width,
            "summary": summary,
            "selectable": selectable,
            "selected": selected,
            "groups": [
                {"title": g.title, "count": len(g.images), "images": nibbles(g.images), "labels": g.labels}
                for g in groups
            ],
        }
    )
    mount("digits", key, frame, on_selected_change=clicked)
    return selected
