"""A recorded run that the browser plays by itself: what is sent is where its file lies, and the words of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gan_core.packing import pack

from .component import Window, mount, window, worded
from .component import layers as looked_at

RECORDED_LABELS: Mapping[str, str] = {
    "step": "step",
    "play": "play the recording",
    "stop": "pause the recording",
    "again": "from the beginning",
    "speed": "speed",
    "train": "Now train it yourself",
    "waits": "Predict: this is how it begins, over and over. It goes on as soon as you have answered.",
    "missing": "The recording could not be loaded.",
}

OF_A_FILE = ("field", "real", "fake", "averaged", "modes")  # layers that a file has


def recorded(
    key: str,
    address: str,
    *,
    panels: Sequence[str],
    charts: Sequence[Mapping[str, Any]] = (),
    captions: Sequence[tuple[int, str]] = (),
    about: str = "",
    strips: Sequence[str] = (),
    strip_labels: Mapping[str, str] | None = None,
    scene_labels: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    summary: str = "",
    height: int | None = None,
    small: bool = False,
    std: float = 0.0,
    token: str = "",
    waits: bool = False,
    on_train: Callable[[], None] | None = None,
    offer: str = "",
    on_offer: Callable[[], None] | None = None,
    on_layers: Callable[[tuple[str, ...]], None] | None = None,
    on_window: Callable[[Window], None] | None = None,
) -> None:
    """Show the recorded run whose file the server has at `address`.

    panels: the title of each. charts: of each that the file holds {"title", "lines": [[label, colour, dash], …],
    "level"}.
    captions: (moment, text), each stays until the next one. about: what it is a recording of. strips: their titles.
    token: of `play.moments`, by which the browser tells at which moment somebody keeps a picture.
    std: of the clusters, round which their halos are drawn.
    height: pixels of a panel, None for as much as a window leaves. small: the picture alone, over and over.
    waits: its beginning plays over and over, and nothing tells how it goes on, until it waits no more or
    somebody looks.
    on_train: what the button "train it yourself" does; without it there is none. offer: a button behind the last
    caption, which does on_offer. on_layers: called with the layers of
    the plane that are shown, on_window with the part of its window, once they are others. Raises ValueError on a word
    that the view has not.
    """
    frame = {
        "key": key, "address": address, "panels": list(panels), "charts": [dict(chart) for chart in charts],
        "captions": [list(caption) for caption in captions], "about": about, "strips": list(strips),
        "strip_labels": dict(strip_labels or {}), "scene_labels": dict(scene_labels),
        "labels": worded(RECORDED_LABELS, labels), "summary": summary, "height": height, "small": small, "waits": waits,
        "std": std, "token": token, "trains": on_train is not None, "offer": offer,
    }  # fmt: skip
    _, toggled = looked_at(key, (), OF_A_FILE, on_layers)
    _, moved = window(key, on_window)
    mount("recorded", key, pack(frame), on_train_change=on_train or (lambda: None), on_layers_change=toggled,
          on_window_change=moved, on_offer_change=on_offer or (lambda: None))  # fmt: skip
