"""Figures that many visitors look at and that depend on little: made once, shown to all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from pages.shared.shell.state import app
from pages.shared.views import camera

if TYPE_CHECKING:
    import plotly.graph_objects as go

_animation = st.components.v2.component("gan_animation", js=(Path(__file__).parent / "animation.js").read_text())

KEPT = 96  # figures, some ten kilobytes each


def shared(
    make: Callable[..., go.Figure], *args: Hashable, labels: Mapping[str, str], **options: Hashable
) -> go.Figure:
    """`make(*args, labels=labels, **options)`, which nobody may change: building one takes up to 50 ms."""
    return _shared(make, args, tuple(labels.items()), tuple(options.items()))


@lru_cache(maxsize=KEPT)
def _shared(
    make: Callable[..., go.Figure], args: tuple[Hashable, ...], labels: tuple[tuple[str, str], ...],
    options: tuple[tuple[str, Hashable], ...],
) -> go.Figure:  # fmt: skip
    figure = make(*args, labels=dict(labels), **dict(options))
    whole = figure.to_dict()  # a copy of all of it, which Streamlit asks for every time
    object.__setattr__(figure, "to_dict", lambda: whole)
    return figure


def plot(
    figure: go.Figure, key: str, *, title: str | None = None, begins: bool = False, fills: bool = False, **how: Any
) -> Any:  # fmt: skip
    """The figure as wide as there is room, which can be kept: by its own buttons, and with all others (`exports`),
    with the name of the section above it unless there is a `title`. One with a play button `begins` by itself. One that
    `fills` the picture of a stage is as high as that, whatever its own height."""
    from gan_core.export.plate import Plate
    from gan_core.export.plotted import named, plotted
    from gan_core.figures import style

    title = app().section if title is None else title
    app().charts[key] = Plate(
        lambda: named(figure.to_dict()), lambda look, caption: plotted(figure.to_dict(), look, caption, title)
    )
    high: Literal["stretch", "content"] = "stretch" if fills else "content"
    with st.container(key=f"chart-{key}", gap=None, height=high):
        event = st.plotly_chart(figure, key=key, config=style.MODE_BAR, width="stretch", height=high, **how)
        camera.buttons(key)
        if figure.frames:
            _animation(key=f"{key}-animation", data=[key, begins])
    return event
