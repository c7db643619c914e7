"""A histogram to shape by hand: draw across the bars, or take one and use the arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from gan_core.checks import finite
from pages.shared.views.live.component import said

CSS = """
.bars { display: flex; gap: 2px; height: 8rem; touch-action: none; cursor: crosshair;
        border-bottom: 1px solid var(--st-border-color); user-select: none; }
.bars label { flex: 1; position: relative; background: var(--st-secondary-background-color); }
.bars label::after { content: ""; position: absolute; inset: auto 0 0; height: calc(100% * var(--height));
                     background: var(--colour); }
.bars label:focus-within { outline: 2px solid var(--st-primary-color); }
.bars input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; pointer-events: none; }
"""
# The range inputs are for the keyboard and for screen readers; the pointer draws across all bars.
JS = """
export default function ({ data: [heights, colour, labels], parentElement, setStateValue }) {
  let root = parentElement.querySelector(".bars");
  if (!root) {
    root = document.createElement("div");
    root.className = "bars";
    parentElement.append(root);
    root.inputs = heights.map((_, i) => {
      const [label, input] = [document.createElement("label"), document.createElement("input")];
      Object.assign(input, { type: "range", min: 0, max: 1, step: 0.02 });
      input.setAttribute("aria-label", labels[i]);
      input.title = labels[i];
      input.oninput = () => label.style.setProperty("--height", input.value);
      input.onchange = () => root.send();
      label.append(input);
      root.append(label);
      return input;
    });
    const draw = (event) => {
      const box = root.getBoundingClientRect();
      const within = (x) => Math.min(0.999, Math.max(0, x));
      const input = root.inputs[Math.floor(within((event.clientX - box.left) / box.width) * root.inputs.length)];
      input.value = 1 - within((event.clientY - box.top) / box.height);
      input.oninput();
    };
    root.onpointerdown = (event) => {
      event.preventDefault();
      root.setPointerCapture(event.pointerId);
      root.drawing = true;
      draw(event);
    };
    root.onpointermove = (event) => root.drawing && draw(event);
    root.onpointerup = root.onpointercancel = () => {
      if (root.drawing) root.send();
      root.drawing = false;
    };
  }
  root.send = () => setStateValue("heights", root.inputs.map((input) => Number(input.value)));
  root.style.setProperty("--colour", colour);
  if (!root.drawing) {
    root.inputs.forEach((input, i) => {
      input.value = heights[i];
      input.oninput();
    });
  }
}
"""

_bars = st.components.v2.component("gan_bars", css=CSS, js=JS)


def bars(
    key: str, heights: Sequence[float], *, colour: str, labels: Sequence[str], on_change: Callable[[list[float]], None]
) -> None:
    """Show the bars, heights in [0, 1] with a label each; `on_change` gets the new heights before the rerun."""

    def changed() -> None:
        told = said(key, "heights")
        found = [height for each in (told if isinstance(told, list) else ()) if (height := finite(each)) is not None]
        if len(found) == len(heights) and all(0 <= height <= 1 for height in found):
            on_change(found)

    # in a dict Streamlit would look for tables, with pandas
    _bars(key=key, data=[list(heights), colour, list(labels)], on_heights_change=changed)
