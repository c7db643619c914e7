"""Figures that many visitors look at and that depend on little: made once, shown to all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared.shell.state import app
from pages.shared.views import camera

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Presses a figure's play button once, when it has been drawn; not for who wants no motion.
BEGIN = """
export default function ({ data, parentElement }) {
  const begun = (globalThis.ganBegun ??= new WeakSet());
  if (begun.has(parentElement) || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  begun.add(parentElement);
  const press = (tries) => {
    const button = document.querySelector(`.st-key-chart-${data[0]} .updatemenu-button`);
    if (button) button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    else if (tries && parentElement.isConnected) setTimeout(press, 250, tries - 1);
  };
  press(40);
}
"""
_begin = st.components.v2.component("gan_begin", js=BEGIN)

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


def plot(figure: go.Figure, key: str, *, title: str | None = None, begins: bool = False, **how: Any) -> Any:
    """The figure as wide as there is room, which can be kept: by its own buttons, and with all others (`exports`),
    with the name of the section above it unless there is a `title`. One with a play button `begins` by itself."""
    from gan_core.export.plate import Plate
    from gan_core.export.plotted import named, plotted
    from gan_core.figures import style

    title = app().section if title is None else title
    app().charts[key] = Plate(
        lambda: named(figure.to_dict()), lambda look, caption: plotted(figure.to_dict(), look, caption, title)
    )
    with st.container(key=f"chart-{key}", gap=None):
        event = st.plotly_chart(figure, key=key, config=style.MODE_BAR, width="stretch", **how)
        camera.buttons(key)
        if begins:
            _begin(key=f"{key}-begin", data=[key])
    return event
