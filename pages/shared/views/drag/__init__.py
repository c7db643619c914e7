"""Pictures that are taken by the hand: two densities on a line, and two parallel lines.

The browser computes all that moves (mixtures.js, which the tests hold beside gan_core/theory), so a visitor who drags
asks the server for nothing. When something has come to rest, one event tells Python, whose widgets and address follow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from gan_core.checks import finite, one_of
from pages.shared.views.live.component import BETWEEN_FILES, said

Moved = tuple[str, str, float]  # p or q, which of its numbers, and what it is now

FOLDER = Path(__file__).parent
# joined into one module, in this order; each imports only from those before it
FILES = ("../live/pure.js", "mixtures.js", "parts.js", "densities.js", "lines.js",
         "normals.js", "plane.js", "start.js")  # fmt: skip
PLAIN = {"gaussian": ("mean", "std"), "two": ("mean", "std", "mean2", "std2", "weight2")}  # what can be dragged

IN_PLANE = {"gaussian": ("x", "y", "std_long", "std_short", "angle"), "ring": ("kept", "radius", "std")}


def drawing_code() -> str:
    return "\n".join(BETWEEN_FILES.sub("", (FOLDER / name).read_text(encoding="utf-8")) for name in FILES)


_drag = st.components.v2.component("gan_drag", css=(FOLDER / "drag.css").read_text(), js=drawing_code())


def densities(
    key: str,
    *,
    p: Mapping[str, Any],
    q: Mapping[str, Any],
    draw: str,
    moving: bool,
    names: Mapping[str, str],
    adds: Mapping[str, str],
    words: Mapping[str, str],
    on_shape: Callable[[list[Moved]], None],
    on_draw: Callable[[str], None],
) -> None:
    """Both densities with handles, what the distance `draw` adds up, and all distances while they change.

    p, q: "kind" and the numbers of PLAIN. `moving`: q slides by itself until somebody takes something. `names` of the
    distances, `adds` their integrands. `on_shape` gets [(side, number's name, value), …], `on_draw` what was clicked.
    """
    frame = {
        "kind": "densities", "p": dict(p), "q": dict(q), "draw": draw, "moving": moving, "names": dict(names),
        "adds": dict(adds), "words": dict(words), "colours": _colours(),
    }  # fmt: skip

    def drawn(said: object) -> None:
        if (name := one_of(said, names)) is not None:
            on_draw(name)

    _mount(key, frame, {"shape": _shaped(on_shape), "draw": drawn})


def plane(
    key: str,
    *,
    p: Mapping[str, Any],
    q: Mapping[str, Any],
    samples: Mapping[str, np.ndarray],
    pairs: np.ndarray,
    moving: bool,
    words: Mapping[str, str],
    on_shape: Callable[[list[Moved]], None],
) -> None:
    """Both distributions in the plane with handles, the samples drawn of them, and how these are paired.

    p, q: "kind" (of IN_PLANE) and its numbers. samples: (n, 2) of either side. pairs: (k, 3), which sample of p goes
    to which of q, and how strongly, in [0, 1]. `moving`: q goes round by itself until somebody takes something.
    `on_shape` gets [(side, number's name, value), …].
    """
    frame = {
        "kind": "plane", "p": dict(p), "q": dict(q), "moving": moving, "words": dict(words), "colours": _colours(),
        "samples": {side: of.round(3).tolist() for side, of in samples.items()}, "pairs": pairs.round(3).tolist(),
    }  # fmt: skip
    _mount(key, frame, {"shape": _shaped(on_shape)})


def lines(
    key: str, theta: float, *, moving: bool, names: Mapping[str, str], words: Mapping[str, str],
    on_theta: Callable[[float], None],
) -> None:  # fmt: skip
    """Two parallel lines θ apart, of which one is taken and moved, with the pull of each distance on θ. `moving`: it
    slides by itself until somebody takes it."""
    frame = {
        "kind": "lines", "theta": theta, "moving": moving, "names": dict(names), "words": dict(words),
        "colours": _colours(),
    }  # fmt: skip

    def moved(said: object) -> None:
        if (value := finite(said)) is not None:
            on_theta(value + 0.0)  # which turns −0 into 0

    _mount(key, frame, {"theta": moved})


def _shaped(on_shape: Callable[[list[Moved]], None]) -> Callable[[object], None]:
    """Hands on what the browser says was moved, if it is [[side, number's name, value], …]."""

    def told(said: object) -> None:
        rows = [
            (side, of, value)
            for row in (said if isinstance(said, list) else ())
            if isinstance(row, list) and len(row) == 3
            for side, of, value in [(row[0], row[1], finite(row[2]))]
            if isinstance(side, str) and isinstance(of, str) and value is not None
        ]
        if rows:
            on_shape(rows)

    return told


def _colours() -> dict[str, str]:
    from gan_core.figures import style

    return {
        "kl_pq": style.KL, "kl_qp": style.KL, "kl": style.KL, "jsd": style.JSD, "tv": style.TV, "w1": style.W1,
        "w2": style.W1,
    }  # fmt: skip


def _mount(key: str, frame: Mapping[str, Any], events: Mapping[str, Callable[[Any], None]]) -> None:
    def told(name: str) -> Callable[[], None]:
        def callback() -> None:
            events[name](said(key, name))

        return callback

    # in a list: in a dict, or in text alone, Streamlit would look for tables, with pandas, which takes 60 MB
    callbacks: dict[str, Any] = {f"on_{name}_change": told(name) for name in events}
    _drag(key=key, data=[json.dumps(frame)], **callbacks)
